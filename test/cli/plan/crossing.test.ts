import { describe, expect, it } from "vitest";
import { crossings } from "../../../cli/plan/crossing.ts";

const rule = (a: number) => (n: number) => Math.sqrt(n * (a * a + Math.log(n / 500)));

function walk(o: { drift: number; a: number; until: number }) {
  return [...crossings({ ...o, boundary: rule(o.a), firstLook: 500, step: 100 })];
}

/** First looks by which the probability is reached. */
function looksFor(o: { drift: number; a: number; chances: number[] }): number[] {
  const path = walk({ ...o, until: 14_000 });
  return o.chances.map((chance) => path.find((p) => p.probability >= chance)?.n ?? 0);
}

describe("crossings", () => {
  it.each([
    // exact levels of the project's statistics note, table 2a (two decimals of a: +-0.0005)
    [2.336, 0.0439],
    [2.796, 0.0144],
  ])("give the level of the boundary with a = %f by 20,000 rows", (a, level) => {
    const last = walk({ drift: 0, a, until: 20_000 }).at(-1)!;
    expect(last.n).toBe(20_000);
    expect(Math.abs(last.probability - level)).toBeLessThan(0.0005);
  });

  it.each([
    // detectability of the mean route at the HAC scale, table 2d: within one look
    [0.04, [6200, 10_500, 13_100]],
    [0.0589, [2700, 4600, 5800]],
    [0.0833, [1300, 2300, 2800]],
    [0.1076, [800, 1300, 1700]],
    [0.16, [500, 600, 800]],
    [0.2, [500, 500, 500]],
  ])("give the published detectability for d = %f", (drift, looks) => {
    const found = looksFor({ drift, a: 3.05, chances: [0.5, 0.8, 0.9] });
    found.forEach((n, i) => {
      expect(Math.abs(n - looks[i]!), `${n} for ${looks[i]}`).toBeLessThanOrEqual(100);
    });
  });

  it("never fall and stay probabilities", () => {
    const path = walk({ drift: 0.05, a: 2.64, until: 5000 });
    path.forEach(({ probability }, i) => {
      expect(probability).toBeGreaterThanOrEqual((path[i - 1]?.probability ?? 0) - 1e-12);
      expect(probability).toBeLessThanOrEqual(1);
    });
  });

  it("cross nothing while the boundary is infinite", () => {
    const boundary = (n: number) => (n < 700 ? Number.POSITIVE_INFINITY : 0);
    const path = [...crossings({ drift: 0.2, boundary, firstLook: 500, step: 100, until: 700 })];
    expect(path.map((p) => Math.round(1e6 * p.probability) / 1e6)).toEqual([0, 0, 1]);
  });
});
