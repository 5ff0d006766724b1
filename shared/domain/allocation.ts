import { createHash } from "node:crypto";
import { momentsOf, variance } from "../stats/numeric/moments.ts";
import { allocate, type Belief, championPrior, probabilityBest, updateBelief } from "../stats/watch/thompson.ts";
import { percentAsSet, roundedPercent } from "./number-words.ts";
import type { Champion, Registry, ReigningRegistry } from "./registry.ts";
import type { Settings } from "./settings.ts";

/**
 * Allocation: which share of the money each model trades. It decides no promotion: the promotion test uses every paper row, whoever was
 * given money.
 *
 * An ensemble asks for every signal, so the weights come from the registry and at most one small item beside it: the basis, which
 * evaluate refreshes as trades arrive. No ledger is read to answer.
 */

/** Trades of each model below which nothing is known and the champion keeps everything. */
const TRADES_MIN = 20;
/** Chances of being best are computed anew after this share of more trades of any model, and this many at the least. */
const REFRESH_SHARE = 0.02;
const REFRESH_TRADES = 10;

export type Allocation = {
  /** champion first; they sum to 1, or to less while a breaker holds money back */
  weights: { name: string; weight: number; probabilityBest: number | null }[];
  /** which part decided, in words */
  reason: string;
};

/** What of the ledgers the weights rest on. A plain object. */
export type AllocationBasis = {
  /** in another reign none of it holds */
  reign: number;
  /** trades the champion had taken since its promotion; followed until the ramp is at its end */
  championTrades: number;
  /** chance of each model to be best; null: not computed, or too little is known */
  best: Record<string, number> | null;
  /** trades in each ledger when the chances were computed */
  counts: Record<string, number>;
};

/** Whether the weights depend on trades at all: otherwise there is no basis, and the champion has all the money. */
export function followsTrades(settings: Settings): boolean {
  return settings.allocation === "thompson" || settings.ramp.some((percent) => percent < 100);
}

/** The basis as far as it belongs to this reign. */
export function presentBasis(registry: Registry, basis: AllocationBasis | null): AllocationBasis {
  return basis?.reign === registry.reign ? basis : { reign: registry.reign, championTrades: 0, best: null, counts: {} };
}

/** Trades after which the ramp is over. */
export function rampEnd({ ramp, rampTrades }: Pick<Settings, "ramp" | "rampTrades">): number {
  return (ramp.length - 1) * rampTrades;
}

/** Whom a new champion shares with while it is ramped up. Only a promotion is: a restored or first champion has nobody. */
export function rampFormer(champion: Champion, registry: Registry): string | null {
  return champion.guard !== null ? (registry.archive[0]?.name ?? null) : null;
}

/** Which step of the ramp a champion with that many trades is on, from 0. */
export function rampStep(trades: number, { ramp, rampTrades }: Pick<Settings, "ramp" | "rampTrades">): number {
  return Math.min(ramp.length - 1, Math.floor(trades / rampTrades));
}

/** Whether enough trades have come since the chances were computed. */
export function chancesAreOld(basis: AllocationBasis, counts: Record<string, number>): boolean {
  return Object.entries(counts).some(([name, count]) => {
    const known = basis.counts[name];
    return known === undefined || count - known >= Math.max(REFRESH_TRADES, REFRESH_SHARE * known);
  });
}

/**
 * Chance of each model to have the largest mean.
 * @param models  champion first, PnL of trades taken, account currency
 * @returns null while the champion has fewer than 20 trades or they do not differ
 */
export function chancesOf(models: readonly { name: string; pnl: Float64Array }[]): Record<string, number> | null {
  const beliefs = beliefsAbout(models);
  if (!beliefs) return null;
  const best = probabilityBest(beliefs);
  return Object.fromEntries(models.map((m, i) => [m.name, best[i]!]));
}

/**
 * What is believed of each model's mean PnL, whoever is given money.
 * @param models  as above
 * @returns one belief a model; null while the champion has fewer than 20 trades or they do not differ
 */
export function beliefsAbout(models: readonly { pnl: Float64Array }[]): Belief[] | null {
  const seen = models.map((m) => momentsOf(m.pnl));
  const sd = Math.sqrt(variance(seen[0]!));
  if (seen[0]!.n < TRADES_MIN || !(sd > 0)) return null;
  const prior = championPrior({ meanPnl: seen[0]!.mean, sdPnl: sd });
  return seen.map((moments) => updateBelief({ prior, seen: moments }));
}

/**
 * Allocation of this moment.
 * @param options.basis  as kept; one of another reign, or none, counts as no trades
 */
export function allocationOf(
  registry: ReigningRegistry,
  options: { basis: AllocationBasis | null; settings: Settings },
): Allocation {
  const whole = undivided(registry, { ...options, basis: presentBasis(registry, options.basis) });
  const { breaker } = registry.champion;
  if (!breaker) return whole;
  const { share, reason } = breaker;
  return {
    weights: whole.weights.map((w) => ({ ...w, weight: share * w.weight })),
    reason: `${roundedPercent(share, 0)} of the money until somebody resumes (${reason}); ${whole.reason}`,
  };
}

function undivided(
  registry: ReigningRegistry,
  { basis, settings }: { basis: AllocationBasis; settings: Settings },
): Allocation {
  const { champion, challengers } = registry;
  const former = rampFormer(champion, registry);
  const step = rampStep(basis.championTrades, settings);
  const share = settings.ramp[step]! / 100;
  const names = [champion.name, ...challengers.map((m) => m.name)];
  if (former !== null && share < 1) {
    const shares: Record<string, number> = { [champion.name]: share, [former]: 1 - share };
    return {
      weights: [...new Set([champion.name, former, ...names])].map((name) => ({
        name,
        weight: shares[name] ?? 0,
        probabilityBest: null,
      })),
      reason: `ramp: ${roundedPercent(share, 0)} for the new champion, step ${step + 1} of ${settings.ramp.length}`,
    };
  }
  const alone = (reason: string): Allocation => ({
    weights: names.map((name, i) => ({ name, weight: i === 0 ? 1 : 0, probabilityBest: null })),
    reason,
  });
  if (settings.allocation === "champion") return alone("all money with the champion");
  const chances = chancesAmong(names, basis);
  if (chances === null) return alone(`the champion has fewer than ${TRADES_MIN} trades that differ`);
  const weights = allocate({ best: chances, epsilon: settings.epsilon });
  return {
    weights: names.map((name, i) => ({ name, weight: weights[i]!, probabilityBest: chances[i]! })),
    reason: `Thompson sampling, at most ${percentAsSet(settings.epsilon)} for challengers`,
  };
}

/** The chances of those who are seated; a model that came since they were computed has none yet. */
function chancesAmong(names: readonly string[], { best }: AllocationBasis): number[] | null {
  if (best === null) return null;
  const chances = names.map((name) => best[name] ?? 0);
  const total = chances.reduce((sum, q) => sum + q, 0);
  return total > 0 ? chances.map((q) => q / total) : null;
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
