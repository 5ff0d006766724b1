import { describe, expect, it } from "vitest";
import { evaluate } from "../../../shared/domain/evaluate.ts";
import { type EvaluationInput, judge } from "../../../shared/domain/judge.ts";
import type { ComparedRows, PairedRows, UnpairedRows } from "../../../shared/domain/rows.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";

const settings = { ...parseSettings({}), nBootstrap: 500 };
const NONE = new Float64Array(0);

function normalRows(o: { n: number; edge: number; seed: string; spread?: number }): PairedRows {
  const prng = createPrng(o.seed);
  const champion = new Float64Array(o.n);
  const challenger = new Float64Array(o.n);
  for (let i = 0; i < o.n; i++) {
    const common = 0.8 * prng.normal();
    champion[i] = 50 + 120 * (common + 0.6 * prng.normal());
    challenger[i] = 50 + o.edge + 120 * (o.spread ?? 1) * (common + 0.6 * prng.normal());
  }
  return withAll(champion, challenger);
}

function withAll(champion: Float64Array, challenger: Float64Array): PairedRows {
  return {
    kind: "paired",
    champion,
    challenger,
    championTook: new Uint8Array(champion.length).fill(1),
    challengerTook: new Uint8Array(challenger.length).fill(1),
  };
}

function inputOf(rows: ComparedRows, o: Partial<EvaluationInput> = {}): EvaluationInput {
  const coverage = { both: rows.champion.length, missing: 0, championOnMissing: NONE };
  return {
    rows,
    coverage,
    design: "paired",
    overlap: 1,
    trials: 3,
    slots: 3,
    seed: "champion|challenger",
    settings,
    ...o,
  };
}

/** Every number in a plain object, with its path. */
function numbersIn(value: unknown, path = ""): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
}

const repeat = (pattern: number[], n: number) =>
  Float64Array.from({ length: n }, (_, i) => pattern[i % pattern.length]!);

describe("evaluate", () => {
  it("is a plain object that survives JSON, without NaN or infinity", () => {
    const e = evaluate(inputOf(normalRows({ n: 700, edge: 10, seed: "json" })));
    expect(JSON.parse(JSON.stringify(e))).toEqual(e);
    for (const [path, x] of numbersIn(e)) expect(Number.isFinite(x), path).toBe(true);
  });

  it("gives the same object for the same input", () => {
    const input = inputOf(normalRows({ n: 600, edge: 10, seed: "same" }));
    expect(evaluate(input)).toEqual(evaluate(input));
  });

  it("leaves its input as it was", () => {
    const rows = normalRows({ n: 600, edge: 10, seed: "same" });
    const before = [...rows.champion, ...rows.challenger];
    evaluate(inputOf(rows));
    expect([...rows.champion, ...rows.challenger]).toEqual(before);
  });

  it("contains exactly what judge says, with or without resampling", () => {
    const input = inputOf(normalRows({ n: 600, edge: 15, seed: "judge" }));
    const e = evaluate({ ...input, settings: { ...settings, nBootstrap: 0 } });
    expect(e).toMatchObject(JSON.parse(JSON.stringify(judge(input))));
    expect(e.tests.bootstrap).toMatchObject({ kind: "undefined", code: "NOT_COMPUTED" });
  });

  it("subtracts the champion from the challenger", () => {
    const rows = withAll(repeat([10, -5], 20), repeat([12, -5], 20));
    const e = evaluate(inputOf(rows));
    expect(e.difference.meanPnl).toBeCloseTo(1, 12);
    expect(e.difference.totalPnl).toBeCloseTo(20, 12);
    expect(e.difference.winRate).toBe(0);
  });

  it("counts abstentions as rows of 0 for the routes, and not at all for win rate and metrics", () => {
    const rows = normalRows({ n: 600, edge: 0, seed: "abstain" });
    for (let i = 0; i < 600; i += 2) {
      rows.challenger[i] = 0;
      rows.challengerTook[i] = 0;
    }
    const e = evaluate(inputOf(rows));
    expect(e.n).toBe(600);
    expect(e.challenger.nTrades).toBe(300);
    expect(e.challenger.winRate!).toBeGreaterThan(0.55);
    expect(e.figures.challenger.mean!).toBeCloseTo(e.challenger.meanPnl! / 2, 9);
  });

  it("says how much the rows are worth and what no test of them can tell", () => {
    const { notes } = evaluate(inputOf(normalRows({ n: 1400, edge: 0, seed: "notes" })));
    expect(notes[0]).toMatch(/^1,400 rows, worth [\d,]+ independent ones\.$/);
    expect(notes[1]).toContain("longer than about 140 rows");
  });

  it("says that nothing was simulated above 20 overlapping positions", () => {
    const e = evaluate(inputOf(normalRows({ n: 600, edge: 0, seed: "o" }), { overlap: 31 }));
    expect(e.scales).toMatchObject({ blockLength: 200, firstLook: 2000, simulated: false });
    expect(e.notes.join(" ")).toContain("31 positions");
  });

  it("needs no more trades when a route has passed", () => {
    const e = evaluate(inputOf(normalRows({ n: 800, edge: 60, seed: "passed" })));
    expect(e.routes.mean.clears).toBe(true);
    expect(e.tradesLeft.mean).toMatchObject({ n50: 0, n80: 0 });
  });
});

