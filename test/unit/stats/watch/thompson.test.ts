import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../../shared/stats/numeric/moments.ts";
import {
  allocate,
  beliefCurves,
  beliefScale,
  championPrior,
  probabilityBest,
  updateBelief,
} from "../../../../shared/stats/watch/thompson.ts";

const prior = championPrior({ meanPnl: 50, sdPnl: 120 });

describe("belief about mean PnL", () => {
  it("starts at the champion and is worth ten rows", () => {
    expect(prior).toEqual({ m: 50, k: 10, a: 2, b: 14400 });
    expect(updateBelief({ prior, seen: momentsOf([]) })).toBe(prior);
  });

  it("narrows with rows and does not depend on their grouping", () => {
    const x = Array.from({ length: 200 }, (_, i) => 60 + 100 * Math.sin(i));
    const at = updateBelief({ prior, seen: momentsOf(x) });
    const twice = updateBelief({
      prior: updateBelief({ prior, seen: momentsOf(x.slice(0, 70)) }),
      seen: momentsOf(x.slice(70)),
    });
    for (const key of ["m", "k", "a", "b"] as const) expect(twice[key]).toBeCloseTo(at[key], 5);
    expect(beliefScale(at)).toBeLessThan(beliefScale(prior));
  });
});

describe("beliefs as curves", () => {
  const sharp = updateBelief({ prior, seen: { n: 5000, mean: 70, m2: 5000 * 14400, m3: 0, m4: 0 } });
  const { x, curves } = beliefCurves([prior, sharp]);

  it("hold all of their mass and 95 % of it between their bounds, a narrow one beside a wide one", () => {
    for (const { density, low, high } of curves) {
      const mass = (from: number, to: number) => {
        let sum = 0;
        for (let i = 1; i < x.length; i++) {
          const middle = (x[i]! + x[i - 1]!) / 2;
          if (middle > from && middle < to) sum += ((density[i]! + density[i - 1]!) / 2) * (x[i]! - x[i - 1]!);
        }
        return sum;
      };
      // The wide one is Student t with four degrees of freedom: 1.6 % of it lies beyond what is drawn.
      expect(mass(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBeGreaterThan(0.98);
      expect(mass(low, high)).toBeCloseTo(0.95, 1);
    }
  });

  it("stand over their means on one ascending axis", () => {
    expect(x).toEqual([...x].sort((a, b) => a - b));
    for (const [i, { m }] of [prior, sharp].entries()) {
      const { density } = curves[i]!;
      expect(x[density.indexOf(Math.max(...density))]).toBeCloseTo(m, 6);
    }
  });
});

describe("probability of being best", () => {
  it("is even among equals and sums to 1", () => {
    const q = probabilityBest([prior, prior, prior]);
    for (const p of q) expect(p).toBeCloseTo(1 / 3, 6);
    expect(q.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(probabilityBest([prior])).toEqual([1]);
  });

  it("goes to the better one, with few and with many rows", () => {
    const good = updateBelief({ prior, seen: { n: 5000, mean: 70, m2: 5000 * 14400, m3: 0, m4: 0 } });
    const q = probabilityBest([
      good,
      updateBelief({ prior, seen: { n: 5000, mean: 50, m2: 5000 * 14400, m3: 0, m4: 0 } }),
    ]);
    expect(q[0]).toBeGreaterThan(0.999);
    const huge = { m: 1, k: 1e7, a: 1e7, b: 1e7 };
    expect(probabilityBest([huge, { ...huge, m: 2 }])[1]).toBeGreaterThan(0.999);
  });

  it("refuses beliefs without spread and an empty list", () => {
    expect(() => probabilityBest([])).toThrow(RangeError);
    expect(() => probabilityBest([{ m: 1, k: 1, a: 2, b: 0 }])).toThrow(RangeError);
  });
});

describe("allocation", () => {
  it("leaves the champion at least 1 - epsilon", () => {
    const w = allocate({ best: [0.1, 0.6, 0.3], epsilon: 0.05 });
    expect(w[0]).toBeCloseTo(0.955, 12);
    expect(w.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(allocate({ best: [1], epsilon: 0.05 })).toEqual([1]);
    expect(() => allocate({ best: [1], epsilon: 0.2 })).toThrow(RangeError);
  });
});
