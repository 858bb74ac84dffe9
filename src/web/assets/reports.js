// Reports for a chosen period and desk: figures, tables and charts, to read and to print. The same figures as `munja report`.

import { get, onRefused, Problem, setToken } from "./api.js";
import { byId, el, put, show, svg } from "./dom.js";
import { head, loggedIn } from "./head.js";
import { ask, begin } from "./login.js";
import { dayOf, duration, moment, setServerNow, setZone } from "./times.js";
import { t } from "./words.js";

const PERIODS = ["today", "this-month", "last-month", "this-week", "last-week", "yesterday", "this-year", "last-year", "own"];
/** Tables whose rows follow in time: their chart stands upright. */
const IN_TIME = ["hour", "day", "weekday", "month", "staffing_working_days", "staffing_free_days"];
let today = null, desks = [], person = null, shown = null, chosen = "this-month";

async function start(me) {
  person = me;
  loggedIn(me?.role);
  try {
    const board = await get("/v1/board");
    setZone(board.time_zone);
    setServerNow(board.now_at);
    today = dayOf(board.now_at);
    desks = board.desks;
  } catch (error) { return say(error.message || t("server-silent"), true); }
  choices();
  choosePeriod();
  byId("period").focus();
}

function choices() {
  const desk = byId("of-desk").value;
  put(byId("period"), PERIODS.map((one) => el("option", { value: one }, t(`period-${one}`))));
  byId("period").value = chosen;
  put(byId("of-desk"), el("option", { value: "" }, t("all-desks")), desks.map(({ key, name }) => el("option", { value: key }, name)));
  byId("of-desk").value = desk;
  show(byId("desk-row"), desks.length > 1);
}

