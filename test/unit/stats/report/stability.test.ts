import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { effectiveSampleSize } from "../../../../shared/stats/report/effective-sample-size.ts";
import { stabilityPanel } from "../../../../shared/stats/report/stability.ts";

describe("effective sample size", () => {
  it("is about n for independent rows and never more than n", () => {
    const prng = createPrng("ess");
    const d = Float64Array.from({ length: 5000 }, () => prng.normal());
    const e = effectiveSampleSize({ d, blockLength: 50 });
    expect(e.worth).toBeLessThanOrEqual(5000);
    expect(e.worth).toBeGreaterThan(2000);
  });

  it("shrinks to about a tenth when ten rows in a row are the same trade", () => {
    const prng = createPrng("ess10");
    let x = 0;
    const d = Float64Array.from({ length: 5000 }, (_, i) => {
      if (i % 10 === 0) x = prng.normal();
      return x;
    });
    expect(effectiveSampleSize({ d, blockLength: 50 }).worth).toBeLessThan(900);
  });

  it("is 0 when nothing varies", () => {
    expect(effectiveSampleSize({ d: new Float64Array(600).fill(1), blockLength: 50 }).worth).toBe(0);
    expect(effectiveSampleSize({ d: Float64Array.of(1), blockLength: 50 }).worth).toBe(0);
  });
});

describe("stability panel", () => {
  it("shows an edge that sits in one half", () => {
    const d = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 10 : -1));
    const s = stabilityPanel({ d, blockLength: 50 });
    expect(s.halves).toEqual([10, -1]);
    expect(s.positiveTenths).toBe(5);
    expect(s.positiveBlocks).toBe(0.5);
    expect(s.longestEdgeSpell).toBe(0.5);
  });

  it("shows a stretch of high volatility", () => {
    const d = Float64Array.from(
      { length: 1000 },
      (_, i) => (i % 2 ? 1 : -1) * (i >= 300 && i < 500 ? 5 : 1 + (Math.floor(i / 50) % 2) / 10),
    );
    expect(stabilityPanel({ d, blockLength: 50 }).longestVolatilitySpell).toBeGreaterThanOrEqual(0.2);
  });

  it("has no panel without rows, and says so by null", () => {
    expect(stabilityPanel({ d: new Float64Array(0), blockLength: 50 })).toMatchObject({
      positiveBlocks: null,
      tenths: [],
      halves: null,
      longestEdgeSpell: null,
      longestVolatilitySpell: null,
    });
    expect(stabilityPanel({ d: Float64Array.of(1, 2, 3), blockLength: 50 }).halves).toEqual([1, 2.5]);
  });
});
