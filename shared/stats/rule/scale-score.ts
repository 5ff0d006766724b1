import { isZeroVariance } from "../numeric/degenerate.ts";
import { normalIsf, studentSf } from "../numeric/distributions.ts";
import { blockVariance } from "../numeric/long-run-variance.ts";

/**
 * A signed estimate judged on blocks: `z` on the normal scale, `zWorse` the same for "challenger worse", both null below
 * four blocks; `se` its standard error.
 */
export type BlockScore = { z: number | null; zWorse: number | null; se: number | null; df: number };

/**
 * Normal score with the same upper tail as Student's t. A negative t is returned unchanged.
 * @param options.df  degrees of freedom, > 0
 * @returns at most about 37: tails below 1e-300 count as 1e-300
 */
export function studentToNormal(options: { t: number; df: number }): number {
  if (options.t <= 0) return options.t;
  const tail = Math.max(studentSf(options), 1e-300);
  return tail >= 0.5 ? 0 : normalIsf(tail);
}

/** Mean square of a series about its mean. */
export function plainVariance(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  const centre = sum / x.length;
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i]! - centre) ** 2;
  return squares / x.length;
}

/**
 * An estimate over its block standard error, on the normal scale.
 * Definition: se^2 = sum over the series of max(block variance, plain variance)/(n - 1); t = estimate/se;
 *   z = -Phi^-1(P(T_df > t)) for t > 0, else t; df = blocks of the shortest series - 1.
 * @param options.estimate  challenger minus champion
 * @param options.series  influence series of the estimate: one when paired, one per side when not
 * @param options.size  rows per block, the same for every series
 * @returns z null when a series has fewer than four blocks; 0 when the error is zero
 */
export function blockScore(options: { estimate: number; series: readonly Float64Array[]; size: number }): BlockScore {
  let square = 0;
  let df = Number.POSITIVE_INFINITY;
  for (const x of options.series) {
    const { value, blocks } = blockVariance(x, options.size);
    if (value === null) return { z: null, zWorse: null, se: null, df: Math.max(0, blocks - 1) };
    square += Math.max(value, plainVariance(x)) / (x.length - 1);
    df = Math.min(df, blocks - 1);
  }
  if (isZeroVariance({ variance: square, mean: 0 })) return { z: 0, zWorse: 0, se: 0, df };
  const se = Math.sqrt(square);
  const t = options.estimate / se;
  return { z: studentToNormal({ t, df }), zWorse: studentToNormal({ t: -t, df }), se, df };
}
