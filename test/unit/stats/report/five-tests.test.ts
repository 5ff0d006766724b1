import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { winsAndLosses } from "../../../../shared/stats/numeric/wins.ts";
import { bootstrapBlockLength, computeFiveTests } from "../../../../shared/stats/report/five-tests.ts";
import { sharpeDifference } from "../../../../shared/stats/rule/sharpe-difference.ts";

function normals(o: { n: number; mean: number; seed: string }): Float64Array {
  const prng = createPrng(o.seed);
  return Float64Array.from({ length: o.n }, () => o.mean + 120 * prng.normal());
}

function run(o: {
  champion: Float64Array;
  challenger: Float64Array;
  paired?: boolean;
  resamples?: number;
  seed?: string;
}) {
  const paired = o.paired ?? true;
  const wins = (x: Float64Array) => ({ wins: winsAndLosses(x).wins, trades: x.length });
  return computeFiveTests({
    champion: o.champion,
    challenger: o.challenger,
    paired,
    alpha: 0.05,
    boundaryLevel: 0.00114,
    resamples: o.resamples ?? 2000,
    seed: o.seed ?? "s",
    tolerance: 1.2,
    championWins: wins(o.champion),
    challengerWins: wins(o.challenger),
    sharpeScore: sharpeDifference({ champion: o.champion, challenger: o.challenger, paired }),
  });
}

const champion = normals({ n: 600, mean: 40, seed: "c" });

describe("the five tests", () => {
  it("all find a challenger that is much better", () => {
    const t = run({ champion, challenger: champion.map((x, i) => x + 60 + 30 * Math.sin(i)) });
    expect(t.t).toMatchObject({ kind: "defined", used: "paired", significant: true });
    expect(t.bootstrap).toMatchObject({ significant: true, resamples: 2000 });
    expect(t.sharpe).toMatchObject({ significant: true });
    expect(t.winRate).toMatchObject({ used: "mcnemar", significant: true });
    expect(t.drawdown).toMatchObject({ holds: true });
    expect(t.drawdown.kind === "defined" && t.drawdown.probabilityExceeds).toBeLessThan(0.05);
  });

  it("use Welch and two proportions when the sides are not paired", () => {
    const t = run({ champion, challenger: normals({ n: 500, mean: 40, seed: "h" }), paired: false });
    expect(t.t).toMatchObject({ used: "welch", paired: null });
    expect(t.winRate).toMatchObject({ used: "two-proportion", mcnemar: null });
    expect(t.sharpe).toMatchObject({ jobsonKorkieMemmel: null });
    expect(t.bootstrap.kind).toBe("defined");
  });

  it("have wider intervals at the boundary's level, inside one another", () => {
    const { bootstrap: b } = run({ champion, challenger: normals({ n: 600, mean: 60, seed: "h" }) });
    if (b.kind !== "defined") throw new Error(b.reason);
    expect(b.atBoundary.percentile.low).toBeLessThan(b.percentile95.low);
    expect(b.atBoundary.bca.high).toBeGreaterThan(b.bca95.high);
    expect(b.percentile95.low).toBeLessThan(b.estimate);
  });

  it("repeat themselves for the same seed and not for another", () => {
    const challenger = normals({ n: 600, mean: 60, seed: "h" });
    expect(run({ champion, challenger })).toEqual(run({ champion, challenger }));
    expect(run({ champion, challenger }).bootstrap).not.toEqual(run({ champion, challenger, seed: "other" }).bootstrap);
  });

  it("do not exist for one row, and say why", () => {
    const one = Float64Array.of(1);
    for (const test of Object.values(run({ champion: one, challenger: one })))
      expect(test).toMatchObject({ kind: "undefined", code: "INSUFFICIENT_DATA" });
  });

  it("have no t, bootstrap or Sharpe test without variance, but a drawdown", () => {
    const flat = new Float64Array(600).fill(5);
    const t = run({ champion: flat, challenger: flat.map((x) => x + 1) });
    for (const name of ["t", "bootstrap", "sharpe"] as const)
      expect(t[name]).toMatchObject({ code: "DEGENERATE_VARIANCE" });
    expect(t.winRate).toMatchObject({ p: 1, significant: false });
    expect(t.drawdown).toMatchObject({ ratio: null, holds: true, probabilityExceeds: 0 });
  });

  it("leave resampling out when none is asked for", () => {
    const t = run({ champion, challenger: champion.map((x) => 1.5 * x), resamples: 0 });
    expect(t.bootstrap).toMatchObject({ code: "NOT_COMPUTED" });
    expect(t.drawdown).toMatchObject({ probabilityExceeds: null, resamples: 0 });
  });

  it("say of a twice as risky copy that its drawdown exceeds the tolerance", () => {
    const t = run({ champion, challenger: champion.map((x) => 2 * x) });
    expect(t.drawdown).toMatchObject({ ratio: 2, holds: false, probabilityExceeds: 1 });
  });
});

describe("block length of the resampling", () => {
  it("is the cube root for independent rows and more for dependent ones, at most a tenth", () => {
    const challenger = normals({ n: 600, mean: 40, seed: "h" });
    expect(bootstrapBlockLength({ champion, challenger, paired: true })).toBe(9);
    const slow = challenger.map((_, i) => 500 * Math.sin(i / 30));
    const length = bootstrapBlockLength({ champion, challenger: slow, paired: true });
    expect(length).toBeGreaterThan(9);
    expect(length).toBeLessThanOrEqual(60);
    expect(
      bootstrapBlockLength({ champion: Float64Array.of(1, 2), challenger: Float64Array.of(2, 2), paired: true }),
    ).toBe(1);
  });
});
