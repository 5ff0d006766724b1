import { describe, expect, it } from "vitest";
import { blockMeans, blockVariance, hacLags, hacVariance } from "../../../../shared/stats/numeric/long-run-variance.ts";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";

/** AR(1) with unit innovations; its long-run variance is 1/(1 - r)^2. */
function autoregression(o: { r: number; n: number; seed: string }): Float64Array {
  const prng = createPrng(o.seed);
  const x = new Float64Array(o.n);
  for (let i = 0; i < o.n; i++) x[i] = o.r * (i > 0 ? x[i - 1]! : 0) + prng.normal();
  return x;
}

describe("hacVariance", () => {
  it("by the rule of thumb uses 5 lags at 500 rows and 9 at 5,000", () => {
    expect([hacLags(100, 0), hacLags(500, 0), hacLags(5000, 0)]).toEqual([4, 5, 9]);
  });

  it("uses 24 lags at least, more when asked, and never more than there are", () => {
    expect([hacLags(500, 24), hacLags(500, 44), hacLags(20, 24), hacLags(1, 24), hacLags(0, 24)]).toEqual([
      24, 44, 19, 0, 0,
    ]);
    expect(hacVariance(autoregression({ r: 0, n: 500, seed: "default" })).lags).toBe(24);
    // 30^(9/2) hundred rows: beyond that the rule of thumb asks for more than the floor
    expect(hacLags(1_000_000, 24)).toBe(30);
  });

  it.each([1, 2, 3, 4, 5, 9, 24, 27])("is the sum of the autocovariances, lag by lag: %i rows more than lags", (n) => {
    const x = autoregression({ r: 0.4, n: n + 1, seed: "by hand" });
    const { lags, raw } = hacVariance(x, n);
    const centre = x.reduce((a, b) => a + b, 0) / x.length;
    const g = (k: number) => {
      let sum = 0;
      for (let i = k; i < x.length; i++) sum += (x[i]! - centre) * (x[i - k]! - centre);
      return sum / x.length;
    };
    let expected = g(0);
    for (let k = 1; k <= lags; k++) expected += 2 * (1 - k / (lags + 1)) * g(k);
    expect(raw).toBeCloseTo(expected, 12);
  });

  it("is the plain variance for independent rows, about", () => {
    const v = hacVariance(autoregression({ r: 0, n: 20_000, seed: "iid" }));
    expect(v.used / v.plain).toBeLessThan(1.1);
  });

  it("rises towards the long-run variance under positive autocorrelation", () => {
    const v = hacVariance(autoregression({ r: 0.3, n: 50_000, seed: "ar" }));
    expect(v.used).toBeGreaterThan(1.8);
    expect(v.used).toBeLessThan(1 / 0.7 ** 2 + 0.15);
  });

  it("never falls below the plain variance: negative autocorrelation makes no evidence", () => {
    const v = hacVariance(autoregression({ r: -0.5, n: 5000, seed: "neg" }));
    expect(v.raw).toBeLessThan(v.plain);
    expect(v.used).toBe(v.plain);
  });

  it("works for one and two rows", () => {
    expect(hacVariance(Float64Array.of(3)).used).toBe(0);
    expect(hacVariance(Float64Array.of(1, 3)).plain).toBe(1);
  });
});

describe("blocks", () => {
  it("keep the newest block whole and leave the oldest rows out", () => {
    expect([...blockMeans(Float64Array.of(100, 1, 3, 5, 7), 2)]).toEqual([2, 6]);
  });

  it("say nothing with fewer than four", () => {
    expect(blockVariance(Float64Array.of(1, 2, 3), 1)).toEqual({ value: null, blocks: 3 });
    expect(blockVariance(Float64Array.of(1, 2, 3), 0)).toEqual({ value: null, blocks: 0 });
  });

  it("see dependence that is longer than the HAC lags", () => {
    const prng = createPrng("regime");
    const x = new Float64Array(5000);
    let level = 0;
    for (let i = 0; i < x.length; i++) {
      if (i % 100 === 0) level = prng.normal();
      x[i] = level + prng.normal();
    }
    expect(blockVariance(x, 100).value!).toBeGreaterThan(3 * hacVariance(x, 0).used);
  });

  it("refuse a size that is not a positive whole number", () => {
    expect(() => blockMeans(Float64Array.of(1), 0)).toThrow(RangeError);
    expect(() => blockMeans(Float64Array.of(1), 1.5)).toThrow(RangeError);
  });
});

describe("long-run variances, worked by hand and at its edges", () => {
  it("are those worked by hand", () => {
    // mean 0; g0 = 1, g1 = -3/4, g2 = 1/2, g3 = -1/4; L = floor(4 (4/100)^(2/9)) = 1
    const v = hacVariance(Float64Array.of(1, -1, 1, -1), 0);
    expect(v).toEqual({ lags: 1, plain: 1, raw: 1 + 2 * 0.5 * -0.75, used: 1 });
    const trend = hacVariance(Float64Array.of(-1, -1, 1, 1), 0);
    expect(trend).toEqual({ lags: 1, plain: 1, raw: 1.25, used: 1.25 });
    expect(hacVariance(new Float64Array(0))).toEqual({ lags: 0, plain: 0, raw: 0, used: 0 });
  });

  it("of blocks are size times the variance of their means", () => {
    // means 1, 2, 3, 6 about 3: squares 4 + 1 + 0 + 9, over 3, times 2
    const x = Float64Array.of(99, 0, 2, 1, 3, 3, 3, 5, 7);
    expect(blockVariance(x, 2)).toEqual({ value: (2 * 14) / 3, blocks: 4 });
    expect(blockVariance(x.slice(0, 7), 2)).toEqual({ value: null, blocks: 3 });
  });

  it("refuse a block size that is none", () => {
    const x = Float64Array.of(1, 2, 3);
    for (const size of [0, -1, 1.5, Number.NaN])
      expect(() => blockMeans(x, size)).toThrow(`block size must be a positive whole number, not ${size}`);
    expect([...blockMeans(x, 1)]).toEqual([1, 2, 3]);
    expect([...blockMeans(x, 4)]).toEqual([]);
  });
});
