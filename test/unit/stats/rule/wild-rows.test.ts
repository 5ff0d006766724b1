import { describe, expect, it } from "vitest";
import { robustSides } from "../../../../shared/stats/rule/clip.ts";
import { meanPaired } from "../../../../shared/stats/rule/mean-difference.ts";
import { sharpeDifference } from "../../../../shared/stats/rule/sharpe-difference.ts";
import { wildRows } from "../../../../shared/stats/rule/wild-rows.ts";
import { generatePnl } from "../../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 21, n: 600, champion: [50, 120], challenger: [70, 120] });
const wild = (o: { champion: Float64Array; challenger: Float64Array }, paired = true) =>
  wildRows({ ...o, paired, lagFloor: 24, robust: robustSides(o) });
const withRow = (x: Float64Array, row: number, value: number) => x.map((v, i) => (i === row ? value : v));

describe("wild rows", () => {
  it("are none in ordinary data, and then there is nothing to ask without them", () => {
    expect(wild(sides)).toEqual({ champion: [], challenger: [], count: 0, zMean: null, zSharpe: null });
  });

  it("are counted once per signal, and both sides leave the signal out", () => {
    const odd = {
      champion: withRow(withRow(sides.champion, 3, 1e6), 9, -1e6),
      challenger: withRow(sides.challenger, 3, -1e6),
    };
    const found = wild(odd);
    expect(found).toMatchObject({ champion: [3, 9], challenger: [3], count: 2 });
    const rest = (x: Float64Array) => x.filter((_, i) => i !== 3 && i !== 9);
    const tame = { champion: rest(sides.champion), challenger: rest(sides.challenger) };
    expect(found.zMean).toBe((meanPaired(tame) as { z: number }).z);
    // Each side by itself where signals are not common.
    expect(wild(odd, false).count).toBe(3);
  });

  it("lie beyond twenty-five scales from the median, not at them", () => {
    // Median 10, mean absolute deviation scaled to 1.4826 * 2.
    const x = Float64Array.from({ length: 401 }, (_, i) => 10 + 2 * ((i % 3) - 1));
    const reach = 25 * robustSides({ champion: x, challenger: x }).champion.scale;
    const at = (value: number) => wild({ champion: withRow(x, 0, value), challenger: sides.challenger.slice(0, 401) });
    expect(at(10 + reach).champion).toEqual([]);
    expect(at(10 - reach).champion).toEqual([]);
    expect(at(10 + reach + 1e-9).champion).toEqual([0]);
    expect(at(10 - reach - 1e-9).champion).toEqual([0]);
  });

  it("give back the unclipped Sharpe z of what is left", () => {
    const odd = { champion: withRow(sides.champion, 3, 1e6), challenger: sides.challenger };
    const tame = {
      champion: sides.champion.filter((_, i) => i !== 3),
      challenger: odd.challenger.filter((_, i) => i !== 3),
    };
    const expected = sharpeDifference({ ...tame, paired: true, lagFloor: 24, clip: () => null });
    expect(wild(odd).zSharpe).toBe((expected as { zRaw: number }).zRaw);
    expect(wild(odd).zSharpe).not.toBe(0);
  });

  it("leave nothing to be said when fewer than a hundred rows are left, or nothing that varies", () => {
    const cut = (n: number) => ({
      champion: withRow(sides.champion.slice(0, n), 3, 1e6),
      challenger: sides.challenger.slice(0, n),
    });
    expect(wild(cut(100))).toMatchObject({ count: 1, zMean: 0, zSharpe: 0 });
    expect(wild(cut(101)).zMean).not.toBe(0);
    const flat = {
      champion: withRow(new Float64Array(300).fill(1), 3, 1e6),
      challenger: sides.challenger.slice(0, 300),
    };
    expect(wild(flat)).toMatchObject({ zMean: 0, zSharpe: 0 });
    const lead = { champion: sides.champion, challenger: sides.champion.map((x) => x + 1) };
    const spoiled = { champion: withRow(lead.champion, 3, 1e6), challenger: withRow(lead.challenger, 3, 1e6) };
    expect(wild(spoiled)).toMatchObject({ count: 1, zMean: 0, zSharpe: 0 });
  });
});
