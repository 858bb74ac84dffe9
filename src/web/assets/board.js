// The live board: figures, and nothing of a citizen. One stream brings everything; ages are counted here.

import { follow, onRefused, setToken } from "./api.js";
import { byId, el, put, say, show, svg } from "./dom.js";
import { connection, head, loggedIn } from "./head.js";
import { ask, begin } from "./login.js";
import { clock, moment, now, seconds, setServerNow, setZone, since, span } from "./times.js";
import { t } from "./words.js";

const FILTER = "munja.board.desk";
let board = null;
let chosen = new URLSearchParams(location.search).get("desk") ?? localStorage.getItem(FILTER) ?? "";
let said = { counts: "", dangers: new Map() };
let stop = () => {};

function start(me) {
  loggedIn(me?.role);
  stop();
  keepAwake();
  stop = follow("/v1/board/live", {
    event(kind, view) {
      if (kind !== "board") return;
      board = view;
      setZone(view.time_zone);
      setServerNow(view.now_at);
      draw();
    },
    back: () => connection("connected", false),
    lost: () => connection("reconnecting", true),
    refused: (problem) => { setToken(null); ask(problem.message); },
  });
}

/** A screen on the wall stays on, where the browser can do that. */
function keepAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}

const desk = () => board.desks.find(({ key }) => key === chosen) ?? board.all;
const fits = (row) => !desk().key || row.desk === desk().key;

function draw() {
  const of = desk();
  byId("as-of").textContent = t("as-of", { time: clock(board.now_at) });
  filter();
  const recovery = board.recovery ? t("recovery") : "";
  byId("trouble").textContent = recovery;
  show(byId("trouble"), Boolean(recovery));
  dangers();
  counts(of);
  counselors();
  put(byId("today"), day(of, "today-texts", "n_texts"), day(of, "today-opened", "n_opened"));
  put(byId("hours"), hours(of));
  put(byId("times"), times("receipt", of.receipt, board.receipt_targets), times("first-reply", of.first_reply, board.reply_targets),
    times("danger-acked-time", of.danger_acked, board.danger_acked_targets), times("danger-answered-time", of.danger_answered, board.danger_answered_targets));
  put(byId("carriers"), board.carriers.map(carrier));
  put(byId("desks"), board.desks.map((one) => el("li", {}, `${one.name}: `, el("span", { class: "faint" }, hoursOf(one)))));
  document.title = `${of.n_waiting} · ${t("app")} ${t("board")}`;
}

function filter() {
  const select = byId("filter");
  const wanted = [["", t("all-desks")], ...board.desks.map(({ key, name }) => [key, name])];
  const has = [...select.options].map((option) => [option.value, option.text]);
  if (JSON.stringify(has) !== JSON.stringify(wanted)) {
    put(select, wanted.map(([value, name]) => el("option", { value }, name)));
    select.value = desk().key;
  }
  show(byId("filter-row"), board.desks.length > 1);
}

const number = (label, value, more, kind = "") => el("div", {}, el("dt", {}, t(label)), el("dd", { class: kind }, value, more ? el("small", {}, more) : null));

function counts(of) {
  const oldest = of.oldest_waiting_since_at === null ? "–" : since(of.oldest_waiting_since_at);
  put(byId("counts"), number("waiting", of.n_waiting), number("oldest", oldest, null, "middle"), number("in-talk", of.n_active), number("we-wait", of.n_answered));
  const words = `${t("waiting")} ${of.n_waiting}, ${t("in-talk")} ${of.n_active}`;
  if (words !== said.counts) byId("counts-said").textContent = words;
  said.counts = words;
}

function dangers() {
  const open = board.dangers.filter(fits);
  const rings = (one) => (one.held_by ? t("danger-held", { who: one.held_by }) : t("danger-ringing"));
  const state = (one) => (one.is_ringing ? rings(one) : t("danger-acked", { who: one.acked_by ?? "" }));
  const rows = open.map((one) => el("p", { class: one.is_ringing ? "one ringing" : "one" },
    el("span", {}, `${one.is_ringing ? "⚠" : "◐"} ${t("conversation-n", { n: one.conversation_id })}`),
    el("span", {}, state(one)), el("span", {}, since(one.since_at)),
    one.n_calls > 0 ? el("span", {}, t("danger-calls", { n: one.n_calls })) : null));
  put(byId("danger-list"), rows.length ? rows : el("p", { class: "none" }, `✓ ${t("danger-none")}`));
  const seen = new Map(open.map((one) => [one.conversation_id, state(one)]));
  const fresh = [...seen].filter(([id, words]) => said.dangers.get(id) !== words);
  if (fresh.length) say(byId("danger-said"), fresh.map(([n, words]) => t("danger-say", { n, state: words })).join(". "));
  said.dangers = seen;
}

