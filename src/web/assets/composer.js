// The composer: a draft that is kept, its length as the carrier counts it, and a send that is always deliberate. Nothing leaves but by
// Ctrl+Enter or the button, and not before the newest text was shown.
//
// The server has one draft for each person and conversation. It changes also without this page: an answer comes back into it, another
// program writes. What it has beyond the field goes into an empty field, and else stands beside it until it is put in; both are kept.

import { call, get, NoAnswer, post } from "./api.js";
import { field, tellError } from "./dialogs.js";
import { el, plain, put, show } from "./dom.js";
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

/** Of a list of texts, enough of each to know it by. */
const BEGINNING = 40;

function beginning(text, key) {
  const whole = [...text.trim().replace(/\s+/g, " ")];
  return `${whole.length > BEGINNING ? `${whole.slice(0, BEGINNING - 1).join("")}…` : whole.join("")} (${key})`;
}

const isBlank = (text) => !text.trim();
const joined = (...all) => all.filter((one) => !isBlank(one)).join("\n\n");

/** What the kept words have beyond these of the field. */
function beyond(kept, own) {
  const [whole, mine] = [kept.trim(), own.trim()];
  if (!mine) return whole;
  if (mine.includes(whole)) return "";
  return whole.endsWith(`\n\n${mine}`) ? whole.slice(0, -mine.length).trim() : whole;
}

/** How many answers of this person came back, taken back or stopped. */
const nBack = (detail, me) => detail.messages.filter((one) => one.direction === "out" && one.state === "cancelled" && one.author?.id === me.id).length;