describe("evaluate on degenerate data", () => {
  it.each([0, 1, 2, 5, 9, 15, 60, 499])("has states instead of numbers for %i rows", (n) => {
    const e = evaluate(inputOf(normalRows({ n, edge: 500, seed: "few" })));
    expect(e.statisticalPass).toBe(false);
    for (const [path, x] of numbersIn(e)) expect(Number.isFinite(x), path).toBe(true);
    if (n < 2) {
      expect(e.routes.mean.degenerate?.code).toBe("INSUFFICIENT_DATA");
      expect(e.tests.t).toMatchObject({ kind: "undefined" });
      expect(e.score.total).toBe(0);
    }
  });

  it("has z = 0 and a reason when nothing varies", () => {
    for (const [champion, challenger] of [
      [5, 5],
      [5, 6],
    ]) {
      const e = evaluate(inputOf(withAll(repeat([champion!], 600), repeat([challenger!], 600))));
      expect(e.routes.mean.hac.z).toBe(0);
      expect(e.routes.mean.degenerate?.code).toBe("DEGENERATE_VARIANCE");
      expect(e.routes.sharpe.degenerate?.code).toBe("DEGENERATE_VARIANCE");
      expect(e.statisticalPass).toBe(false);
    }
  });

  it("has no Sortino, no drawdown and no win-rate evidence when everybody wins", () => {
    const e = evaluate(inputOf(withAll(repeat([1, 2], 600), repeat([2, 3], 600))));
    expect(e.challenger.sortinoRatio).toBeNull();
    expect(e.challenger.reasons.sortinoRatio?.code).toBe("NO_DOWNSIDE");
    expect(e.tests.winRate).toMatchObject({ p: 1, twoProportion: { z: 0, p: 1 } });
    expect(e.tests.drawdown).toMatchObject({ ratio: null, holds: true });
    expect(e.statisticalPass).toBe(false);
  });

  it("has a negative Sharpe ratio when everybody loses", () => {
    const e = evaluate(inputOf(withAll(repeat([-1, -2], 600), repeat([-1, -2], 600))));
    expect(e.figures.challenger.sharpe!).toBeLessThan(0);
    expect(e.statisticalPass).toBe(false);
  });

  it("does not overflow for huge PnL", () => {
    const huge = repeat([1e12, -1e12], 600);
    const e = evaluate(inputOf(withAll(huge, huge)));
    expect(e.routes.mean.hac.z).toBe(0);
    const larger = evaluate(inputOf(withAll(repeat([1e60, -1e60], 600), repeat([1.5e60, -1e60, 1e60], 600))));
    for (const [path, x] of numbersIn(larger)) expect(Number.isFinite(x), path).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e80])(
    "refuses %d with the row it stands in",
    (bad) => {
      for (const side of ["champion", "challenger"] as const) {
        const rows = normalRows({ n: 600, edge: 0, seed: "nan" });
        rows[side][77] = bad;
        const e = evaluate(inputOf(rows));
        expect(e.problem?.code).toBe("NOT_FINITE");
        expect(e.problem?.reason).toContain("row 77");
        expect(e.statisticalPass).toBe(false);
        expect(JSON.parse(JSON.stringify(e))).toEqual(e);
      }
      const coverage = { both: 600, missing: 1, championOnMissing: Float64Array.of(bad) };
      expect(evaluate(inputOf(normalRows({ n: 600, edge: 0, seed: "nan" }), { coverage })).problem?.code).toBe(
        "NOT_FINITE",
      );
    },
  );

  it("throws on columns that do not belong together: that is a mistake of the caller", () => {
    const rows = normalRows({ n: 10, edge: 0, seed: "x" });
    expect(() => evaluate(inputOf({ ...rows, challenger: rows.challenger.slice(1) }))).toThrow(RangeError);
    expect(() => evaluate(inputOf({ ...rows, championTook: rows.championTook.slice(1) }))).toThrow(RangeError);
  });
});

