import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { sortReplicates } from "../../../../shared/stats/resampling/sort-replicates.ts";

function values(n: number, of: (i: number, normal: () => number) => number): Float64Array {
  const prng = createPrng("sort");
  return Float64Array.from({ length: n }, (_, i) => of(i, () => prng.normal()));
}

describe("sortReplicates", () => {
  it.each<[string, Float64Array]>([
    ["normal values", values(10_000, (_, z) => 7 + 3 * z())],
    ["values with a far outlier", values(1000, (i, z) => (i === 500 ? 1e60 : z()))],
    ["many ties", values(1000, (_, z) => Math.round(z() * 20))],
    ["values that are all the same", values(100, () => 5)],
    ["the whole range of doubles", values(100, (i) => (i % 2 === 0 ? -1 : 1) * 1.7e308 * (i / 100))],
    ["falling values", values(999, (i) => -i)],
    ["two values", Float64Array.of(2, 1)],
    ["one value", Float64Array.of(2)],
    ["nothing", new Float64Array(0)],
  ])("orders %s as the general sort does, in place", (_, x) => {
    const expected = new Float64Array(x).sort();
    expect(sortReplicates(x)).toBe(x);
    // + 0: the sign of a zero does not count
    expect(x.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
  });
});
