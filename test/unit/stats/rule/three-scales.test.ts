import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { blockScore, studentToNormal } from "../../../../shared/stats/rule/scale-score.ts";
import { sharpeDifference } from "../../../../shared/stats/rule/sharpe-difference.ts";
import { boundariesAt, judgeRoute, nothingMeasured, threeScales } from "../../../../shared/stats/rule/three-scales.ts";
import { numbers } from "../../../support/drawn-numbers.ts";

function pair(o: { n: number; edge: number; seed: string }) {
  const prng = createPrng(o.seed);
  const champion = new Float64Array(o.n);
  const challenger = new Float64Array(o.n);
  for (let i = 0; i < o.n; i++) {
    const common = prng.normal();
    champion[i] = 50 + 120 * (0.8 * common + 0.6 * prng.normal());
    challenger[i] = 50 + o.edge + 120 * (0.8 * common + 0.6 * prng.normal());
  }
  return { champion, challenger };
}
const rule = { paired: true, slots: 3, variant: "standard", blockLength: 50, firstLook: 500 } as const;

describe("threeScales", () => {
  it("passes a challenger that is clearly better, by both routes at all scales", () => {
    const r = threeScales({ ...pair({ n: 800, edge: 40, seed: "good" }), ...rule });
    expect(r.pass && r.mean.clears && r.sharpe.clears).toBe(true);
    expect(r.mean.blockedBy).toEqual([]);
  });

  it("calls the exchanged sides worse, and never passes them", () => {
    const { champion, challenger } = pair({ n: 800, edge: 40, seed: "good" });
    const r = threeScales({ champion: challenger, challenger: champion, ...rule });
    expect(r.pass).toBe(false);
    expect(r.mean.worse && r.sharpe.worse).toBe(true);
  });

  it("passes nobody before the first look", () => {
    const sides = pair({ n: 499, edge: 60, seed: "early" });
    expect(threeScales({ ...sides, ...rule }).pass).toBe(false);
    expect(threeScales({ ...sides, ...rule, firstLook: 499 }).pass).toBe(true);
  });

  it("needs all three scales: one good stretch does not pass for skill", () => {
    const { champion, challenger } = pair({ n: 1000, edge: 0, seed: "stretch" });
    for (let i = 100; i < 300; i++) challenger[i]! += 150;
    const r = threeScales({ champion, challenger, ...rule });
    expect(r.mean.hac.clears).toBe(true);
    expect(r.mean.tenths.clears).toBe(false);
    expect(r.mean.clears).toBe(false);
    expect(r.mean.blockedBy).toContain("tenths");
  });

  it("says nothing at a scale with fewer than four blocks", () => {
    const r = threeScales({ ...pair({ n: 150, edge: 80, seed: "few" }), ...rule, firstLook: 100 });
    expect(r.mean.blocks.z).toBeNull();
    expect(r.mean.blocks.clears).toBe(false);
    expect(r.mean.tenths.z).not.toBeNull();
  });

  it("turns missing variance into z = 0 with a reason, never into a pass", () => {
    const champion = pair({ n: 600, edge: 0, seed: "k" }).champion;
    const r = threeScales({ champion, challenger: champion.map((x) => x + 5), ...rule });
    expect(r.mean.hac.z).toBe(0);
    expect(r.mean.degenerate?.code).toBe("DEGENERATE_VARIANCE");
    expect(r.mean.clears).toBe(false);
  });

  it("lets a constant lead on every row pass by no route, though its Sharpe ratio is higher", () => {
    const champion = Float64Array.from({ length: 600 }, (_, i) => (i % 3) - 1);
    const r = threeScales({ champion, challenger: champion.map((x) => x + 2), ...rule });
    expect(r.sharpe.degenerate?.code).toBe("DEGENERATE_VARIANCE");
    expect(r.sharpe.barred).toBeNull();
    expect(r.pass).toBe(false);
  });

  it("takes the shorter side's rows for the boundary when the sides are not paired", () => {
    const { champion, challenger } = pair({ n: 900, edge: 90, seed: "u" });
    const r = threeScales({ champion: champion.slice(0, 600), challenger, ...rule, paired: false });
    expect(r.n).toBe(600);
    expect(r.mean.hac.boundary).toBe(boundariesAt({ n: 600, slots: 3, variant: "standard", route: "mean" }).hac);
    expect(r.pass).toBe(true);
  });
});

