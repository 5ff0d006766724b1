import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { blockScore, studentToNormal } from "../../../../shared/stats/rule/scale-score.ts";
import { boundariesAt, judgeRoute, nothingMeasured, threeScales } from "../../../../shared/stats/rule/three-scales.ts";

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
    expect(r.pass).toBe(false);
  });

  it("takes the shorter side's rows for the boundary when the sides are not paired", () => {
    const { champion, challenger } = pair({ n: 900, edge: 90, seed: "u" });
    const r = threeScales({ champion: champion.slice(0, 600), challenger, ...rule, paired: false });
    expect(r.n).toBe(600);
    expect(r.mean.hac.boundary).toBe(boundariesAt({ n: 600, slots: 3, variant: "standard" }).hac);
    expect(r.pass).toBe(true);
  });
});

describe("judgeRoute", () => {
  it("never clears a degenerate route, even when z values were handed in", () => {
    const measured = nothingMeasured({ blockLength: 50, n: 600 });
    for (const scale of Object.values(measured)) scale.z = 99;
    const boundaries = boundariesAt({ n: 600, slots: 1, variant: "standard" });
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
