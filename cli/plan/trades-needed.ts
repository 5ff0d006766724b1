import { normalIsf, normalPpf } from "../../shared/stats/numeric/distributions.ts";
import { estimateNeeded } from "../../shared/stats/report/trades-left.ts";
import { BOUNDARY_CONSTANTS, type Slots, scaleNames, sequentialBoundary } from "../../shared/stats/rule/boundary.ts";
import { crossings } from "./crossing.ts";

/**
 * Plan: how many trades a proof will take, before a challenger is deployed. A pure function of what is believed about it.
 */

/** Chances for which the number of trades is given. */
export const PLAN_CHANCES = [0.5, 0.8, 0.9] as const;

/** Trades for a proof with probability 0.5, 0.8 and 0.9; null where `farthest` would not do. */
export type Needed = { n50: number | null; n80: number | null; n90: number | null };

/** When and how often the rule looks. */
export type LookPlan = { slots: Slots; firstLook: number; step: number; blockLength: number; farthest: number };

export type Plan = {
  /** true difference over the standard deviation of the difference, per trade */
  standardised: number;
  sdOfDifference: number;
  /** under the rule, looks included */
  rule: Needed;
  /** probability that the rule has said yes at the first look */
  byFirstLook: number;
  /** one test at a number of trades chosen beforehand, at the level of one slot: what no rule with looks can beat */
  oracle: Needed;
};

const NONE: Needed = { n50: null, n80: null, n90: null };

/** Sum of standardised differences the mean route asks for at n rows: the strictest of its three scales. */
function boundaryOfSum(n: number, options: LookPlan): number {
  const constants = BOUNDARY_CONSTANTS.standard[options.slots];
  const needed = scaleNames.map((scale) => {
    const blockLength = { hac: null, blocks: options.blockLength, tenths: Math.floor(n / 10) }[scale];
    return estimateNeeded({ n, sd: 1, boundary: sequentialBoundary({ a: constants[scale], n }), blockLength });
  });
  return n * Math.max(...needed);
}

function underRule(options: LookPlan & { standardised: number }): { rule: Needed; byFirstLook: number } {
  if (!(options.standardised > 0)) return { rule: NONE, byFirstLook: 0 };
  const found: (number | null)[] = PLAN_CHANCES.map(() => null);
  let byFirstLook = 0;
  const looks = crossings({
    drift: options.standardised,
    boundary: (n) => boundaryOfSum(n, options),
    firstLook: options.firstLook,
    step: options.step,
    until: options.farthest,
  });
  for (const { n, probability } of looks) {
    if (n === options.firstLook) byFirstLook = probability;
    PLAN_CHANCES.forEach((chance, i) => {
      if (probability >= chance) found[i] ??= n;
    });
    if (found.at(-1) !== null) break;
  }
  const [n50, n80, n90] = found as [number | null, number | null, number | null];
  return { rule: { n50, n80, n90 }, byFirstLook };
}

function withOneLook(options: { standardised: number; level: number; farthest: number }): Needed {
  if (!(options.standardised > 0)) return NONE;
  const [n50, n80, n90] = PLAN_CHANCES.map((chance) => {
    const n = Math.ceil(((normalIsf(options.level) + normalPpf(chance)) / options.standardised) ** 2);
    return n <= options.farthest ? n : null;
  }) as [number | null, number | null, number | null];
  return { n50, n80, n90 };
}

/**
 * Trades needed to prove a difference.
 * Definition: rule = first look by which a challenger with this difference has cleared all three scales of the mean route
 *   with probability 0.5, 0.8, 0.9; oracle = ((z_level + z_chance)/standardised)^2 at level alpha/slots.
 * @param options.effect  challenger minus champion per trade, > 0 for an answer
 * @param options.sdOfDifference  standard deviation of that difference between two trades of one signal, > 0
 * @param options.alpha  of all slots together
 * @returns whole numbers of trades (pairs)
 * Assumes: independent normal trades; effect and spread as believed; the variances of the three scales as if known. The
 *   Sharpe route, which may be sooner, the other gates, which may be later, and dependence are left out.
 * Source: STATISTICS, section 2b of the project's notes; A. Wald's fixed-sample formula for the oracle.
 */
export function planTrades(options: LookPlan & { effect: number; sdOfDifference: number; alpha: number }): Plan {
  if (!(options.sdOfDifference > 0 && Number.isFinite(options.sdOfDifference)))
    throw new RangeError(`the spread of the difference must be positive, not ${options.sdOfDifference}`);
  if (!Number.isFinite(options.effect)) throw new RangeError(`the effect must be a number, not ${options.effect}`);
  const standardised = options.effect / options.sdOfDifference;
  return {
    standardised,
    sdOfDifference: options.sdOfDifference,
    ...underRule({ ...options, standardised }),
    oracle: withOneLook({ standardised, level: options.alpha / options.slots, farthest: options.farthest }),
  };
}

function checkCorrelation(correlation: number): void {
  if (!(correlation >= -1 && correlation < 1))
    throw new RangeError(`a correlation from -1 to below 1 is needed, not ${correlation}`);
}

/** Spread of the difference of two models with the same spread. @param options.correlation  0 for models that share no signals */
export function spreadOfDifference(options: { sd: number; correlation: number }): number {
  checkCorrelation(options.correlation);
  return options.sd * Math.sqrt(2 * (1 - options.correlation));
}

/**
 * Spread of the difference of two wins (1 or 0) of one signal.
 * Definition: sqrt(p q + r s - 2 phi sqrt(p q r s)), phi = (2/pi) asin(correlation): the correlation of the signs of two
 *   normal variables, exact for a win rate of one half.
 * @param options.winRate  of the champion, and options.points of win rate (0.02 = two points) the challenger has more
 * @param options.correlation  of PnL
 */
export function spreadOfWinDifference(options: { winRate: number; points: number; correlation: number }): number {
  checkCorrelation(options.correlation);
  const better = options.winRate + options.points;
  if (!(options.winRate > 0 && options.winRate < 1 && better > 0 && better < 1))
    throw new RangeError(`win rates must lie between 0 and 1, not ${options.winRate} and ${better}`);
  const champion = options.winRate * (1 - options.winRate);
  const challenger = better * (1 - better);
  const phi = (2 / Math.PI) * Math.asin(options.correlation);
  return Math.sqrt(champion + challenger - 2 * phi * Math.sqrt(champion * challenger));
}