describe("the Sharpe route", () => {
  it("must reach a higher boundary for blocks than the mean route, and the same ones elsewhere", () => {
    const of = (route: "mean" | "sharpe") => boundariesAt({ n: 500, slots: 3, variant: "standard", route });
    expect(of("sharpe")).toEqual({ ...of("mean"), blocks: 3 });
    const r = threeScales({ ...pair({ n: 500, edge: 40, seed: "good" }), ...rule });
    expect(r.mean.blocks.boundary).toBe(of("mean").blocks);
    expect(r.sharpe.blocks.boundary).toBe(3);
  });

  it("proves nothing for a challenger that earns exactly nothing, whatever its champion loses", () => {
    const champion = pair({ n: 900, edge: 0, seed: "none" }).champion.map((x) => x - 400);
    const challenger = Float64Array.from({ length: 900 }, (_, i) => (i % 2 === 0 ? 120 : -120));
    const r = threeScales({ champion, challenger, ...rule });
    expect(r.sharpe.blockedBy).toEqual([]);
    expect(r.sharpe).toMatchObject({ clears: false, barred: expect.stringContaining("not above 0") });
  });

  it("proves nothing for a challenger that loses, however much better its ratio, and still shows it worse", () => {
    const { champion, challenger } = pair({ n: 900, edge: 90, seed: "loser" });
    const shift = (x: Float64Array, by: number) => x.map((v) => v - by);
    const losing = threeScales({ champion: shift(champion, 400), challenger: shift(challenger, 400), ...rule });
    expect(losing.sharpe.blockedBy).toEqual([]);
    expect(losing.sharpe).toMatchObject({ clears: false, barred: expect.stringContaining("not above 0") });
    const worse = threeScales({ champion: shift(challenger, 400), challenger: shift(champion, 400), ...rule });
    expect(worse.sharpe).toMatchObject({ worse: true, clears: false });
  });
});

describe("judgeRoute", () => {
  it("never clears a degenerate route, even when z values were handed in", () => {
    const measured = nothingMeasured({ blockLength: 50, n: 600 });
    for (const scale of Object.values(measured)) scale.z = 99;
    const boundaries = boundariesAt({ n: 600, slots: 1, variant: "standard", route: "mean" });
    const common = { estimate: 1, measured, boundaries, mayClear: true };
    expect(judgeRoute({ ...common, degenerate: null }).clears).toBe(true);
    expect(
      judgeRoute({ ...common, degenerate: { kind: "undefined", code: "DEGENERATE_VARIANCE", reason: "" } }).clears,
    ).toBe(false);
  });

  it("clears exactly at the boundary", () => {
    const boundaries = { hac: 3, blocks: 2, tenths: 1 };
    const m = (z: number) => ({ z, zWorse: -z, se: 1, df: null, blockLength: null });
    const route = (hac: number) =>
      judgeRoute({
        estimate: 1,
        measured: { hac: m(hac), blocks: m(2), tenths: m(1) },
        boundaries,
        mayClear: true,
        degenerate: null,
      });
    expect(route(3).clears).toBe(true);
    expect(route(3 - 1e-12).blockedBy).toEqual(["hac"]);
  });
});

describe("studentToNormal", () => {
  it("makes few blocks count for less, and leaves negative t alone", () => {
    expect(studentToNormal({ t: 3, df: 9 })).toBeLessThan(studentToNormal({ t: 3, df: 99 }));
    expect(studentToNormal({ t: 3, df: 99 })).toBeLessThan(3);
    expect(studentToNormal({ t: -3, df: 9 })).toBe(-3);
    expect(studentToNormal({ t: 0, df: 9 })).toBe(0);
    expect(studentToNormal({ t: 1e-17, df: 9 })).toBeCloseTo(0, 12);
  });

  it("stays finite for an absurdly large t", () => {
    expect(studentToNormal({ t: 1e300, df: 3 })).toBeLessThan(38);
  });
});

describe("blockScore", () => {
  it("is 0 without error and null without blocks", () => {
    expect(blockScore({ estimate: 1, series: [new Float64Array(8)], size: 2 })).toMatchObject({ z: 0, se: 0 });
    expect(blockScore({ estimate: 1, series: [new Float64Array(8)], size: 3 })).toMatchObject({ z: null, se: null });
  });
});

describe("judgeRoute, worked by hand and at its edges", () => {
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
      barred: null,
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

describe("threeScales, worked by hand and at its edges", () => {
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