/** Begins the composer of one conversation. It survives redraws of the conversation above it. */
export function composer(desk, detail) {
  const id = detail.id, draft = drafts(desk.me.id, id), place = `/v1/conversations/${id}/draft`;
  /** What this page has seen kept at the server (`null`: it has not looked yet), and what of it stood in the field. */
  let known = null, written = "";
  /** Kept words that do not stand in the field, and why. */
  let beside = "", why = "there";
  /** What a colleague left; it stays with the conversation. */
  let left = detail.draft ?? "";
  let back = nBack(detail, desk.me), saved = Promise.resolve(), offered = "", sent = "";
  let seen = detail.last_inbound_id, busy = false, timer = 0, advising = 0, saving = 0, asked = 0;
  const text = el("textarea", { id: "answer", "aria-describedby": "answer-hint length", "aria-keyshortcuts": "Control+Enter", lang: lang() });
  text.value = draft.read();
  const length = el("p", { id: "length", class: "length" });
  const offer = el("p", { hidden: true });
  const advice = el("ul", { class: "advice", "aria-label": t("advice") });
  const notice = el("div", { class: "notice", role: "alert", hidden: true });
  const kept = el("div", { class: "kept", role: "alert" });
  const atOnce = el("p", { hidden: detail.tier !== 1 }, el("strong", {}, t("leaves-at-once")));
  const button = el("button", { type: "button", class: "main", onclick: () => go() }, t("send"));
  const keys = () => [["", t("canned-none")], ...desk.canned.map(({ key, text }) => [key, beginning(text, key)])];
  const names = () => [["", t("category-none")], ...desk.categories.map((one) => [one, one])];
  const canned = pick("canned", keys());
  const category = pick("category", names(), detail.category ?? "");
  const promise = pick("promise", [["", t("promise-none")], ...[15, 30, 60, 120].map((n) => [n, t("promise-within", { time: n < 60 ? t("span-minutes", { n }) : t("span-hours", { n: n / 60 }) })])]);
  const root = el("section", { class: "composer", "aria-label": t("answer") },
    notice, kept, el("p", { class: "field" }, el("label", { for: "answer" }, t("answer")), text), length, atOnce, offer, advice, el("p", { id: "answer-hint", class: "faint" }, t("answer-hint")),
    el("div", { class: "bar" }, canned.row, category.row, promise.row), el("p", { class: "bar" }, button));

  function pick(label, options, value = "") {
    const row = field({ name: label, label, kind: "select", options, value });
    return { row, select: row.querySelector("select") };
  }
  /** Says why nothing leaves, or what came back. With nothing to press, it goes as soon as one writes on. */
  function warn(words, label, action) {
    put(notice, el("p", {}, words), label ? el("p", {}, el("button", { type: "button", onclick: action }, t(label))) : null);
    show(notice, Boolean(words));
  }
  function changed() {
    draft.keep(text.value);
    if (!notice.hidden && !notice.querySelector("button")) warn("");
    clearTimeout(timer);
    timer = setTimeout(measure, REST_MS);
    clearTimeout(advising);
    advising = setTimeout(advise, ADVICE_MS);
    saving ||= setTimeout(() => { saving = 0; if (!busy) save().catch(() => {}); }, SAVE_MS);
  }
  function write(words) {
    text.value = words;
    changed();
    offers();
  }
  /** One draft for every face: the server's. Where it cannot be reached, this tab still has it. One save at a time. */
  const save = () => (saved = saved.catch(() => {}).then(() => keep(true)));
  async function keep(again) {
    if (known === null) await look();
    const words = joined(beside, text.value), own = text.value;
    if (words.trim() === known.trim()) return;
    try { await call("PUT", place, { text: words, based_on: seen, replaces: known }); } catch (error) {
      if (error.code !== "draft_changed" || !again) throw error;
      await look();
      return keep(false);
    }
    [known, written] = [words, own];
  }
  /** Reads what the server keeps: of another machine or program, or an answer that came back. */
  async function look() {
    moved(await get(place).catch((error) => {
      if (error.code === "not_found") return { text: "" };
      throw error;
    }));
  }
  function moved(theirs) {
    const before = known;
    if (before !== null && theirs.text.trim() === before.trim()) return;
    known = theirs.text;
    // What left already is no draft any more.
    const isSent = !theirs.origin && known.trim() === sent.trim();
    const [rest] = isSent ? [""] : [beyond(known, text.value), beyond(known, written)].sort((a, b) => a.length - b.length);
    if (isBlank(known) && before && !isBlank(text.value)) warn(t("draft-gone"));
    why = theirs.origin ?? (before === null ? "there" : "elsewhere");
    const fits = rest && isBlank(text.value);
    beside = fits ? "" : rest;
    if (!fits) return offers();
    // What came meanwhile is read before it leaves.
    if (theirs.has_newer) seen = Math.min(seen, theirs.based_on);
    write(rest);
    desk.redraw();
    const words = theirs.has_newer && why !== "stopped" ? `${t(`draft-${why}`)} ${t("newer-draft")}` : t(`draft-${why}`);
    if (theirs.has_newer) warn(words, "newer-read", read);
    else warn(words);
  }
  /** Words that are not in the field, each with the button that puts them in. Nothing is overwritten. */
  function offers() {
    const mine = text.value.trim();
    const colleagues = isBlank(left) || mine.includes(left.trim()) ? "" : left;
    const all = [beside, why, colleagues].join("\n");
    if (all === offered) return;
    offered = all;
    const one = (says, words, action) => el("div", { class: "notice" }, el("p", {}, t(says)), el("p", { class: "text" }, plain(words)),
      el("p", {}, el("button", { type: "button", onclick: () => { action(); text.focus(); } }, t("draft-use"))));
    put(kept,
      beside ? one(`beside-${why}`, beside, () => { const both = joined(beside, text.value); beside = ""; write(both); }) : null,
      colleagues ? one("draft-left", colleagues, () => write(joined(text.value, colleagues))) : null);
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
  const newer = () => warn(t("newer"), "newer-read", read);
  function read() {
    seen = desk.detail().last_inbound_id;
    warn("");
    text.focus();
  }
  /** `again`: the same words are meant to leave once more. */
  async function go(again = false) {
    if (busy) return;
    if (isBlank(text.value)) return text.focus();
    if (desk.detail().last_inbound_id > seen) return newer();
    const request = { text: text.value, last_seen: seen, category: category.select.value || null, promise_due_at: null, keep_draft: true };
    if (category.select.value === (desk.detail().category ?? "")) request.category = null;
    if (again) request.again = true;
    if (promise.select.value) request.promise_due_at = desk.serverNow() + promise.select.value * 60_000;
    lock(true);
    // It must not come back after it was sent.
    clearTimeout(saving);
    saving = 0;
    await saved.catch(() => {});
    try {
      const answer = await send(desk.me.id, id, request);
      // The server's draft of these words is gone; of an earlier answer nobody knows here what became of it since.
      if (answer.same_words || answer.repeated) known = null;
      else if (known?.trim() === request.text.trim()) known = "";
      if (answer.same_words) return warn(t(`same-words-${answer.earlier}`, { at: moment(answer.messages[0].at) }), "send-same-words", () => go(true));
      draft.keep("");
      text.value = written = "";
      sent = request.text;
      if (known !== "") save().catch(() => {});
      promise.select.value = "";
      put(advice);
      warn("");
      desk.sent(id, answer);
      measure();
      // One writes on at once.
      desk.reload().catch(tellError);
    } catch (error) { await refused(error); } finally {
      lock(false);
      // Not if they have gone on to something else: what they type next is not for this field.
      if (root.contains(document.activeElement) || document.activeElement === document.body) text.focus();
    }
  }
  async function refused(error) {
    if (error instanceof NoAnswer) {
      known = null;
      return warn(t("doubt"), "ask-again", () => go());
    }
    if (error.code === "newer_texts") { await desk.reload().catch(() => {}); return newer(); }
    if (error.code === "unencodable") await measure();
    // Beside what mends it.
    warn(error.message);
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
    if (found.category) category.select.value = found.category;
    write(isBlank(text.value) ? found.text : `${text.value.trimEnd()}\n${found.text}`);
    text.focus();
  });
  offers();
  save().catch(() => {});
  if (text.value) isInDoubt(desk.me.id, id, text.value).then((is) => { if (is) warn(t("doubt"), "ask-again", () => go()); });
  measure();
  return {
    root, id,
    focus: () => text.focus(),
    focusCanned: () => canned.select.focus(),
    /** The conversation was read anew. */
    update(next) {
      atOnce.hidden = next.tier !== 1;
      left = next.draft ?? "";
      offers();
      const count = nBack(next, desk.me);
      if (count > back) look().then(() => save()).catch(() => {});
      back = count;
      if (next.last_inbound_id <= seen) return;
      if (isBlank(text.value)) seen = next.last_inbound_id;
      else if (!notice.querySelector("button")) newer();
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
