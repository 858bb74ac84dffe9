// The sentences that receipts carry now; a supervisor takes one back from here.

import { call, get } from "./api.js";
import { ask, tell } from "./dialogs.js";
import { byId, el, plain, put } from "./dom.js";
import { moment, now } from "./times.js";
import { t } from "./words.js";

let all = [];

export async function load(me) {
  all = (await get("/v1/bulletins")).bulletins;
  draw(me);
}

/** Draws those that hold; one that is over goes by itself. */
export function draw(me) {
  const holding = all.filter((one) => one.ended_at === null && one.until_at > now());
  put(byId("bulletins"), holding.length ? [el("h2", {}, t("bulletins")), el("ul", {}, holding.map((one) => line(one, me)))] : null);
}

const line = (one, me) => el("li", {},
  el("p", { class: "faint" }, t("bulletin-until", { time: moment(one.until_at), desk: one.desk ?? t("all-desks") })), el("p", { class: "text" }, plain(one.text)),
  me.role === "supervisor" ? el("button", { type: "button", onclick: () => end(one, me) }, t("bulletin-end")) : null);

function end(one, me) {
  ask({ title: t("bulletin-end"), why: plain(one.text), ok: "bulletin-end", isBad: true }, async () => {
    await call("DELETE", `/v1/bulletins/${one.id}`);
    tell(t("bulletin-ended"));
    await load(me);
  });
}
