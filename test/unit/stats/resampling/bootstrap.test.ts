import { describe, expect, it } from "vitest";
import { maxDrawdown } from "../../../../shared/stats/numeric/drawdown.ts";
import { mean } from "../../../../shared/stats/numeric/moments.ts";
import { orderStatistics } from "../../../../shared/stats/numeric/order-statistics.ts";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import {
  resampleBlocks,
  resampleDifferences,
  resampleDrawdowns,
} from "../../../../shared/stats/resampling/bootstrap.ts";
import {
  acceleration,
  bcaInterval,
  percentileInterval,
  quantile,
} from "../../../../shared/stats/resampling/bootstrap-interval.ts";

function normals(o: { n: number; seed: string }): Float64Array {
  const prng = createPrng(o.seed);
  return Float64Array.from({ length: o.n }, () => 50 + 120 * prng.normal());
}

/** The plain way: build each path row by row from the same starts. */
function slowly(o: {
  champion: Float64Array;
  challenger: Float64Array;
  blockLength: number;
  count: number;
  seed: string;
}) {
  const n = o.champion.length;
  const blocks = Math.ceil(n / o.blockLength);
  const prng = createPrng(o.seed);
  return Array.from({ length: o.count }, () => {
    const rows: number[] = [];
    for (let b = 0; b < blocks; b++) {
      const start = prng.below(n);
      for (let i = 0; i < o.blockLength && rows.length < n; i++) rows.push((start + i) % n);
    }
    const of = (x: Float64Array) => rows.map((i) => x[i]!);
    return {
      championMean: mean(of(o.champion)),
      challengerMean: mean(of(o.challenger)),
      championDrawdown: maxDrawdown(of(o.champion)),
      challengerDrawdown: maxDrawdown(of(o.challenger)),
    };
  });
}

/** Every path of a plan, copied out of its passes. */
function pathsOf(plan: Parameters<typeof resampleBlocks>[0]) {
  const column = () => new Float64Array(plan.count);
  const paths = {
    championMean: column(),
    challengerMean: column(),
    championDrawdown: column(),
    challengerDrawdown: column(),
  };
  resampleBlocks(plan, ({ champion, challenger, from, count }) => {
    for (let i = 0; i < count; i++) {
      paths.championMean[from + i] = champion.mean(i, 1);
      paths.challengerMean[from + i] = challenger.mean(i, 0);
      paths.championDrawdown[from + i] = champion.drawdown(i, 1);
      paths.challengerDrawdown[from + i] = challenger.drawdown(i, 0);
    }
  });
  return paths;
}

describe("resampleBlocks", () => {
  it.each([
    [50, 1],
    [50, 7],
    [50, 50],
    [51, 5],
  ])("gives, for %i rows in blocks of %i, what walking every path row by row gives", (n, blockLength) => {
    const plan = {
      champion: normals({ n, seed: "c" }),
      challenger: normals({ n, seed: "h" }),
      blockLength,
      count: 64,
      seed: "same",
    };
    const fast = pathsOf({ ...plan, paired: true, prng: createPrng(plan.seed) });
    slowly(plan).forEach((path, i) => {
      for (const key of ["championMean", "challengerMean", "championDrawdown", "challengerDrawdown"] as const) {
        expect(fast[key][i], `${key} of path ${i}`).toBeCloseTo(path[key], 8);
      }
    });
  });

  it("keeps signals together: a paired copy has the champion's mean in every path", () => {
    const champion = normals({ n: 300, seed: "c" });
    const r = pathsOf({
      champion,
      challenger: champion,
      paired: true,
      blockLength: 7,
      count: 100,
      prng: createPrng("p"),
    });
    expect(r.challengerMean).toEqual(r.championMean);
    const apart = pathsOf({
      champion,
      challenger: champion,
      paired: false,
      blockLength: 7,
      count: 100,
      prng: createPrng("p"),
    });
    expect(apart.challengerMean).not.toEqual(apart.championMean);
  });

  it("gives the same paths for the same seed, whatever the number asked for", () => {
    const champion = normals({ n: 100, seed: "c" });
    const challenger = normals({ n: 100, seed: "h" });
    const run = (count: number) =>
      pathsOf({ champion, challenger, paired: true, blockLength: 5, count, prng: createPrng("s") });
    expect(run(70).championMean).toEqual(run(1000).championMean.slice(0, 70));
  });

  it("handles sides of different length and a single row", () => {
    const r = pathsOf({
      champion: normals({ n: 40, seed: "c" }),
      challenger: normals({ n: 90, seed: "h" }),
      paired: false,
      blockLength: 4,
      count: 10,
      prng: createPrng("s"),
    });
    expect(r.challengerMean.every(Number.isFinite)).toBe(true);
    const one = pathsOf({
      champion: Float64Array.of(2),
      challenger: Float64Array.of(-3),
      paired: true,
      blockLength: 1,
      count: 3,
      prng: createPrng("s"),
    });
    expect([...one.championMean, ...one.challengerDrawdown]).toEqual([2, 2, 2, 3, 3, 3]);
  });

  it("refuses a plan that makes no sense", () => {
    const x = normals({ n: 10, seed: "c" });
    const plan = { champion: x, challenger: x, paired: true, prng: createPrng("s") };
    for (const bad of [
      { blockLength: 0, count: 5 },
      { blockLength: 11, count: 5 },
      { blockLength: 2.5, count: 5 },
      { blockLength: 2, count: 0 },
    ]) {
      expect(() => resampleBlocks({ ...plan, ...bad }, () => {})).toThrow(RangeError);
    }
    expect(() => resampleBlocks({ ...plan, challenger: x.slice(1), blockLength: 2, count: 5 }, () => {})).toThrow(
      RangeError,
    );
    expect(() =>
      resampleDrawdowns({ pnl: new Float64Array(0), pathLength: 10, blockLength: 2, count: 5, prng: createPrng("s") }),
    ).toThrow(RangeError);
    expect(() =>
      resampleBlocks(
        { ...plan, champion: new Float64Array(0), challenger: new Float64Array(0), blockLength: 1, count: 5 },
        () => {},
      ),
    ).toThrow(RangeError);
  });
});