function counselors() {
  const people = new Map();
  const serves = (one) => !desk().key || one.desks === "*" || one.desks.split(" ").includes(desk().key);
  for (const one of board.counselors.filter(serves)) people.set(one.counselor_id, { ...one, n_active: 0, n_answered: 0 });
  for (const held of board.held.filter(fits)) {
    const known = people.get(held.counselor_id) ?? { name: held.name, presence: "off", n_active: 0, n_answered: 0 };
    known.n_active += held.n_active;
    known.n_answered += held.n_answered;
    people.set(held.counselor_id, known);
  }
  if (!people.size) return put(byId("counselors"), el("p", { class: "faint" }, t("nobody-holds")));
  const head = ["counselor", "presence", "in-talk", "we-wait"].map((key, i) => el("th", { scope: "col", class: i > 1 ? "n" : "" }, t(key)));
  const rows = [...people.values()].map((one) => el("tr", {}, el("th", { scope: "row" }, one.name), el("td", {}, t(`presence-${one.presence}`)), el("td", { class: "n" }, one.n_active), el("td", { class: "n" }, one.n_answered)));
  put(byId("counselors"), el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

const day = (of, label, field) => number(label, of.today[field], t("week-ago", { n: of.before[field], all: of.before_whole[field] }));

/** Bars of 24 hours; the label says the figures to who does not see them. */
function hours(of) {
  const most = Math.max(1, ...of.hours, ...of.hours_before);
  const bar = (n, hour, kind) => svg("rect", { class: kind, x: hour * 10 + 1, width: 8, y: 100 - (n / most) * 98, height: (n / most) * 98 });
  const figures = of.hours.map((n, hour) => (n || of.hours_before[hour] ? `${hour}: ${n} (${of.hours_before[hour]})` : null)).filter(Boolean);
  return svg("svg", { viewBox: "0 0 240 101", preserveAspectRatio: "none", role: "img", "aria-label": `${t("hours")}. ${figures.join(", ")}` },
    of.hours.map((n, hour) => bar(n, hour, "now")), of.hours_before.map((n, hour) => bar(n, hour, "then")));
}

function times(label, of, targets) {
  const median = of.median_ms === null ? t("none-yet") : t("median", { time: seconds(of.median_ms), n: of.n });
  const line = ({ within_ms, percent }, i) => {
    const share = of.percent[i];
    const values = { time: within_ms < 60_000 ? seconds(within_ms) : span(within_ms), percent, share };
    if (share === null || share === undefined) return el("li", { class: "faint" }, t("target-none", values));
    const kept = share >= percent;
    return el("li", {}, t("target", values), " ", el("span", { class: kept ? "badge good" : "badge warn" }, kept ? `✓ ${t("target-kept")}` : `✗ ${t("target-missed")}`));
  };
  return [el("h3", {}, `${t(label)}: `, el("span", { class: "faint" }, median)), el("ul", {}, targets.map(line))];
}

function carrier(one) {
  const isDeaf = one.hearing === "deaf";
  const works = one.state === "works" && !isDeaf;
  const words = [t(`carrier-${one.state}`)];
  if (one.hearing) words.push(isDeaf ? t("carrier-deaf", { time: one.deaf_since_at ? moment(one.deaf_since_at) : "?" }) : t(`carrier-${one.hearing}`));
  if (one.sends) words.push(t(`carrier-${one.sends}`));
  return el("li", {}, el("span", { class: works ? "badge good" : "badge bad" }, works ? "✓" : "✗"), ` ${one.name}: ${words.join(" · ")}`);
}

function hoursOf(one) {
  if (one.is_open) return one.until_at ? t("open-until", { time: moment(one.until_at) }) : t("open-now");
  return one.until_at ? t("closed-until", { time: moment(one.until_at) }) : t("closed-now");
}

head("/board", "board", () => {
  if (!board) return location.reload();
  draw();
});
onRefused(() => {});
byId("filter").addEventListener("change", (event) => {
  chosen = event.target.value;
  localStorage.setItem(FILTER, chosen);
  draw();
});
document.addEventListener("visibilitychange", () => { if (board) keepAwake(); });
// Ages grow without an event.
setInterval(() => { if (board) { board.now_at = now(); draw(); } }, 10_000);
begin(start);
