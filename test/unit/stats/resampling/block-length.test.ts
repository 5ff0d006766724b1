import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { cubeRootLength, politisWhiteLength } from "../../../../shared/stats/resampling/block-length.ts";

describe("block length", () => {
  it("is the cube root rounded up, exact at cubes", () => {
    expect([1, 2, 8, 9, 500, 1000, 1001, 50_000].map(cubeRootLength)).toEqual([1, 2, 2, 3, 8, 10, 11, 37]);
    expect(cubeRootLength(0)).toBe(1);
  });

  it("grows with the dependence", () => {
    const prng = createPrng("pw");
    const x = Float64Array.from({ length: 2000 }, () => prng.normal());
    const smooth = x.map((_, i) => x.subarray(Math.max(0, i - 9), i + 1).reduce((a, b) => a + b, 0));
    const short = politisWhiteLength(x);
    const long = politisWhiteLength(smooth);
    expect(short.kind === "defined" && long.kind === "defined" && long.circular > 3 * short.circular).toBe(true);
  });

  it("does not exist for a handful of rows or a constant", () => {
    expect(politisWhiteLength(new Float64Array(8))).toMatchObject({ code: "INSUFFICIENT_DATA" });
    expect(politisWhiteLength(new Float64Array(80).fill(2))).toMatchObject({ code: "DEGENERATE_VARIANCE" });
  });

  it("stays within its cap for a handful of varying rows", () => {
    const r = politisWhiteLength(Float64Array.of(1, 5, 2, 8, 3, 9, 4, 7, 5, 1));
    expect(r.kind === "defined" && r.circular >= 0 && r.circular <= 4).toBe(true);
  });
});
