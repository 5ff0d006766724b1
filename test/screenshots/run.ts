import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dashboardPages } from "../../cli/page/pages.ts";
import { playDemonstration } from "../../cli/start/demonstration.ts";
import { CommandError, parseOrExplain, runCommand } from "../../cli/terminal/command-line.ts";
import { type LocalStack, startLocalStack } from "../../local/stack.ts";
import { findThreePorts } from "../support/free-ports.ts";
import { Album, looks } from "./album.ts";

/** `npm run screenshots`: pictures of the page, from the demonstration, from a file of trades, and from the states of its tests. */

const HELP = `Takes pictures of the page in a real Chromium, at both widths and in both themes, and makes them small.

usage: npm run screenshots -- [options]

  --trades FILE    also of a stack that this file was replayed through
  --name NAME      what its pictures are called (replay)
  --only PART      demonstration, trades or states: only these
  --out DIR        where they go (docs/dashboard)
  --help           this text

It takes about ten minutes: the demonstration plays at the pace people see it.`;

const parts = ["demonstration", "trades", "states"] as const;

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        trades: { type: "string" },
        name: { type: "string", default: "replay" },
        only: { type: "string" },
        out: { type: "string", default: "docs/dashboard" },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) return console.log(HELP);
  const wanted = parts.filter((part) => values.only === undefined || values.only === part);
  const raw = await mkdtemp(join(tmpdir(), "understudy-screenshots-"));
  try {
    if (wanted.includes("demonstration")) await ofDemonstration(raw, signal);
    if (wanted.includes("trades") && values.trades) await ofTrades(raw, { file: values.trades, name: values.name });
    if (wanted.includes("states"))
      await run(["node_modules/vitest/vitest.mjs", "run", "test/dashboard"], { UNDERSTUDY_SCREENSHOTS: raw });
  } finally {
    await keepSmall(raw, values.out);
    await rm(raw, { recursive: true, force: true });
  }
}

async function withStack<T>(use: (stack: LocalStack) => Promise<T>): Promise<T> {
  const api = await findThreePorts();
  const ports = { api, dynamodb: api + 1, messaging: api + 2 };
  const stack = await startLocalStack({ ports, pages: dashboardPages(), log: () => {} });
  try {
    return await use(stack);
  } finally {
    await stack.stop();
  }
}

/** While evidence gathers, under the guard when the market has fallen on everybody, and after the rollback. */
async function ofDemonstration(raw: string, signal: AbortSignal): Promise<void> {
  await withStack(async (stack) => {
    const album = await Album.open(stack.urls.api, { folder: raw, name: "demonstration" });
    // Functions that the page has asked are warm when the demonstration begins.
    await album.settle();
    const taken: Promise<void>[] = [];
    const once = new Set<string>();
    const at = (moment: string, take: () => Promise<void>) => {
      if (once.has(moment)) return;
      once.add(moment);
      console.log(moment);
      taken.push(take());
    };
    const write = (line: string) => {
      const said = JSON.parse(line) as { kind?: string; signals?: number; type?: string };
      if ((said.signals ?? 0) >= 400) at("gathering", () => album.whole("gathering"));
      if (said.type === "market")
        at("guard", async () => {
          await album.until("Market");
          await album.page("guard");
          // soon nobody can be restored any more
          await album.dialogs(["Roll back …"]);
          await album.money("guard");
        });
    };
    try {
      await playDemonstration(stack, { json: true, signal, write });
      await stack.whenDrained();
      await Promise.all(taken);
      await album.settle();
      await album.whole("rolled-back");
      // a restored champion has nobody to go back to
      await album.dialogs(["Deploy …", "Pause …", "Promote …", "Retire …"]);
    } finally {
      await album.close();
    }
  });
}

/** A stack that has seen the whole file. */
async function ofTrades(raw: string, o: { file: string; name: string }): Promise<void> {
  await withStack(async (stack) => {
    await run(["cli/replay.ts", o.file, "--url", stack.urls.api, "--no-color"]);
    const album = await Album.open(stack.urls.api, { folder: raw, name: o.name });
    try {
      await album.settle();
      await album.whole("end");
    } finally {
      await album.close();
    }
  });
}

async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) throw new CommandError(`${args.slice(0, 2).join(" ")} ended with ${code}`);
}

/** The README begins with the head of this picture. */
const head = { of: "shadow-1280-light.png", name: "evidence-1280-light.png", width: 1280, height: 1296 };

type Sharp = (png: Buffer) => {
  extract(o: { left: number; top: number; width: number; height: number }): { toBuffer(): Promise<Buffer> };
  png(o: { palette: boolean; colours: number; effort: number }): { toBuffer(): Promise<Buffer> };
};

const headOf = (sharp: Sharp, png: Buffer): Promise<Buffer> =>
  sharp(png).extract({ left: 0, top: 0, width: head.width, height: head.height }).toBuffer();

/** A page has few colours: 48 of them keep text, lines and bands apart. */
async function keepSmall(raw: string, out: string): Promise<void> {
  const sharp = createRequire(import.meta.url)("sharp") as Sharp;
  await mkdir(out, { recursive: true });
  let bytes = 0;
  for (const name of (await readdir(raw)).sort()) {
    const small = await sharp(await readFile(join(raw, name)))
      .png({ palette: true, colours: 48, effort: 10 })
      .toBuffer();
    bytes += small.length;
    await writeFile(join(out, name), small);
    if (name === head.of) await writeFile(join(out, head.name), await headOf(sharp, small));
  }
  console.log(`Pictures: ${(bytes / 1e6).toFixed(1)} MB, each at ${looks.length} looks where the page is shown whole.`);
}

await runCommand("screenshots", main);
