// Times and spans as people say them, in the time zone of the desk.

import { lang, t } from "./words.js";

let zone;
/** The server's clock minus ours (milliseconds). */
let ahead = 0;

export function setZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch { zone = undefined; }
}

export function setServerNow(at) { ahead = at - Date.now(); }
export const now = () => Date.now() + ahead;

/** Whole seconds until then. */
export const secondsTo = (at) => Math.max(0, Math.ceil((at - now()) / 1_000));

const format = (at, options) => new Intl.DateTimeFormat(lang() === "ko" ? "ko-KR" : "en-GB", { timeZone: zone, hourCycle: "h23", ...options }).format(at);
export const clock = (at) => format(at, { hour: "2-digit", minute: "2-digit" });
const day = (at) => format(at, { year: "numeric", month: "2-digit", day: "2-digit" });

/** `14:05`, with the day if it is not today. */
export function moment(at) {
  const time = clock(at);
  return day(at) === day(now()) ? time : `${format(at, { month: "short", day: "numeric" })} ${time}`;
}

/** `< 1 min`, `12 min`, `3 h 5 min`, `2 d` */
export function span(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return t("span-now");
  if (minutes < 60) return t("span-minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? t("span-hours-minutes", { h: hours, n: minutes % 60 }) : t("span-hours", { n: hours });
  return t("span-days", { n: Math.floor(hours / 24) });
}

export const since = (at) => span(now() - at);

/** A measured duration as every report shows it: tenths of a second below a minute, then seconds, rounded half up. */
export function duration(ms) {
  const tenths = Math.round(ms / 100), s = Math.round(ms / 1000);
  if (tenths < 600) return t("span-seconds", { n: (tenths / 10).toFixed(1) });
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60);
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** The day of a moment: `2026-12-01`. */
export const dayOf = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** Seconds, for what is quick. */
export function seconds(ms) {
  return ms < 60_000 ? t("span-seconds", { n: (ms / 1000).toFixed(ms < 10_000 ? 1 : 0) }) : span(ms);
}
