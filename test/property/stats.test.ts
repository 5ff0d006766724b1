import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../shared/domain/decide.ts";
import { evaluate } from "../../shared/domain/evaluate.ts";
import { judge } from "../../shared/domain/judge.ts";
import type { PairedRows } from "../../shared/domain/rows.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import { binomialAtLeast, normalSf, studentSf } from "../../shared/stats/numeric/distributions.ts";
import { hacVariance } from "../../shared/stats/numeric/long-run-variance.ts";
import { type Moments, mergeMoments, momentsOf } from "../../shared/stats/numeric/moments.ts";
import { sequentialBoundary } from "../../shared/stats/rule/boundary.ts";
import { meanPaired } from "../../shared/stats/rule/mean-difference.ts";
import { studentToNormal } from "../../shared/stats/rule/scale-score.ts";
import { sharpeDifference } from "../../shared/stats/rule/sharpe-difference.ts";
import { type Route, threeScales } from "../../shared/stats/rule/three-scales.ts";

const run = { seed: 20260101, numRuns: 60 };
const settings = { ...parseSettings({}), nBootstrap: 0 };
const scaleKeys = ["hac", "blocks", "tenths"] as const;

/** PnL in cents, as accounts hold it. */
const pnl = fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100);
const column = (o: { minLength: number; maxLength: number }) => fc.array(pnl, o).map((x) => Float64Array.from(x));

/** Rows of both sides with some common movement; at least a hundred, so that every scale exists. */
const sides = fc.array(fc.tuple(pnl, pnl, pnl), { minLength: 200, maxLength: 320 }).map((rows) => ({
  champion: Float64Array.from(rows, ([a, b]) => a + b),
  challenger: Float64Array.from(rows, ([a, , c]) => a + c),
}));

const rule = { paired: true, slots: 3, variant: "standard", blockLength: 50, firstLook: 100 } as const;

function close(a: number | null, b: number | null, tolerance = 1e-8): void {
  if (a === null || b === null) expect(a).toBe(b);
  else expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(a), Math.abs(b)));
}

function closeRoutes(a: Route, b: Route): void {
  for (const scale of scaleKeys) close(a[scale].z, b[scale].z, 1e-7);
}

function closeMoments(a: Moments, b: Moments): void {
  expect(a.n).toBe(b.n);
  for (const key of ["mean", "m2", "m3", "m4"] as const) close(a[key], b[key], 1e-7);
}

function rowsOf(s: { champion: Float64Array; challenger: Float64Array }): PairedRows {
  const all = new Uint8Array(s.champion.length).fill(1);
  return { kind: "paired", ...s, championTook: all, challengerTook: all };
}

const inputOf = (rows: PairedRows) => ({
  rows,
  coverage: { both: rows.champion.length, missing: 0, championOnMissing: new Float64Array(0) },
  design: "paired" as const,
  overlap: 1,
  trials: 2,
  slots: 3 as const,
  seed: "property",
  settings,
});

describe("symmetries of the rule", () => {
  it("does not see a change of currency", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: -20, max: 20 }), (s, power) => {
        const factor = 2 ** power;
        const a = threeScales({ ...s, ...rule });
        const b = threeScales({
          champion: s.champion.map((x) => x * factor),
          challenger: s.challenger.map((x) => x * factor),
          ...rule,
        });
        closeRoutes(a.mean, b.mean);
        closeRoutes(a.sharpe, b.sharpe);
        expect(b.pass).toBe(a.pass);
      }),
      run,
    );
  });

  it("does not see, on the mean route, an amount added to both sides", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: -500, max: 500 }), (s, shift) => {
        const moved = { champion: s.champion.map((x) => x + shift), challenger: s.challenger.map((x) => x + shift) };
        closeRoutes(threeScales({ ...s, ...rule }).mean, threeScales({ ...moved, ...rule }).mean);
      }),
      run,
    );
  });

  it("sees the challenger better exactly where it sees the exchanged sides worse", () => {
    fc.assert(
      fc.property(sides, (s) => {
        const a = threeScales({ ...s, ...rule });
        const b = threeScales({ champion: s.challenger, challenger: s.champion, ...rule });
        for (const route of ["mean", "sharpe"] as const) {
          for (const scale of scaleKeys) close(a[route][scale].z, b[route][scale].zWorse, 1e-7);
          expect(b[route].worse).toBe(a[route].clears);
        }
      }),
      run,
    );
  });

  it("sees the order of rows only through dependence: the estimate and the plain variance stay", () => {
    fc.assert(
      fc.property(sides, (s) => {
        const back = { champion: s.champion.toReversed(), challenger: s.challenger.toReversed() };
        const [a, b] = [meanPaired(s), meanPaired(back)];
        if (a.kind === "undefined" || b.kind === "undefined") expect(a.kind).toBe(b.kind);
        else {
          close(a.estimate, b.estimate);
          close(a.z, b.z, 1e-7);
        }
        close(hacVariance(s.champion).plain, hacVariance(back.champion).plain);
      }),
      run,
    );
  });

  it("never likes a challenger less for the same extra PnL on every row", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: 1, max: 300 }), (s, extra) => {
        const richer = { ...s, challenger: s.challenger.map((x) => x + extra) };
        const [a, b] = [threeScales({ ...s, ...rule }).mean, threeScales({ ...richer, ...rule }).mean];
        for (const scale of ["blocks", "tenths"] as const)
          expect(b[scale].z!).toBeGreaterThanOrEqual(a[scale].z! - 1e-9);
        const [c, d] = [meanPaired(s), meanPaired(richer)];
        if (c.kind === "defined" && d.kind === "defined") expect(d.zRaw).toBeGreaterThan(c.zRaw);
      }),
      run,
    );
  });

  it("never passes before the first look, and only when all scales of one route clear", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: 0, max: 400 }), (s, lead) => {
        const richer = { ...s, challenger: s.challenger.map((x) => x + lead) };
        expect(threeScales({ ...richer, ...rule, firstLook: 500 }).pass).toBe(false);
        const t = threeScales({ ...richer, ...rule });
        const all = (r: Route) => scaleKeys.every((k) => r[k].z !== null && r[k].z >= r[k].boundary);
        expect(t.pass).toBe(all(t.mean) || all(t.sharpe));
      }),
      run,
    );
  });
});