describe("evidence", () => {
  it("is counted: coverage, unreported signals, differing rows", () => {
    const rows = normalRows({ n: 600, edge: 0, seed: "evidence" });
    rows.challenger.set(rows.champion.subarray(0, 580));
    const coverage = { both: 600, missing: 25, championOnMissing: new Float64Array(25).map((_, i) => -200 - i) };
    const { evidence } = judge(inputOf(rows, { coverage }));
    expect(evidence).toMatchObject({ both: 600, missing: 25, differing: 20, commonBuckets: null });
    expect(evidence.coverage).toBe(0.96);
    expect(evidence.missingZ!).toBeLessThan(-10);
  });
});

/** The same rows as a merged time line: each signal gives two rows, one per model. */
function merged(rows: PairedRows): UnpairedRows {
  const n = 2 * rows.champion.length;
  const out: UnpairedRows = {
    kind: "unpaired",
    champion: new Float64Array(n),
    challenger: new Float64Array(n),
    championTook: new Uint8Array(n),
    challengerTook: new Uint8Array(n),
    championReported: Uint8Array.from({ length: n }, (_, i) => 1 - (i % 2)),
    challengerReported: Uint8Array.from({ length: n }, (_, i) => i % 2),
  };
  rows.champion.forEach((x, i) => {
    out.champion[2 * i] = x;
    out.championTook[2 * i] = 1;
    out.challenger[2 * i + 1] = rows.challenger[i]!;
    out.challengerTook[2 * i + 1] = 1;
  });
  return out;
}

describe("unpaired designs", () => {
  const rows = normalRows({ n: 900, edge: 45, seed: "unpaired" });

  it("take each side's own rows when compared per side, and know no coverage", () => {
    const e = evaluate(inputOf(merged(rows), { design: "per-side" }));
    expect(e.n).toBe(900);
    expect(e.evidence).toMatchObject({ coverage: null, differing: null, missingZ: null, commonBuckets: null });
    expect(e.effectiveSampleSize).toBeNull();
    expect(e.stability).toBeNull();
    const paired = evaluate(inputOf(rows));
    expect(e.routes.mean.estimate).toBeCloseTo(paired.routes.mean.estimate!, 9);
    expect(e.routes.mean.hac.z!).toBeLessThan(paired.routes.mean.hac.z!);
  });

  it("count a reported abstention as a row, but not as a trade", () => {
    const line = merged(rows);
    line.challengerTook[1] = 0;
    line.challenger[1] = 0;
    expect(judge(inputOf(line, { design: "per-side" })).figures.challenger).toMatchObject({ rows: 900, trades: 899 });
  });

  it("are refused with rows of common signals, and the paired design with a time line", () => {
    expect(() => judge(inputOf(rows, { design: "bucketed" }))).toThrow(
      "paired rows do not belong to the bucketed design",
    );
    expect(() => judge(inputOf(merged(rows)))).toThrow("unpaired rows do not belong to the paired design");
  });

  it("pair by time bucket on the mean route alone", () => {
    const e = evaluate(inputOf(merged(rows), { design: "bucketed" }));
    expect(e.evidence.commonBuckets).toBe(1);
    expect(e.routes.mean.blocks.df).toBe(17);
    expect(e.routes.sharpe.degenerate?.code).toBe("NOT_MEASURED");
    expect(e.routes.sharpe.clears).toBe(false);
    expect(e.routes.mean.estimate).toBeCloseTo(45, -2);
  });
});