/** A day of the calendar, so many days later. */
function day(of, days = 0) {
  const at = new Date(`${of}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** First and last day of what is chosen, not beyond today. */
function daysOf(period) {
  const [year, month] = today.split("-").map(Number);
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  const first = (y, m) => new Date(Date.UTC(y, m - 1, 1)).toISOString().slice(0, 10);
  switch (period) {
    case "this-month": return [first(year, month), today];
    case "last-month": return [first(year, month - 1), day(first(year, month), -1)];
    case "this-week": return [day(today, -weekday), today];
    case "last-week": return [day(today, -weekday - 7), day(today, -weekday - 1)];
    case "today": return [today, today];
    case "yesterday": return [day(today, -1), day(today, -1)];
    case "this-year": return [first(year, 1), today];
    case "last-year": return [first(year - 1, 1), day(first(year, 1), -1)];
    default: return [byId("from").value, byId("to").value];
  }
}

function choosePeriod() {
  chosen = byId("period").value;
  [byId("from").value, byId("to").value] = daysOf(chosen);
  byId("from").max = byId("to").max = today;
}

function say(words, isBad = false) {
  byId("said").className = isBad ? "bad" : "";
  byId("said").textContent = words;
}

/** Asks one after the other: the server makes one report at a time. */
async function load() {
  const query = new URLSearchParams({ from: byId("from").value, to: byId("to").value });
  if (byId("of-desk").value) query.set("desk", byId("of-desk").value);
  const figures = await get(`/v1/reports?${query}`);
  const takesDuty = ["counselor", "supervisor", "administrator"].includes(person?.role);
  const optional = async (path) => {
    try { return await get(path); } catch (error) {
      if (error instanceof Problem && error.code === "role_refuses") return null;
      throw error;
    }
  };
  const people = takesDuty ? await optional(`/v1/reports/counselors?${query}`) : null;
  return { figures, people, staffing: await get(`/v1/reports/staffing?${query}`) };
}

async function showReport(event) {
  event?.preventDefault();
  if (!byId("from").reportValidity() || !byId("to").reportValidity()) return;
  byId("show").disabled = true;
  say(t("report-counting"));
  try {
    shown = await load();
    draw();
    say(t("report-done"));
  } catch (error) { say(error.message || t("server-silent"), true); } finally { byId("show").disabled = false; }
}

function value(unit, n) {
  if (n === null || n === undefined) return "–";
  if (unit === "ms") return duration(n);
  if (unit === "per_mille") return `${(n / 10).toFixed(1)} %`;
  if (unit === "hundredths") return (n / 100).toFixed(2);
  return String(n);
}

function draw() {
  const { figures, people, staffing } = shown;
  const desk = desks.find(({ key }) => key === figures.desk)?.name ?? t("all-desks");
  const title = t("report-title", { from: figures.from, to: figures.to, desk });
  const remarks = [t("report-made", { time: moment(figures.made_at) })];
  const published = figures.published_at === null ? null : dayOf(figures.published_at);
  if (figures.is_before_records) remarks.push(t("report-before-records"));
  else if (!figures.is_final) remarks.push(t("report-not-final", { date: dayOf(figures.settles_at) }));
  else if (!published) remarks.push(t("report-final"));
  if (published) remarks.push(t(figures.is_final ? "report-final-published" : "report-published", { date: published }));
  for (const one of figures.corrections) {
    remarks.push(t("report-corrected", { month: one.month, name: one.title, published: value(one.unit, one.published), date: dayOf(one.published_at), now: value(one.unit, one.now) }));
  }
  const groups = [[null, figures], ["report-of-counselors", people], ["report-of-staffing", staffing]].filter(([, report]) => report);
  const sections = groups.flatMap(([heading, report]) => {
    const tables = report.tables.filter(({ rows }) => rows.length).map(table);
    const sums = report.figures.length ? [sumsOf(report, t(heading ?? "report-figures"))] : [];
    const head = heading && (tables.length || sums.length) ? [el("h2", {}, t(heading))] : [];
    return [...head, ...sums, ...tables];
  });
  put(byId("report"), el("h2", { id: "report-title", tabindex: "-1" }, title), el("ul", { class: "remarks" }, remarks.map((one) => el("li", {}, one))), sections, definitions(groups));
  show(byId("print"), true);
  document.title = title;
}

/** A table that scrolls by itself where it is wide, also by keyboard. */
const scrolling = (label, inner) => el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label }, inner);

function sumsOf(report, label) {
  const head = ["report-figure", "report-value", "report-goal"].map((key, i) => el("th", { scope: "col", class: i ? "" : "first" }, t(key)));
  const goal = ({ goal: wanted, unit, value: n }) => {
    if (wanted === null || wanted === undefined) return "";
    const kept = n !== null && n >= wanted;
    const word = n === null ? "" : ` ${kept ? `✓ ${t("target-kept")}` : `✗ ${t("target-missed")}`}`;
    return el("span", { class: kept ? "kept" : "missed" }, value(unit, wanted), word);
  };
  const rows = report.figures.map((one) => el("tr", {}, el("th", { scope: "row" }, one.title), el("td", {}, value(one.unit, one.value)), el("td", {}, goal(one))));
  return el("section", {}, scrolling(label, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows))));
}

function table(of) {
  const most = Math.max(1, ...of.rows.map(({ cells }) => cells[0] ?? 0));
  const isUpright = IN_TIME.includes(of.id);
  const bar = (row) => svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { x: 0, y: 1, width: ((row.cells[0] ?? 0) / most) * 100, height: 8 }));
  const head = [el("th", { scope: "col", class: "first" }, of.title), of.columns.map((column) => el("th", { scope: "col" }, column.title))];
  if (!isUpright) head.push(el("td", { class: "bar" }));
  const rows = of.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.label), row.cells.map((cell, i) => el("td", {}, value(of.columns[i]?.unit, cell))), isUpright ? null : el("td", { class: "bar" }, bar(row))));
  const drawn = el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
  return el("section", {}, el("h3", {}, of.title), isUpright ? upright(of, most) : null, scrolling(of.title, drawn));
}

/** Bars of the first column; the table below says the same to who does not see them. */
function upright(of, most) {
  const step = 100 / of.rows.length;
  const bars = of.rows.map((row, i) => {
    const tall = ((row.cells[0] ?? 0) / most) * 96;
    return svg("rect", { x: i * step + step * 0.1, y: 100 - tall, width: step * 0.8, height: tall });
  });
  const label = `${of.title}: ${of.columns[0]?.title ?? ""}`;
  const chart = svg("svg", { class: "chart", viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label }, bars);
  // As many labels as there is room for, each below its bar.
  const each = Math.ceil(of.rows.length / 8), wide = 720 / of.rows.length;
  const marks = of.rows.map(({ label: mark }, i) => (i % each ? null : svg("text", { x: (i + 0.5) * wide, y: 11, "text-anchor": i ? "middle" : "start" }, mark)));
  return el("div", {}, chart, svg("svg", { class: "axis", viewBox: "0 0 720 14", "aria-hidden": "true" }, marks));
}

function definitions(groups) {
  const all = new Map();
  for (const [, report] of groups) {
    for (const { title, definition } of [...report.figures, ...report.tables.flatMap(({ columns }) => columns)]) {
      if (definition && !all.has(title)) all.set(title, definition);
    }
  }
  return el("details", { open: true }, el("summary", {}, t("report-definitions")), el("dl", {}, [...all].map(([title, words]) => [el("dt", {}, title), el("dd", {}, words)])));
}

head("/reports", "reports", () => {
  if (!today) return location.reload();
  choices();
  // Titles and definitions come from the server in the page's language.
  if (shown) showReport();
});
onRefused(() => { setToken(null); ask(t("expired")); });
byId("period").addEventListener("change", choosePeriod);
for (const id of ["from", "to"]) byId(id).addEventListener("change", () => { byId("period").value = chosen = "own"; });
byId("ask").addEventListener("submit", showReport);
byId("print").addEventListener("click", () => print());
begin(start);
