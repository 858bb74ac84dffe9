// Searching what citizens and counselors wrote. Whoever searches stands in the access log; what they searched for does not.

import { get } from "./api.js";
import { byId, el, plain, put } from "./dom.js";
import { moment } from "./times.js";
import { t } from "./words.js";

const LIMIT = 20;

/** Opens the window of the search; a hit opens its conversation. */
export function search(open) {
  const dialog = byId("dialog");
  if (dialog.open) return;
  const before = document.activeElement;
  const words = el("input", { id: "search-q", name: "q", type: "search", maxlength: 100, autocomplete: "off" });
  const citizen = el("input", { id: "search-citizen", name: "citizen", maxlength: 24, autocomplete: "off" });
  const said = el("p", { role: "status", class: "faint" });
  const hits = el("ol", { class: "hits" });
  const more = el("p");
  const form = el("form", {
    novalidate: true,
    onsubmit(event) {
      event.preventDefault();
      put(hits);
      page(null);
    },
  }, el("p", { class: "field" }, el("label", { for: words.id }, t("search-q")), words), el("p", { class: "field" }, el("label", { for: citizen.id }, t("search-citizen")), citizen),
  el("p", { class: "bar" }, el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), el("button", { class: "main" }, t("search"))));

  async function page(after) {
    const query = new URLSearchParams({ limit: LIMIT });
    if (words.value.trim()) query.set("q", words.value.trim());
    if (citizen.value.trim()) query.set("citizen", citizen.value.trim());
    if (after) query.set("after", after);
    try {
      const found = await get(`/v1/search?${query}`);
      const lines = found.hits.map(hit);
      hits.append(...lines);
      said.textContent = hits.children.length ? t("search-n", { n: hits.children.length }) : t("search-none");
      put(more, found.next ? el("button", { type: "button", onclick: () => page(found.next) }, t("search-more")) : null);
      lines[0]?.querySelector("button").focus();
    } catch (error) { said.textContent = error.message || t("server-silent"); }
  }
  const hit = (one) => el("li", {}, el("button", { type: "button", onclick: () => { dialog.close(); open(one.conversation_id); } },
    el("span", { class: "line" }, el("strong", {}, `#${one.conversation_id}`), one.citizen_name ? t("citizen-name", { name: one.citizen_name }) : null, one.citizen, el("time", {}, moment(one.at)), t(`state-${one.state}`), one.author ?? t(`search-${one.kind}`), one.is_unsent ? t("search-unsent") : null, one.category),
    el("span", { class: "preview" }, one.is_abusive ? t("abusive-hidden") : marked(one))));

  put(dialog, el("h2", { id: "dialog-title" }, t("search")), form, said, hits, more);
  dialog.onclose = () => { put(dialog); before?.focus?.(); };
  dialog.showModal();
  words.focus();
}

/** Ranges count characters, not the halves of which JavaScript makes some of them. */
function marked({ text, marks }) {
  const letters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const { start, end } of marks) {
    parts.push(plain(letters.slice(at, start).join("")), el("mark", {}, plain(letters.slice(start, end).join(""))));
    at = end;
  }
  return [...parts, plain(letters.slice(at).join(""))];
}
