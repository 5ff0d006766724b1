import { describe, expect, it } from "vitest";
import { planTrades, spreadOfDifference, spreadOfWinDifference } from "../../../cli/plan/trades-needed.ts";
import { tradesLeft } from "../../../shared/stats/report/trades-left.ts";

const looks = { slots: 3, firstLook: 500, step: 100, blockLength: 50, farthest: 200_000, alpha: 0.05 } as const;
const plan = (d: number, changes: Partial<Parameters<typeof planTrades>[0]> = {}) =>
  planTrades({ ...looks, effect: d, sdOfDifference: 1, ...changes });

describe("planTrades", () => {
  it("needs what the published tables say for large numbers of trades, where all rows are the strictest scale", () => {
    // STATISTICS 2d, mean route, HAC boundary alone; the block scales may cost a look or two
    for (const [d, n50, n90] of [
      [0.0589, 2700, 5800],
      [0.0833, 1300, 2800],
      [0.1076, 800, 1700],
    ] as const) {
      const { rule } = plan(d);
      expect(rule.n50! - n50, `${d}`).toBeGreaterThanOrEqual(0);
      expect(rule.n50! - n50, `${d}`).toBeLessThanOrEqual(200);
      expect(Math.abs(rule.n90! - n90), `${d}`).toBeLessThanOrEqual(200);
    }
  });

  it("has the fixed-sample oracle of the tables", () => {
    expect(plan(0.0589).oracle.n90).toBeCloseTo(3351, -1);
    expect(plan(0.0589, { slots: 1 }).oracle.n90).toBeCloseTo(2468, -1);
  });

  it("never beats the oracle, and costs more the smaller the effect and the more the slots", () => {
    const small = plan(0.05).rule;
    const large = plan(0.1).rule;
    expect(small.n50!).toBeGreaterThan(large.n50!);
    for (const d of [0.05, 0.1]) expect(plan(d).rule.n90!).toBeGreaterThan(plan(d).oracle.n90!);
    expect(plan(0.05, { slots: 1 }).rule.n50!).toBeLessThan(small.n50!);
    expect(small.n50! < small.n80! && small.n80! < small.n90!).toBe(true);
  });

  it("agrees with 'trades left' before the first trade, which counts one look only and so errs on the long side", () => {
    for (const d of [0.05, 0.08, 0.15]) {
      const sd = { hac: 1, blocks: 1, tenths: 1 };
      const left = tradesLeft({ ...looks, variant: "standard", estimate: d, sd, n: 0 });
      expect(left.n50!).toBeGreaterThanOrEqual(plan(d).rule.n50!);
      expect(left.n50!).toBeLessThan(1.35 * plan(d).rule.n50! + 100);
    }
  });

  it("says how many are proved at the first look", () => {
    expect(plan(0.01).byFirstLook).toBeLessThan(0.005);
    expect(plan(0.5).byFirstLook).toBeGreaterThan(0.999);
  });

  it("has no answer without an effect, or beyond what anybody waits for", () => {
    const none = { n50: null, n80: null, n90: null };
    expect(plan(0)).toMatchObject({ rule: none, oracle: none, byFirstLook: 0 });
    expect(plan(-0.1).rule).toEqual(none);
    expect(plan(0.1, { farthest: 800 })).toMatchObject({ rule: none, oracle: { n50: 453, n90: null } });
  });

  it("refuses what is no number", () => {
    expect(() => plan(Number.NaN)).toThrow(RangeError);
    expect(() => plan(0.1, { sdOfDifference: 0 })).toThrow(RangeError);
  });
});

describe("the spread of a difference", () => {
  it("shrinks with the correlation", () => {
    expect(spreadOfDifference({ sd: 120, correlation: 0 })).toBeCloseTo(169.706, 3);
    expect(spreadOfDifference({ sd: 120, correlation: 0.7 })).toBeCloseTo(92.952, 3);
    expect(() => spreadOfDifference({ sd: 120, correlation: 1 })).toThrow(RangeError);
  });

  it("of wins follows from both win rates and the correlation of signs", () => {
    expect(spreadOfWinDifference({ winRate: 0.5, points: 0, correlation: 0 })).toBeCloseTo(Math.SQRT1_2, 12);
    // correlation 0.5 of two normals gives 1/3 for their signs
    expect(spreadOfWinDifference({ winRate: 0.5, points: 0, correlation: 0.5 })).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(spreadOfWinDifference({ winRate: 0.56, points: 0.02, correlation: 0 })).toBeCloseTo(
      Math.sqrt(0.56 * 0.44 + 0.58 * 0.42),
      12,
    );
    expect(() => spreadOfWinDifference({ winRate: 0.99, points: 0.02, correlation: 0 })).toThrow(RangeError);
    expect(() => spreadOfWinDifference({ winRate: 0, points: 0.02, correlation: 0 })).toThrow(RangeError);
  });
});
