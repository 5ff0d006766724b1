import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import {
  type ChartState,
  ewmaLimit,
  freshCharts,
  restartAfterAlarm,
  standardisePnl,
  stepCharts,
  stepPairedChart,
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
    const near: ChartState = { ...freshCharts, trades: 9, cusumWin: 29.9, cusumPnl: 3, ewmaWin: -0.1, cusumPair: 4 };
    const step = stepCharts({ state: near, pnl: -100, baseline });
    expect(step.alarms).toEqual(["cusum-win"]);
    const again = restartAfterAlarm(step);
    expect(again.cusumWin).toBe(0);
    expect(again.cusumPnl).toBe(step.state.cusumPnl);
    expect(again.cusumPair).toBe(4);
    expect(again.lossSize).toBe(step.state.lossSize);
    expect(restartAfterAlarm({ state: near, alarms: ["cusum-pair"] }).cusumPair).toBe(0);
    expect(restartAfterAlarm({ state: step.state, alarms: ["cusum-pnl", "ewma-win"] })).toMatchObject({
      cusumPnl: 0,
      ewmaWin: 0,
    });
  });

  it("ring on the EWMA and on the PnL chart too", () => {
    const low: ChartState = { ...freshCharts, trades: 9, cusumPnl: 29.9, ewmaWin: -0.41 };
    expect(stepCharts({ state: low, pnl: -200, baseline }).alarms).toEqual(["cusum-pnl", "ewma-win"]);
  });

  it("wait longer when the wins are serially correlated", () => {
    expect(ewmaLimit(1.4)).toBeCloseTo(1.4 * ewmaLimit(1), 12);
    const near: ChartState = { ...freshCharts, trades: 9, cusumWin: 29.9 };
    expect(stepCharts({ state: near, pnl: -100, baseline: { ...baseline, serial: 1.4 } }).alarms).toEqual([]);
  });

  it("switch the PnL chart off when the baseline did not vary", () => {
    const step = stepCharts({ state: freshCharts, pnl: -1e9, baseline: { ...baseline, sdPnl: 0 } });
    expect(step.state).toMatchObject({ cusumPnl: 0, winSize: 1, lossSize: 1 });
  });

  it("give the PnL its own serial factor", () => {
    const near: ChartState = { ...freshCharts, trades: 9, cusumWin: 29.9, cusumPnl: 29.9 };
    const serial = { ...baseline, serial: 1, serialPnl: 1.4 };
    expect(stepCharts({ state: near, pnl: -200, baseline: serial }).alarms).toEqual(["cusum-win"]);
    expect(stepCharts({ state: near, pnl: -200, baseline: { ...serial, serial: 1.4, serialPnl: 1 } }).alarms).toEqual([
      "cusum-pnl",
    ]);
  });

  const sized = { ...baseline, meanWin: 130, meanLoss: 52 };
  const zOf = (winSize: number, lossSize: number, pnl = -130) =>
    standardisePnl({ pnl, winSize, lossSize, baseline: sized }).z;

  it("measure PnL in the volatility on which wins and losses agree, within a factor of three", () => {
    expect(zOf(1, 1)).toBeCloseTo(-1.5, 12);
    expect(zOf(3, 3)).toBeCloseTo(-130 / 360 - 50 / 120, 12);
    expect(zOf(1e9, 1e9)).toBe(zOf(3, 3));
    expect(zOf(1, 1, -1e12)).toBe(-4);
  });

  it("see smaller wins and larger losses at full size: only what both share is the market's volatility", () => {
    expect(zOf(0.5, 1)).toBe(zOf(1, 1));
    expect(zOf(1, 2)).toBe(zOf(1, 1));
    expect(zOf(0.5, 2)).toBe(zOf(1, 1));
    expect(zOf(2, 1.5)).toBe(zOf(1.5, 1.5));
  });

  it("follow the size of wins on wins and the size of losses on losses, one trade held at four mean sizes", () => {
    const sizesAfter = (pnl: number) => standardisePnl({ pnl, winSize: 1, lossSize: 1, baseline: sized });
    expect(sizesAfter(260)).toMatchObject({ winSize: 0.97 + 0.03 * 2, lossSize: 1 });
    expect(sizesAfter(-5.2)).toMatchObject({ winSize: 1, lossSize: expect.closeTo(0.97 + 0.03 * 0.1, 12) });
    expect(sizesAfter(1e9).winSize).toBeCloseTo(0.97 + 0.03 * 4, 12);
    expect(sizesAfter(0)).toMatchObject({ winSize: 1, lossSize: 1 });
  });

  it("refuse a trade that is no number", () => {
    expect(() => stepCharts({ state: freshCharts, pnl: Number.NaN, baseline })).toThrow(RangeError);
  });
});

describe("the paired chart", () => {
  const b = { promise: 10, sdDifference: 50, serialDifference: 1.2, meanFormer: 40, sdFormer: 100 };
  const step = (state: ChartState, difference: number, formerPnl = 40) =>
    stepPairedChart({ state, difference, formerPnl, baseline: b });

  it("expects half the promise: selection made the promise too large", () => {
    expect(step(freshCharts, -50).state.cusumPair).toBeCloseTo(1 + 0.1 - 0.12, 12);
  });

  it("expects nothing of a promise below zero", () => {
    const forced = { ...b, promise: -30 };
    const { cusumPair } = stepPairedChart({
      state: freshCharts,
      difference: -50,
      formerPnl: 40,
      baseline: forced,
    }).state;
    expect(cusumPair).toBeCloseTo(1 - 0.12, 12);
  });

  it("rings at its line and leaves the champion's own charts alone", () => {
    const near = { ...freshCharts, cusumPair: 35.9, cusumWin: 3 };
    expect(step(near, -50).alarms).toEqual(["cusum-pair"]);
    expect(step(near, 50).alarms).toEqual([]);
    expect(step(near, -50).state.cusumWin).toBe(3);
  });

  it("measures differences in the volatility of the former champion", () => {
    const wild = { ...freshCharts, formerVariance: 200 ** 2 };
    expect(step(wild, -50).state.cusumPair).toBeCloseTo(0.5 + 0.1 - 0.12, 12);
    expect(step(freshCharts, 0, 40).state.formerVariance).toBeCloseTo(0.97 * 100 ** 2, 9);
  });
});
