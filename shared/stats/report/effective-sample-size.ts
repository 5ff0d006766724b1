import { isZeroVariance } from "../numeric/degenerate.ts";
import { blockVariance, hacVariance } from "../numeric/long-run-variance.ts";
import { mean } from "../numeric/moments.ts";

/** "1,400 rows, worth 610": how many independent rows the mean of d is worth. */
export type EffectiveSampleSize = {
  rows: number;
  /** 0..rows; 0 when d does not vary */
  worth: number;
  /** the four variances of d: plain, HAC, blocks, ten blocks; null below four blocks */
  plain: number;
  hac: number;
  blocks: number | null;
  tenths: number | null;
};

/**
 * Effective sample size of a mean.
 * Definition: n g_0 / max(g_0, HAC, block variance, ten-block variance).
 * @param options.d  shape (n >= 1), open-time order, finite
 * @param options.blockLength  rows per block
 * @param options.lagFloor  fewest HAC lags; left out: 24
 * Degenerate: d constant but for rounding -> worth 0.
 * Source: definition as in any text on Markov chain output, e.g. C. Geyer (1992), Statistical Science 7, 473-483; the
 *   maximum over four estimates of the long-run variance is ours.
 */
export function effectiveSampleSize(options: {
  d: Float64Array;
  blockLength: number;
  lagFloor?: number;
}): EffectiveSampleSize {
  const n = options.d.length;
  const { used, plain } = hacVariance(options.d, options.lagFloor);
  const blocks = blockVariance(options.d, options.blockLength).value;
  const tenths = blockVariance(options.d, Math.floor(n / 10)).value;
  const largest = Math.max(plain, used, blocks ?? 0, tenths ?? 0);
  const flat = isZeroVariance({ variance: plain, mean: mean(options.d) });
  return { rows: n, worth: flat ? 0 : (n * plain) / largest, plain, hac: used, blocks, tenths };
}
