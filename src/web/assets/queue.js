// The queue: danger first, then who waits longest, in the server's order; then what one holds, and what colleagues hold.

import { get } from "./api.js";
import { byId, el, plain, put } from "./dom.js";
import { moment, now, since } from "./times.js";
import { t } from "./words.js";

const MOST = 100;
let rows = [], nTotal = 0, nRinging = 0, sections = [];

/** Asks for everything that is open. Each answer stands in the access log, so callers ask seldom. */
export async function load() {
  const list = await get(`/v1/conversations?state=open&limit=${MOST}`);
  rows = list.conversations;
  nTotal = list.n_total;
  nRinging = list.n_ringing ?? 0;
}

export const dangers = () => rows.filter((row) => row.is_ringing);
/** Who holds a danger that rings, if anybody does: nobody is told that nobody does while somebody has it. */
export const alarmOf = (row) => (row.claimed_by ? t("danger-held", { who: row.claimed_by.name }) : t("danger-ringing"));
export const knows = (id) => rows.some((row) => row.id === id);

/** Draws it anew; the focus stays on the same conversation. */
export function draw(me, open, choose) {
  const of = (row) => (row.is_ringing ? 0 : row.claimed_by?.id === me.id ? 2 : row.claimed_by ? 3 : 1);
  const titles = [t("danger"), t("waiting"), t("mine"), t("others")];
  sections = titles.map((title, i) => ({ title, i, rows: rows.filter((row) => of(row) === i) }));
  const focused = document.activeElement?.dataset?.conversation;
  put(byId("queue"), sections.map(({ title, i, rows }) => {
    if (!rows.length && i !== 1) return null;
    const list = rows.length ? el("ul", {}, rows.map((row) => line(row, open, choose))) : el("p", { class: "faint" }, t("waiting-none"));
    return el("section", {}, el("h2", {}, `${title} (${i ? rows.length : Math.max(rows.length, nRinging)})`), list);
  }), nTotal > rows.length ? el("p", {}, t("more", { n: nTotal - rows.length })) : null);
  if (focused) byId("queue").querySelector(`[data-conversation="${focused}"]`)?.focus();
}

function line(row, open, choose) {
  return el("li", { class: row.is_ringing ? "danger" : "" }, el("button", {
    type: "button", "data-conversation": row.id, "aria-current": row.id === open ? "true" : null, onclick: () => choose(row.id),
  },
  el("span", { class: "line" }, el("strong", {}, `#${row.id}`), el("span", {}, row.citizen), row.citizen_name ? el("span", { class: "faint" }, row.citizen_name) : null, badges(row)),
  el("span", { class: "preview" }, row.is_abusive ? t("abusive-hidden") : plain(row.preview))));
}

const badge = (words, kind = "") => el("span", { class: `badge ${kind}` }, words);

export function badges(row) {
  return [
    row.tier ? badge(`${row.tier === 1 ? "⚠ " : ""}${t(`tier-${row.tier}`)}`, row.tier === 1 ? "bad" : "warn") : null,
    row.waiting_since_at !== null ? el("span", {}, t("waits", { time: since(row.waiting_since_at) })) : el("span", {}, t(`state-${row.state}`)),
    row.promise_due_at ? badge(t(row.promise_due_at < now() ? "promise-late" : "promised", { time: moment(row.promise_due_at) }), "warn") : null,
    row.late_sent_at ? badge(t("came-late", { time: moment(row.late_sent_at) })) : null,
    row.n_photos ? badge(t("n-photos", { n: row.n_photos })) : null,
    row.refuses_texts ? badge(t("refuses-texts"), "warn") : null,
    row.n_in_doubt ? badge(t("n-doubt", { n: row.n_in_doubt }), "warn") : null,
    row.claimed_by ? el("span", { class: "faint" }, t("held-by", { who: row.claimed_by.name })) : null,
    row.offered_to ? el("span", { class: "faint" }, t("offered", { who: row.offered_to_name ?? row.offered_to })) : null,
  ];
}

/** Moves the focus along the queue. */
export function step(by) {
  const all = [...byId("queue").querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const from = at >= 0 ? at : all.findIndex((button) => button.hasAttribute("aria-current"));
  all[Math.min(all.length - 1, Math.max(0, from < 0 ? 0 : from + by))]?.focus();
}
