import { mean } from "./moments.ts";

/**
 * Long-run variance: n times the variance of a mean when neighbouring rows depend on each other.
 * Two estimates: weighted autocovariances (short dependence) and means of blocks (dependence as long as a block).
 */

export type HacVariance = { lags: number; plain: number; raw: number; used: number };
export type BlockVariance = { value: number | null; blocks: number };

/** L = floor(4 (n/100)^(2/9)). Source: Newey and West (1994), rule of thumb for the Bartlett kernel. */
export function hacLags(n: number): number {
  return Math.floor(4 * (n / 100) ** (2 / 9));
}

/**
 * Newey-West long-run variance with the Bartlett kernel, never below the plain variance.
 * Definition: g_k = (1/n) sum_i (x_i - mean)(x_{i-k} - mean); raw = g_0 + 2 sum_{k=1..L} (1 - k/(L+1)) g_k;
 *   used = max(g_0, raw); L = floor(4 (n/100)^(2/9)), at most n - 1 lags.
 * @param x  shape (n >= 1), time order, finite
 * @returns `plain` g_0, `raw`, `used` in squared units of x; `lags` = L
 * Assumes: dependence that has died out after L rows (5 to 9 rows for 500 to 5,000); longer dependence is what the block
 *   estimate is for.
 * Degenerate: a constant x gives 0; the callers turn that into a state.
 * Accuracy: 1e-12 relative against numpy. Cost O(n L).
 * Source: W. Newey and K. West (1987), Econometrica 55, 703-708, eq. 5. The floor at g_0 is a deviation: negative
 *   autocorrelation must not make evidence out of nothing.
 */
export function hacVariance(x: Float64Array): HacVariance {
  const n = x.length;
  const centre = mean(x);
  const e = new Float64Array(n);
  let g0 = 0;
  for (let i = 0; i < n; i++) {
    const d = x[i]! - centre;
    e[i] = d;
    g0 += d * d;
  }
  g0 = n > 0 ? g0 / n : 0;
  const lags = hacLags(n);
  let raw = g0;
  for (let k = 1; k <= Math.min(lags, n - 1); k++) {
    let sum = 0;
    for (let i = k; i < n; i++) sum += e[i]! * e[i - k]!;
    raw += (2 * (1 - k / (lags + 1)) * sum) / n;
  }
  return { lags, plain: g0, raw, used: Math.max(g0, raw) };
}

/**
 * Means of consecutive blocks of `size` rows. The oldest n mod size rows are left out, so that the newest block is whole.
 * @param size  rows per block, >= 1
 * @returns floor(n / size) means, oldest first
 */
export function blockMeans(x: Float64Array, size: number): Float64Array {
  if (!(Number.isInteger(size) && size >= 1))
    throw new RangeError(`block size must be a positive whole number, not ${size}`);
  const blocks = Math.floor(x.length / size);
  const out = new Float64Array(blocks);
  let at = x.length - blocks * size;
  for (let b = 0; b < blocks; b++) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += x[at + i]!;
    out[b] = sum / size;
    at += size;
  }
  return out;
}

/** Fewest blocks from which a variance between blocks is estimated. */
export const FEWEST_BLOCKS = 4;

/**
 * Batch-means long-run variance.
 * Definition: size times the sample variance (ddof 1) of the means of floor(n / size) consecutive blocks.
 * @param size  rows per block
 * @returns `value` in squared units of x, null with fewer than four blocks; `blocks` their number
 * Assumes: blocks much longer than the dependence.
 * Source: L. Schmeiser (1982), Batch size effects in the analysis of simulation output, Operations Research 30, 556-568.
 */
export function blockVariance(x: Float64Array, size: number): BlockVariance {
  if (size < 1) return { value: null, blocks: 0 };
  const means = blockMeans(x, size);
  const blocks = means.length;
  if (blocks < FEWEST_BLOCKS) return { value: null, blocks };
  const centre = mean(means);
  let sum = 0;
  for (let b = 0; b < blocks; b++) sum += (means[b]! - centre) ** 2;
  return { value: (size * sum) / (blocks - 1), blocks };
}
