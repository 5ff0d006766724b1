import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { renderToString } from "ink";
import { afterEach, describe, expect, test } from "vitest";
import { folded } from "../../cli/watch/fold.ts";
import type { Line } from "../../cli/watch/line.ts";
import { screen } from "../../cli/watch/screen.ts";
import { dashboard } from "../../cli/watch/view.ts";
import type { ChallengerStatusWord } from "../../shared/api/contract/status.ts";
import { type Ran, runScript } from "../support/command.ts";
import { type Recorded, recorded } from "../support/recorded-answers.ts";

const place = { url: "http://127.0.0.1:8000", columns: 79, rows: 30, now: Date.UTC(2026, 10, 22, 12) };
const textOf = (lines: readonly Line[]) => lines.map((line) => line.map((s) => s.text).join("")).join("\n");
const tonesOf = (lines: readonly Line[]) => new Set(lines.flatMap((line) => line.map((s) => s.tone)));

async function linesOf(name: Parameters<typeof recorded>[0]): Promise<Line[]> {
  return dashboard(await recorded(name), place, null);
}

describe("the dashboard", () => {
  test("shows an empty system without alarm", async () => {
    const lines = await linesOf("empty");
    expect(textOf(lines)).toContain("CHAMPION  none yet: the first model deployed becomes champion");
    expect(textOf(lines)).toContain("CHALLENGERS  0 of 3");
    expect(tonesOf(lines)).not.toContain("bad");
  });

  test("shows evidence that gathers neutrally, with trades of 500, the next look and what holds it back", async () => {
    const lines = await linesOf("gathering");
    const text = textOf(lines);
    expect(text).toMatch(/CHAMPION {2}momentum_v1 {2}xgboost, version 1/);
    expect(text).toMatch(/win rate \d+\.\d % {3}Sharpe \d\.\d\d {3}mean \+\d+/);
    expect(text).toMatch(/momentum_v2 +PENDING +score +~\d+ +WR +\d+\.\d % +SR +\d\.\d\d +\d+\/500 █+░+/);
    expect(text).toMatch(/\d+ pairs, next look at 500, \d+ to go; ~ provisional until then/);
    expect(tonesOf(lines)).not.toContain("bad");
    expect(tonesOf(lines)).not.toContain("attention");
  });

  test("shows a look's own score without the mark, and what holds the model back", async () => {
    const { status, ...rest } = await recorded("gathering");
    const decided = { provisional: false, promotion_score: 69.9, promotion_status: "MANUAL_REVIEW" as const };
    const challengers = [
      { ...status.challengers[0]!, ...decided, blocking_criterion: "score" as const, reason: "nearly" },
    ];
    const text = textOf(dashboard({ ...rest, status: { ...status, challengers } }, place, null));
    expect(text).toMatch(/momentum_v2 +MANUAL REVIEW +score +69 /);
    expect(text).toContain("to go; held back by score: nearly");
  });

  test("has a dash for a figure the trades do not define, which the interface gives as 0", async () => {
    const { status, ...rest } = await recorded("gathering");
    const undefined_metrics = [{ metric: "sharpe_ratio", code: "INSUFFICIENT_DATA" as const, reason: "One trade." }];
    const withoutSharpe = <M extends { metrics: typeof metrics | null }>(model: M) => ({
      ...model,
      metrics: { ...metrics, sharpe_ratio: 0, undefined_metrics },
    });
    const metrics = status.champion!.metrics!;
    const champion = withoutSharpe(status.champion!);
    const challengers = [withoutSharpe(status.challengers[0]!)];
    const text = textOf(dashboard({ ...rest, status: { ...status, champion, challengers } }, place, null));
    expect(text).toMatch(/win rate \d+\.\d % {3}Sharpe – {3}mean/);
    expect(text).toMatch(/SR +– {2}/);
  });

  test("counts the guard's trades down after a promotion", async () => {
    const text = textOf(await linesOf("guarded"));
    expect(text).toMatch(/CHAMPION {2}momentum_v2/);
    expect(text).toMatch(/guard █+░+ \d+ of 100 trades to go, paired: \d+ of \d+ trades won/);
    expect(text).toContain("ARCHIVE  momentum_v1 (can be restored)");
    expect(text).toContain("momentum_v2 replaces momentum_v1");
  });

  test("shows a rollback in red and where the model went", async () => {
    const lines = await linesOf("rolled-back");
    expect(textOf(lines)).toContain("DEPARTED  momentum_v2 quarantined");
    const red = lines.find((line) => line.some((s) => s.tone === "bad"))!;
    expect(red.map((s) => s.text).join("")).toMatch(
      /CRITICAL momentum_v2 was rolled back; momentum_v1 is champion again/,
    );
  });

  test("colours only what a look decided", async () => {
    const { status, ...rest } = await recorded("gathering");
    const toneOf = (promotion_status: ChallengerStatusWord) => {
      const challengers = [{ ...status.challengers[0]!, promotion_status }];
      const lines = dashboard({ ...rest, status: { ...status, challengers } }, place, null);
      return lines.flat().find((s) => s.text.startsWith(promotion_status.replaceAll("_", " ")))!.tone;
    };
    expect([toneOf("PENDING"), toneOf("NO_DATA")]).toEqual(["plain", "plain"]);
    expect([toneOf("APPROVED"), toneOf("MANUAL_REVIEW"), toneOf("REJECTED")]).toEqual(["good", "attention", "bad"]);
  });

  test("tells a pause, quarantined rows and an unhealthy part", async () => {
    const { status, health, events } = await recorded("gathering");
    const paused = { at: "2026-01-01T00:00:00Z", actor: "ann", reason: "holiday" };
    const last = { last_trade_id: "t", last_at: "2026-01-01T00:00:00Z" };
    const rejected = [{ model_name: "m", count: 3, by_kind: { invalid: 3 }, last_reason: "pnl is missing", ...last }];
    const sick = { ...health, problems: ["alerts are not being published"] };
    const text = textOf(dashboard({ status: { ...status, paused, rejected }, health: sick, events }, place, null));
    expect(text).toContain("PAUSED by ann: holiday");
    expect(text).toContain("QUARANTINE 3 rows; m: pnl is missing");
    expect(text).toContain("HEALTH alerts are not being published");
  });

  test("keeps the last picture while nothing answers, and says since when", async () => {
    const away = { since: place.now - 12_000, why: "no answer from http://x: nothing listens there" };
    const text = textOf(dashboard(await recorded("gathering"), place, away));
    expect(text).toContain("nothing listens there; trying again since 12 s");
    expect(text).toContain("momentum_v1");
    expect(textOf(dashboard(null, place, away))).toContain("trying again");
    expect(textOf(dashboard(null, place, null))).toContain("Waiting for the first answer");
  });

  test("is drawn within its columns, without escape codes when colours are off", async () => {
    for (const name of ["empty", "gathering", "guarded", "rolled-back"] as const) {
      const lines = await linesOf(name);
      const drawn = renderToString(screen({ lines, columns: 79, colours: false }), { columns: 79 });
      expect(drawn).not.toContain("\u001b");
      expect(drawn.split("\n")).toHaveLength(lines.length);
      expect(Math.max(...drawn.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(79);
    }
  });
});

describe("a line longer than the screen", () => {
  test("goes on beneath, with every word and tone of it", async () => {
    const { status, ...rest } = await recorded("guarded");
    const [challenger] = status.challengers;
    const reason = "Not proved: ".concat("the mean route reaches 1.58 of 3.05 over all rows; ".repeat(6)).trim();
    const long = { ...status, challengers: [{ ...challenger!, provisional: false, reason }] };
    const lines = dashboard({ ...rest, status: long }, { ...place, columns: 60 }, null);
    const text = lines.map((line) => line.map((segment) => segment.text).join("")).join(" ");
    expect(text.replaceAll(/\s+/g, " ")).toContain(reason);
    expect(lines.every((line) => line.reduce((sum, { text: part }) => sum + part.length, 0) <= 60)).toBe(true);
  });

  test("is broken within a word only where the word alone is too long", () => {
    const word = "x".repeat(25);
    const line = [
      { text: "  ab ", tone: "plain" as const },
      { text: `cd ${word} e`, tone: "bad" as const },
    ];
    const parts = folded(line, 12).map((each) => each.map(({ text }) => text).join(""));
    expect(parts).toEqual(["  ab cd", "      xxxxxx", "      xxxxxx", "      xxxxxx", "      xxxxxx", "      x e"]);
    expect(folded([{ text: "fits", tone: "good" }], 12)).toEqual([[{ text: "fits", tone: "good" }]]);
  });
});

describe("npm run watch", () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = null;
  });

  async function serve(answers: Recorded, port = 0): Promise<string> {
    server = createServer((request, response) => {
      const path = request.url!.split("?")[0]!;
      const data = {
        "/shadow/status": answers.status,
        "/health": answers.health,
        "/shadow/history": { events: answers.events, cursor: null },
      }[path];
      response.end(JSON.stringify({ status: "success", data }));
    });
    await new Promise<void>((resolve) => server!.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  const watch = (...args: string[]): Promise<Ran> => runScript("cli/watch.ts", ...args);

  test("--once prints one picture and ends", async () => {
    const { code, out } = await watch("--once", "--url", await serve(await recorded("guarded")));
    expect(code).toBe(0);
    expect(out).toMatch(/^UNDERSTUDY/);
    expect(out).toContain("CHAMPION  momentum_v2");
    expect(out).not.toContain("\u001b");
  });

  test("--json prints one document with status, events and health", async () => {
    const answers = await recorded("gathering");
    const { out } = await watch("--json", "--url", await serve(answers));
    expect(JSON.parse(out)).toMatchObject({
      status: answers.status,
      events: answers.events,
      health: answers.health,
    });
  });

  test("--once ends with exit code 1 and one line when nothing answers", async () => {
    const { code, err } = await watch("--once", "--url", "http://127.0.0.1:9");
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain("no answer from http://127.0.0.1:9");
  });

  test("goes on trying while the API is away and shows it again when it is back", async () => {
    const url = await serve(await recorded("guarded"));
    const { port } = new URL(url);
    const args = ["cli/watch.ts", "--interval", "0.2", "--url", url];
    const child = spawn(process.execPath, args, { cwd: new URL("../..", import.meta.url) });
    let shown = "";
    const shows = (what: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!shown.includes(what)) return;
          child.stdout.off("data", look);
          shown = "";
          resolve();
        };
        child.stdout.on("data", look);
      });
    child.stdout.on("data", (data) => (shown += data));
    try {
      await shows("CHAMPION  momentum_v2");
      server!.close();
      server!.closeAllConnections();
      await shows("trying again");
      await serve(await recorded("rolled-back"), Number(port));
      await shows("CHAMPION  momentum_v1");
    } finally {
      child.kill("SIGINT");
    }
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  });
});
