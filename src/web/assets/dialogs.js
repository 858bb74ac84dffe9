// Windows that ask before something is done. One at a time; Esc closes it and nothing was done.

import { append, byId, el, put, say } from "./dom.js";
import { t } from "./words.js";

/** A sentence for everybody to read: what was done, or why not. */
export function tell(text, isBad = false) {
  const toast = byId("status");
  toast.className = isBad ? "toast bad" : "toast";
  say(toast, text);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { toast.textContent = ""; }, isBad ? 12_000 : 5_000);
}

export const tellError = (error) => tell(error.message || t("server-silent"), true);

let n = 0;

/** A labelled field: `{ name, label, kind: text|area|select|check, options, value, required }`. */
export function field({ name, label, kind = "text", options = [], value = "", required = false, list = null }) {
  const id = `field-${++n}`;
  const attrs = { id, name, required, maxlength: kind === "text" || kind === "area" ? 1000 : null };
  if (kind === "check") return el("p", {}, el("label", {}, el("input", { ...attrs, maxlength: null, type: "checkbox" }), " ", t(label)));
  let input;
  if (kind === "select") input = el("select", attrs, options.map(([key, words]) => el("option", { value: key, selected: key === value }, words)));
  else if (kind === "area") input = el("textarea", { ...attrs, rows: 3 }, value);
  else input = el("input", { ...attrs, type: "text", value, list: list ? `${id}-list` : null, autocomplete: "off" });
  const options_ = list ? el("datalist", { id: `${id}-list` }, list.map((one) => el("option", { value: one }))) : null;
  return el("p", { class: "field" }, el("label", { for: id }, t(label)), input, options_);
}

/**
 * Asks for fields below the `content` and does `action(values)` when they are given; the window stays open, with the reason, if that is
 * refused. `left()`: it was closed, and nothing was done.
 */
export function ask({ title, why, content = [], fields = [], ok = "ok", isBad = false, left = () => {} }, action) {
  const dialog = byId("dialog");
  if (dialog.open) return;
  const before = document.activeElement;
  const said = el("p", { role: "alert", class: "said" });
  let isDone = false;
  const button = el("button", { class: isBad ? "bad" : "main", value: "ok" }, t(ok));
  const form = el("form", {
    method: "dialog", novalidate: true,
    async onsubmit(event) {
      event.preventDefault();
      const missing = [...form.elements].find((input) => input.willValidate && (!input.checkValidity() || (input.required && !input.value.trim())));
      if (missing) return missing.focus();
      button.disabled = true;
      try {
        await action(Object.fromEntries(new FormData(form)));
        isDone = true;
        dialog.close();
      } catch (error) { said.textContent = error.message || t("server-silent"); } finally { button.disabled = false; }
    },
  }, el("h2", { id: "dialog-title" }, title), why ? el("p", {}, why) : null, content, fields.map(field), said,
  el("p", { class: "bar" }, el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), button));
  put(dialog, form);
  dialog.onclose = () => { put(dialog); before?.focus?.(); if (!isDone) left(); };
  dialog.showModal();
  (form.querySelector("input, select, textarea") ?? button).focus();
}

/** Shows something to read. */
export function showDialog(title, ...content) {
  const dialog = byId("dialog");
  if (dialog.open) return;
  const before = document.activeElement;
  const close = el("button", { type: "button", class: "main", onclick: () => dialog.close() }, t("ok"));
  put(dialog, el("h2", { id: "dialog-title" }, title));
  append(dialog, [content, el("p", { class: "bar" }, close)]);
  dialog.onclose = () => { put(dialog); before?.focus?.(); };
  dialog.showModal();
  close.focus();
}
