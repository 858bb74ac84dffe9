// The service's own words, for supervisors: canned replies, categories, automatic texts, words of danger. What would change is shown
// before it is stored; what was stored is in force at once, and older versions can be brought back.

import { call, get, onRefused, setToken } from "./api.js";
import { byId, el, plain, put, say as tellReader, show } from "./dom.js";
import { head, loggedIn } from "./head.js";
import { ask, begin } from "./login.js";
import { moment } from "./times.js";
import { t } from "./words.js";

const LISTS = ["replies", "categories", "texts", "words"];
/** Stands for the operator's file where a content stands else. */
const FILE = null;
let current = null, checked, stored = "", versions = [], preview = null, faults = [], isIn = false, isBusy = false;
/** What was written and not stored, by list: it comes back with the list. */
const written = new Map();

async function start(me) {
  loggedIn(me?.role);
  if (me?.role !== "supervisor") return tell(t("lists-supervisors"), true);
  isIn = true;
  choices();
  show(byId("edit"), true);
  await load("replies");
  byId("list").focus();
}

function choices() {
  const list = byId("list");
  const chosen = list.value || "replies";
  put(list, LISTS.map((one) => el("option", { value: one }, t(`lists-${one}`))));
  list.value = chosen;
}

function tell(words, isBad = false) {
  byId("said").className = isBad ? "bad" : "";
  tellReader(byId("said"), words);
}

const path = () => `/v1/lists/${byId("list").value}`;

/** Reads the list anew. What was written and not stored stands in the field again. */
async function load(list) {
  byId("list").value = list;
  forget();
  try {
    const [found, past] = await Promise.all([get(path()), get(`${path()}/history`)]);
    current = found;
    versions = past.versions;
    stored = found.content;
    byId("content").value = written.get(list) ?? found.content;
  } catch (error) { return tell(error.message || t("server-silent"), true); }
  draw();
}

function forget() {
  checked = undefined;
  preview = null;
  faults = [];
}

function draw() {
  if (!current) return;
  const parts = [t(`lists-source-${current.source}`)];
  if (current.version) parts.push(t("lists-version", { n: current.version }), plain(current.by ?? ""), moment(current.at));
  if (current.refused) parts.push(t("lists-refused", { why: faultLine(current.refused) }));
  byId("state").textContent = parts.join(" · ");
  show(byId("file"), current.source === "supervisor" || Boolean(current.refused));
  drawFaults();
  drawPreview();
  drawVersions();
}

function faultLine(fault) {
  const other = fault.list && fault.list !== byId("list").value ? t(`lists-${fault.list}`) : null;
  return [other, fault.line ? t("lists-line", { n: fault.line }) : null, fault.key, fault.message].filter(Boolean).join(": ");
}

/** Each fault leads to its line. */
function drawFaults() {
  // A line of another list or file is not in this field.
  const isHere = (fault) => fault.line && fault.list === byId("list").value;
  const one = (fault) => isHere(fault) ? el("button", { type: "button", onclick: () => toLine(fault.line) }, `⚠ ${faultLine(fault)}`) : el("p", { class: "said" }, `⚠ ${faultLine(fault)}`);
  put(byId("faults"), faults.map(one));
}

function toLine(n) {
  const content = byId("content");
  const lines = content.value.split("\n");
  const from = lines.slice(0, n - 1).reduce((sum, line) => sum + line.length + 1, 0);
  content.focus();
  content.setSelectionRange(from, from + (lines[n - 1] ?? "").length);
  content.scrollTop = (content.scrollHeight / Math.max(1, lines.length)) * Math.max(0, n - 4);
}

function drawPreview() {
  show(byId("preview"), Boolean(preview));
  if (!preview) return;
  const rows = preview.changes.map((change) => el("li", { class: change.before === null ? "new" : change.after === null ? "gone" : null }, changeLine(change), change.size ? el("span", { class: "faint" }, ` (${length(change.size)})`) : null, weights(change).map((words) => el("span", { class: "weight" }, `⚠ ${words}`))));
  const known = hint(preview);
  put(byId("changes"), [...(rows.length ? rows : [el("li", {}, t("lists-no-change"))]), known && rows.length ? el("li", { class: "hint" }, t(known)) : null]);
}

/** What somebody should know who changes this list. */
function hint({ list, changes }) {
  if (list === "categories" && changes.every((change) => change.key !== "version")) return "lists-version-kept";
  return list === "words" && changes.some((change) => change.after !== null) ? "lists-words-from-now" : null;
}

