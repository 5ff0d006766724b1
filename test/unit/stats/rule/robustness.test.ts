import { describe, expect, it } from "vitest";
import { clipSide, clipSides, robustSides } from "../../../../shared/stats/rule/clip.ts";
import { drawdownProbability } from "../../../../shared/stats/rule/drawdown-gate.ts";
import { equalSize } from "../../../../shared/stats/rule/equal-size.ts";
import { meanPaired, meanPerSide } from "../../../../shared/stats/rule/mean-difference.ts";
import { silentAllowed, stressMissing } from "../../../../shared/stats/rule/missing-reports.ts";
import { sharpeDifference } from "../../../../shared/stats/rule/sharpe-difference.ts";
import { wildRows } from "../../../../shared/stats/rule/wild-rows.ts";
import { generatePnl } from "../../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 21, n: 600, champion: [50, 120], challenger: [70, 120] });
const sized = (o: { champion: Float64Array; challenger: Float64Array }, paired = true) =>
  equalSize({ ...o, clipped: clipSides(o), paired, lagFloor: 24 });
const wild = (o: { champion: Float64Array; challenger: Float64Array }, paired = true) =>
  wildRows({ ...o, paired, lagFloor: 24, robust: robustSides(o) });
const withRow = (x: Float64Array, row: number, value: number) => x.map((v, i) => (i === row ? value : v));

describe("the clip", () => {
  it("gives the array itself back when nothing lies outside", () => {
    const x = Float64Array.of(1, 2, 3, 4);
    expect(clipSide(x, { median: 2, scale: 1 })).toEqual({ x, changed: 0 });
    expect(clipSide(x, { median: 2, scale: 1 }).x).toBe(x);
  });

  it("holds values at exactly five scales on either side", () => {
    const { x, changed } = clipSide(Float64Array.of(-9, -5, 0, 5, 9), { median: 0, scale: 1 });
    expect([...x]).toEqual([-5, -5, 0, 5, 5]);
    expect(changed).toBe(2);
  });

  it("of one side does not depend on the other", () => {
    const absurd = { ...sides, champion: withRow(sides.champion, 5, -1e9) };
    expect([...clipSides(absurd).challenger]).toEqual([...clipSides(sides).challenger]);
  });

  it("counts the values it changed on both sides together", () => {
    const { rows } = clipSides(sides);
    const absurd = {
      champion: withRow(sides.champion, 5, -1e9),
      challenger: withRow(withRow(sides.challenger, 7, 1e9), 8, 1e9),
    };
    expect(clipSides(absurd).rows).toBe(rows + 3);
  });
});

describe("equal size", () => {
  it("is the ratio of the clipped spreads, and z that of the challenger carried to the champion's size", () => {
    const larger = { ...sides, challenger: sides.challenger.map((x) => 3 * x) };
    const { ratio, z } = sized(larger);
    expect(ratio! / sized(sides).ratio!).toBeCloseTo(3, 10);
    expect(z).toBeCloseTo(sized(sides).z!, 10);
    const carried = { champion: sides.champion, challenger: larger.challenger.map((x) => x / ratio!) };
    expect(z).toBe((meanPaired(carried) as { z: number }).z);
  });

  it("proves nothing for the champion's own trades at another size", () => {
    const copy = { champion: sides.champion, challenger: sides.champion.map((x) => 1.5 * x) };
    expect(sized(copy)).toEqual({ ratio: expect.closeTo(1.5, 12), z: 0 });
  });

  it("does not exist for a side that does not vary", () => {
    const flat = new Float64Array(600).fill(4);
    expect(sized({ champion: flat, challenger: sides.challenger })).toEqual({ ratio: null, z: null });
    expect(sized({ champion: sides.champion, challenger: flat })).toEqual({ ratio: null, z: null });
    expect(sized({ champion: new Float64Array(0), challenger: new Float64Array(0) }).ratio).toBeNull();
  });

  it("works per side where signals are not common", () => {
    const { ratio, z } = sized(sides, false);
    const carried = { champion: sides.champion, challenger: sides.challenger.map((x) => x / ratio!) };
    expect(z).toBe((meanPerSide(carried) as { z: number }).z);
  });
});

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

