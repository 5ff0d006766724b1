import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MarketOptions, MarketTape } from "../../cli/market/market.ts";
import type { ReplayReport } from "../../cli/replay/report-shape.ts";
import type { LocalStack } from "../../local/stack.ts";
import { type Ran, runScript } from "../support/command.ts";
import { startTestStack } from "../support/test-stack.ts";

/** `npm run replay` end to end: a file with bad rows into a running stack, twice. */

const SIGNALS = 520;
let stack: LocalStack;
let dir: string;
let file: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "understudy-replay-"));
  file = join(dir, "trades.csv");
  await writeFile(file, csv());
  stack = await startTestStack();
}, 300_000);
afterAll(async () => {
  await stack?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Two models over 520 signals under other column names, then rows of every bad kind. */
function csv(): string {
  const profile = { winRate: 0.55, meanPnl: 20, sdPnl: 100 };
  const model = (name: string) => ({ name, profile, abstains: 0, holdMs: 3_600_000 });
  const market: MarketOptions = {
    seed: "replay-test",
    models: [model("shadow"), model("live")],
    correlation: 0.7,
    tail: 5,
    symbols: ["X"],
    startAt: Date.UTC(2025, 0, 6),
    everyMs: 3_600_000,
  };
  const tape = new MarketTape();
  const trades = [...Array.from({ length: SIGNALS }, () => tape.advance(market)).flat(), ...tape.end()];
  const rows = trades.map((t) =>
    [t.tradeId, t.signalId, t.modelName, t.openedAt, t.closedAt, t.pnl, t.modelName === "live"].join(","),
  );
  return [
    "id,signal,model,opened,closed,profit,executed",
    ...rows,
    rows[0]!, // the same trade again
    "bad-1,s,live,2025-03-01T00:00:00Z,2025-03-01T01:00:00Z,not a number,true",
    "bad-2,s,live,2025-03-01T00:00:00Z,soon,1,true",
    ",s,live,2025-03-01T00:00:00Z,2025-03-01T01:00:00Z,1,true",
    "cut off,s,live",
    "",
  ].join("\n");
}

const MAP = "trade_id=id,signal_id=signal,model_name=model,opened_at=opened,closed_at=closed,pnl=profit";

const replay = (...args: string[]): Promise<Ran> =>
  runScript("cli/replay.ts", ...args, "--url", stack.urls.api, "--dynamodb", stack.urls.dynamodb);

test("a file's trades are all counted, quarantined or named, and none of them twice", async () => {
  const first = await replay(file, "--map", MAP, "--json");
  expect(first.err).not.toMatch(/replay: /);
  expect(first.code).toBe(0);
  const report = JSON.parse(first.out) as ReplayReport;
  expect(report.rows).toEqual({ sent: 2 * SIGNALS + 3, repeated_in_file: 1, known_before: 0, unsent: 2 });
  expect(report.champion).toBe("live");
  const byName = new Map(report.models.map((m) => [m.model_name, m]));
  expect(byName.get("live")).toMatchObject({ role: "champion", trades_counted: SIGNALS, quarantined: 2 });
  expect(byName.get("shadow")).toMatchObject({ role: "challenger", trades_counted: SIGNALS, quarantined: 0 });
  expect(byName.get("shadow")!.looks.map((look) => look.n)).toEqual([500]);
  expect(report.unsent_rows.map((row) => row.line)).toEqual([2 * SIGNALS + 5, 2 * SIGNALS + 6]);
  expect(report.quarantined.by_model).toMatchObject([{ model_name: "live", count: 2, by_kind: { invalid: 2 } }]);
  expect(report.alerts.waiting).toBe(0);

  const second = await replay(file, "--map", MAP, "--json");
  const again = JSON.parse(second.out) as ReplayReport;
  expect(again.rows.known_before).toBe(2 * SIGNALS + 2);
  const { seconds: _a, trades_per_second: _b, rows: _c, ...before } = report;
  expect(again).toMatchObject(before);

  const other = join(dir, "other.csv");
  await writeFile(other, "trade_id,model_name,closed_at,pnl\n1,stranger,2025-01-01T00:00:00Z,1\n");
  const refused = await replay(other);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("the stack's champion live is not in the file");
}, 600_000);
