// One conversation: its head, its texts and notes in order, and what one can do with it.

import { bytes, post } from "./api.js";
import { ask, tell, tellError } from "./dialogs.js";
import { el, plain } from "./dom.js";
import { alarmOf, badges } from "./queue.js";
import { moment, secondsTo } from "./times.js";
import { known, t } from "./words.js";

/** The head and the texts. `seen` is the last text that was shown before: newer ones are marked. */
export function view(detail, desk, seen) {
  return [head(detail, desk), detail.tier === 1 ? dangerBox(detail, desk) : null, actions(detail, desk), history(detail, desk, seen)];
}

function head(detail, desk) {
  const name = desk.desks.find(({ key }) => key === detail.desk)?.name ?? detail.desk;
  const facts = [
    t("desk-name", { name }),
    detail.category ? t("category-is", { name: detail.category }) : null,
    detail.refuses_texts ? t("refuses-texts-close") : detail.opted_out ? t("opted-out") : null,
    detail.restricted_until_at ? t("restricted-until", { time: moment(detail.restricted_until_at) }) : null,
    detail.preference ? t("preference-is", { text: detail.preference }) : null,
    detail.writing.length ? t("writing", { who: detail.writing.map((one) => one.name).join(", ") }) : null,
    detail.survey?.score ? t("survey-was", { score: detail.survey.score }) : null,
  ].filter(Boolean);
  const previous = detail.previous_id ? el("button", { type: "button", onclick: () => desk.open(detail.previous_id) }, t("previous", { n: detail.previous_id })) : null;
  return el("div", { class: "head" }, el("h2", {}, `${t("conversation-n", { n: detail.id })} · ${[detail.citizen_name, detail.citizen].filter(Boolean).join(" ")}`), badges(detail), el("span", { class: "faint" }, facts.join(" · ")), previous);
}

function dangerBox(detail, desk) {
  const button = (key, action, kind = "") => el("button", { type: "button", class: kind, onclick: action }, t(key));
  const who = stateOf(detail);
  return el("section", { class: "dangerbox", "aria-labelledby": "danger-head" }, el("h3", { id: "danger-head" }, `⚠ ${t("danger")}${who ? `: ${who}` : ""}`),
    el("p", { class: "bar" }, detail.is_ringing ? button("ack", desk.do.ack, "bad") : null,
      detail.claimed_by || detail.state === "closed" ? null : button("claim", desk.claim, "main"), button("false-alarm", desk.do.falseAlarm), button("where", desk.do.where), button("handover", desk.do.handover), button("reveal", desk.do.reveal)));
}

/** Who looks after the danger, or how it ended; whoever acknowledged it once may have gone on since. */
function stateOf(detail) {
  if (detail.is_ringing) return alarmOf(detail);
  if (detail.danger_end === "told") {
    const service = detail.notes.findLast((note) => note.kind === "handover")?.text.split(":")[0];
    return t("danger-told", { service: ["119", "112"].includes(service) ? service : "119·112" });
  }
  if (detail.danger_end) return known(`danger-end-${detail.danger_end}`) ? t(`danger-end-${detail.danger_end}`) : null;
  return detail.acked_by ? t("danger-acked", { who: detail.acked_by }) : null;
}

function actions(detail, desk) {
  const all = [["note", "note"], ["transfer", "transfer"], ["promise-alone", "promise"], ["set-category", "category"], ["release", "release"], ["close", "close"]];
  if (detail.tier !== 1) all.unshift(["urgent", "urgent"]);
  if (detail.messages.some((text) => text.n_masked)) all.push(["reveal-texts", "revealTexts"]);
  return el("div", { class: "bar", role: "toolbar", "aria-label": t("actions") }, all.map(([key, action]) => el("button", { type: "button", onclick: desk.do[action] }, t(key))));
}

function history(detail, desk, seen) {
  const notes = detail.notes.filter((note) => note.kind !== "draft").map((note) => ({ at: note.at, note }));
  // The server's order stands: an answer that a recovery found is of before the text above it was fetched again.
  let latest = 0;
  const texts = detail.messages.map((text) => ({ at: (latest = Math.max(latest, text.at)), text }));
  const all = [...texts, ...notes].sort((a, b) => a.at - b.at);
  return el("section", { "aria-labelledby": "history-head" }, el("h3", { id: "history-head", class: "quiet" }, t("history")),
    el("ol", { class: "messages" }, all.map(({ text, note }) => (note ? noteLine(note) : text.direction === "in" ? inbound(text, seen) : outbound(text, desk)))));
}

