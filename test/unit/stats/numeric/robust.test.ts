import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { robustScale } from "../../../../shared/stats/numeric/robust.ts";

const sortedMedian = (x: readonly number[]) => {
  const s = x.toSorted((a, b) => a - b);
  const half = s.length >> 1;
  return s.length % 2 === 1 ? s[half]! : (s[half - 1]! + s[half]!) / 2;
};

describe("robustScale", () => {
  it("is the median and 1.4826 times the median distance from it, as sorting finds them", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (x) => {
        const { median, scale } = robustScale(Float64Array.from(x));
        const expected = sortedMedian(x);
        const off = x.map((v) => Math.abs(v - expected));
        expect(median + 0).toBe(expected + 0); // of -0 and 0 either may be in the middle
        const usual = 1.4826 * sortedMedian(off);
        const sum = off.reduce((a, b) => a + b, 0);
        expect(scale).toBe(usual > 0 ? usual : (1.2533 * sum) / x.length);
      }),
      { numRuns: 500 },
    );
  });

  it("does not move with one absurd value", () => {
    const x = Float64Array.from({ length: 101 }, (_, i) => i);
    const before = robustScale(x);
    x[100] = -1e12;
    const after = robustScale(x);
    expect(Math.abs(after.median - before.median)).toBeLessThanOrEqual(1);
    expect(Math.abs(after.scale - before.scale)).toBeLessThanOrEqual(1.5);
  });

  it("leaves its argument as it was, and is 0 for nothing and for one value over and over", () => {
    const x = Float64Array.of(3, 1, 2);
    robustScale(x);
    expect([...x]).toEqual([3, 1, 2]);
    expect(robustScale(new Float64Array(0))).toEqual({ median: 0, scale: 0 });
    expect(robustScale(Float64Array.of(7, 7, 7))).toEqual({ median: 7, scale: 0 });
  });

  it("is quick for sorted and for nearly constant rows", () => {
    const n = 200_000;
    expect(robustScale(Float64Array.from({ length: n }, (_, i) => i)).median).toBe((n - 1) / 2);
    expect(robustScale(new Float64Array(n).fill(1)).median).toBe(1);
  });
});
