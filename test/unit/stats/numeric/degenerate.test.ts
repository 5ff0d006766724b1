import { describe, expect, it } from "vitest";
import { firstNotFinite, isZeroVariance, LARGEST_PNL, tooFew } from "../../../../shared/stats/numeric/degenerate.ts";

describe("degenerate data", () => {
  it("is a state with a sentence", () => {
    expect(tooFew({ have: 1, need: 2, what: "rows" })).toEqual({
      kind: "undefined",
      code: "INSUFFICIENT_DATA",
      reason: "1 rows, at least 2 needed.",
    });
  });

  it("finds the first value that is no usable number", () => {
    expect(firstNotFinite([1, 2, Number.NaN])).toBe(2);
    expect(firstNotFinite([1, Number.POSITIVE_INFINITY, Number.NaN])).toBe(1);
    expect(firstNotFinite([10 * LARGEST_PNL])).toBe(0);
    expect(firstNotFinite([-LARGEST_PNL, 0])).toBe(-1);
  });

  it("counts rounding noise as no variance, and small variance as variance", () => {
    expect(isZeroVariance({ variance: 0, mean: 0 })).toBe(true);
    expect(isZeroVariance({ variance: 1e-13, mean: 1 })).toBe(true);
    expect(isZeroVariance({ variance: 1e-11, mean: 1 })).toBe(false);
    expect(isZeroVariance({ variance: 1e-28, mean: 0, meanSquare: 1e4 })).toBe(true);
    expect(isZeroVariance({ variance: 1e-6, mean: 0, meanSquare: 1e4 })).toBe(false);
    expect(isZeroVariance({ variance: Number.NaN, mean: 0 })).toBe(true);
  });
});
