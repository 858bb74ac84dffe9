// A reply on its way: kept from before its first byte leaves until the server has said what became of it. If the answer never comes,
// the same text sent again goes as the very same request under the same key, and the citizen gets it once.
//
// localStorage keeps the key and a digest, never the text, so that a tab that was closed in between does not send twice either.

import { NoAnswer, post } from "./api.js";

const PREFIX = "munja.sending.";
const KEPT_MS = 14 * 86_400_000;

async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].slice(0, 16).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => (byte % 36).toString(36)).join("");

/** The storage name of one reply; nobody else's on the same machine. */
const name = async (me, conversation, text) => `${PREFIX}${me}.${conversation}.${await digest(text)}`;

/**
 * Sends a reply. Throws `NoAnswer` if nobody knows whether it was taken: then only this function with the same text is harmless.
 * A problem means that it was not taken.
 */
export async function send(me, conversation, request) {
  const place = await name(me, conversation, request.text);
  const earlier = read(place);
  if (earlier) {
    const { key, at, ...first } = earlier;
    try {
      return await deliver(place, conversation, { ...first, text: request.text }, key);
    } catch (error) {
      // Both mean that the first try had not arrived, and that its writer has read on since, or its promise is past.
      const differs = JSON.stringify({ ...first, text: request.text }) !== JSON.stringify(request);
      if (!(differs && ["newer_texts", "bad_request"].includes(error.code))) throw error;
    }
  }
  const key = newKey();
  const { text, ...rest } = request;
  localStorage.setItem(place, JSON.stringify({ ...rest, key, at: Date.now() }));
  return deliver(place, conversation, request, key);
}

async function deliver(place, conversation, request, key) {
  try {
    const answer = await post(`/v1/conversations/${conversation}/replies`, request, { "Idempotency-Key": key });
    localStorage.removeItem(place);
    return answer;
  } catch (error) {
    if (!(error instanceof NoAnswer)) localStorage.removeItem(place);
    throw error;
  }
}

/** Whether this text was sent and its outcome is unknown. */
export async function isInDoubt(me, conversation, text) {
  return read(await name(me, conversation, text)) !== null;
}

function read(place) {
  try { return JSON.parse(localStorage.getItem(place)); } catch { return null; }
}

/** Forgets what is too old to matter. */
export function tidy() {
  for (const place of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    if (!(Date.now() - (read(place)?.at ?? 0) < KEPT_MS)) localStorage.removeItem(place);
  }
}
