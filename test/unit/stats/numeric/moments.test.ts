import { describe, expect, it } from "vitest";
import {
  correlation,
  isConstant,
  kurtosis,
  mean,
  mergeMoments,
  momentsOf,
  sampleVariance,
  skewness,
  variance,
} from "../../../../shared/stats/numeric/moments.ts";

describe("moments", () => {
  it("are those of a sample worked by hand", () => {
    const m = momentsOf([1, 2, 3, 6]);
    expect(m.mean).toBe(3);
    expect(variance(m)).toBe(3.5);
    expect(sampleVariance(m)).toBeCloseTo(14 / 3, 14);
    expect(skewness(m)).toBeCloseTo(18 / 4 / 3.5 ** 1.5, 14);
    expect(kurtosis(m)).toBeCloseTo(98 / 4 / 3.5 ** 2, 14);
  });

  it("keep their digits on top of a large offset", () => {
    const m = momentsOf([1e9 + 1, 1e9 + 2, 1e9 + 3]);
    expect(m.mean).toBe(1e9 + 2);
    expect(variance(m)).toBeCloseTo(2 / 3, 9);
  });

  it("merge to those of the whole", () => {
    const [a, b] = [
      [1, 5, -2],
      [7, 7, 0, 3],
    ];
    const merged = mergeMoments(momentsOf(a), momentsOf(b));
    const whole = momentsOf([...a, ...b]);
    for (const key of ["n", "mean", "m2", "m3", "m4"] as const) expect(merged[key]).toBeCloseTo(whole[key], 9);
    expect(mergeMoments(momentsOf([]), whole)).toEqual(whole);
    expect(mergeMoments(whole, momentsOf([]))).toEqual(whole);
  });

  it("of nothing are zeros, and shape figures of a constant do not exist", () => {
    expect(mean([])).toBe(0);
    expect(variance(momentsOf([]))).toBe(0);
    expect(sampleVariance(momentsOf([4]))).toBe(0);
    const flat = momentsOf([0.1, 0.1, 0.1]);
    expect(isConstant(flat)).toBe(true);
    expect(skewness(flat)).toBeNull();
    expect(kurtosis(flat)).toBeNull();
  });
});

describe("correlation", () => {
  it("is 1 for a scaled copy and -1 for its mirror", () => {
    const champion = [1, 2, 5, -3];
    expect(correlation({ champion, challenger: champion.map((x) => 2 * x + 1) })).toBeCloseTo(1, 12);
    expect(correlation({ champion, challenger: champion.map((x) => -x) })).toBeCloseTo(-1, 12);
  });

  it("does not exist beside a constant or for one row", () => {
    expect(correlation({ champion: [1, 1, 1], challenger: [1, 2, 3] })).toBeNull();
    expect(correlation({ champion: [1], challenger: [2] })).toBeNull();
  });

  it("refuses rows that are not paired", () => {
    expect(() => correlation({ champion: [1], challenger: [1, 2] })).toThrow(RangeError);
  });
});
