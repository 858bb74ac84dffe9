// Single keys, while nobody is writing. They work on a Korean keyboard too: 두벌식 has ㅜ where the n is. They can be turned off, for
// who speaks to the machine or presses keys by accident (WCAG 2.1.4).

import { showDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./words.js";

const KEY = "munja.keys";
const JAMO = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ";
const LATIN = "qwertyuiopasdfghjklzxcvbnm";

export const keysOn = () => localStorage.getItem(KEY) !== "off";

/** The letter of a key press, whatever the keyboard is switched to. */
export function letter(event) {
  const place = JAMO.indexOf(event.key);
  if (event.key.length === 1 && place >= 0) return LATIN[place];
  if (/^[a-z?\/]$/i.test(event.key)) return event.key.toLowerCase();
  // An input method keeps the letter to itself: the place of the key tells.
  if (event.key === "Process" || event.isComposing) return /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? "";
  return event.key;
}

const isWriting = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/** Calls `actions[letter]`. */
export function listen(actions) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
    const action = actions[letter(event)];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

const LINES = [
  ["n", "key-n"], ["/", "key-search"], ["j / k, ↓ / ↑", "key-jk"], ["q", "key-q"], ["c", "key-c"], ["r", "key-r"], ["Ctrl+Enter", "key-send"], ["Esc", "key-esc"],
  ["a", "ack"], ["f", "false-alarm"], ["u", "urgent"], ["m", "note"], ["t", "transfer"], ["p", "promise-alone"], ["g", "set-category"],
  ["l", "release"], ["x", "close"], ["v", "reveal"], ["?", "help"],
];

export function showKeys(sound) {
  const box = (label, is, change) => el("p", {}, el("label", {}, el("input", { type: "checkbox", checked: is, onchange: (event) => change(event.target.checked) }), " ", t(label)));
  showDialog(t("help"), el("p", {}, t("keys-why")),
    el("dl", {}, LINES.map(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(words).replace(/ …$/, ""))])),
    box("keys-on", keysOn(), (is) => localStorage.setItem(KEY, is ? "on" : "off")),
    box("sound-on", sound.isOn(), sound.set));
}
