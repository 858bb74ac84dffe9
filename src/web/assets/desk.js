// The web desk: queue on one side, one conversation on the other, everything live. A face over the API like any other.

import { call, follow, get, note, onRefused, post, setToken, token } from "./api.js";
import * as bulletins from "./bulletins.js";
import { composer } from "./composer.js";
import { showDialog, tell, tellError } from "./dialogs.js";
import { byId, el, plain, put, say, show } from "./dom.js";
import { connection, head, loggedIn } from "./head.js";
import { listen, showKeys } from "./keys.js";
import { ask, begin } from "./login.js";
import * as queue from "./queue.js";
import { search } from "./search.js";
import { tidy } from "./sending.js";
import { moment, now, secondsTo, setServerNow } from "./times.js";
import { deeds, view } from "./talk.js";
import { t } from "./words.js";

/** Each look at the list stands in the access log: not more often than this (milliseconds). */
const LIST_PACE = 1_000;
const SOUND = "munja.sound";

/** The newest answer of this page that can be taken back: its conversation, one of its texts, and when it leaves. */
let held = null;
let me = null, detail = null, writing = null, stop = () => {}, listed = 0, timer = 0, loading = null;
const sound = {
  isOn: () => localStorage.getItem(SOUND) !== "off",
  set: (is) => localStorage.setItem(SOUND, is ? "on" : "off"),
};

const desk = {
  me: null, desks: [], colleagues: [], categories: [], canned: [], filled: new Map(),
  detail: () => detail,
  serverNow: now,
  open, reload, left, reveal, claim, sent, recall,
  redraw: () => drawTalk(),
  cannedOf,
  focusTalk: () => byId("talk").focus(),
  written: () => writing?.text() ?? "",
};
desk.do = deeds(desk);

async function start(who) {
  if (!who || !["counselor", "supervisor", "administrator"].includes(who.role)) {
    loggedIn();
    put(byId("talk"), el("p", {}, t("no-duty"), " ", el("a", { href: "/board" }, t("board"))));
    return;
  }
  desk.me = me = who;
  tidy();
  byId("who").textContent = `${me.name} · ${me.login}`;
  loggedIn(me.role);
  for (const id of ["help", "search"]) show(byId(id), true);
  try {
    await catalogue();
    await list();
    await presence();
    await bulletins.load(me);
  } catch (error) { tellError(error); }
  draw();
  stop();
  stop = follow("/v1/events", {
    event: happened,
    back(isFirst) {
      connection("connected", false);
      if (isFirst) return;
      tell(t("back"));
      catalogue().catch(() => {});
      soon();
      reload().catch(() => {});
    },
    lost: () => connection("reconnecting", true),
    refused: (problem) => { setToken(null); ask(problem.message); },
  });
  const wanted = Number(location.hash.slice(1));
  if (wanted && !detail) open(wanted);
}

async function colleagues() {
  desk.colleagues = (await get("/v1/colleagues")).colleagues;
}

const PRESENCES = ["on", "phone", "break", "off"];
async function presence() {
  await colleagues();
  const mine = desk.colleagues.find((one) => one.is_me);
  const select = byId("presence");
  put(select, PRESENCES.map((word) => el("option", { value: word }, t(`presence-${word}`))));
  select.value = mine?.presence ?? "off";
  show(byId("presence-row"), true);
}

async function sayPresence(word) {
  try {
    const { held } = await call("PUT", "/v1/me/presence", { presence: word });
    if (word === "off" && held.length) tell(t("presence-holds", { list: held.map((id) => `#${id}`).join(", ") }), true);
  } catch (error) { tellError(error); }
}

/** What the service knows beside conversations; supervisors may change it at any time. */
async function catalogue() {
  const [desks, categories, canned] = await Promise.all([get("/v1/desks"), get("/v1/categories"), get("/v1/canned")]);
  Object.assign(desk, { desks: desks.desks, categories: categories.categories, canned: canned.replies });
  desk.filled.clear();
  writing?.choices();
}

/** Canned replies as this desk says them. */
async function cannedOf(key) {
  if (!desk.filled.has(key)) desk.filled.set(key, (await get(`/v1/canned?desk=${encodeURIComponent(key)}`)).replies);
  return desk.filled.get(key);
}

/** Kinds of events that move no line of the list. */
const QUIET = ["hello", "message", "logged_in", "access_head", "worker_restarted", "revealed", "noted", "purged", "announced", "writing", "bulletin_begun", "bulletin_ended", "list_edited"];

function happened(kind, event) {
  const id = event.conversation_id;
  if (kind === "hello") setServerNow(event.at);
  if (!QUIET.includes(kind)) soon();
  if (kind === "presence") colleagues().catch(() => {});
  if (kind === "list_edited") catalogue().catch(() => {});
  if (kind === "bulletin_begun" || kind === "bulletin_ended") bulletins.load(me).catch(() => {});
  if (kind === "urgent" || kind === "escalated") ring();
  if (kind === "answer_lost" && event.detail !== "taken_back") tell(t("answer-lost", { n: id }), true);
  if (kind === "announced") tell(t("announced", { who: event.counselor_name ?? "", text: event.detail ?? "" }), true);
  if (kind === "answer_stopped" && held?.conversation === id) forgetHeld();
  if (kind === "answer_stopped" && event.counselor === me.login) tell(t("answer-stopped", { n: id }), true);
  if (kind === "reminder" && event.counselor === me.login) tell(t("reminder", { n: id }));
  if (detail && id === detail.id) {
    // Where it stops an answer, that is said.
    if (kind === "text_in" && !detail.messages.some(canBeTakenBack)) tell(t("event-text_in", { n: id }));
    reload().catch(() => {});
  }
}

