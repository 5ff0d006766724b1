import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findThreePorts } from "../support/free-ports.ts";
import { until } from "../support/until.ts";

/**
 * `npm run session`: plays what a new user types, for real, and writes down what the terminal showed and when: docs/session/session.asciicast for
 * a player (asciinema play), and docs/session/session.txt to read. Nothing is edited; the port alone is replaced by the usual one.
 */

const WAIT_S_MAX = 300;
const SIZE = { width: 120, height: 40 };
const port = await findThreePorts();
const url = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), "understudy-session-"));

type Entry = [seconds: number, kind: "o", text: string];
const entries: Entry[] = [];
const startedAt = performance.now();

function show(text: string): void {
  const usual = text
    .replaceAll(String(port + 2), "8002")
    .replaceAll(String(port + 1), "8001")
    .replaceAll(String(port), "8000")
    .replaceAll(folder, ".");
  entries.push([Math.round(performance.now() - startedAt) / 1000, "o", usual.replaceAll(/\r?\n/g, "\r\n")]);
  process.stdout.write(usual);
}

/** @param shown  as a person would type it; the rest leads to this session's own stack and folder */
function type(shown: string, run: string): ChildProcess {
  show(`$ ${shown}\n`);
  const child = spawn("bash", ["-c", run], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, COLUMNS: String(SIZE.width), NO_COLOR: "1" },
    detached: true,
  });
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding("utf8").on("data", show);
  return child;
}

async function finish(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "close")) as [number];
  show(code === 0 ? "\n" : `(exit code ${code})\n\n`);
}

const understudy = "node cli/understudy.ts";
const stack = type("npm start -- --empty &", `exec node cli/start.ts --empty --port ${port}`);
try {
  await until("the stack", () => entries.some(([, , text]) => text.includes("Stop  Ctrl-C")), WAIT_S_MAX * 1000);
  show("\n");
  const verbs = [
    "status",
    "replay docs/sample-trades.csv",
    "status",
    "why clever",
    "compare clever",
    "history --limit 6",
    "report",
    "compare steady --assert approved",
    'rollback --reason "a rehearsal" --dry-run',
  ];
  for (const words of verbs) await finish(type(`npx understudy ${words}`, `${understudy} ${words} --url ${url}`));
  await finish(
    type("npx understudy export --out monday", `${understudy} export --out ${folder}/monday --port ${port}`),
  );
  await finish(type("head -3 monday/metrics.csv | cut -c1-110", `head -3 ${folder}/monday/metrics.csv | cut -c1-110`));
  show("$ fg\n^C");
} finally {
  process.kill(-stack.pid!, "SIGINT");
  await once(stack, "close");
  rmSync(folder, { recursive: true, force: true });
}

// A player waits no longer than that where the machine did.
const header = {
  version: 2,
  ...SIZE,
  idle_time_limit: 2,
  title: "Understudy: from an empty stack to a promoted challenger",
};
const recording = [header, ...entries].map((line) => JSON.stringify(line)).join("\n");
mkdirSync("docs/session", { recursive: true });
writeFileSync("docs/session/session.asciicast", `${recording}\n`);
writeFileSync("docs/session/session.txt", entries.map(([, , text]) => text.replaceAll("\r\n", "\n")).join(""));
