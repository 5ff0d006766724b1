import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../../shared/stats/numeric/moments.ts";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { takenOnly } from "../../../../shared/stats/numeric/taken-only.ts";
import { computeMetrics, confidentSharpe, sortinoRatio, tailLosses } from "../../../../shared/stats/report/metrics.ts";

const of = (pnl: number[], trials = 1) => computeMetrics({ pnl: Float64Array.from(pnl), trials, correlation: null });

describe("computeMetrics", () => {
  it("gives the figures of six trades worked by hand", () => {
    const m = of([100, -50, 0, 200, -25, -25]);
    expect(m).toMatchObject({
      nTrades: 6,
      totalPnl: 200,
      maxDrawdown: 50,
      longestLosingRun: 2,
      averageWin: 150,
      profitFactor: 3,
      calmarRatio: 4,
    });
    expect(m.winRate).toBeCloseTo(1 / 3, 14);
    expect(m.meanPnl).toBeCloseTo(100 / 3, 12);
    expect(m.averageLoss).toBeCloseTo(100 / 3, 12);
    expect(m.expectancy).toBeCloseTo(1, 12);
    expect(m.stdPnl).toBeCloseTo(Math.sqrt((100 ** 2 + 50 ** 2 + 200 ** 2 + 2 * 25 ** 2) / 6 - (100 / 3) ** 2), 10);
    expect(m.sortinoRatio).toBeCloseTo(100 / 3 / Math.sqrt((2500 + 625 + 625) / 6), 12);
  });

  it("has a reason for everything that does not exist without trades", () => {
    const m = of([]);
    for (const [name, value] of Object.entries(m)) {
      if (value === null && name !== "correlationWithChampion")
        expect(m.reasons[name], name).toMatchObject({ kind: "undefined" });
    }
    expect(m.totalPnl).toBe(0);
  });

  it("has a reason for everything that does not exist for one trade, wins only, losses only or equal trades", () => {
    for (const pnl of [[5], [1, 2, 3], [-1, -2], [4, 4, 4], [0, 0]]) {
      const m = of(pnl);
      for (const [name, value] of Object.entries(m)) {
        if (value === null && name !== "correlationWithChampion")
          expect(m.reasons[name], `${name} of ${pnl}`).toBeDefined();
        if (typeof value === "number") expect(Number.isFinite(value), name).toBe(true);
      }
    }
    expect(of([1, 2]).reasons.sortinoRatio?.code).toBe("NO_DOWNSIDE");
    expect(of([4, 4, 4]).sharpeRatio).toBeNull();
  });

  it("stays finite for huge and for tiny PnL", () => {
    for (const scale of [1e60, 1e-60]) {
      const m = of([3, -1, 2, -5, 4, 4].map((x) => x * scale));
      expect(m.sharpeRatio).toBeCloseTo(of([3, -1, 2, -5, 4, 4]).sharpeRatio!, 10);
      expect(JSON.stringify(m)).not.toContain('null,"kurtosis":null');
    }
  });

  it("leaves abstentions out", () => {
    expect([...takenOnly({ pnl: Float64Array.of(1, 0, 3), took: Uint8Array.of(1, 0, 1) })]).toEqual([1, 3]);
    expect(() => takenOnly({ pnl: Float64Array.of(1), took: Uint8Array.of(1, 0) })).toThrow(RangeError);
  });
});

describe("single figures", () => {
  it("value at risk and shortfall take the worst twentieth, rounded up", () => {
    const pnl = Float64Array.from({ length: 40 }, (_, i) => i - 10);
    expect(tailLosses(pnl)).toEqual({ valueAtRisk: 9, expectedShortfall: 9.5 });
    expect(tailLosses(Float64Array.of(3))).toEqual({ valueAtRisk: -3, expectedShortfall: -3 });
    expect(tailLosses(new Float64Array(0))).toBeNull();
  });

  it("Sortino does not exist without losses", () => {
    expect(sortinoRatio([1, 2])).toBeNull();
    expect(sortinoRatio([])).toBeNull();
  });
});

describe("probabilistic and deflated Sharpe ratio", () => {
  const prng = createPrng("psr");
  const moments = momentsOf(Array.from({ length: 400 }, () => 0.1 + prng.normal()));

  it("one trial deflates nothing, more trials deflate more", () => {
    const one = confidentSharpe({ moments, trials: 1 })!;
    expect(one.deflated).toBe(one.probabilistic);
    const ten = confidentSharpe({ moments, trials: 10 })!;
    const hundred = confidentSharpe({ moments, trials: 100 })!;
    expect(ten.probabilistic).toBe(one.probabilistic);
    expect(hundred.deflated).toBeLessThan(ten.deflated);
    expect(ten.deflated).toBeLessThan(one.deflated);
  });

  it("deflates by the expected maximum of that many worthless models, 2.5306 standard errors for 100", () => {
    // Bailey and Lopez de Prado (2014), eq. 1, evaluated with scipy.special.ndtri
    const flat = { n: 1e9 + 1, mean: 0, m2: 1e9, m3: 0, m4: 3e9 };
    const shifted = { ...flat, mean: 2.5306 / Math.sqrt(1e9) };
    expect(confidentSharpe({ moments: shifted, trials: 100 })!.deflated).toBeCloseTo(0.5, 3);
  });

  it("does not exist without variance", () => {
    expect(confidentSharpe({ moments: momentsOf([1, 1, 1]), trials: 3 })).toBeNull();
  });
});