/** Lists again, soon but not at once for each of many events. */
function soon() {
  if (timer) return;
  timer = setTimeout(async () => {
    timer = 0;
    try { await list(); draw(); } catch (error) { if (!detail) tellError(error); }
  }, Math.max(0, listed + LIST_PACE - Date.now()));
}

async function list() {
  listed = Date.now();
  await queue.load();
}

let rung = "";
function draw() {
  queue.draw(me, detail?.id, open);
  bulletins.draw(me);
  const dangers = queue.dangers();
  const words = dangers.map((row) => t("danger-say", { n: row.id, state: queue.alarmOf(row) })).join(" · ");
  if (words !== rung) { say(byId("alarm"), words); if (!words) byId("alarm").textContent = ""; }
  rung = words;
  document.title = `${dangers.length ? `⚠ ${dangers.length} · ` : ""}${detail ? `#${detail.id} · ` : ""}${t("app")}`;
}

/** Three short tones. Browsers allow them once somebody has pressed a key on the page. */
function ring() {
  if (!sound.isOn() || !navigator.userActivation?.hasBeenActive) return;
  const audio = new AudioContext();
  [0, 0.25, 0.5].forEach((at) => {
    const tone = audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.15);
  });
  setTimeout(() => audio.close(), 1_500);
}

async function open(id) {
  keepDraft();
  try {
    detail = await get(`/v1/conversations/${id}`);
  } catch (error) { return tellError(error); }
  history.replaceState(null, "", `#${id}`);
  writing = null;
  drawTalk();
  draw();
  byId("talk").focus();
  byId("talk").scrollTop = byId("talk").scrollHeight;
}

/** Reads the open conversation anew, once at a time. */
async function reload() {
  if (!detail) return;
  const id = detail.id;
  if (loading) { loading.again = true; return loading.done; }
  const mine = loading = { again: false };
  mine.done = (async () => {
    do {
      mine.again = false;
      const next = await get(`/v1/conversations/${id}`);
      if (detail?.id === id) { detail = next; drawTalk(); }
    } while (mine.again);
  })().finally(() => { loading = null; });
  return mine.done;
}

function drawTalk() {
  const main = byId("talk");
  const focused = document.activeElement;
  const holds = detail.claimed_by?.id === me.id && detail.state !== "closed";
  const isAtEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 80;
  if (!holds) writing = null;
  else if (writing?.id !== detail.id) writing = composer(desk, detail);
  else writing.update(detail);
  const label = focused && main.contains(focused) && !writing?.root.contains(focused) ? focused.textContent : null;
  const above = el("div", { class: "above" }, view(detail, desk, writing ? writing.seen() : null));
  const below = holds ? writing.root : detail.state === "closed" ? el("p", { class: "faint" }, t("is-closed"))
    : el("p", { class: "bar" }, el("button", { type: "button", class: "main", "aria-keyshortcuts": "t", onclick: claim }, t("claim")), el("span", { class: "faint" }, t("not-held")));
  // The composer stays where it is: whoever is writing keeps the focus and the place in the text.
  if (main.lastElementChild === below && main.children.length === 2) main.firstElementChild.replaceWith(above);
  else put(main, above, below);
  if (label) [...main.querySelectorAll("button")].find((button) => button.textContent === label)?.focus();
  if (isAtEnd) main.scrollTop = main.scrollHeight;
  tick();
}

function left(id) {
  if (detail?.id !== id) return;
  detail = writing = null;
  history.replaceState(null, "", location.pathname);
  put(byId("talk"), el("p", { class: "faint" }, t("choose")));
  soon();
  byId("next").focus();
}

function reveal(shown) {
  const lines = shown.texts?.length ? shown.texts.map((one) => el("p", { class: "text" }, `${moment(one.at)} ${plain(one.text)}`)) : el("p", {}, el("strong", {}, shown.number));
  setTimeout(() => showDialog(t("conversation-n", { n: shown.conversation_id }), lines, el("p", { class: "faint" }, t("revealed"))));
}

const canBeTakenBack = (text) => text.state === "held" && text.author?.id === me.id;

/** An answer was taken in: what became of it, and until when it can be taken back. */
function sent(conversation, { messages, repeated }) {
  const first = messages.find((text) => text.leaves_at > now());
  held = first ? { conversation, id: first.id, leaves_at: first.leaves_at } : null;
  tell(t(repeated ? "sent-before" : first ? "sent-held" : "sent"));
  tick();
}

function forgetHeld() {
  held = null;
  tick();
}

