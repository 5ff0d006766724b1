import { tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { isConstant, momentsOf } from "../numeric/moments.ts";

/** How long the blocks of a block bootstrap should be. */

export type BlockLengths = { kind: "defined"; stationary: number; circular: number };

/** ceil(n^(1/3)), at least 1: the plain rule. Rounding of the cube root is undone, so that 1,000 rows give 10, not 11. */
export function cubeRootLength(n: number): number {
  const root = Math.round(Math.cbrt(n));
  return Math.max(1, root ** 3 >= n ? root : root + 1);
}

/**
 * Optimal block length for the variance of a mean, automatic.
 * Definition: the lag m after which K_n autocorrelations in a row are below 2 sqrt(log10(n)/n) gives the bandwidth
 *   M = 2 m of a flat-top window; G = sum lambda(k/M) |k| R(k), g = sum lambda(k/M) R(k);
 *   b = (2 G^2/D)^(1/3) n^(1/3), D = 4/3 g^2 (circular) or 2 g^2 (stationary), at most min(3 sqrt(n), n/3).
 * @param x  shape (n >= 9), time order, finite
 * @returns lengths in rows, not rounded
 * Degenerate: n < 9 -> INSUFFICIENT_DATA; constant -> DEGENERATE_VARIANCE.
 * Accuracy: 1e-6 against optimal_block_length of the Python package arch 8.0. Cost O(n M), at worst O(n^1.5).
 * Source: D. Politis and H. White (2004), Econometric Reviews 23, 53-70, with the correction of A. Patton, Politis and
 *   White (2009), Econometric Reviews 28, 372-375.
 */
export function politisWhiteLength(x: Float64Array): BlockLengths | Undefined {
  const n = x.length;
  if (n < 9) return tooFew({ have: n, need: 9, what: "rows" });
  const moments = momentsOf(x);
  if (isConstant(moments)) return undefinedBecause("DEGENERATE_VARIANCE", "The series does not vary.");
  const e = x.map((v) => v - moments.mean);
  const covariance = autocovariances(e);
  const bandwidth = flatTopBandwidth({ e, covariance });
  let g = 0;
  let longRun = covariance(0);
  for (let k = 1; k <= bandwidth; k++) {
    const share = k / bandwidth;
    const weight = share <= 0.5 ? 1 : 2 * (1 - share);
    g += 2 * weight * k * covariance(k);
    longRun += 2 * weight * covariance(k);
  }
  const largest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const length = (d: number) => (d > 0 ? Math.min(largest, Math.cbrt(((2 * g * g) / d) * n)) : largest);
  return { kind: "defined", stationary: length(2 * longRun ** 2), circular: length((4 / 3) * longRun ** 2) };
}

const runLength = (n: number): number => Math.max(5, Math.trunc(Math.log10(n)));
const largestLag = (n: number): number => Math.min(n - 2, Math.ceil(Math.sqrt(n)) + runLength(n));

/** Autocovariance by lag, each computed when it is first asked for: of sqrt(n) lags a dozen are needed as a rule. */
type Autocovariance = (lag: number) => number;

function autocovariances(e: Float64Array): Autocovariance {
  const known: number[] = [];
  return (k) => {
    const before = known[k];
    if (before !== undefined) return before;
    let sum = 0;
    for (let i = k; i < e.length; i++) sum += e[i]! * e[i - k]!;
    known[k] = sum / e.length;
    return known[k]!;
  };
}

/** M of the flat-top window: twice the first lag after which a whole run of autocorrelations is insignificant. */
function flatTopBandwidth(options: { e: Float64Array; covariance: Autocovariance }): number {
  const n = options.e.length;
  const run = runLength(n);
  const largest = largestLag(n);
  const limit = 2 * Math.sqrt(Math.log10(n) / n);
  let head = 0;
  let tail = 0;
  let all = 0;
  for (let i = 0; i < n; i++) all += options.e[i]! * options.e[i]!;
  let quiet = 0;
  for (let k = 0; k <= largest; k++) {
    head += options.e[k]! ** 2;
    tail += options.e[n - 1 - k]! ** 2;
    const size = Math.sqrt(Math.max(0, all - head) * Math.max(0, all - tail));
    if (k >= run && quiet >= run) return Math.min(2 * Math.max(k - run, 1), largest);
    quiet = Math.abs(options.covariance(k) * n) < limit * size ? quiet + 1 : 0;
  }
  return largest;
}
