// The API: requests with the token, and streams that come back by themselves.
//
// The token lives in sessionStorage: it goes with the tab, and only scripts of this origin read it. It is sent as a header and
// never as a cookie, so no page of another origin can use it.

import { lang } from "./words.js";

const KEY = "munja.token";
/** Pauses before the first, second ... attempt to reconnect (milliseconds); the last one repeats. */
const PAUSES = [500, 1_000, 2_000, 5_000, 10_000];
/** A stream says something at least every 15 s. */
const SILENCE = 40_000;
const PATIENCE = 30_000;

let current = sessionStorage.getItem(KEY);
let refused = () => {};

export const token = () => current;
export function setToken(value) {
  current = value;
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}
/** What to do when the log-in is not good any more. */
export function onRefused(action) { refused = action; }

/** Why the API refused, with its code and one sentence in the page's language. */
export class Problem extends Error {
  constructor(details) {
    super(details.detail || details.title || details.code);
    Object.assign(this, { code: details.code, status: details.status, details });
  }
}

/** Nobody knows whether the request arrived: no answer came, or one that says nothing. */
export class NoAnswer extends Error {}

const headers = (more) => {
  const all = { "Accept-Language": lang(), ...more };
  if (current) all.Authorization = `Bearer ${current}`;
  return all;
};

async function problem(response) {
  const details = await response.json().catch(() => null);
  if (!details || typeof details.code !== "string") throw new NoAnswer();
  if (response.status >= 500 || response.status === 408) throw new NoAnswer(details.detail);
  if (["unauthorized", "must_change_password", "must_set_up_totp"].includes(details.code)) refused(details.code);
  throw new Problem(details);
}

async function ask(method, path, body, more, keepalive = false) {
  try {
    return await fetch(path, {
      method, headers: headers(more), body, keepalive, cache: "no-store", credentials: "omit", redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch { throw new NoAnswer(); }
}

/** A request with JSON; returns the answer's JSON, or null if it has none. */
export async function call(method, path, body, more = {}) {
  const has = body !== undefined;
  const response = await ask(method, path, has ? JSON.stringify(body) : undefined, has ? { "Content-Type": "application/json", ...more } : more);
  if (!response.ok) await problem(response);
  if (response.status === 204) return null;
  return response.json().catch(() => { throw new NoAnswer(); });
}
export const get = (path) => call("GET", path);
export const post = (path, body = {}, more) => call("POST", path, body, more);

/** Tells the gateway something also while the page stands still or goes away, as it may while it is printed. */
export async function note(path) {
  const response = await ask("POST", path, undefined, undefined, true);
  if (!response.ok) await problem(response);
}

/** The bytes of a photo or film. */
export async function bytes(path) {
  const response = await ask("GET", path);
  if (!response.ok) await problem(response);
  return response.blob();
}

const pause = (ms) => new Promise((done) => {
  const end = () => { clearTimeout(timer); removeEventListener("online", end); done(); };
  const timer = setTimeout(end, ms);
  addEventListener("online", end);
});

/**
 * Follows a stream for as long as the log-in is good. `on.event(kind, data)`, `on.lost()`, `on.back(isFirst)`. It comes back with
 * `Last-Event-ID`, so that no event is missed. Returns a function that ends it.
 */
export function follow(path, on) {
  const end = new AbortController();
  (async () => {
    let last = null, failures = 0, isFirst = true;
    while (!end.signal.aborted) {
      try {
        await read(path, last, end.signal, {
          open() { failures = 0; on.back(isFirst); isFirst = false; },
          event(id, kind, data) { last = id ?? last; on.event(kind, data); },
        });
      } catch (error) {
        if (error instanceof Problem) return on.refused?.(error);
      }
      if (end.signal.aborted) return;
      on.lost();
      await pause(PAUSES[Math.min(failures++, PAUSES.length - 1)]);
    }
  })();
  return () => end.abort();
}

async function read(path, last, signal, on) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE);
  const more = { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) };
  try {
    const response = await fetch(path, { headers: headers(more), cache: "no-store", credentials: "omit", signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) await problem(response);
    on.open();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      blocks.forEach((block) => event(block, on));
    }
  } finally { clearTimeout(timer); }
}

function event(block, on) {
  let id = null, kind = "message";
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "id") id = value;
    else if (name === "event") kind = value;
    else if (name === "data") data.push(value);
  }
  if (data.length) on.event(id, kind, JSON.parse(data.join("\n")));
}
