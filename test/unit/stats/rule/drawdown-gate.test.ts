import { describe, expect, it } from "vitest";
import { drawdownProbability } from "../../../../shared/stats/rule/drawdown-gate.ts";
import { generatePnl } from "../../../support/generated-pnl.ts";

const sides = generatePnl({ seed: 21, n: 600, champion: [50, 120], challenger: [70, 120] });

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