const noteLine = (note) => el("li", { class: "note" },
  el("p", { class: "meta" }, el("span", {}, note.author ? t("note-by", { who: note.author }) : t("note-auto")), el("span", {}, known(`noted-${note.kind}`) ? t(`noted-${note.kind}`) : note.kind), el("time", {}, moment(note.at))),
  el("p", { class: "text" }, plain(note.text)));

/** Where the words of a rule stand, as at the terminal desk: what the danger is, then that somebody calls for help, then what only has to
 * be looked at. */
const CALLS = ["help", "help-en", "danger-en", "bare-call", "call-for", "signs"];
const place = (id) => (id.includes("look") || ["health-info", "abuse", "abuse-en"].includes(id) ? 2 : Number(CALLS.includes(id)));

/** The rules that found something, in words, what tells most first, and what decided the second opinion; an operator's own rule is named as in their file.
 * Where the text is folded, so are its words. */
function inWords({ rules, is_abusive: isFolded }) {
  const at = rules.includes("(") ? rules.indexOf("(") : rules.length;
  const ids = rules.slice(0, at).split(/\s+/).sort((a, b) => place(a) - place(b));
  const names = ids.map((id) => (known(`rule-${id}`) ? t(`rule-${id}`) : id));
  return plain([...new Set([...names, isFolded ? "" : rules.slice(at)])].filter(Boolean).join(", "));
}

function inbound(text, seen) {
  const typed = text.typed_as ? el("p", { class: "faint" }, `⌨ ${t("typed-as", { text: plain(text.typed_as) })}`) : null;
  const body = [el("p", { class: "text" }, plain(text.text)), typed, text.photos.map(photo)];
  const isNew = seen !== null && text.seq > seen;
  return el("li", { class: isNew ? "in new" : "in", "data-seq": text.seq },
    el("p", { class: "meta" }, el("strong", {}, t("from-citizen")), el("time", {}, moment(text.at)),
      text.tier ? el("span", { class: text.tier === 1 ? "badge bad" : "badge warn" }, t(`tier-${text.tier}`)) : null,
      text.rules && [1, 2].includes(text.tier) ? el("span", {}, t("why-urgent", { rules: inWords(text) })) : null,
      text.late_sent_at ? el("span", {}, t("came-late", { time: moment(text.late_sent_at) })) : null,
      text.n_masked ? el("span", {}, t("masked", { n: text.n_masked })) : null),
    text.is_abusive ? el("details", {}, el("summary", {}, t("unfold")), body) : body);
}

function outbound(text, desk) {
  const state = text.state === "cancelled" && text.code === "newer_text" ? "stopped" : text.state;
  const fate = known(`fate-${state}`) ? t(`fate-${state}`, { time: moment(text.final_at ?? text.at) }) : state;
  const isMine = text.author?.id === desk.me.id;
  // An answer without a writer: a recovery found it in the carrier's list.
  const isFound = !text.author && !text.notice;
  const isBad = ["in_doubt", "undelivered", "failed", "expired"].includes(text.state);
  return el("li", { class: "out" },
    el("p", { class: "meta" }, el("strong", {}, text.author?.name ?? t(isFound ? "from-recovery" : "from-us")), el("time", {}, moment(text.at)),
      el("span", { class: isBad ? "badge bad" : "" }, text.code && isBad ? `${fate} [${text.code}]` : fate),
      isFound && text.final_at ? el("span", {}, t("learned-at-recovery")) : null,
      text.state === "held" && isMine && text.leaves_at ? el("span", { "data-leaves": text.leaves_at }, t("leaves-in", { n: secondsTo(text.leaves_at) })) : null,
      text.state === "held" && isMine ? el("button", { type: "button", onclick: () => desk.recall(text.id, desk.detail().id) }, t("recall")) : null,
      text.needs_decision ? el("button", { type: "button", onclick: () => decide(text, desk) }, t("decide")) : null),
    el("p", { class: "text" }, text.words_unknown ? t("words-unknown") : text.text), text.photos.map(photo));
}

