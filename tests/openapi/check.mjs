// Starts a gateway, makes a client from its OpenAPI document, compiles the driver against it, and drives.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { end, start, taken, text } from "../web/gateway.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(process.env.WORK, "client");
const modules = process.env.NODE_MODULES;

function tool(program, ...args) {
  const ran = spawnSync(process.execPath, [join(modules, program), ...args], { cwd: folder, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`${program}: ${ran.stdout}${ran.stderr}`);
}

// Answers leave at once.
process.env.MORE_CONFIG = "[sending]\nrecall_secs = 0";
try {
  const { base } = await start();
  mkdirSync(folder, { recursive: true });
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "openapi.json"), await (await fetch(`${base}/v1/openapi.json`)).text());
  copyFileSync(join(here, "drive.ts"), join(folder, "drive.ts"));
  tool("openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.d.ts");
  tool("typescript/bin/tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "--outDir", "out", "drive.ts");
  const { drive } = await import(pathToFileURL(join(folder, "out", "drive.js")).href);
  await drive(base, { text, taken });
  console.log("a client made from the OpenAPI document answered a citizen");
} finally {
  end();
}
