import { describe, expect, it } from "vitest";
import { blockMeans, blockVariance, hacVariance } from "../../../shared/stats/numeric/long-run-variance.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import { BOUNDARY_CONSTANTS, chooseScales, continuousConstant } from "../../../shared/stats/rule/boundary.ts";
import { missingReportsZ, pairCoverage, settledPrefix } from "../../../shared/stats/rule/evidence.ts";
import { blockScore } from "../../../shared/stats/rule/scale-score.ts";
import { computeScore } from "../../../shared/stats/rule/score.ts";
import { sharpeDifference } from "../../../shared/stats/rule/sharpe-difference.ts";
import { boundariesAt, judgeRoute, nothingMeasured, threeScales } from "../../../shared/stats/rule/three-scales.ts";

/** The decision rule's numbers and edges one by one: what mutation testing showed that broader tests leave open. */

const numbers = (n: number, seed: string, of: (z: number, i: number) => number) => {
  const prng = createPrng(seed);
  return Float64Array.from({ length: n }, (_, i) => of(prng.normal(), i));
};

describe("the boundary", () => {
  it("has the constants of the rule", () => {
    expect(BOUNDARY_CONSTANTS).toEqual({
      standard: {
        1: { hac: 2.64, blocks: 2.25, tenths: 1.75 },
        2: { hac: 2.91, blocks: 2.55, tenths: 2 },
        3: { hac: 3.05, blocks: 2.7, tenths: 2.1 },
      },
      "long-block": {
        1: { hac: 2.64, blocks: 2.4, tenths: 1.9 },
        2: { hac: 2.91, blocks: 2.65, tenths: 2.1 },
        3: { hac: 3.05, blocks: 2.75, tenths: 2.2 },
      },
    });
  });

  it("gives each scale its own constant", () => {
    const b = boundariesAt({ n: 500, slots: 2, variant: "long-block" });
    expect(b.hac).toBeCloseTo(2.91, 12);
    expect(b.blocks).toBeCloseTo(2.65, 12);
    expect(b.tenths).toBeCloseTo(2.1, 12);
  });

  it("watched continuously would need 2.500 and 2.952", () => {
    expect(continuousConstant(0.025)).toBeCloseTo(2.795, 3);
    expect(continuousConstant(0.05)).toBeCloseTo(2.5, 3);
    expect(continuousConstant(0.05 / 3)).toBeCloseTo(2.952, 3);
    expect(() => continuousConstant(0)).toThrow("alpha must lie between 0 and 0.5, not 0");
  });

  it("refuses an overlap that is none, and never looks before the trades asked for", () => {
    const plan = { longBlocks: "auto", minTrades: 700 } as const;
    expect(() => chooseScales({ ...plan, overlap: -1 })).toThrow("overlap must be 0 or more, not -1");
    expect(() => chooseScales({ ...plan, overlap: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => chooseScales({ ...plan, overlap: Number.NaN })).toThrow(RangeError);
    expect(chooseScales({ ...plan, overlap: 0 })).toMatchObject({ firstLook: 700, blockLength: 50 });
    expect(chooseScales({ ...plan, overlap: 30 })).toMatchObject({ firstLook: 1500, blockLength: 150 });
    expect(chooseScales({ ...plan, overlap: 5.5 })).toMatchObject({ variant: "long-block" });
  });
});

describe("judgeRoute", () => {
  const m = (z: number | null, zWorse: number | null) => ({ z, zWorse, se: 2, df: 7, blockLength: 40 });
  const boundaries = { hac: 3, blocks: 2, tenths: 1 };
  const route = (zWorse: (number | null)[], o: { mayClear?: boolean; degenerate?: boolean } = {}) =>
    judgeRoute({
      estimate: -4,
      measured: { hac: m(3, zWorse[0]!), blocks: m(2, zWorse[1]!), tenths: m(1, zWorse[2]!) },
      boundaries,
      mayClear: o.mayClear ?? true,
      degenerate: o.degenerate ? { kind: "undefined", code: "DEGENERATE_VARIANCE", reason: "r" } : null,
    });

  it("calls worse only what reaches all three boundaries, exactly at them too", () => {
    expect(route([3, 2, 1]).worse).toBe(true);
    expect(route([2.999, 2, 1]).worse).toBe(false);
    expect(route([3, 1.999, 1]).worse).toBe(false);
    expect(route([3, 2, null]).worse).toBe(false);
  });

  it("says neither better nor worse before the first look or without variance", () => {
    for (const o of [{ mayClear: false }, { degenerate: true }]) {
      const r = route([9, 9, 9], o);
      expect(r).toMatchObject({ clears: false, worse: false, blockedBy: ["hac", "blocks", "tenths"] });
      expect(r.hac.clears || r.blocks.clears || r.tenths.clears).toBe(false);
    }
  });

  it("does not clear a scale without a z", () => {
    const measured = { hac: m(9, 0), blocks: m(null, null), tenths: m(9, 0) };
    const r = judgeRoute({
      estimate: 1,
      measured,
      boundaries: { hac: 3, blocks: -1, tenths: 1 },
      mayClear: true,
      degenerate: null,
    });
    expect(r).toMatchObject({ clears: false, blockedBy: ["blocks"] });
  });

  it("carries the numbers on", () => {
    expect(route([0, 0, 0])).toEqual({
      estimate: -4,
      hac: { ...m(3, 0), boundary: 3, clears: true },
      blocks: { ...m(2, 0), boundary: 2, clears: true },
      tenths: { ...m(1, 0), boundary: 1, clears: true },
      clears: true,
      worse: false,
      blockedBy: [],
      degenerate: null,
    });
  });

  it("measures nothing as zero at every scale", () => {
    const zero = { z: 0, zWorse: 0, se: null, df: null };
    expect(nothingMeasured({ blockLength: 50, n: 678 })).toEqual({
      hac: { ...zero, blockLength: null },
      blocks: { ...zero, blockLength: 50 },
      tenths: { ...zero, blockLength: 67 },
    });
  });
});

describe("threeScales", () => {
  const rule = { slots: 3, variant: "standard", blockLength: 50, firstLook: 500 } as const;
  const champion = numbers(640, "c", (z) => 50 + 120 * z);
  // two rows far outside, so that the clipped series differs from the raw one
  const challenger = numbers(640, "h", (z, i) => (i === 17 ? 3000 : i === 400 ? -2500 : 60 + 100 * z));

  it.each([true, false])("judges the Sharpe route by the smaller z of raw and clipped PnL (paired: %s)", (paired) => {
    const sides = { champion, challenger, paired };
    const r = threeScales({ ...sides, ...rule });
    const score = sharpeDifference(sides);
    if (score.kind === "undefined") throw new Error(score.reason);
    expect(score.clippedRows).toBeGreaterThan(0);
    for (const [name, size] of [
      ["blocks", 50],
      ["tenths", 64],
    ] as const) {
      const raw = blockScore({ estimate: score.raw.difference, series: score.raw.series, size });
      const clipped = blockScore({ estimate: score.clipped.difference, series: score.clipped.series, size });
      const smaller = raw.z! <= clipped.z! ? raw : clipped;
      expect(raw.z).not.toBe(clipped.z);
      expect(r.sharpe[name]).toMatchObject({
        z: smaller.z,
        zWorse: Math.min(raw.zWorse!, clipped.zWorse!),
        se: smaller.se,
        df: smaller.df,
        blockLength: size,
      });
    }
    expect(r.sharpe).toMatchObject({ estimate: score.difference, hac: { z: score.z, df: null, blockLength: null } });
    expect(r.sharpe.hac).toMatchObject({ zWorse: score.zWorse, se: score.se });
  });

  it.each([true, false])("judges the mean route on the rows' own blocks (paired: %s)", (paired) => {
    const r = threeScales({ champion, challenger, paired, ...rule });
    const series = paired ? [challenger.map((x, i) => x - champion[i]!)] : [challenger, champion];
    const estimate = challenger.reduce((sum, x, i) => sum + x - champion[i]!, 0) / 640;
    expect(r.mean.estimate).toBeCloseTo(estimate, 9);
    expect(r.mean.blocks.z).toBeCloseTo(blockScore({ estimate, series, size: 50 }).z!, 9);
    expect(r.mean.tenths.se).toBeCloseTo(blockScore({ estimate, series, size: 64 }).se!, 9);
  });

  it("takes the standard error of whichever has the smaller z", () => {
    for (const sides of [
      { champion, challenger, paired: true },
      { champion: challenger, challenger: champion, paired: true },
    ]) {
      const r = threeScales({ ...sides, ...rule });
      const score = sharpeDifference(sides);
      if (score.kind === "undefined") throw new Error(score.reason);
      const of = (v: typeof score.raw) => blockScore({ estimate: v.difference, series: v.series, size: 50 });
      const [raw, clipped] = [of(score.raw), of(score.clipped)];
      expect(r.sharpe.blocks.se).toBe((raw.z! <= clipped.z! ? raw : clipped).se);
    }
  });

  it("names its blocks even where nothing varies", () => {
    const r = threeScales({ champion, challenger: champion, paired: true, ...rule });
    for (const route of [r.mean, r.sharpe]) {
      expect(route.degenerate).not.toBeNull();
      expect([route.blocks.blockLength, route.tenths.blockLength]).toEqual([50, 64]);
    }
  });

  it("exchanges evidence for and against when the sides are exchanged", () => {
    const a = threeScales({ champion, challenger, paired: true, ...rule });
    const b = threeScales({ champion: challenger, challenger: champion, paired: true, ...rule });
    for (const scale of ["hac", "blocks", "tenths"] as const) {
      expect(b.mean[scale].z).toBeCloseTo(a.mean[scale].zWorse!, 10);
      expect(b.sharpe[scale].zWorse).toBeCloseTo(a.sharpe[scale].z!, 10);
    }
  });

  it("has no z at the block scales below four blocks, clipped or not", () => {
    const few = { champion: champion.slice(0, 150), challenger: challenger.slice(0, 150), paired: true };
    const r = threeScales({ ...few, ...rule });
    expect(r.sharpe.blocks).toMatchObject({ z: null, zWorse: null, se: null, df: 2, blockLength: 50 });
    expect(r.mean.blocks).toMatchObject({ z: null, zWorse: null, df: 2 });
    expect(r.sharpe.tenths.blockLength).toBe(15);
  });

  it("passes by one route alone, and has no estimate where a route does not exist", () => {
    // the same mean, half the spread: only the Sharpe ratio is better
    const steady = champion.map((x) => 50 + (x - 50) / 3);
    const r = threeScales({ champion, challenger: steady, paired: true, ...rule });
    expect([r.mean.clears, r.sharpe.clears, r.pass]).toEqual([false, true, true]);
    const one = threeScales({
      champion: Float64Array.of(1),
      challenger: Float64Array.of(2),
      paired: true,
      ...rule,
      firstLook: 0,
    });
    for (const name of ["mean", "sharpe"] as const) {
      expect(one[name]).toMatchObject({ estimate: null, clears: false, worse: false });
      expect(one[name].degenerate?.code).toBe("INSUFFICIENT_DATA");
    }
    expect(one.pass).toBe(false);
  });

  it("passes by the mean route alone", () => {
    // a higher mean at a much higher spread
    const bold = numbers(640, "bold", (z, i) => champion[i]! + 200 + 500 * z);
    const r = threeScales({ champion, challenger: bold, paired: true, ...rule });
    expect([r.mean.clears, r.sharpe.clears, r.pass]).toEqual([true, false, true]);
  });
});

describe("the score", () => {
  const champion = { sharpe: 0.4, winRate: 0.8, maxDrawdown: 1000 };
  const challenger = { sharpe: 0.4, winRate: 0.8, maxDrawdown: 1000, rollingWrStd: 0.03 };
  const score = (h: Partial<Record<keyof typeof challenger, number | null>>, c: Record<string, number | null> = {}) =>
    computeScore({
      pass: true,
      champion: { ...champion, ...c },
      challenger: { ...challenger, ...h } as typeof challenger,
      tolerance: 1.2,
    });

  it("changes marks exactly at 1.25 and 1.5 times chance", () => {
    // a win rate of 0.8 has a chance sd of 0.04
    expect(score({ rollingWrStd: 0.05 }).consistency).toBe(5);
    expect(score({ rollingWrStd: 0.06 }).consistency).toBe(0);
    expect(score({ rollingWrStd: 0.0499 }).consistency).toBe(10);
  });

  it("gives marks in proportion and no more than there are", () => {
    expect(score({ sharpe: 0.42 }).sharpe).toBeCloseTo(12.5, 10);
    expect(score({ sharpe: 0.9 }).sharpe).toBe(25);
    expect(score({ winRate: 0.81 }).winRate).toBeCloseTo(10, 10);
    expect(score({ winRate: 0.95 }).winRate).toBe(20);
    expect(score({ maxDrawdown: 100 }).drawdown).toBe(15);
    expect(score({ sharpe: -0.1 }, { sharpe: -0.1 }).sharpe).toBe(0);
    expect(score({ sharpe: 0 }, { sharpe: 0 }).sharpe).toBe(0);
    expect(score({ sharpe: -0.05 }, { sharpe: -0.1 }).sharpe).toBe(25);
    expect(score({}).significance).toBe(30);
  });

  it("gives none where one side is not known, whichever", () => {
    expect(score({ sharpe: null }, { sharpe: -0.1 }).sharpe).toBe(0);
    expect(score({ sharpe: 0.1 }, { sharpe: null }).sharpe).toBe(0);
    expect(score({ winRate: null }, { winRate: 0 }).winRate).toBe(0);
    expect(score({ winRate: 0.9 }, { winRate: null }).winRate).toBe(0);
  });

  it("adds up its parts", () => {
    const s = score({ sharpe: 0.41, winRate: 0.805, maxDrawdown: 1100, rollingWrStd: 0.055 });
    expect(s.total).toBeCloseTo(30 + 6.25 + 5 + 7.5 + 5, 9);
  });

  it("is all or nothing for a tolerance below 1, too", () => {
    const drawdown = (maxDrawdown: number) =>
      computeScore({ pass: false, champion, challenger: { ...challenger, maxDrawdown }, tolerance: 0.5 }).drawdown;
    expect([drawdown(500), drawdown(501)]).toEqual([15, 0]);
  });
});

describe("the evidence", () => {
  const losses = (n: number) => numbers(n, "missing", (z) => -100 + z);
  const others = numbers(50, "present", (z) => 50 + z);

  it("is compared from 20 unreported and 2 paired signals on", () => {
    expect(missingReportsZ({ missing: losses(20), present: others })!).toBeLessThan(-2);
    expect(missingReportsZ({ missing: losses(19), present: others })).toBeNull();
    expect(missingReportsZ({ missing: losses(20), present: others.slice(0, 2) })).not.toBeNull();
    expect(missingReportsZ({ missing: losses(20), present: others.slice(0, 1) })).toBeNull();
  });

  it("is Welch's z, worked by hand", () => {
    const missing = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 3));
    const present = Float64Array.of(0, 4, 8);
    // variances 20/19 and 16; (2 - 4)/sqrt(1/19 + 16/3)
    expect(missingReportsZ({ missing, present })).toBeCloseTo(-2 / Math.sqrt(1 / 19 + 16 / 3), 12);
    const flat = new Float64Array(20).fill(7);
    expect(missingReportsZ({ missing: flat, present: flat })).toBe(0);
  });

  it("covers nothing without signals", () => {
    expect(pairCoverage({ both: 0, missing: 0 })).toBe(0);
    expect(pairCoverage({ both: 0, missing: 3 })).toBe(0);
    expect(pairCoverage({ both: 1, missing: 0 })).toBe(1);
    expect(settledPrefix(["both", "missing", "both", "open", "both"])).toEqual([0, 2]);
  });
});

describe("long-run variances", () => {
  it("are those worked by hand", () => {
    // mean 0; g0 = 1, g1 = -3/4, g2 = 1/2, g3 = -1/4; L = floor(4 (4/100)^(2/9)) = 1
    const v = hacVariance(Float64Array.of(1, -1, 1, -1));
    expect(v).toEqual({ lags: 1, plain: 1, raw: 1 + 2 * 0.5 * -0.75, used: 1 });
    const trend = hacVariance(Float64Array.of(-1, -1, 1, 1));
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