function decide(text, desk) {
  const options = [["give_up", t("give-up")], ["send_again", t("send-again")]];
  ask({ title: t("decide"), why: t("decide-why", { n: text.id }), fields: [{ name: "decision", label: "decide", kind: "select", options }] }, async ({ decision }) => {
    await post(`/v1/messages/${text.id}/decision`, { decision });
    await desk.reload();
  });
}

/** Bytes need the token, so they come as a blob; what they are, the server has seen in them. */
function photo(one) {
  const name = t(["photo", "film", "voice"].includes(one.what) ? one.what : "file", { n: one.id });
  if (one.state !== "kept") return el("p", {}, `${name}: ${t(one.state === "wanted" ? "photo-wanted" : "photo-lost")}`);
  const place = el("span");
  const button = el("button", {
    type: "button",
    async onclick() {
      try {
        const url = URL.createObjectURL(await bytes(`/v1/photos/${one.id}`));
        const tag = { film: "video", voice: "audio" }[one.what] ?? "img";
        button.replaceWith(el(tag, { src: url, alt: tag === "img" ? t("photo-alt", { n: one.id }) : null, controls: tag !== "img", "aria-label": tag === "img" ? null : name }));
      } catch (error) { tellError(error); }
    },
  }, `${name}: ${t("photo-show")}`);
  place.append(button);
  return el("p", { class: "photo" }, place);
}

/** What to read out to 119 or 112, and then whom it was told. The number is shown, and that it was is recorded, as in the terminal. */
async function handover(desk, act) {
  const detail = desk.detail();
  if (detail.tier !== 1) return tell(t("no-danger-here"), true);
  const { number } = await post(`/v1/conversations/${detail.id}/reveal`, { reason: t("handover-reason"), what: "number" });
  await desk.reload().catch(() => {});
  const shown = desk.detail()?.id === detail.id ? desk.detail() : detail;
  const texts = shown.messages.filter((text) => text.direction === "in");
  const isOpen = !shown.danger_end;
  ask({
    title: `${t("handover").replace(/ …$/, "")} · ${t("conversation-n", { n: detail.id })}`, why: t("handover-why"), ok: "handover-ok", isBad: true,
    content: [el("p", {}, t("handover-number"), " ", el("strong", {}, number)),
      detail.preference ? el("p", {}, t("preference-is", { text: plain(detail.preference) })) : null,
      el("p", {}, t("handover-texts")),
      el("div", { class: "read-out", tabindex: "0", role: "group", "aria-label": t("handover-texts") },
        texts.map((text) => el("p", { class: "text" }, el("time", { class: "faint" }, moment(text.at)), " ", plain(text.text)))),
      el("p", {}, t("handover-place"))],
    fields: [{ name: "service", label: "handover-service", kind: "select", options: [["119", t("service-119")], ["112", t("service-112")]] }, { name: "told", label: "handover-told", required: true }],
    left: () => { if (isOpen) tell(t("handover-open"), true); },
  }, ({ service, told }) => act({ action: "handover", service, told, last_seen: shown.last_inbound_id }, isOpen ? "handed-over" : "handed-over-again"));
}