describe("parts put together equal the whole", () => {
  it("for moments, whatever the order of merging", () => {
    fc.assert(
      fc.property(
        column({ minLength: 0, maxLength: 40 }),
        column({ minLength: 0, maxLength: 40 }),
        column({ minLength: 0, maxLength: 40 }),
        (a, b, c) => {
          const [x, y, z] = [momentsOf(a), momentsOf(b), momentsOf(c)];
          const whole = momentsOf([...a, ...b, ...c]);
          closeMoments(mergeMoments(mergeMoments(x, y), z), whole);
          closeMoments(mergeMoments(x, mergeMoments(y, z)), whole);
        },
      ),
      run,
    );
  });
});

describe("whole looks", () => {
  it("are finite, plain and repeatable for any PnL, and never approve before the first look", () => {
    fc.assert(
      fc.property(column({ minLength: 0, maxLength: 120 }), fc.integer({ min: -50, max: 50 }), (champion, shift) => {
        const challenger = champion.map((x, i) => (i % 3 === 0 ? x + shift : x));
        const e = evaluate(inputOf(rowsOf({ champion, challenger })));
        expect(JSON.parse(JSON.stringify(e))).toEqual(e);
        expect(JSON.stringify(e)).toBe(JSON.stringify(evaluate(inputOf(rowsOf({ champion, challenger })))));
        expect(decide(e, settings).verdict).not.toBe("approve");
      }),
      { ...run, numRuns: 40 },
    );
  });

  it("refuse a value that is no number, wherever it stands", () => {
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(sides, bad, fc.nat({ max: 199 }), fc.boolean(), (s, value, at, onChampion) => {
        const rows = rowsOf({ champion: s.champion.slice(), challenger: s.challenger.slice() });
        (onChampion ? rows.champion : rows.challenger)[at] = value;
        const j = judge(inputOf(rows));
        expect(j.problem?.code).toBe("NOT_FINITE");
        expect(decide(j, settings)).toMatchObject({ verdict: "no-data", blocking: "data" });
      }),
      run,
    );
  });

  it("decide the same whether or not the report is computed", () => {
    fc.assert(
      fc.property(sides, (s) => {
        const input = inputOf(rowsOf(s));
        expect(decide(judge(input), settings)).toEqual(decide(evaluate(input), settings));
      }),
      { ...run, numRuns: 20 },
    );
  });
});

describe("probabilities", () => {
  const z = fc.double({ min: -30, max: 30, noNaN: true });
  const df = fc.double({ min: 0.5, max: 5000, noNaN: true });

  it("fall as their argument rises, and stay within 0 and 1", () => {
    fc.assert(
      fc.property(z, fc.double({ min: 1e-3, max: 5, noNaN: true }), df, (x, more, k) => {
        expect(normalSf(x + more)).toBeLessThanOrEqual(normalSf(x));
        const [a, b] = [studentSf({ t: x, df: k }), studentSf({ t: x + more, df: k })];
        expect(b).toBeLessThanOrEqual(a);
        expect(a >= 0 && a <= 1).toBe(true);
      }),
      { ...run, numRuns: 300 },
    );
  });

  it("make a t with few blocks count for no more than itself, rising with it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 60, noNaN: true }), fc.integer({ min: 3, max: 400 }), (t, k) => {
        const score = studentToNormal({ t, df: k });
        expect(score).toBeLessThanOrEqual(t + 1e-12);
        expect(studentToNormal({ t: t + 0.1, df: k })).toBeGreaterThanOrEqual(score);
      }),
      { ...run, numRuns: 300 },
    );
  });

  it("of a binomial and its complement sum to 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, p, share) => {
          const k = Math.round(share * n);
          close(binomialAtLeast({ k, n, p }) + binomialAtLeast({ k: n - k + 1, n, p: 1 - p }), 1, 1e-9);
        },
      ),
      { ...run, numRuns: 200 },
    );
  });

  it("give a boundary that never falls", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 5, noNaN: true }),
        fc.nat({ max: 50_000 }),
        fc.nat({ max: 5000 }),
        (a, n, more) => {
          expect(sequentialBoundary({ a, n: n + more })).toBeGreaterThanOrEqual(sequentialBoundary({ a, n }));
        },
      ),
      run,
    );
  });
});

describe("Sharpe route", () => {
  it("does not see leverage of either side", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: -6, max: 6 }), (s, power) => {
        const levered = { ...s, challenger: s.challenger.map((x) => x * 2 ** power) };
        const [a, b] = [sharpeDifference({ ...s, paired: true }), sharpeDifference({ ...levered, paired: true })];
        expect(a.kind).toBe(b.kind);
        if (a.kind === "defined" && b.kind === "defined") {
          close(a.difference, b.difference);
          close(a.zRaw, b.zRaw, 1e-7);
        }
      }),
      run,
    );
  });
});
