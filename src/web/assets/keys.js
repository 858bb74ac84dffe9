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
  if (/^[a-z?/#*]$/i.test(event.key)) return event.key.toLowerCase();
  // An input method keeps the letter to itself: the place of the key tells.
  if (event.key === "Process" || event.isComposing) return /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? "";
  return event.key;
}

const isWriting = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/** Calls what `acts` has for the key: under the name of its act, or of the key itself. */
export function listen(acts) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
    const pressed = letter(event);
    const action = acts[KEYS.find(([key]) => key === pressed)?.[1] ?? (pressed === "Escape" ? "leave" : pressed)];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Keys, what they do as the terminal desk calls it (`src/tui/keys.rs`), and the words. The same act has the same key at both desks. */
export const KEYS = [
  ["n", "next", "key-n"],
  ["t", "take", "key-t"],
  ["a", "answer", "key-a"],
  ["c", "canned", "canned"],
  ["Ctrl+Enter", "send", "key-send"],
  ["e", "close", "close"],
  ["z", "undo", "key-z"],
  ["g", "category", "set-category"],
  ["m", "note", "note"],
  ["x", "transfer", "transfer"],
  ["p", "promise", "promise-alone"],
  ["b", "release", "release"],
  ["u", "urgent", "urgent"],
  ["k", "ack", "ack"],
  ["f", "false-alarm", "false-alarm"],
  ["i", "where", "where"],
  ["v", "reveal", "reveal"],
  ["j", "handover", "handover"],
  ["*", "unmask", "reveal-texts"],
  ["y", "photos", "key-y"],
  ["d", "unfold", "key-d"],
  ["s", "quiet", "key-s"],
  ["l", "presence", "key-l"],
  ["#", "bulletins", "bulletins"],
  ["/", "search", "key-search"],
  ["?", "help", "help"],
  ["↑ ↓", "list", "key-list"],
  ["Esc", "leave", "key-esc"],
];

export function showKeys(sound) {
  const box = (label, is, change) => el("p", {}, el("label", {}, el("input", { type: "checkbox", checked: is, onchange: (event) => change(event.target.checked) }), " ", t(label)));
  showDialog(t("help"), el("p", {}, t("keys-why")),
    el("dl", {}, KEYS.map(([key, , words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(words).replace(/ …$/, ""))])),
    box("keys-on", keysOn(), (is) => localStorage.setItem(KEY, is ? "on" : "off")),
    box("sound-on", sound.isOn(), sound.set));
}
