// A whole gateway for the browser: the simulated carrier, `munjad run` beside it on a fixed port, a counselor and a supervisor whose passwords
// the operator chose, and a token for a screen.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const munjad = process.env.MUNJAD;
const folder = join(process.env.WORK, "gateway");
const config = join(folder, "gateway.toml");
const children = new Set();
let daemon, ports;

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

function child(args, stderr = "inherit") {
  const made = spawn(munjad, args, { stdio: ["ignore", "ignore", stderr], env: { ...process.env, LC_ALL: "C.UTF-8" } });
  children.add(made);
  made.ended = new Promise((done) => made.on("exit", done)).then(() => children.delete(made));
  return made;
}

export function operator(args, input = "") {
  const ran = spawnSync(munjad, [...args, "--config", config], { input, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`munjad ${args.join(" ")}: ${ran.stderr}${ran.stdout}`);
  return ran.stdout;
}

async function answers(url) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await fetch(url).catch(() => null);
    if (found) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} never answered`);
}

export async function start() {
  mkdirSync(folder, { recursive: true });
  ports = { api: await freePort(), sim: await freePort() };
  writeFileSync(join(folder, "key"), "SIM-KEY\n", { mode: 0o600 });
  writeFileSync(config, `
[database]
path = "munja.db"
[carrier]
name = "bizgo"
[carrier.bizgo]
base_url = "http://127.0.0.1:${ports.sim}"
api_key_file = "key"
number = "062120"
sends_per_sec = 1000
other_requests_per_sec = 1000
[polling]
fast_secs = 0.05
slow_secs = 0.1
receipts_fast_secs = 0.05
receipts_slow_secs = 0.1
[desks.main]
name = "시청"
hours = "24/7"
[desks.buk]
name = "북구"
hours = "24/7"
[log]
level = "error"
[api]
listen = "127.0.0.1:${ports.api}"
${process.env.MORE_CONFIG ?? ""}
`);
  operator(["init", "--database-only"]);
  child(["sim", "--dialect", "bizgo", "--listen", `127.0.0.1:${ports.sim}`, "--other-requests-per-sec", "1000"], "ignore");
  await answers(`http://127.0.0.1:${ports.sim}/_sim/ledger`);
  await run();
  operator(["user", "add", "minsu", "--name", "김민수", "--password-stdin"], "처음 정해 준 말 하나\n");
  operator(["user", "add", "boss", "--name", "이관리", "--role", "supervisor", "--password-stdin"], "처음 정해 준 말 하나\n");
  const token = operator(["token", "create", "--purpose", "board", "--name", "wall", "--expires", "1d"]);
  return { base: `http://127.0.0.1:${ports.api}`, boardToken: /munja-service-\S+/.exec(token)[0] };
}

export async function run() {
  daemon = child(["run", "--config", config]);
  await answers(`http://127.0.0.1:${ports.api}/healthz`);
}

export async function stop() {
  daemon.kill("SIGTERM");
  await daemon.ended;
}

/** A citizen texts. */
export const text = (from, words) => fetch(`http://127.0.0.1:${ports.sim}/_sim/text`, { method: "POST", body: JSON.stringify({ from, text: words }) });

/** What the carrier has taken for this number. */
export async function taken(to) {
  const ledger = await (await fetch(`http://127.0.0.1:${ports.sim}/_sim/ledger`)).json();
  return ledger.messages.filter((message) => message.to === to).map((message) => message.text);
}

export function end() {
  for (const one of children) one.kill("SIGKILL");
}
