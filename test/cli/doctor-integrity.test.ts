import { beforeAll, describe, expect, it } from "vitest";
import { figuresFinding, historyFinding } from "../../cli/doctor/integrity.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { readStatus } from "../../shared/api/status.ts";
import { commonSignals, createSystem, imageOf, type System, type WrittenTrade } from "../support/pipeline.ts";

/** The doctor's rows about data: what is counted against what was written. */

const rows: WrittenTrade[] = [
  ...commonSignals({ from: 0, to: 300, models: { steady: { mean: 50 }, better: { mean: 60 } }, seed: "integrity" }),
  { model: "steady", id: "out", signal_id: "out", pnl: 0, prediction: 0, closedAt: "2026-01-20T10:00:00Z" },
  { model: "steady", id: "bad", signal_id: "bad", pnl: "?", closedAt: "2026-01-20T11:00:00Z" },
];
let system: System;
let status: StatusAnswer;

function tableOf(written: readonly WrittenTrade[]) {
  return {
    page: async (model: string, after: string | null) => {
      const mine = written.filter((row) => row.model === model);
      const half = mine.slice(0, mine.length / 2);
      const [page, next] = after === null ? [half, "half"] : [mine.slice(half.length), null];
      return { rows: page.map(imageOf), next };
    },
  };
}

const portsWith = (written: readonly WrittenTrade[]) => ({
  state: system.memory,
  clock: system.ports.clock,
  trades: tableOf(written),
  sleep: async () => {},
});

beforeAll(async () => {
  system = createSystem();
  await system.deploy("steady");
  await system.deploy("better");
  await system.write(rows);
  await system.evaluate();
  status = (await readStatus(system.ports)).body.data;
});

describe("the doctor", () => {
  it("signs the champion's figures when sums over its raw trades give the same", async () => {
    expect(await figuresFinding(status, tableOf(rows))).toEqual({
      state: "pass",
      figure: "steady: n_trades, win_rate, mean_pnl, total_pnl and max_drawdown of 300 raw trades agree",
    });
  });

  it("fails that row when a trade differs, and names the figure", async () => {
    const other = rows.map((row) => (row === rows[0] ? { ...row, pnl: Number(row.pnl) + 1 } : row));
    const { state, figure } = await figuresFinding(status, tableOf(other));
    expect(state).toBe("fail");
    expect(figure).toMatch(/mean_pnl is [\d.]+ and [\d.]+ from the raw trades/);
  });

  it("signs that trades are counted as written, and fails when one is missing", async () => {
    expect(await historyFinding(status, portsWith(rows))).toEqual({
      state: "pass",
      figure: "601 trades of 2 models counted as written",
    });
    const lost = await historyFinding(status, portsWith(rows.slice(1)));
    expect(lost).toEqual({ state: "fail", figure: "steady: 1 extra: npm run reconcile says more" });
  });

  it("leaves open what there is nothing to say about", async () => {
    const none = { ...status, champion: null, challengers: [] };
    expect((await figuresFinding(none, tableOf(rows))).state).toBe("unknown");
    expect((await historyFinding({ ...none, archive: [], queue: [] }, portsWith(rows))).state).toBe("unknown");
  });
});
