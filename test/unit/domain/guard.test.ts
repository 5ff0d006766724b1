import { describe, expect, it } from "vitest";
import { beginGuard, describeGuard, type GuardState, readGuard } from "../../../shared/domain/guard.ts";
import { type LedgerRows, rowsOf } from "../../../shared/domain/ledger.ts";
import type { PairedRows } from "../../../shared/domain/rows.ts";
import type { Baseline } from "../../../shared/stats/watch/guard.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

/** With 58 % promised on 500 trades, 100 trades may fall 12.4 wins short before a rollback and 8.1 before an alert. */
const baseline: Baseline = {
  trades: 500,
  winRate: 0.58,
  meanPnl: 0.16,
  sdPnl: 1,
  serial: 1,
  drawdownMean: 8,
  drawdownQ95: 14,
  reference: { meanPnl: 0, sdPnl: 1 },
};
const guard: GuardState = { status: "watching", window: 100, baseline, reference: "former", alerted: false };
const warned: GuardState = { ...guard, alerted: true };

/** Trades a minute apart; null is an abstention. */
function traded(...pnl: readonly (number | null)[]): LedgerRows {
  return rowsOf(
    pnl.map((x, i) =>
      aTrade({ tradeId: `t${i + 1}`, pnl: x ?? 0, took: x !== null, closedAt: NOON + (i + 1) * MINUTE }),
    ),
  );
}

const many = (n: number, pnl: number | null) => Array<number | null>(n).fill(pnl);

describe("the guard's win-rate rule", () => {
  it("says nothing before the 20th trade, whatever happens", () => {
    expect(readGuard({ guard, trades: traded(...many(19, -0.01)), reference: null })).toMatchObject({
      verdict: "watching",
      alert: false,
      trades: 19,
    });
  });

  it("alerts at the first trade that calls for it, even when worse is known already", () => {
    expect(readGuard({ guard, trades: traded(...many(100, -0.01)), reference: null })).toMatchObject({
      verdict: "watching",
      alert: true,
      rule: "win-rate",
      trades: 20,
      tradeId: "t20",
      at: NOON + 20 * MINUTE,
    });
  });

  it("rolls back at the trade that makes it 12.4 wins short", () => {
    const reading = readGuard({ guard: warned, trades: traded(...many(100, -0.01)), reference: null })!;
    expect(reading).toMatchObject({ verdict: "rollback", rule: "win-rate", trades: 22, wins: 0, tradeId: "t22" });
    expect(reading.deficit).toBeCloseTo(22 * 0.58, 10);
    expect(reading.deficitRollback).toBeCloseTo(12.4353, 3);
  });

  it("counts trades taken: an abstention neither wins nor loses", () => {
    const trades = traded(...many(50, null), ...many(22, -0.01));
    expect(readGuard({ guard: warned, trades, reference: null })).toMatchObject({
      verdict: "rollback",
      trades: 22,
      tradeId: "t72",
    });
  });

  it("passes after its window when the promise was kept, and looks no further", () => {
    const kept = Array.from({ length: 100 }, (_, i) => (i % 5 < 3 ? 0.1 : -0.1));
    const reading = readGuard({ guard, trades: traded(...kept, ...many(80, -9)), reference: null });
    expect(reading).toMatchObject({ verdict: "passed", trades: 100, wins: 60, rule: null });
  });

  it("goes on watching while the window is not full", () => {
    expect(readGuard({ guard, trades: traded(...many(99, 0.1)), reference: null })).toMatchObject({
      verdict: "watching",
      trades: 99,
    });
  });
});