function changeLine({ key, before, after }) {
  const entry = (text) => plain(text ? `${key}: ${text}` : key);
  if (before === null) return t("lists-added", { entry: entry(after) });
  if (after === null) return t("lists-removed", { entry: entry(before) });
  return t("lists-changed", { key: plain(key), before: plain(before), after: plain(after) });
}

/** How a canned reply or an automatic text leaves, at its longest. */
function length({ kind, n, most, unit, n_parts }) {
  return t(n_parts > 1 ? "length-parts" : "length", { kind: kind.toUpperCase(), n, most, parts: n_parts, unit: t(`unit-${unit}`) });
}

function weights(change) {
  const found = [];
  if (change.n_all) found.push(t("lists-uses", { n: change.n_all, open: change.n_open ?? 0 }));
  if (change.n_found) found.push(t("lists-found", { n: change.n_found, texts: preview.n_texts }));
  return found;
}

function drawVersions() {
  show(byId("past"), versions.length > 0);
  const head = ["version-head", "time", "who", "reason"].map((key) => el("th", { scope: "col" }, t(`lists-${key}`)));
  const row = (one) => el("tr", {}, el("th", { scope: "row" }, one.version), el("td", {}, moment(one.at)), el("td", {}, plain(one.by)), el("td", {}, plain(one.reason)),
    el("td", {}, one.is_file ? t("lists-source-file") : el("button", { type: "button", onclick: () => alone(() => bring(one.version)) }, t("lists-bring", { n: one.version }))));
  put(byId("versions"), el("table", {}, el("thead", {}, el("tr", {}, head, el("th", { scope: "col" }, t("lists-what")))), el("tbody", {}, versions.map(row))));
}

/** Puts an older version into the field, to be stored again. */
async function bring(version) {
  try {
    byId("content").value = (await get(`${path()}/history/${version}`)).content;
  } catch (error) { return tell(error.message || t("server-silent"), true); }
  changed();
  await check(byId("content").value);
  if (preview) tell(t("lists-brought", { n: version }));
}

function changed() {
  const list = byId("list").value, content = byId("content").value;
  if (content === stored) written.delete(list); else written.set(list, content);
  forget();
  drawFaults();
  drawPreview();
}

const asked = (content, isDry) => call("PUT", path(), { content, based_on: current.version, reason: byId("reason").value.trim(), dry_run: isDry });

/** Says what the content would change; true if it can be used. */
async function check(content) {
  forget();
  try {
    preview = await asked(content, true);
    checked = content;
    tell(t("lists-checked"));
  } catch (error) { refused(error); }
  drawFaults();
  drawPreview();
  return Boolean(preview);
}

function refused(error) {
  faults = error.details?.faults ?? [];
  tell(error.code === "list_refused" ? t("lists-faults") : error.message || t("server-silent"), true);
}

/** Stores what was looked at; what was not yet is only shown. */
async function store(content) {
  if (checked !== content) {
    if (await check(content)) tell(t("lists-look"));
    return;
  }
  if (!byId("reason").value.trim()) {
    tell(t("lists-needs-reason"), true);
    return byId("reason").focus();
  }
  try {
    const answer = await asked(content, false);
    written.delete(byId("list").value);
    byId("reason").value = "";
    await load(byId("list").value);
    tell(t(answer.is_same ? "lists-same" : answer.source === "supervisor" ? "lists-stored" : "lists-stored-file", { n: answer.version }));
  } catch (error) { refused(error); drawFaults(); }
}

/** One thing after the other: no button does anything while one of them is at it. */
async function alone(action) {
  if (isBusy) return;
  isBusy = true;
  try { await action(); } finally { isBusy = false; }
}

head("/lists", "lists", () => {
  if (!isIn) return location.reload();
  choices();
  // What is wrong is said by the server, in the page's language.
  faults = [];
  draw();
});
onRefused(() => { setToken(null); ask(t("expired")); });
byId("list").addEventListener("change", () => load(byId("list").value));
byId("content").addEventListener("input", changed);
byId("check").addEventListener("click", () => alone(() => check(byId("content").value)));
byId("edit").addEventListener("submit", (event) => { event.preventDefault(); alone(() => store(byId("content").value)); });
byId("file").addEventListener("click", () => alone(() => store(FILE)));
begin(start);
