import { mean } from "./moments.ts";

/**
 * Long-run variance: n times the variance of a mean when neighbouring rows depend on each other.
 * Two estimates: weighted autocovariances (short dependence) and means of blocks (dependence as long as a block).
 */

export type HacVariance = { lags: number; plain: number; raw: number; used: number };
export type BlockVariance = { value: number | null; blocks: number };

/**
 * Fewest lags of the rule in use. Positions that overlap, and regimes of some dozen rows, reach further than the rule of
 * thumb's 5 to 9 lags; more than 24 were measured to change nothing (docs/calibration).
 */
export const HAC_LAG_FLOOR = 24;

/**
 * Lags of the Bartlett kernel: L = min(n - 1, max(floor(4 (n/100)^(2/9)), floor)).
 * @param floor  fewest lags, >= 0; 0 is the rule of thumb alone
 * Source: Newey and West (1994), rule of thumb for the Bartlett kernel; the floor is the project's own.
 */
export function hacLags(n: number, floor: number): number {
  return Math.max(0, Math.min(n - 1, Math.max(Math.floor(4 * (n / 100) ** (2 / 9)), floor)));
}

/** sum_i e_i e_{i-k} for k = 1..lags. Four lags at a time: four independent sums keep the processor busy. */
function crossProducts(e: Float64Array, lags: number): Float64Array {
  const n = e.length;
  const out = new Float64Array(lags + 1);
  let k = 1;
  for (; k + 3 <= lags; k += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = k; i < Math.min(n, k + 3); i++) {
      a += e[i]! * e[i - k]!;
      if (i > k) b += e[i]! * e[i - k - 1]!;
      if (i > k + 1) c += e[i]! * e[i - k - 2]!;
    }
    for (let i = k + 3; i < n; i++) {
      const x = e[i]!;
      a += x * e[i - k]!;
      b += x * e[i - k - 1]!;
      c += x * e[i - k - 2]!;
      d += x * e[i - k - 3]!;
    }
    out[k] = a;
    out[k + 1] = b;
    out[k + 2] = c;
    out[k + 3] = d;
  }
  for (; k <= lags; k++) for (let i = k; i < n; i++) out[k]! += e[i]! * e[i - k]!;
  return out;
}

/**
 * Newey-West long-run variance with the Bartlett kernel, never below the plain variance.
 * Definition: g_k = (1/n) sum_i (x_i - mean)(x_{i-k} - mean); raw = g_0 + 2 sum_{k=1..L} (1 - k/(L+1)) g_k;
 *   used = max(g_0, raw); L as `hacLags`.
 * @param x  shape (n >= 1), time order, finite
 * @param lagFloor  fewest lags, see `hacLags`
 * @returns `plain` g_0, `raw`, `used` in squared units of x; `lags` = L
 * Assumes: dependence that has died out after L rows; longer dependence is what the block estimate is for.
 * Degenerate: a constant x gives 0; the callers turn that into a state.
 * Accuracy: 1e-12 relative against numpy. Cost O(n L).
 * Source: W. Newey and K. West (1987), Econometrica 55, 703-708, eq. 5. The floor at g_0 is a deviation: negative
 *   autocorrelation must not make evidence out of nothing.
 */
export function hacVariance(x: Float64Array, lagFloor: number = HAC_LAG_FLOOR): HacVariance {
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
  const lags = hacLags(n, lagFloor);
  const sums = crossProducts(e, lags);
  let raw = g0;
  for (let k = 1; k <= lags; k++) raw += (2 * (1 - k / (lags + 1)) * sums[k]!) / n;
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
