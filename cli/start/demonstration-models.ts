import type { MarketModel, MarketOptions } from "../market/market.ts";
import type { Profile } from "../market/pnl.ts";

/** Who plays in the demonstration, and the market they trade. */

const HOLD_MS = 40 * 60_000;

export const champion = {
  name: "momentum_v1",
  type: "xgboost",
  abstains: 0.02,
  profile: { winRate: 0.56, meanPnl: 50, sdPnl: 120 } satisfies Profile,
  story: "the model that trades real money today",
};

/** In truth better by 20 a trade and 4 points of win rate. */
export const better = {
  name: "momentum_v2",
  type: "lightgbm",
  abstains: 0,
  profile: { winRate: 0.6, meanPnl: 70, sdPnl: 120 } satisfies Profile,
  story: "the same idea, retrained",
};
const equal = {
  name: "meanrev_v1",
  type: "random-forest",
  abstains: 0.04,
  profile: { winRate: 0.56, meanPnl: 50, sdPnl: 120 } satisfies Profile,
  story: "another idea, in truth no better and no worse",
};
const worse = {
  name: "breakout_v1",
  type: "lstm",
  abstains: 0.06,
  profile: { winRate: 0.52, meanPnl: 25, sdPnl: 120 } satisfies Profile,
  story: "looked good in its backtest",
};

export const challengers = [better, equal, worse] as const;

/** What is left of every model while the market has no trend: nobody's fault. */
export const fallen: Profile = { winRate: 0.22, meanPnl: -50, sdPnl: 70 };

/** What is left of the better one after its own idea has stopped working, in a market that is well again. */
export const collapsed: Profile = { winRate: 0.2, meanPnl: -50, sdPnl: 50 };

/** Signals from which something holds; null: not yet decided. */
export type Turns = {
  /** the market falls under every model, and is well again */
  fall: number | null;
  recovery: number | null;
  /** the promoted model's edge has ended */
  collapse: number | null;
};

export function market(turns: Turns): MarketOptions {
  const models = [champion, ...challengers].map(({ name, profile, abstains }): MarketModel => {
    const from = (fromSignal: number | null, then: Profile) =>
      fromSignal === null ? [] : [{ fromSignal, profile: then }];
    const own = name === better.name ? from(turns.collapse, collapsed) : [];
    const breaks = [...from(turns.fall, fallen), ...from(turns.recovery, profile), ...own];
    return { name, profile, abstains, holdMs: HOLD_MS, breaks };
  });
  return {
    // A seed whose first 500 signals show about what the profiles say: no luck, good or bad, in the leading parts.
    seed: "understudy-171",
    models,
    correlation: 0.7,
    tail: 5,
    symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT"],
    // Fixed, so that everybody sees the same looks; trade time, not wall time, is what decides.
    startAt: Date.UTC(2026, 0, 5, 9),
    everyMs: 30 * 60_000,
  };
}