/** Takes an answer back: by its button, or the newest one that has not left. */
async function recall(id, n) {
  forgetHeld();
  const isHere = n === detail?.id;
  const isBack = await post(`/v1/messages/${id}/recall`).then(() => true, tellError);
  // What became of it is shown also where it was too late.
  await (isHere ? reload().catch(tellError) : open(n));
  if (isBack) tell(t(writing ? "recalled" : "recalled-take", { n }));
  writing?.focus();
}

function takeBack() {
  const newest = held?.leaves_at > now() ? held : detail?.messages.findLast(canBeTakenBack);
  if (newest) recall(newest.id, newest.conversation ?? detail.id); else tell(t("recall-none"));
}

/** Counts down how long an answer can be taken back. */
function tick() {
  for (const place of document.querySelectorAll("[data-leaves]")) place.textContent = t("leaves-in", { n: secondsTo(Number(place.dataset.leaves)) });
  const is = held?.leaves_at > now() && held.conversation !== detail?.id;
  const words = is ? t("held-elsewhere", { n: held.conversation, secs: secondsTo(held.leaves_at) }) : "";
  show(byId("held"), is);
  if (byId("held-words").textContent !== words) byId("held-words").textContent = words;
}

/** A supervisor takes over from a colleague, with a note. */
function claim() {
  if (!detail || detail.state === "closed") return;
  if (detail.claimed_by && detail.claimed_by.id !== me.id && me.role === "supervisor") return desk.do.takeOver();
  return take();
}

async function take() {
  try {
    detail = await post(`/v1/conversations/${detail.id}/claim`);
    taken();
  } catch (error) { tellError(error); }
}

async function next() {
  keepDraft();
  try {
    detail = await post("/v1/conversations/next");
    history.replaceState(null, "", `#${detail.id}`);
    writing = null;
    taken();
  } catch (error) { tell(error.code === "nobody_waits" ? t("nobody-waits") : error.message || t("server-silent"), error.code !== "nobody_waits"); }
}

function taken() {
  tell(t("claimed", { n: detail.id }));
  drawTalk();
  soon();
  byId("talk").scrollTop = byId("talk").scrollHeight;
  // Not the field: keys go on to be keys, and `a` begins the answer.
  byId("talk").focus();
}

/** Keeps what was begun at the server, for oneself at another machine; colleagues see that somebody writes, and not what. */
async function keepDraft() {
  const text = writing?.text() ?? "";
  if (!detail || !text.trim()) return;
  // Where that fails, this tab still has it.
  await writing.save().then(() => tell(t("draft-kept")), () => {});
}

head("/desk", "desk", () => {
  if (!me) return location.reload();
  presence().catch(() => {});
  writing = null;
  if (detail) drawTalk(); else put(byId("talk"), el("p", { class: "faint" }, t("choose")));
  draw();
}, () => keepDraft());
put(byId("talk"), el("p", { class: "faint" }, t("choose")));
onRefused(() => {
  if (!token() || !me) return;
  stop();
  setToken(null);
  ask(t("expired"));
});
// Who prints what stands in the access log.
addEventListener("beforeprint", () => { if (detail) note(`/v1/conversations/${detail.id}/printed`).catch(tellError); });
byId("presence").addEventListener("change", (event) => sayPresence(event.target.value));
byId("next").addEventListener("click", next);
byId("search").addEventListener("click", () => search(open));
byId("help").addEventListener("click", () => showKeys(sound));
byId("held-recall").addEventListener("click", takeBack);
const inTalk = (action) => () => { if (detail) action(); };
const inAnswer = (action) => inTalk(() => (writing ? action() : claim()));
/** Presses the first button of the conversation that this finds. */
const press = (what) => byId("talk").querySelector(what)?.click();
listen({
  next, take: claim, undo: takeBack, search: () => search(open), help: () => showKeys(sound),
  answer: inAnswer(() => writing.focus()), canned: inAnswer(() => writing.focusCanned()),
  ArrowDown: () => queue.step(1), ArrowUp: () => queue.step(-1), leave: () => queue.step(0),
  presence: () => byId("presence").focus(), bulletins: () => byId("bulletins").focus(),
  quiet() {
    sound.set(!sound.isOn());
    tell(t(sound.isOn() ? "sound-is-on" : "sound-is-off"));
  },
  photos: inTalk(() => press(".photo button")), unfold: inTalk(() => press("details:not([open]) summary")),
  ack: inTalk(desk.do.ack), "false-alarm": inTalk(desk.do.falseAlarm), urgent: inTalk(desk.do.urgent), where: inTalk(desk.do.where),
  handover: inTalk(desk.do.handover), reveal: inTalk(desk.do.reveal), unmask: inTalk(desk.do.revealTexts), note: inTalk(desk.do.note),
  transfer: inTalk(desk.do.transfer), promise: inTalk(desk.do.promise), category: inTalk(desk.do.category), release: inTalk(desk.do.release), close: inTalk(desk.do.close),
});
// Waits grow without an event.
setInterval(() => { if (me) draw(); }, 15_000);
setInterval(tick, 500);
begin(start);
