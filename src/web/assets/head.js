// The head of every page, made here once: its name, the ways to the other pages, the state of the connection, the language and the
// way out. A page has only what is its own in its `<header>`.

import { byId, el, show } from "./dom.js";
import { logOut } from "./login.js";
import { apply, onSwitch, t } from "./words.js";

/** The pages: their word and their address. */
const PAGES = [["desk", "/desk"], ["board-link", "/board"], ["reports", "/reports"], ["lists", "/lists"]];
/** For supervisors only. */
const LISTS = "/lists";
let line = null;

/** Completes the head of the page at `path`, whose name is `name`. `redraw()` draws it in the other language; `leaving()` is awaited before a log-out. */
export function head(path, name, redraw, leaving = () => {}) {
  const bar = document.querySelector("header");
  const links = PAGES.map(([word, to]) => el("a", { href: to, "data-t": word, "aria-current": to === path ? "page" : null, hidden: to === LISTS }));
  const language = el("button", { id: "language", type: "button" });
  const out = el("button", { id: "log-out", type: "button", "data-t": "log-out", hidden: true, onclick: async () => { await leaving(); logOut(); } });
  bar.prepend(el("h1", {}, el("span", { "data-t": "app" }), " ", el("span", { "data-t": name, class: "faint" })),
    el("nav", { "data-t-label": "pages" }, links), el("p", { id: "connection", role: "status" }));
  bar.append(language, out);
  apply();
  onSwitch(language, () => {
    if (line) connection(...line);
    redraw();
  });
}

/** Somebody with this role is logged in, and can log out. */
export function loggedIn(role) {
  show(byId("log-out"), true);
  show(document.querySelector(`nav a[href="${LISTS}"]`), role === "supervisor");
}

/** Says whether what is shown is the latest. */
export function connection(key, isLost) {
  line = [key, isLost];
  byId("connection").className = isLost ? "lost" : "on";
  byId("connection").textContent = t(key);
}
