import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { freezeBaseline } from "../../../../shared/stats/watch/baseline.ts";
import {
  clampWinRate,
  deficitThreshold,
  drawdownThreshold,
  guardDrawdowns,
  lagOneCorrelation,
  serialFactor,
} from "../../../../shared/stats/watch/guard.ts";
import { winTally } from "../../../support/win-rule.ts";

const baseline = { winRate: 0.58, baselineTrades: 500, window: 100, serial: 1 };

/** Figures after some wins and then some losses against a promise of 58 % over 500 trades. */
const figuresAfter = (o: { wins: number; losses: number }) =>
  winTally({ winRate: 0.58, trades: 500, serial: 1 }, [...Array(o.wins).fill(1), ...Array(o.losses).fill(0)]).figures({
    volatility: 1,
  });

describe("win-rate guard", () => {
  it("says nothing before 20 trades, and trades beyond its window do not count", () => {
    expect(figuresAfter({ wins: 0, losses: 19 })).toMatchObject({ winRule: false, alert: false });
    expect(figuresAfter({ wins: 0, losses: 20 })).toMatchObject({ trades: 20, alert: true });
    expect(figuresAfter({ wins: 58, losses: 142 })).toEqual(figuresAfter({ wins: 58, losses: 42 }));
  });

  it("alerts before it rolls back", () => {
    expect(figuresAfter({ wins: 33, losses: 27 })).toMatchObject({ winRule: false, alert: false });
    expect(figuresAfter({ wins: 26, losses: 34 })).toMatchObject({ winRule: false, alert: true });
    expect(figuresAfter({ wins: 22, losses: 38 })).toMatchObject({ winRule: true, alert: true });
  });

  it("breaks at the first whole win beyond its threshold", () => {
    const threshold = deficitThreshold({ ...baseline, sd: 2.3 });
    const most = Math.floor(100 * 0.58 - threshold);
    expect(figuresAfter({ wins: most, losses: 100 - most }).winRule).toBe(true);
    expect(figuresAfter({ wins: most + 1, losses: 99 - most }).winRule).toBe(false);
  });

  it("says nothing before the first trade", () => {
    expect(figuresAfter({ wins: 0, losses: 0 })).toMatchObject({ deficit: 0, winRule: false, alert: false });
  });

  it("keeps a win rate of 0 or 1 off the edge", () => {
    expect(clampWinRate({ winRate: 1, n: 500 })).toBe(0.999);
    expect(clampWinRate({ winRate: 0, n: 500 })).toBe(0.001);
    expect(deficitThreshold({ ...baseline, winRate: 1, sd: 2.3 })).toBeGreaterThan(0);
  });
});

describe("serial factor", () => {
  it("is 1 for independent or alternating wins", () => {
    expect(serialFactor([1, 0, 1, 0, 1, 0])).toBe(1);
    expect(serialFactor([1, 1, 1])).toBe(1);
    expect(lagOneCorrelation([])).toBe(0);
  });

  it("grows with runs and is capped", () => {
    const runs = Array.from({ length: 400 }, (_, i) => (Math.floor(i / 10) % 2 ? 1 : 0));
    expect(serialFactor(runs)).toBeGreaterThan(2.5);
    const longer = Array.from({ length: 4000 }, (_, i) => (i < 2000 ? 1 : 0));
    expect(serialFactor(longer)).toBeCloseTo(Math.sqrt(19), 9);
  });
});

describe("drawdown guard", () => {
  it("widens with the old champion's volatility and never narrows", () => {
    expect(drawdownThreshold({ q95: 100, ratio: 2 })).toBe(300);
    expect(drawdownThreshold({ q95: 100, ratio: 0.2 })).toBe(150);
  });

  it("is the same for the same seed", () => {
    const prng = createPrng("pnl");
    const pnl = Float64Array.from({ length: 300 }, () => 50 + 120 * prng.normal());
    const run = (seed: string) => guardDrawdowns({ pnl, window: 100, count: 2000, seed });
    expect(run("a")).toEqual(run("a"));
    expect(run("a").q95).toBeGreaterThan(run("a").mean);
    expect(Math.abs(run("a").q95 / run("b").q95 - 1)).toBeLessThan(0.1);
  });
});

describe("freezeBaseline", () => {
  const plan = { window: 100, count: 200, seed: "s" };

  it("keeps what the guard and the charts compare with", () => {
    const pnl = Float64Array.from({ length: 60 }, (_, i) => (i % 3 ? 10 : -5));
    const b = freezeBaseline({ pnl, reference: pnl.map((x) => 2 * x), ...plan })!;
    expect(b.winRate).toBeCloseTo(2 / 3, 12);
    expect(b.trades).toBe(60);
    expect(b.reference!.sdPnl).toBeCloseTo(2 * b.sdPnl, 9);
    expect(JSON.parse(JSON.stringify(b))).toEqual(b);
  });

  it("does not exist for a model that has not traded, and has no reference without an old champion", () => {
    expect(freezeBaseline({ pnl: Float64Array.of(1), reference: null, ...plan })).toBeNull();
    expect(freezeBaseline({ pnl: Float64Array.of(1, -1), reference: null, ...plan })!.reference).toBeNull();
  });
});
