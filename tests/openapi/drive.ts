// A counselor's day by a client that was made from the OpenAPI document. What is not in the document does not compile here.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Action = components["schemas"]["ActionRequest"];
type Message = components["schemas"]["MessageView"];
interface Town {
  text(from: string, words: string): Promise<unknown>;
  taken(to: string): Promise<string[]>;
}

const CITIZEN = "01012345678";
const PASSWORD = "이제부터는 내가 고른 말";

/** What a text is, by the field that says which one it is: without a tagged union this does not compile. */
function said(message: Message): string {
  switch (message.direction) {
    case "in":
      return `${message.seq} ${message.text}`;
    case "out":
      return `${message.state} ${message.text}`;
  }
}

// Neither is a note: a field is missing, a field is unknown.
// @ts-expect-error
const short: Action = { action: "note" };
// @ts-expect-error
const odd: Action = { action: "note", txt: "x" };
void [short, odd];

/** What was answered; a refusal with its sentence ends the run. */
function got<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (!answer.response.ok) throw new Error(`${answer.response.url} ${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data as T;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what}: not seen`);
}

function same(what: string, found: unknown, expected: unknown) {
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`${what}: ${JSON.stringify(found)}`);
}

async function loggedIn(base: string) {
  const old = "처음 정해 준 말 하나";
  const first = got(await createClient<paths>({ baseUrl: base }).POST("/v1/login", { body: { login: "minsu", password: old } }));
  same("first step", first.first_step, "password");
  const client = createClient<paths>({ baseUrl: base, headers: { authorization: `Bearer ${first.token}` } });
  got(await client.POST("/v1/password", { body: { old, new: PASSWORD } }));
  const { token } = got(await createClient<paths>({ baseUrl: base }).POST("/v1/login", { body: { login: "minsu", password: PASSWORD } }));
  return createClient<paths>({ baseUrl: base, headers: { authorization: `Bearer ${token}` } });
}

export async function drive(base: string, town: Town) {
  const client = await loggedIn(base);
  await town.text(CITIZEN, "62번 버스 언제 와요?");
  const row = await until("the citizen", async () => {
    const list = got(await client.GET("/v1/conversations", { params: { query: { state: "waiting", limit: 1 } } }));
    return list.conversations[0];
  });
  const path = { id: row.id };
  const talk = got(await client.POST("/v1/conversations/next"));
  same("the citizen's words", talk.messages.filter((one) => one.direction === "in").map((one) => one.text), ["62번 버스 언제 와요?"]);
  const note: Action = { action: "note", text: "정류장 확인" };
  const noted = got(await client.POST("/v1/conversations/{id}/actions", { params: { path }, body: note }));
  same("notes", noted.notes?.map((one) => one.text), ["정류장 확인"]);

  const header = { "Idempotency-Key": "driven-1" };
  const body = { text: "5분 뒤에 옵니다.", last_seen: talk.last_inbound_id };
  const answer = got(await client.POST("/v1/conversations/{id}/replies", { params: { path, header }, body }));
  const again = got(await client.POST("/v1/conversations/{id}/replies", { params: { path, header }, body }));
  same("the same request again", [again.repeated, again.reply_id], [true, answer.reply_id]);
  same("the answer", answer.messages.map(said).map((words) => words.split(" ").slice(1).join(" ")), ["5분 뒤에 옵니다."]);
  got(await client.POST("/v1/conversations/{id}/close", { params: { path }, body: { last_seen: talk.last_inbound_id, category: "교통/버스" } }));
  const closed = got(await client.GET("/v1/conversations/{id}", { params: { path } }));
  same("closed", [closed.state, closed.category?.startsWith("교통/버스")], ["closed", true]);
  await until("the answer at the carrier", async () => (await town.taken(CITIZEN)).find((text) => text.includes("5분 뒤에")));

  // What the document does not know, the gateway refuses by name.
  const refused = await client.GET("/v1/conversations", { params: { query: { limitt: 1 } as object } });
  same("an unknown parameter", [refused.error?.code, refused.error?.field, refused.error?.known], ["unknown_field", "limitt", ["state", "counselor", "after", "limit"]]);
}
