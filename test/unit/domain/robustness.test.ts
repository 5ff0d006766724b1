import { describe, expect, it } from "vitest";
import { robustnessOf } from "../../../shared/domain/robustness.ts";
import { chooseScales } from "../../../shared/stats/rule/boundary.ts";
import { clipSides, robustSides } from "../../../shared/stats/rule/clip.ts";
import { drawdownProbability } from "../../../shared/stats/rule/drawdown-gate.ts";
import { equalSize } from "../../../shared/stats/rule/equal-size.ts";
import { stressMissing } from "../../../shared/stats/rule/missing-reports.ts";
import { threeScales } from "../../../shared/stats/rule/three-scales.ts";
import { generatePnl } from "../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 4, n: 600, champion: [50, 120], challenger: [70, 120] });
const NONE = new Float64Array(0);
const scales = chooseScales({ overlap: 1, longBlocks: "auto", minTrades: 500 });

function look(changes: Partial<Parameters<typeof robustnessOf>[0]> = {}) {
  const rows = { champion: changes.champion ?? sides.champion, challenger: changes.challenger ?? sides.challenger };
  const robust = robustSides(rows);
  const paired = changes.paired ?? true;
  const { mean } = threeScales({ ...rows, paired, slots: 3, ...scales });
  const given = { signalIds: undefined, missingChallenger: NONE, missingChampion: NONE, proved: false };
  const drawn = { tolerance: 1.2, seed: "look", clipped: clipSides(rows, robust), robust };
  return { mean, input: { ...rows, paired, scales, mean, ...given, ...drawn, ...changes } };
}

describe("what a proof must hold against", () => {
  it("is asked at eight tenths of the boundary over all rows", () => {
    const { mean, input } = look();
    const { size, wild } = robustnessOf(input);
    expect(size).toEqual({ ...equalSize({ ...input, lagFloor: scales.lagFloor }), bound: 0.8 * mean.hac.boundary });
    expect(wild).toEqual({ count: 0, rows: [], zMean: null, zSharpe: null, bound: 0.8 * mean.hac.boundary });
  });

  it("has no size where the difference does not vary", () => {
    const lead = { champion: sides.champion, challenger: sides.champion.map((x) => x + 5) };
    expect(robustnessOf(look(lead).input).size).toMatchObject({ ratio: null, z: null });
    expect(robustnessOf(look({ ...lead, paired: false }).input).size.ratio).toBeCloseTo(1, 12);
  });

  it("is stressed only where common signals are missing, on either side", () => {
    const missing = Float64Array.of(30);
    const stressed = (o: Partial<Parameters<typeof robustnessOf>[0]>) => robustnessOf(look(o).input).stress;
    expect(stressed({})).toBeNull();
    expect(stressed({ missingChallenger: missing, paired: false })).toBeNull();
    expect(stressed({ missingChallenger: missing })).toEqual(
      stressMissing({ ...sides, missingChallenger: missing, missingChampion: NONE }),
    );
    expect(stressed({ missingChampion: missing })?.missing).toBe(1);
    expect(stressed({ missingChallenger: missing, missingChampion: missing })?.missing).toBe(2);
  });

  it("draws drawdowns only for what is proved", () => {
    expect(robustnessOf(look().input).drawdownProbability).toBeNull();
    const { input } = look({ proved: true });
    expect(robustnessOf(input).drawdownProbability).toBe(drawdownProbability({ ...input, overlap: 1 }));
  });

  it("shows wild rows of both sides in their order with their signals, the first twenty of them", () => {
    const odd = (x: Float64Array, from: number, step: number, count: number) =>
      x.map((v, i) => (i >= from && (i - from) % step === 0 && (i - from) / step < count ? 1e6 + i : v));
    const two = look({
      champion: odd(sides.champion, 9, 1, 1),
      challenger: odd(sides.challenger, 3, 1, 1),
      signalIds: Array.from({ length: 600 }, (_, i) => `s${i}`),
    });
    expect(robustnessOf(two.input).wild).toMatchObject({
      count: 2,
      rows: [
        { row: 3, signalId: "s3", side: "challenger", pnl: 1e6 + 3 },
        { row: 9, signalId: "s9", side: "champion", pnl: 1e6 + 9 },
      ],
    });
    const many = robustnessOf(look({ challenger: odd(sides.challenger, 0, 2, 25) }).input).wild;
    expect([many.count, many.rows.length, many.rows[19]]).toEqual([
      25,
      20,
      { row: 38, signalId: null, side: "challenger", pnl: 1e6 + 38 },
    ]);
  });
});