describe("resampleDrawdowns", () => {
  it("makes paths of any length, longer than the data too", () => {
    const d = resampleDrawdowns({
      pnl: Float64Array.of(-1),
      pathLength: 100,
      blockLength: 8,
      count: 4,
      prng: createPrng("s"),
    });
    expect([...d]).toEqual([100, 100, 100, 100]);
  });
});

describe("intervals", () => {
  const of = orderStatistics(Float64Array.from({ length: 101 }, (_, i) => i));

  it("take quantiles between order statistics", () => {
    expect(quantile({ of, q: 0 })).toBe(0);
    expect(quantile({ of, q: 1 })).toBe(100);
    expect(quantile({ of, q: 0.125 })).toBeCloseTo(12.5, 12);
    expect(() => quantile({ of: orderStatistics(new Float64Array(0)), q: 0.5 })).toThrow(RangeError);
    expect(() => quantile({ of, q: 1.5 })).toThrow(RangeError);
  });

  it("are the percentile interval when nothing is biased or skewed", () => {
    const p = percentileInterval({ of, tail: 0.025 });
    const b = bcaInterval({ of, estimate: 50, acceleration: 0, tail: 0.025 });
    expect(b.low).toBeCloseTo(p.low, 6);
    expect(b.high).toBeCloseTo(p.high, 6);
  });

  it("shift towards a positive skew", () => {
    const b = bcaInterval({ of, estimate: 50, acceleration: 0.05, tail: 0.025 });
    expect(b.low).toBeGreaterThan(2.5);
    expect(b.high).toBeGreaterThan(97.5);
  });

  it("stay inside the replicates when all lie on one side of the estimate, or the skew is absurd", () => {
    for (const estimate of [-10, 500]) {
      const b = bcaInterval({ of, estimate, acceleration: 0, tail: 0.01 });
      expect(b.low >= 0 && b.high <= 100 && b.low <= b.high).toBe(true);
    }
    expect(bcaInterval({ of, estimate: 50, acceleration: 5, tail: 0.01 }).high).toBe(100);
    expect(bcaInterval({ of, estimate: 50, acceleration: -5, tail: 0.01 }).low).toBe(0);
  });

  it("have the jackknife's acceleration for blocks of one row", () => {
    const x = Float64Array.of(1, 2, 3, 10);
    const e = [...x].map((v) => v - 4);
    const third = e.reduce((s, v) => s + v ** 3, 0);
    const second = e.reduce((s, v) => s + v ** 2, 0);
    expect(acceleration({ series: [x], blockLength: 1 })).toBeCloseTo(third / (6 * second ** 1.5), 14);
    expect(acceleration({ series: [new Float64Array(5)], blockLength: 1 })).toBe(0);
  });

  it("subtract the champion's share of the acceleration", () => {
    const x = Float64Array.of(1, 2, 3, 10);
    expect(acceleration({ series: [x, x], blockLength: 2 })).toBeCloseTo(0, 14);
  });
});

describe("resampleDifferences", () => {
  it.each([true, false])("sums up the very paths of resampleBlocks (paired: %s)", (paired) => {
    const plan = {
      champion: normals({ n: 90, seed: "c" }),
      challenger: normals({ n: paired ? 90 : 77, seed: "h" }),
      paired,
      blockLength: 6,
      count: 150,
    };
    const paths = pathsOf({ ...plan, prng: createPrng("s") });
    const { differences, exceeding } = resampleDifferences({ ...plan, tolerance: 1.2, prng: createPrng("s") });
    expect(differences).toEqual(paths.challengerMean.map((x, i) => x - paths.championMean[i]!));
    const over = [...paths.challengerDrawdown].filter((x, i) => x > 1.2 * paths.championDrawdown[i]!).length;
    expect(exceeding).toBe(over);
    expect(over).toBeGreaterThan(0);
    expect(over).toBeLessThan(150);
  });
});
