import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { differences, hallTransform, meanPaired, meanPerSide } from "../../../../shared/stats/rule/mean-difference.ts";

function normals(o: { n: number; mean: number; seed: string }): Float64Array {
  const prng = createPrng(o.seed);
  return Float64Array.from({ length: o.n }, () => o.mean + 120 * prng.normal());
}

describe("mean route", () => {
  it("is positive when the challenger earns more, whatever the design", () => {
    const champion = normals({ n: 600, mean: 50, seed: "c" });
    const challenger = normals({ n: 600, mean: 80, seed: "h" });
    const paired = meanPaired({ champion, challenger });
    const apart = meanPerSide({ champion: champion.slice(0, 550), challenger });
    expect(paired.kind === "defined" && paired.z).toBeGreaterThan(2);
    expect(apart.kind === "defined" && apart.z).toBeGreaterThan(2);
  });

  it("holds back a positive z when the losses it has not met yet are the large ones", () => {
    // negative skew of the difference: g(z) < z
    expect(hallTransform({ z: 3, s: -0.2 })).toBeLessThan(3);
    expect(hallTransform({ z: 3, s: 0 })).toBe(3);
  });

  it("never lets the guard raise z", () => {
    const champion = normals({ n: 500, mean: 50, seed: "a" });
    const challenger = champion.map((x, i) => x + (i % 100 === 0 ? 900 : -3));
    const r = meanPaired({ champion, challenger });
    expect(r.kind === "defined" && r.zHall > r.zRaw && r.z === r.zRaw).toBe(true);
  });

  it("has no z for fewer than two rows or a constant difference", () => {
    const one = Float64Array.of(1);
    expect(meanPaired({ champion: one, challenger: one })).toMatchObject({
      kind: "undefined",
      code: "INSUFFICIENT_DATA",
    });
    expect(meanPerSide({ champion: one, challenger: normals({ n: 9, mean: 0, seed: "x" }) })).toMatchObject({
      code: "INSUFFICIENT_DATA",
    });
    const champion = normals({ n: 600, mean: 0, seed: "k" });
    expect(meanPaired({ champion, challenger: champion.map((x) => x + 1) })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
    const flat = new Float64Array(10).fill(5);
    expect(meanPerSide({ champion: flat, challenger: flat.map((x) => x + 1) })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
  });

  it("takes the rounding noise of two roundings of the same PnL for no difference", () => {
    const champion = normals({ n: 600, mean: 50, seed: "k" });
    const challenger = champion.map((x) => (x * 3) / 3 + 2e-14);
    expect(meanPaired({ champion, challenger })).toMatchObject({ kind: "undefined", code: "DEGENERATE_VARIANCE" });
  });

  it("subtracts the champion from the challenger", () => {
    expect([...differences({ champion: Float64Array.of(1, 2), challenger: Float64Array.of(5, 1) })]).toEqual([4, -1]);
  });
});
