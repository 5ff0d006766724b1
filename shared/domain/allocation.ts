import { createHash } from "node:crypto";
import { momentsOf, variance } from "../stats/numeric/moments.ts";
import { allocate, championPrior, probabilityBest, updateBelief } from "../stats/watch/thompson.ts";
import { percentAsSet, roundedPercent } from "./number-words.ts";
import type { Breaker } from "./registry.ts";
import type { Settings } from "./settings.ts";

/**
 * Allocation: which share of the money each model trades. It decides no promotion: the promotion test uses every paper row, whoever was
 * given money.
 */

/** Trades of each model below which nothing is known and the champion keeps everything. */
const TRADES_MIN = 20;

export type Allocation = {
  /** champion first; they sum to 1, or to less while a breaker holds money back */
  weights: { name: string; weight: number; probabilityBest: number | null }[];
  /** which part decided, in words */
  reason: string;
};

/**
 * Weights while a new champion is ramped up: it gets a step's percentage, the former champion the rest.
 * @param options.trades  trades the champion has taken since its promotion
 * @param options.former  null: there is nobody to share with
 * @returns the champion's share, in (0, 1]
 */
export function rampShare(options: {
  trades: number;
  ramp: readonly number[];
  rampTrades: number;
  former: string | null;
}): number {
  if (options.former === null) return 1;
  const step = Math.min(options.ramp.length - 1, Math.floor(options.trades / options.rampTrades));
  return options.ramp[step]! / 100;
}

type Circumstances = {
  models: readonly { name: string; pnl: Float64Array }[];
  championTrades: number;
  former: string | null;
  settings: Settings;
};

/**
 * Allocation of one moment.
 * @param options.models  champion first, PnL of trades taken since the evidence began, account currency
 * @param options.breaker  holds back a part of everybody's money; null: it does not
 */
export function allocationOf(options: Circumstances & { breaker: Breaker | null }): Allocation {
  const whole = undivided(options);
  if (!options.breaker) return whole;
  const { share, reason } = options.breaker;
  return {
    weights: whole.weights.map((w) => ({ ...w, weight: share * w.weight })),
    reason: `${roundedPercent(share, 0)} of the money until somebody resumes (${reason}); ${whole.reason}`,
  };
}

function undivided(options: Circumstances): Allocation {
  const { settings } = options;
  const champion = options.models[0]!;
  const share = rampShare({ trades: options.championTrades, former: options.former, ...settings });
  if (share < 1) {
    return {
      weights: [
        { name: champion.name, weight: share, probabilityBest: null },
        { name: options.former!, weight: 1 - share, probabilityBest: null },
      ],
      reason: `ramp: ${roundedPercent(share, 0)} for the new champion after ${options.championTrades} trades`,
    };
  }
  const alone = (reason: string): Allocation => ({
    weights: options.models.map((m, i) => ({ name: m.name, weight: i === 0 ? 1 : 0, probabilityBest: null })),
    reason,
  });
  if (settings.allocation === "champion") return alone("all money with the champion");
  const seen = options.models.map((m) => momentsOf(m.pnl));
  const sd = Math.sqrt(variance(seen[0]!));
  if (seen[0]!.n < TRADES_MIN || !(sd > 0))
    return alone(`the champion has fewer than ${TRADES_MIN} trades that differ`);
  const prior = championPrior({ meanPnl: seen[0]!.mean, sdPnl: sd });
  const best = probabilityBest(seen.map((moments) => updateBelief({ prior, seen: moments })));
  const weights = allocate({ best, epsilon: settings.epsilon });
  return {
    weights: options.models.map((m, i) => ({ name: m.name, weight: weights[i]!, probabilityBest: best[i]! })),
    reason: `Thompson sampling, at most ${percentAsSet(settings.epsilon)} for challengers`,
  };
}

/**
 * The model that trades one signal, the same for every caller: the signal's hash falls into a model's share of [0, 1).
 * @returns null when nobody does: no weights are given, or a breaker holds the money back
 */
export function pickModel(allocation: Allocation, signalId: string): string | null {
  const hash = createHash("sha256").update(signalId).digest();
  const point = hash.readUIntBE(0, 6) / 2 ** 48;
  let sum = 0;
  for (const { name, weight } of allocation.weights) {
    sum += weight;
    if (point < sum) return name;
  }
  // Weights that sum to 1 do so up to rounding; the last sliver is the champion's. What a breaker holds back is nobody's.
  return sum > 1 - 1e-9 ? (allocation.weights[0]?.name ?? null) : null;
}
