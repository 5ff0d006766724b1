import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import {
  type ChartState,
  ewmaLimit,
  freshCharts,
  restartAfterAlarm,
  standardisePnl,
  stepCharts,
} from "../../../../shared/stats/watch/degradation.ts";

const baseline = { winRate: 0.56, trades: 500, meanPnl: 50, sdPnl: 120, serial: 1 };

/** Trades until the first alarm of any chart, at most `limit`. */
function runLength(o: { seed: string; mean: number; serial?: number; limit: number }): number {
  const prng = createPrng(o.seed);
  let state: ChartState = freshCharts;
  for (let i = 1; i <= o.limit; i++) {
    const step = stepCharts({
      state,
      pnl: o.mean + 120 * prng.normal(),
      baseline: { ...baseline, winRate: 0.6615, serial: o.serial ?? 1 },
    });
    state = step.state;
    if (step.alarms.length > 0) return i;
  }
  return o.limit;
}

describe("degradation charts", () => {
  it("stay silent for a champion that stays itself, and alarm when its edge is lost", () => {
    const lengths = (mean: number, limit: number) =>
      Array.from({ length: 12 }, (_, i) => runLength({ seed: `run ${i}`, mean, limit }));
    expect(lengths(50, 1000).filter((n) => n < 1000).length).toBeLessThanOrEqual(3);
    expect(Math.max(...lengths(-10, 1000))).toBeLessThan(600);
  });

  it("never go below 0 and start from nothing", () => {
    const win = stepCharts({ state: freshCharts, pnl: 300, baseline });
    expect(win.state).toMatchObject({ trades: 1, cusumWin: 0, cusumPnl: 0 });
    expect(win.state.ewmaWin).toBeGreaterThan(0);
    expect(win.alarms).toEqual([]);
  });

  it("alarm at their line and start again only where they did", () => {
    const near: ChartState = { trades: 9, cusumWin: 29.9, cusumPnl: 3, ewmaWin: -0.1, variance: 120 ** 2 };
    const step = stepCharts({ state: near, pnl: -100, baseline });
    expect(step.alarms).toEqual(["cusum-win"]);
    const again = restartAfterAlarm(step);
    expect(again.cusumWin).toBe(0);
    expect(again.cusumPnl).toBe(step.state.cusumPnl);
    expect(again.variance).toBe(step.state.variance);
    expect(restartAfterAlarm({ state: step.state, alarms: ["cusum-pnl", "ewma-win"] })).toMatchObject({
      cusumPnl: 0,
      ewmaWin: 0,
    });
  });

  it("ring on the EWMA and on the PnL chart too", () => {
    const low: ChartState = { trades: 9, cusumWin: 0, cusumPnl: 29.9, ewmaWin: -0.36, variance: 120 ** 2 };
    expect(stepCharts({ state: low, pnl: -200, baseline }).alarms).toEqual(["cusum-pnl", "ewma-win"]);
  });

  it("wait longer when the wins are serially correlated", () => {
    expect(ewmaLimit(1.4)).toBeCloseTo(1.4 * ewmaLimit(1), 12);
    const near: ChartState = { trades: 9, cusumWin: 29.9, cusumPnl: 0, ewmaWin: 0, variance: null };
    expect(stepCharts({ state: near, pnl: -100, baseline: { ...baseline, serial: 1.4 } }).alarms).toEqual([]);
  });

  it("switch the PnL chart off when the baseline did not vary", () => {
    const step = stepCharts({ state: freshCharts, pnl: -1e9, baseline: { ...baseline, sdPnl: 0 } });
    expect(step.state).toMatchObject({ cusumPnl: 0, variance: null });
  });

  it("measure PnL in the volatility of the day, within a factor of three", () => {
    const calm = standardisePnl({ pnl: -130, variance: 120 ** 2, meanPnl: 50, sdPnl: 120 });
    const wild = standardisePnl({ pnl: -130, variance: 360 ** 2, meanPnl: 50, sdPnl: 120 });
    const absurd = standardisePnl({ pnl: -130, variance: 1e9 ** 2, meanPnl: 50, sdPnl: 120 });
    expect(calm.z).toBeCloseTo(-1.5, 12);
    expect(wild.z).toBeCloseTo(-130 / 360 - 50 / 120, 12);
    expect(absurd.z).toBe(wild.z);
    expect(standardisePnl({ pnl: -1e12, variance: 120 ** 2, meanPnl: 50, sdPnl: 120 }).z).toBe(-4);
  });

  it("refuse a trade that is no number", () => {
    expect(() => stepCharts({ state: freshCharts, pnl: Number.NaN, baseline })).toThrow(RangeError);
  });
});
