import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../../shared/stats/numeric/moments.ts";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import {
  sharpeDifference,
  sharpeInfluence,
  sharpeRatio,
  sharpeStandardError,
} from "../../../../shared/stats/rule/sharpe-difference.ts";

function normals(o: { n: number; mean: number; sd: number; seed: string }): Float64Array {
  const prng = createPrng(o.seed);
  return Float64Array.from({ length: o.n }, () => o.mean + o.sd * prng.normal());
}
const champion = normals({ n: 800, mean: 50, sd: 120, seed: "c" });

describe("Sharpe route", () => {
  it("sees a smaller spread at the same mean", () => {
    const challenger = champion.map((x) => 50 + 0.7 * (x - 50));
    const r = sharpeDifference({ champion, challenger, paired: true });
    expect(r.kind === "defined" && r.z).toBeGreaterThan(3);
    expect(r.kind === "defined" && r.zWorse).toBeLessThan(-3);
  });

  it("judges by the clipped PnL when one lucky row carries the ratio", () => {
    const challenger = normals({ n: 800, mean: 50, sd: 120, seed: "h" });
    challenger[5] = -20_000;
    const r = sharpeDifference({ champion: challenger, challenger: champion, paired: true });
    expect(r.kind === "defined" && r.clippedRows).toBe(1);
    expect(r.kind === "defined" && r.clipped !== r.raw && r.z <= Math.min(r.zRaw, r.zClipped)).toBe(true);
  });

  it("computes the clipped version only when a row lies outside", () => {
    const r = sharpeDifference({
      champion,
      challenger: normals({ n: 800, mean: 55, sd: 110, seed: "h" }),
      paired: true,
    });
    expect(r.kind === "defined" && r.clipped === r.raw && r.clippedRows === 0).toBe(true);
  });

  it("does not exist for a constant side, for one row or for a scaled copy", () => {
    const flat = new Float64Array(800).fill(3);
    expect(sharpeDifference({ champion, challenger: flat, paired: true })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
    expect(sharpeDifference({ champion: flat, challenger: champion, paired: true })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
    expect(
      sharpeDifference({ champion: Float64Array.of(1), challenger: Float64Array.of(2), paired: true }),
    ).toMatchObject({ code: "INSUFFICIENT_DATA" });
    expect(sharpeDifference({ champion, challenger: champion.map((x) => 3 * x), paired: true })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
  });

  it("does not exist when clipping leaves a side without spread", () => {
    const challenger = champion.map((x) => 50 + 0.7 * (x - 50));
    const flat = { champion: champion.map(() => 1), challenger, rows: champion.length };
    expect(sharpeDifference({ champion, challenger, paired: true, clip: () => flat })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
  });

  it("has an influence series that sums to zero", () => {
    const psi = sharpeInfluence({ x: champion, moments: momentsOf(champion) });
    expect(psi.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 8);
  });
});

describe("Sharpe ratio and its error", () => {
  it("are null without variance or rows", () => {
    expect(sharpeRatio(momentsOf([]))).toBeNull();
    expect(sharpeRatio(momentsOf([2, 2, 2]))).toBeNull();
    expect(sharpeStandardError(momentsOf([2, 2, 2]))).toBeNull();
  });

  it("are 1/sqrt(n) at a ratio of 0 and wider under negative skew", () => {
    expect(sharpeStandardError(momentsOf([-1, 1, -1, 1]))).toBeCloseTo(0.5, 12);
    const lossy = momentsOf([1, 1, 1, 1, 1, 1, 1, 1, 1, -4]);
    const lucky = momentsOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    expect(sharpeStandardError(lossy)!).toBeGreaterThan(sharpeStandardError(lucky)!);
  });
});