describe("the guard's drawdown rule", () => {
  const falls = (depth: number) => traded(...many(10, 0.1), -depth, ...many(5, 0.1));

  it("rolls back beyond one and a half times the 95 % quantile", () => {
    expect(readGuard({ guard: warned, trades: falls(20.9), reference: null })).toMatchObject({ verdict: "watching" });
    expect(readGuard({ guard: warned, trades: falls(21.1), reference: null })).toMatchObject({
      verdict: "rollback",
      rule: "drawdown",
      drawdownRollback: 21,
      tradeId: "t11",
    });
  });

  it("alerts beyond one and a half times the mean", () => {
    expect(readGuard({ guard, trades: falls(11.9), reference: null })).toMatchObject({ alert: false });
    expect(readGuard({ guard, trades: falls(12.1), reference: null })).toMatchObject({ alert: true, rule: "drawdown" });
  });

  it("is measured from the peak, not from the start", () => {
    const trades = traded(...many(10, 2), -19, 5, -10);
    expect(readGuard({ guard: warned, trades, reference: null })).toMatchObject({
      verdict: "rollback",
      drawdown: 24,
      tradeId: "t13",
    });
  });

  it("allows more in a market the former champion finds twice as wild, seen up to that trade only", () => {
    const wild = traded(...Array.from({ length: 60 }, (_, i) => (i % 2 ? 2 : -2)));
    const late = rowsOf(
      Array.from({ length: 60 }, (_, i) => aTrade({ tradeId: `l${i}`, pnl: 50, closedAt: NOON + 1000 * MINUTE })),
    );
    const slow = traded(...many(30, null), ...many(10, 0.1), -30);
    expect(readGuard({ guard: warned, trades: slow, reference: wild })).toMatchObject({
      verdict: "watching",
      volatilityRatio: 2,
      drawdownRollback: 42,
    });
    expect(readGuard({ guard: warned, trades: slow, reference: late })).toMatchObject({
      verdict: "rollback",
      volatilityRatio: 1,
    });
  });

  it("allows no less in a calm market", () => {
    const calm = traded(...many(60, 0.01));
    expect(readGuard({ guard: warned, trades: traded(...many(30, null), 0.1, -20), reference: calm })).toMatchObject({
      verdict: "watching",
      drawdownRollback: 21,
    });
  });

  it("is blind where the shadow never lost: zero says nothing about how deep is too deep", () => {
    const spotless = { ...warned, baseline: { ...baseline, drawdownMean: 0, drawdownQ95: 0 } };
    expect(readGuard({ guard: spotless, trades: traded(-1), reference: null })).toMatchObject({ verdict: "watching" });
  });
});

describe("no guard", () => {
  it.each<[string, Partial<GuardState>]>([
    ["that has passed", { status: "passed" }],
    ["that is blind", { status: "blind" }],
    ["without a baseline", { baseline: null }],
  ])("reads nothing: one %s", (_case, changes) => {
    const trades = traded(...many(100, -5));
    expect(readGuard({ guard: { ...guard, ...changes }, trades, reference: null })).toBeNull();
  });

  it("reads nothing before the first trade", () => {
    expect(readGuard({ guard, trades: traded(), reference: null })).toBeNull();
    expect(readGuard({ guard, trades: traded(null, null), reference: null })).toBeNull();
  });
});

describe("the beginning of a guard", () => {
  const shadow = (n: number, took = n): PairedRows => ({
    kind: "paired",
    champion: Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1 : -1)),
    challenger: Float64Array.from({ length: n }, (_, i) => (i % 10 < 6 ? 2 : -2)),
    championTook: new Uint8Array(n).fill(1),
    challengerTook: Uint8Array.from({ length: n }, (_, i) => (i < took ? 1 : 0)),
  });
  const begin = (n: number, took?: number) =>
    beginGuard({ evidence: shadow(n, took), formerChampion: "former", window: 100, seed: "seed" });

  it("freezes what the challenger promised in the shadow, on the trades it took", () => {
    const state = begin(500, 400);
    expect(state).toMatchObject({ status: "watching", window: 100, reference: "former", alerted: false });
    expect(state.baseline).toMatchObject({
      trades: 400,
      winRate: 0.6,
      meanPnl: expect.closeTo(0.4, 12),
      reference: { meanPnl: 0, sdPnl: expect.closeTo(1, 2) },
    });
    expect(state.baseline!.drawdownQ95).toBeGreaterThan(state.baseline!.drawdownMean);
  });

  it("is the same every time: the seed decides the resamples", () => {
    expect(begin(200)).toEqual(begin(200));
  });

  it("is blind on too few shadow trades: after a forced promotion nothing happens by itself", () => {
    expect(begin(20).status).toBe("watching");
    expect(begin(19).status).toBe("blind");
    expect(begin(1)).toMatchObject({ status: "blind", baseline: null });
    expect(begin(0)).toMatchObject({ status: "blind", baseline: null });
  });
});

describe("the reading in words", () => {
  it("names the wins short of the promise", () => {
    const reading = readGuard({ guard: warned, trades: traded(...many(22, -0.01)), reference: null })!;
    expect(describeGuard(reading)).toBe(
      "0 of 22 trades won (0.0 %, promised 58.0 %): 12.8 wins short (alert at 8.1 short, rollback at 12.4)",
    );
  });

  it("says so when more was won than promised", () => {
    const reading = readGuard({ guard, trades: traded(...many(20, 0.01)), reference: null })!;
    expect(describeGuard(reading)).toContain("8.4 wins ahead");
  });

  it("names the fall and its limit when that decided", () => {
    const reading = readGuard({ guard: warned, trades: traded(0.1, -30), reference: null })!;
    expect(describeGuard(reading)).toBe(
      "drawdown 30.00 since the promotion (rollback above 21.00); 1 of 2 trades won (50.0 %, promised 58.0 %)",
    );
  });
});
