import { describe, expect, it } from "vitest";
import { orderStatistics } from "../../../../shared/stats/numeric/order-statistics.ts";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";

function values(n: number, of: (i: number, normal: () => number) => number): Float64Array {
  const prng = createPrng("sort");
  return Float64Array.from({ length: n }, (_, i) => of(i, () => prng.normal()));
}

describe("orderStatistics", () => {
  const samples: [string, Float64Array][] = [
    ["normal values", values(10_000, (_, z) => 7 + 3 * z())],
    ["values with a far outlier", values(1000, (i, z) => (i === 500 ? 1e60 : z()))],
    ["many ties", values(1000, (_, z) => Math.round(z() * 20))],
    ["a few ties", values(1000, (_, z) => Math.round(z() * 400))],
    ["values that are all the same", values(100, () => 5)],
    ["the whole range of doubles", values(100, (i) => (i % 2 === 0 ? -1 : 1) * 1.7e308 * (i / 100))],
    ["falling values", values(999, (i) => -i)],
    ["two values", Float64Array.of(2, 1)],
    ["one value", Float64Array.of(2)],
    ["nothing", new Float64Array(0)],
  ];

  it.each(samples)("rank %s as the general sort does, and leave them as they were", (_, x) => {
    const before = Float64Array.from(x);
    const expected = Float64Array.from(x).sort();
    const ranked = orderStatistics(x);
    // from the largest down: a bin is put in order by whichever of its ranks is asked for first
    const found = Array.from({ length: ranked.count }, (_, i) => ranked.at(ranked.count - 1 - i)).reverse();
    // + 0: the sign of a zero does not count
    expect(found.map((v) => v + 0)).toEqual([...expected].map((v) => v + 0));
    expect(ranked.smallest(7).map((v) => v + 0)).toEqual(expected.subarray(0, 7).map((v) => v + 0));
    expect(x).toEqual(before);
  });

  it.each(samples)("count %s below and up to any number", (_, x) => {
    const ranked = orderStatistics(x);
    const asked = [...x.subarray(0, 20), ...x.subarray(0, 20).map((v) => v + 0.01), -1e300, 1e300, 0];
    for (const at of asked) {
      expect([at, ranked.below(at)]).toEqual([at, x.filter((v) => v < at).length]);
      expect([at, ranked.atMost(at)]).toEqual([at, x.filter((v) => v <= at).length]);
    }
  });

  it("refuse a rank nobody has", () => {
    const ranked = orderStatistics(Float64Array.of(3, 1, 2));
    for (const rank of [-1, 3, Number.NaN]) expect(() => ranked.at(rank)).toThrow(RangeError);
  });
});
