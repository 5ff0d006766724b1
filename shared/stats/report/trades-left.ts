import { normalPpf, normalSf, studentIsf, studentSf } from "../numeric/distributions.ts";
import { FEWEST_BLOCKS } from "../numeric/long-run-variance.ts";
import {
  boundaryConstant,
  type EvidenceRoute,
  type ScaleName,
  type Slots,
  scaleNames,
  sequentialBoundary,
  type Variant,
} from "../rule/boundary.ts";

/**
 * How many more rows until the boundary would be crossed, if the effect and the variance stay what they were so far.
 * The answer takes the effect as known: early in a test it is a guess, and it is shown as one.
 */

/** Standard deviation of sqrt(n) times the estimate, per time scale; null where it is not known yet. */
export type LongRunSd = Record<ScaleName, number | null>;

export type TradesLeft = {
  /** more rows for a crossing with probability 0.5 and 0.8; null when no number within `searchedTo` would do */
  n50: number | null;
  n80: number | null;
  /** rows at which each scale by itself would pass at the present estimate; null as above */
  passesAt: Record<ScaleName, number | null>;
  searchedTo: number;
};

/** Rows beyond which nobody waits. */
export const FARTHEST = 200_000;

/**
 * Estimate a scale needs at n rows: the boundary carried back to Student's t, times the standard error.
 * @returns infinity where the scale has fewer than four blocks
 */
export function estimateNeeded(options: {
  n: number;
  sd: number;
  boundary: number;
  blockLength: number | null;
}): number {
  const se = options.sd / Math.sqrt(options.n - 1);
  if (options.blockLength === null) return options.boundary * se;
  const blocks = Math.floor(options.n / options.blockLength);
  if (blocks < FEWEST_BLOCKS) return Number.POSITIVE_INFINITY;
  return studentIsf({ q: normalSf(options.boundary), df: blocks - 1 }) * se;
}

/**
 * Whether an estimate is at least `estimateNeeded`.
 * Definition: compares tails; where the normal deviate of t is bounded well enough, by its bounds u sqrt(1 - 1/(2 df)) and
 *   u = sqrt(df ln(1 + t^2/df)) alone, which spares nearly all tails of a search.
 * Source: D. Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, Ann. Math.
 *   Statist. 30, 1121-1130.
 */
function reaches(options: {
  estimate: number;
  n: number;
  sd: number;
  boundary: number;
  blockLength: number | null;
}): boolean {
  const z = (options.estimate * Math.sqrt(options.n - 1)) / options.sd;
  if (z <= 0 || options.blockLength === null) return z >= options.boundary;
  const blocks = Math.floor(options.n / options.blockLength);
  if (blocks < FEWEST_BLOCKS) return false;
  const df = blocks - 1;
  const highest = Math.sqrt(df * Math.log1p((z * z) / df));
  if (highest < options.boundary) return false;
  if (highest * Math.sqrt(1 - 1 / (2 * df)) >= options.boundary) return true;
  return studentSf({ t: z, df }) <= normalSf(options.boundary);
}

type Plan = { route?: EvidenceRoute; slots: Slots; variant: Variant; blockLength: number; sd: LongRunSd };

/** Whether one scale by itself would clear at n rows with that estimate. */
function clearsAt(options: Plan & { scale: ScaleName; n: number; estimate: number }): boolean {
  const boundary = sequentialBoundary({
    a: boundaryConstant({ ...options, route: options.route ?? "mean" }),
    n: options.n,
  });
  const blockLength = { hac: null, blocks: options.blockLength, tenths: Math.floor(options.n / 10) }[options.scale];
  const sd = options.sd[options.scale] ?? options.sd.hac;
  return sd !== null && reaches({ estimate: options.estimate, n: options.n, sd, boundary, blockLength });
}

/** Smallest look at or after `from` for which `holds` is true, by doubling and halving; null beyond FARTHEST. */
function firstLookWhere(options: { from: number; step: number; holds: (n: number) => boolean }): number | null {
  const look = (k: number) => options.from + k * options.step;
  if (options.holds(look(0))) return look(0);
  let low = 0;
  let high = 1;
  while (!options.holds(look(high))) {
    low = high;
    high *= 2;
    if (look(high) > FARTHEST) return null;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (options.holds(look(middle))) high = middle;
    else low = middle;
  }
  return look(high);
}

/**
 * Rows still needed by one route.
 * Definition: with estimate e, rows n so far and long-run sd s (largest over the scales), the estimate at N rows is normal
 *   with mean e and variance s^2 (N - n)/N^2: the rows so far are fixed, the coming ones have mean e. The route crosses at the
 *   first look N at which P(estimate_N >= need(N)) >= p, need(N) the largest estimate any of the three scales asks for.
 * @param options.estimate  challenger minus champion so far, any unit
 * @param options.route  whose boundaries; left out: the mean route's
 * @param options.sd  long-run sd in the same unit, per scale
 * @param options.n  rows so far; 0 plans before deployment (then the whole path is still to come)
 * @param options.step  rows between looks; looks lie at firstLook, firstLook + step, ...
 * @returns whole numbers of rows; null when the estimate is not positive or 200,000 rows would not do
 * Assumes: effect and variance as seen so far; the probability is of standing above the boundary at that look, which
 *   understates the probability of having crossed by then, so the numbers err on the long side.
 * Source: conditional power, J. Lan and J. Wittes (1988), Biometrics 44, 579-585, carried to three scales.
 */
export function tradesLeft(
  options: Plan & { estimate: number; n: number; firstLook: number; step: number },
): TradesLeft {
  const known = scaleNames.map((scale) => options.sd[scale]).filter((sd): sd is number => sd !== null);
  const none: TradesLeft = {
    n50: null,
    n80: null,
    passesAt: { hac: null, blocks: null, tenths: null },
    searchedTo: FARTHEST,
  };
  if (!(options.estimate > 0) || known.length === 0) return none;
  const sd = Math.max(...known);
  const looksMade = options.n < options.firstLook ? 0 : Math.floor((options.n - options.firstLook) / options.step) + 1;
  const from = options.firstLook + looksMade * options.step;
  const all = (p: number) => {
    const z = normalPpf(p);
    return (n: number) => {
      const spare = options.estimate - (z * sd * Math.sqrt(n - options.n)) / n;
      return scaleNames.every((scale) => clearsAt({ ...options, scale, n, estimate: spare }));
    };
  };
  const left = (at: number | null) => (at === null ? null : at - options.n);
  const alone = (scale: ScaleName) =>
    firstLookWhere({ from, step: options.step, holds: (n) => clearsAt({ ...options, scale, n }) });
  const n50 = firstLookWhere({ from, step: options.step, holds: all(0.5) });
  return {
    n50: left(n50),
    // what is crossed with 0.8 is crossed with 0.5 too, so the search goes on from there
    n80: n50 === null ? null : left(firstLookWhere({ from: n50, step: options.step, holds: all(0.8) })),
    passesAt: { hac: alone("hac"), blocks: alone("blocks"), tenths: alone("tenths") },
    searchedTo: FARTHEST,
  };
}
