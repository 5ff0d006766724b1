import { describe, expect, it } from "vitest";
import { clipSides } from "../../../../shared/stats/rule/clip.ts";
import { equalSize } from "../../../../shared/stats/rule/equal-size.ts";
import { meanPaired, meanPerSide } from "../../../../shared/stats/rule/mean-difference.ts";
import { generatePnl } from "../../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 21, n: 600, champion: [50, 120], challenger: [70, 120] });
const sized = (o: { champion: Float64Array; challenger: Float64Array }, paired = true) =>
  equalSize({ ...o, clipped: clipSides(o), paired, lagFloor: 24 });

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
