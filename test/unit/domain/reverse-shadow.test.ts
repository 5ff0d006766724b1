import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LedgerRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { addCompleted, noShadow, shadowOf } from "../../../shared/domain/reverse-shadow.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

const at = (minutes: number) => NOON + minutes * MINUTE;

/** "signal, closed, pnl", in minutes after noon; each opened half a minute before. */
const side = (...lines: readonly (readonly [signal: string, closed: number, pnl: number, more?: Partial<Trade>])[]) =>
  rowsOf(
    lines.map(([signalId, closed, pnl, more], i) =>
      aTrade({ tradeId: `${signalId}-${i}`, signalId, closedAt: at(closed), openedAt: at(closed - 0.5), pnl, ...more }),
    ),
  );

const compare = (champion: LedgerRows, former: LedgerRows, o: { startAt?: number; until?: number } = {}) =>
  shadowOf("old", addCompleted(noShadow, { champion, former, startAt: null, until: Infinity, ...o }));

describe("the reverse shadow", () => {
  const sixty = (edge: number) =>
    side(...Array.from({ length: 60 }, (_, i) => [`s${i}`, i, (i % 7) - 3 + edge + (i % 3)] as const));

  it("is the new champion minus the former one on the same signals", () => {
    expect(compare(sixty(2), sixty(0))).toEqual({
      former: "old",
      pairs: 60,
      meanDifference: 2,
      totalDifference: 120,
      z: null,
    });
  });

  it("covers the time since the promotion, up to the moment asked for", () => {
    expect(compare(sixty(2), sixty(0), { startAt: at(9), until: at(29) }).pairs).toBe(20);
  });

  it("says nothing where there are no common signals", () => {
    const nothing = { former: "old", pairs: 0, meanDifference: null, totalDifference: 0, z: null };
    expect(compare(sixty(2), sixty(0), { until: 0 })).toEqual(nothing);
  });

  it("is not held back by a signal that only one of them reported", () => {
    const lines = Array.from({ length: 36 }, (_, i) => [`s${i}`, i, i < 30 ? 1 : -20] as const);
    const champion = side(...lines);
    const former = side(...lines.filter((_, i) => i !== 29).map(([id, closed]) => [id, closed, 0] as const));
    expect(compare(champion, former)).toMatchObject({ pairs: 35, totalDifference: 29 - 6 * 20 });
  });

  it("takes a signal in once both have answered it for good, and then no later fill of it", () => {
    const champion = side(["a", 1, 5, { final: false }], ["a", 3, 7], ["a", 9, 1000]);
    const former = side(["a", 2, 4]);
    expect(compare(champion, former, { until: at(2) }).pairs).toBe(0);
    expect(compare(champion, former, { until: at(3) }).totalDifference).toBe(8);
    expect(compare(champion, former).totalDifference).toBe(8);
  });

  it("takes no abstention that was said after the result was known", () => {
    const abstains = { took: false };
    expect(compare(side(["a", 1, -9]), side(["a", 2, 0, abstains])).pairs).toBe(0);
    expect(compare(side(["a", 2, -9]), side(["a", 1, 0, abstains]))).toMatchObject({ pairs: 1, totalDifference: -9 });
  });

  it("measures its spread by batches: as one standard error of the mean where rows are independent", () => {
    const prng = createPrng("batches");
    const lines = Array.from({ length: 6400 }, (_, i) => [`s${i}`, i, prng.normal()] as const);
    const { z, meanDifference } = compare(side(...lines), side(...lines.map(([id, c]) => [id, c, 0] as const)));
    // The standard error of the mean of 6,400 standard normal rows is 1/80; 50 batches know it to about a tenth.
    expect(meanDifference! / z!).toBeGreaterThan(0.7 / 80);
    expect(meanDifference! / z!).toBeLessThan(1.3 / 80);
  });
});

describe("the sums of the reverse shadow", () => {
  const line = fc.record({
    signal: fc.nat(150),
    closed: fc.nat(400),
    pnl: fc.integer({ min: -50, max: 50 }),
    took: fc.boolean(),
    final: fc.boolean(),
  });
  const ledger = fc
    .array(line, { minLength: 20, maxLength: 300 })
    .map((lines) =>
      side(
        ...lines.map(({ signal, closed, pnl, took, final }) => [`s${signal}`, closed, pnl, { took, final }] as const),
      ),
    );

  it("are the same whether they are taken at once or in any number of steps", () => {
    fc.assert(
      fc.property(ledger, ledger, fc.array(fc.nat(400), { maxLength: 8 }), (champion, former, stops) => {
        const sides = { champion, former, startAt: null };
        const inSteps = [...stops.toSorted((a, b) => a - b), 400].reduce(
          (sums, stop) => addCompleted(sums, { ...sides, until: at(stop) }),
          noShadow,
        );
        expect(inSteps).toEqual(addCompleted(noShadow, { ...sides, until: at(400) }));
      }),
      { numRuns: 200 },
    );
  });

  it("keep their size however many signals there are", () => {
    const many = (pnl: number) => side(...Array.from({ length: 20_000 }, (_, i) => [`s${i}`, i, pnl] as const));
    const sums = addCompleted(noShadow, { champion: many(3), former: many(1), startAt: null, until: Infinity });
    expect(sums).toMatchObject({ pairs: 20_000, total: 40_000 });
    expect(sums.batches.length).toBeLessThan(64);
    expect(sums.batches.reduce((a, b) => a + b, sums.rest.sum)).toBe(40_000);
  });
});
