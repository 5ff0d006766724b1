import { describe, expect, it } from "vitest";
import { clipSide, clipSides } from "../../../../shared/stats/rule/clip.ts";
import { generatePnl } from "../../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 21, n: 600, champion: [50, 120], challenger: [70, 120] });
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