/** What the buttons and keys do. `desk.detail()` is the conversation that is open here. */
export function deeds(desk) {
  const id = () => desk.detail()?.id;
  const act = async (body, did = "done") => {
    const n = id();
    await post(`/v1/conversations/${n}/actions`, body);
    tell(t(did, { n }));
    await desk.reload();
  };
  const window = (what, fields, action, more = () => ({})) => () => {
    const detail = desk.detail();
    if (detail) ask({ title: `${t(what).replace(/ …$/, "")} · ${t("conversation-n", { n: detail.id })}`, fields: fields(detail), ...more() }, (values) => action(values, detail));
  };
  /** What becomes of an answer that was begun. */
  const begun = (word) => (desk.written().trim() ? { why: t(word) } : {});
  /** Passing on a danger that is not over makes it ring again. */
  const passed = () => {
    const { tier, danger_end } = desk.detail(), mine = begun("transfer-begun");
    return tier === 1 && !danger_end ? { why: [t("transfer-danger"), mine.why].filter(Boolean).join(" "), isBad: true } : mine;
  };
  let warned = "";
  const reason = () => [{ name: "reason", label: "reason", kind: "area", required: true }];
  const categories = () => desk.categories.map((one) => [one, one]);
  const spans = () => [15, 30, 60, 120, 240, 1440].map((n) => [n, n < 60 ? t("span-minutes", { n }) : n < 1440 ? t("span-hours", { n: n / 60 }) : t("span-days", { n: 1 })]);
  const reveal = (what) => async ({ reason }, detail) => {
    const shown = await post(`/v1/conversations/${detail.id}/reveal`, { reason, what });
    desk.reveal(shown);
    await desk.reload();
  };
  return {
    async ack() {
      try { await act({ action: "ack" }, desk.detail().claimed_by ? "acked" : "acked-take"); } catch (error) { tellError(error); }
    },
    urgent: window("urgent", () => [], () => act({ action: "urgent" }, "urgent-done"), () => ({ why: t("urgent-why"), isBad: true })),
    where: window("where", () => [], () => act({ action: "where" }), () => ({ why: t("where-why") })),
    falseAlarm: window("false-alarm", reason, ({ reason }, detail) => act({ action: "false_alarm", reason, last_seen: detail.last_inbound_id }), () => ({ why: t("false-alarm-why") })),
    handover: () => handover(desk, act).catch(tellError),
    note: window("note", () => [{ name: "text", label: "note-text", kind: "area", required: true }], ({ text }) => act({ action: "note", text })),
    promise: window("promise-alone", () => [{ name: "minutes", label: "promise-by", kind: "select", options: spans(), value: 30 }],
      ({ minutes }) => act({ action: "promise", due_at: desk.serverNow() + minutes * 60_000 })),
    category: window("set-category", (detail) => [{ name: "category", label: "category", kind: "select", options: categories(), value: detail.category }], ({ category }) => act({ action: "category", category })),
    transfer: window("transfer", (detail) => [
      { name: "desk", label: "transfer-desk", kind: "select", options: [["", "–"], ...desk.desks.filter(({ key }) => key !== detail.desk).map(({ key, name }) => [key, name])] },
      { name: "person", label: "transfer-person", kind: "select", options: [["", "–"], ...desk.colleagues.filter(({ is_me }) => !is_me).map(({ login, name, presence }) => [login, `${name} (${login}) · ${t(`presence-${presence}`)}`])] },
      { name: "note", label: "note-text", kind: "area", required: true }],
    ({ desk: to, person, note }) => {
      // Said once: who presses again means it.
      const off = desk.colleagues.find((one) => one.login === person && one.presence === "off");
      if (off && warned !== `${id()} ${person}`) {
        warned = `${id()} ${person}`;
        throw new Error(t("transfer-off", { who: off.name }));
      }
      warned = "";
      return act({ action: "transfer", desk: to || null, person: person || null, note });
    }, passed),
    takeOver: window("take-over", () => [{ name: "note", label: "note-text", kind: "area", required: true }], ({ note }) => act({ action: "take", note }, "claimed")),
    release: window("release", () => [], async (_, detail) => {
      await post(`/v1/conversations/${detail.id}/release`);
      await desk.reload();
    }, () => ({ why: t("release-why") })),
    close: window("close", (detail) => [
      { name: "category", label: "category", kind: "select", options: [["", t("category-none")], ...categories()], value: detail.category ?? "" },
      { name: "reason", label: "reason-perhaps" },
      ...(detail.state === "active" ? [{ name: "unanswered", label: "close-unanswered", kind: "check" }] : []),
      ...(detail.promise_due_at ? [{ name: "drop", label: "drop-promise", kind: "check" }] : [])],
    async ({ category, reason, drop, unanswered }, detail) => {
      await post(`/v1/conversations/${detail.id}/close`, { last_seen: detail.last_inbound_id, category: category || null, reason: reason || null, drop_promise: Boolean(drop), unanswered: Boolean(unanswered) });
      tell(t("closed-done", { n: detail.id }));
      desk.left(detail.id);
    }, () => begun("close-begun")),
    reveal: window("reveal", reason, reveal("number"), () => ({ why: t("reveal-why") })),
    revealTexts: window("reveal-texts", reason, reveal("texts"), () => ({ why: t("reveal-why") })),
  };
}
