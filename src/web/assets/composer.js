// The composer: a draft that is kept, its length as the carrier counts it, and a send that is always deliberate. Nothing leaves but by
// Ctrl+Enter or the button, and not before the newest text was shown.

import { call, get, NoAnswer, post } from "./api.js";
import { field, tell, tellError } from "./dialogs.js";
import { el, put, show } from "./dom.js";
import { isInDoubt, send } from "./sending.js";
import { moment } from "./times.js";
import { lang, t } from "./words.js";

const DRAFT = "munja.draft.";
/** Measures this long after the last key, and looks for advice after a longer rest. */
const REST_MS = 150, ADVICE_MS = 700;
/** While somebody writes, the server gets the draft this often. */
const SAVE_MS = 3_000;

/** Begins a draft's place in this tab: one for each person and conversation. */
const drafts = (me, id) => ({
  read: () => sessionStorage.getItem(`${DRAFT}${me}.${id}`) ?? "",
  keep(text) {
    if (text) sessionStorage.setItem(`${DRAFT}${me}.${id}`, text);
    else sessionStorage.removeItem(`${DRAFT}${me}.${id}`);
  },
});

/** Begins the composer of one conversation. It survives redraws of the conversation above it. */
export function composer(desk, detail) {
  const id = detail.id, draft = drafts(desk.me.id, id), place = `/v1/conversations/${id}/draft`;
  /** What this page has seen kept at the server; `null`: it has not looked yet. */
  let known = null;
  let seen = detail.last_inbound_id, busy = false, timer = 0, advising = 0, saving = 0, asked = 0;
  const text = el("textarea", { id: "answer", "aria-describedby": "answer-hint length", "aria-keyshortcuts": "Control+Enter", lang: lang() });
  text.value = draft.read();
  const length = el("p", { id: "length", class: "length" });
  const offer = el("p", { hidden: true });
  const advice = el("ul", { class: "advice", "aria-label": t("advice") });
  const notice = el("div", { class: "notice", role: "alert", hidden: true });
  const button = el("button", { type: "button", class: "main", onclick: () => go() }, t("send"));
  const keys = () => [["", t("canned-none")], ...desk.canned.map(({ key }) => [key, key])];
  const names = () => [["", t("category-none")], ...desk.categories.map((one) => [one, one])];
  const canned = pick("canned", keys());
  const category = pick("category", names(), detail.category ?? "");
  const promise = pick("promise", [["", t("promise-none")], ...[15, 30, 60, 120].map((n) => [n, n < 60 ? t("span-minutes", { n }) : t("span-hours", { n: n / 60 })])]);
  const root = el("section", { class: "composer", "aria-label": t("answer") },
    notice, el("p", { class: "field" }, el("label", { for: "answer" }, t("answer")), text), length, offer, advice, el("p", { id: "answer-hint", class: "faint" }, t("answer-hint")),
    el("div", { class: "bar" }, canned.row, category.row, promise.row), el("p", { class: "bar" }, button));

  function pick(label, options, value = "") {
    const row = field({ name: label, label, kind: "select", options, value });
    return { row, select: row.querySelector("select") };
  }
  function warn(words, label, action) {
    put(notice, el("p", {}, words), label ? el("p", {}, el("button", { type: "button", onclick: action }, t(label))) : null);
    show(notice, Boolean(words));
  }
  function changed() {
    draft.keep(text.value);
    clearTimeout(timer);
    timer = setTimeout(measure, REST_MS);
    clearTimeout(advising);
    advising = setTimeout(advise, ADVICE_MS);
    saving ||= setTimeout(() => { saving = 0; if (!busy) save().catch(() => {}); }, SAVE_MS);
  }
  /** One draft for every face: the server's. Where it cannot be reached, this tab still has it. */
  async function save() {
    const words = text.value, replaces = known === null ? {} : { replaces: known };
    try { await call("PUT", place, { text: words, based_on: seen, ...replaces }); } catch (error) {
      if (error.code === "draft_changed") elsewhere(error.details.draft ?? "");
      throw error;
    }
    known = words;
  }
  /** Another program of the same person has changed the draft: both are shown, and whatever is kept next is what they chose. */
  function elsewhere(theirs) {
    known = theirs;
    if (!theirs) return text.value.trim() && warn(t("draft-gone"));
    if (text.value.includes(theirs.trim())) return;
    const both = text.value.trim() ? `${text.value.trimEnd()}\n\n${theirs}` : theirs;
    warn(t("draft-elsewhere", { text: theirs }), text.value.trim() ? "draft-both" : "draft-use", () => { text.value = both; changed(); warn(""); text.focus(); });
  }
  /** Hints for a text that is easy to read; they hold up nothing. */
  async function advise() {
    const asked = text.value;
    const found = asked.trim() ? await post("/v1/advice", { text: asked }).catch(() => null) : { advice: [] };
    if (!found || text.value !== asked) return;
    const line = (one) => [t(`advice-${one.kind}`, one), one.instead ? t("advice-instead", one) : null].filter(Boolean).join(" · ");
    put(advice, found.advice.map((one) => el("li", {}, `· ${line(one)}`)));
  }
  async function measure() {
    const mine = ++asked;
    show(offer, false);
    if (!text.value.trim()) { length.textContent = t("length-empty"); return; }
    const found = await post("/v1/length", { text: text.value }).catch(() => null);
    if (mine !== asked || !found) return;
    length.textContent = words(found);
    if (found.offer) {
      put(offer, el("button", { type: "button", onclick: () => { text.value = found.offer.text; changed(); text.focus(); } }, t("use-offer", { text: found.offer.text })));
      show(offer, true);
    }
  }
  const words = ({ size, problem, characters = [] }) => (size
    ? t(size.n_parts === 1 ? "length" : "length-parts", { kind: size.kind.toUpperCase(), n: size.n.toLocaleString(), most: size.most.toLocaleString(), unit: t(`unit-${size.unit}`), parts: size.n_parts })
    : t(`length-${problem.replace("empty_text", "empty")}`, { characters: characters.join(" ") }));

  /** The citizen has written on: what was begun must not leave before that was read. */
  function newer() {
    warn(t("newer"), "newer-read", () => { seen = desk.detail().last_inbound_id; warn(""); text.focus(); });
  }
  /** `again`: the same words are meant to leave once more. */
  async function go(again = false) {
    if (busy) return;
    if (!text.value.trim()) return text.focus();
    if (desk.detail().last_inbound_id > seen) return newer();
    const request = { text: text.value, last_seen: seen, category: category.select.value || null, promise_due_at: null, keep_draft: true };
    if (category.select.value === (desk.detail().category ?? "")) request.category = null;
    if (again) request.again = true;
    if (promise.select.value) request.promise_due_at = desk.serverNow() + promise.select.value * 60_000;
    lock(true);
    // It must not come back after it was sent.
    clearTimeout(saving);
    saving = 0;
    try {
      const answer = await send(desk.me.id, id, request);
      if (answer.same_words) known &&= "";
      if (answer.same_words) return warn(t(`same-words-${answer.earlier}`, { at: moment(answer.messages[0].at) }), "send-same-words", () => go(true));
      draft.keep("");
      text.value = "";
      // Its own draft goes; one of other words is that of another program.
      if (known) save().catch(() => {});
      promise.select.value = "";
      put(advice);
      warn("");
      tell(t(answer.repeated ? "sent-before" : "sent"));
      measure();
      await desk.reload();
    } catch (error) { await refused(error); } finally {
      lock(false);
      // Not if they have gone on to something else: what they type next is not for this field.
      if (root.contains(document.activeElement) || document.activeElement === document.body) text.focus();
    }
  }
  async function refused(error) {
    if (error instanceof NoAnswer) return warn(t("doubt"), "ask-again", () => go());
    if (error.code === "newer_texts") { await desk.reload().catch(() => {}); return newer(); }
    if (error.code === "unencodable") await measure();
    tellError(error);
  }
  function lock(is) {
    busy = is;
    button.disabled = is;
    text.readOnly = is;
    button.textContent = t(is ? "sending" : "send");
  }
  text.addEventListener("input", changed);
  text.addEventListener("keydown", (event) => {
    // While an input method composes a syllable, Enter is its own.
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); go(); }
    if (event.key === "Escape" && !event.isComposing) { event.preventDefault(); desk.focusTalk(); }
  });
  canned.select.addEventListener("change", async () => {
    const wanted = canned.select.value;
    canned.select.value = "";
    const all = await desk.cannedOf(desk.detail().desk).catch(tellError);
    const found = all?.find(({ key }) => key === wanted);
    if (!found || busy) return;
    text.value = text.value.trim() ? `${text.value.trimEnd()}\n${found.text}` : found.text;
    if (found.category) category.select.value = found.category;
    changed();
    text.focus();
  });
  const offerDraft = (words, why) => { if (words && !text.value) warn(why, "draft-use", () => { text.value = words; changed(); warn(""); text.focus(); }); };
  offerDraft(detail.draft, t("draft-there"));
  // One's own draft at the server, of another machine or of an answer that came back.
  get(place).then((mine) => {
    if (text.value.trim()) return elsewhere(mine.text);
    known = mine.text;
    offerDraft(mine.text, `${t("draft-there")} ${mine.has_newer ? t("newer-draft") : ""}`);
  }, (error) => { if (error.code === "not_found") known = ""; });
  if (text.value) isInDoubt(desk.me.id, id, text.value).then((is) => { if (is) warn(t("doubt"), "ask-again", () => go()); });
  measure();
  return {
    root, id,
    focus: () => text.focus(),
    /** The conversation was read anew. */
    update(next) {
      if (next.last_inbound_id <= seen) return;
      if (text.value.trim()) newer();
      else seen = next.last_inbound_id;
    },
    /** Canned replies and categories may be others now; what was chosen stays. */
    choices() {
      for (const [{ select }, options] of [[canned, keys()], [category, names()]]) {
        const chosen = select.value;
        put(select, options.map(([key, words]) => el("option", { value: key }, words)));
        select.value = options.some(([key]) => key === chosen) ? chosen : "";
      }
    },
    save,
    seen: () => seen,
    text: () => text.value,
  };
}
