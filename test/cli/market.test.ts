import { describe, expect, test } from "vitest";
import {
  type MarketModel,
  type MarketOptions,
  MarketTape,
  signalOpenedAt,
  simulateSignal,
} from "../../cli/market/market.ts";
import { pnlShape } from "../../cli/market/pnl.ts";
import { correlation, kurtosis, momentsOf, variance } from "../../shared/stats/numeric/moments.ts";

const HOUR = 3_600_000;

function model(name: string, o: Partial<MarketModel> = {}): MarketModel {
  return { name, profile: { winRate: 0.56, meanPnl: 50, sdPnl: 120 }, abstains: 0, holdMs: HOUR, ...o };
}

function market(o: Partial<MarketOptions> = {}): MarketOptions {
  return {
    seed: "market-test",
    models: [model("a"), model("b", { profile: { winRate: 0.6, meanPnl: 70, sdPnl: 120 } })],
    correlation: 0.7,
    tail: 5,
    symbols: ["X", "Y"],
    startAt: Date.UTC(2026, 0, 5),
    everyMs: HOUR / 2,
    ...o,
  };
}

function pnlOf(o: MarketOptions, name: string, signals: { from?: number; to: number }): Float64Array {
  const pnl: number[] = [];
  for (let k = signals.from ?? 0; k < signals.to; k++) {
    const trade = simulateSignal(o, k).find((t) => t.modelName === name)!;
    if (trade.prediction !== 0) pnl.push(trade.pnl);
  }
  return Float64Array.from(pnl);
}

describe("the simulated market", () => {
  test("is the same for the same seed and another for another", () => {
    expect(simulateSignal(market(), 7)).toEqual(simulateSignal(market(), 7));
    expect(simulateSignal(market({ seed: "other" }), 7)).not.toEqual(simulateSignal(market(), 7));
  });

  test("gives every model its win rate, mean and standard deviation", () => {
    for (const { name, profile } of market().models) {
      const pnl = pnlOf(market(), name, { to: 20_000 });
      const m = momentsOf(pnl);
      const wins = pnl.filter((x) => x > 0).length / pnl.length;
      // Three standard errors; the sd of a heavy-tailed sample is itself noisy.
      expect(Math.abs(m.mean - profile.meanPnl)).toBeLessThan((3 * profile.sdPnl) / Math.sqrt(20_000));
      expect(Math.abs(wins - profile.winRate)).toBeLessThan(3 * Math.sqrt(0.24 / 20_000));
      expect(Math.sqrt(variance(m)) / profile.sdPnl).toBeCloseTo(1, 0.7);
    }
  });

  test("correlates the models' PnL near the target and has heavy tails", () => {
    for (const target of [0, 0.3, 0.7, 0.95]) {
      const o = market({ correlation: target });
      const [a, b] = [pnlOf(o, "a", { to: 20_000 }), pnlOf(o, "b", { to: 20_000 })];
      // The bend into two different profiles takes a little of it away.
      expect(correlation({ champion: a, challenger: b })!).toBeGreaterThan(target - 0.06);
      expect(correlation({ champion: a, challenger: b })!).toBeLessThan(target + 0.03);
    }
    expect(kurtosis(momentsOf(pnlOf(market(), "a", { to: 20_000 })))!).toBeGreaterThan(5);
  });

  test("lets one model's abstentions and profile leave the others' trades as they were", () => {
    const other = market({ models: [model("a"), model("b", { abstains: 0.5 })] });
    expect(pnlOf(other, "a", { to: 200 })).toEqual(pnlOf(market(), "a", { to: 200 }));
  });

  test("abstains as often as asked, with a PnL of 0 and no time in the market", () => {
    const o = market({ models: [model("a", { abstains: 0.2 })] });
    const trades = Array.from({ length: 5000 }, (_, k) => simulateSignal(o, k)[0]!);
    const abstained = trades.filter((t) => t.prediction === 0);
    expect(abstained.length / 5000).toBeCloseTo(0.2, 1);
    expect(abstained.every((t) => t.pnl === 0 && t.closedAt === t.openedAt)).toBe(true);
    expect(trades.every((t) => t.prediction === 0 || t.closedAt > t.openedAt)).toBe(true);
  });

  test("changes nothing before a regime break and everything after it", () => {
    const broken = { winRate: 0.3, meanPnl: -40, sdPnl: 80 };
    const o = market({ models: [model("a"), model("b", { breaks: [{ fromSignal: 1000, profile: broken }] })] });
    const calm = market({ models: [model("a"), model("b")] });
    expect(pnlOf(o, "b", { to: 1000 })).toEqual(pnlOf(calm, "b", { to: 1000 }));
    expect(pnlOf(o, "a", { from: 1000, to: 2000 })).toEqual(pnlOf(calm, "a", { from: 1000, to: 2000 }));
    const after = pnlOf(o, "b", { from: 1000, to: 6000 });
    expect(momentsOf(after).mean).toBeCloseTo(-40, -1);
    expect(after.filter((x) => x > 0).length / 5000).toBeCloseTo(0.3, 1);
  });

  test("refuses a profile no trade could have", () => {
    expect(() => pnlShape({ profile: { winRate: 0.5, meanPnl: 1000, sdPnl: 10 }, tail: 5 })).toThrow("no PnL has");
    expect(() => pnlShape({ profile: { winRate: 1, meanPnl: 1, sdPnl: 10 }, tail: 5 })).toThrow("win rate");
    expect(() => pnlShape({ profile: { winRate: 0.5, meanPnl: 1, sdPnl: 10 }, tail: 2 })).toThrow("tail");
  });
});

describe("the tape", () => {
  test("gives every trade once, in closing order, and none before it closed", () => {
    const o = market();
    const tape = new MarketTape();
    const seen = Array.from({ length: 300 }, () => tape.advance(o));
    for (const [k, trades] of seen.entries()) {
      for (const trade of trades) expect(trade.closedAt).toBeLessThanOrEqual(signalOpenedAt(o, k + 1));
    }
    const all = [...seen.flat(), ...tape.end()];
    expect(all).toHaveLength(600);
    expect(new Set(all.map((t) => t.tradeId)).size).toBe(600);
    const times = all.map((t) => t.closedAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