describe("missing reports", () => {
  const rows = { champion: Float64Array.of(1, 2, 3), challenger: Float64Array.of(4, 5, -6) };

  it("count as a bad day, and tip at the loss that takes the whole advantage", () => {
    const s = stressMissing({ ...rows, missingChallenger: [10], missingChampion: [] });
    // one worst row: -6; sum of differences -3
    expect(s).toEqual({ missing: 1, shortfall: -6, best: 3, mean: (-3 - 6 - 10) / 4, tippingLoss: -13 });
    const at = stressMissing({
      champion: Float64Array.from([...rows.champion, 10]),
      challenger: Float64Array.from([...rows.challenger, -s.tippingLoss!]),
      missingChallenger: [],
      missingChampion: [],
    });
    expect(at.mean).toBeCloseTo(0, 12);
  });

  it("on both sides take the mean of the worst and of the best hundredth", () => {
    // Out of order on purpose; of 200 rows two are a hundredth.
    const champion = new Float64Array(200);
    champion[3] = 20;
    champion[150] = 10;
    const challenger = new Float64Array(200).fill(1);
    challenger[0] = -7;
    challenger[199] = -9;
    const s = stressMissing({ champion, challenger, missingChallenger: [3, 5], missingChampion: [4, 6, 8] });
    // rows 182 - 30 = 152; with the champion's missing ones 152 + 18 - 3 * 15 = 125; then 2 * -8 - 8
    expect(s).toEqual({ missing: 5, shortfall: -8, best: 15, mean: 101 / 205, tippingLoss: 58.5 });
  });

  it("have no tipping loss when only the champion is silent", () => {
    expect(stressMissing({ ...rows, missingChallenger: [], missingChampion: [1] }).tippingLoss).toBeNull();
  });

  it("may be one in a thousand rows", () => {
    expect([999, 1000, 1999, 2000, 5000].map(silentAllowed)).toEqual([0, 1, 1, 2, 5]);
  });
});

describe("the drawdown gate", () => {
  const common = { paired: true, overlap: 1, tolerance: 1.2, seed: "s" };

  it("finds twice the size deeper nearly always, half the size never, and says the same again", () => {
    const c = sides.champion;
    const larger = { ...common, champion: c, challenger: c.map((x) => 2 * x) };
    expect(drawdownProbability(larger)).toBeGreaterThan(0.99);
    expect(drawdownProbability({ ...common, champion: c, challenger: c.map((x) => x / 2) })).toBe(0);
    const even = { ...common, ...sides };
    expect(drawdownProbability(even)).toBe(drawdownProbability(even));
    expect(drawdownProbability({ ...even, seed: "t" })).not.toBe(drawdownProbability(even));
  });

  it("counts any drawdown against a champion that never had one", () => {
    const champion = new Float64Array(200).fill(1);
    const challenger = champion.map((x, i) => (i % 50 === 0 ? -1 : x));
    expect(drawdownProbability({ ...common, champion, challenger })).toBeGreaterThan(0.9);
    expect(drawdownProbability({ ...common, champion, challenger: champion })).toBe(0);
  });

  it("takes blocks as long as positions overlap", () => {
    const even = { ...common, ...sides };
    expect(drawdownProbability({ ...even, overlap: 9 })).toBe(drawdownProbability(even));
    expect(drawdownProbability({ ...even, overlap: 60 })).not.toBe(drawdownProbability(even));
    expect(drawdownProbability({ ...even, overlap: null })).toBe(drawdownProbability(even));
    expect(drawdownProbability({ ...even, overlap: 5000, paired: false })).toBeGreaterThanOrEqual(0);
  });
});
