import { isZeroVariance, tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { studentIsf, studentSf } from "../numeric/distributions.ts";
import { type Moments, mean, momentsOf, sampleVariance, variance } from "../numeric/moments.ts";
import { differences } from "../rule/mean-difference.ts";
import type { Sides } from "../rule/sides.ts";

/** The textbook t-tests, one-sided for "challenger better". They are reported; the sequential rule decides. */

export type TTest = {
  kind: "defined";
  /** challenger minus champion */
  difference: number;
  t: number;
  df: number;
  /** one-sided */
  p: number;
  /** two-sided interval of the difference at 1 - 2 alpha's usual 95 % */
  low95: number;
  high95: number;
};

function finished(options: { difference: number; se: number; df: number }): TTest {
  const t = options.difference / options.se;
  const reach = studentIsf({ q: 0.025, df: options.df }) * options.se;
  return {
    kind: "defined",
    difference: options.difference,
    t,
    df: options.df,
    p: studentSf({ t, df: options.df }),
    low95: options.difference - reach,
    high95: options.difference + reach,
  };
}

/**
 * Welch's t-test of two independent samples.
 * Definition: t = (mean_h - mean_c)/sqrt(s_h^2/n_h + s_c^2/n_c), df after Satterthwaite.
 * @param options.champion,options.challenger  moments of each side, n >= 2
 * Assumes: independent rows and independent sides; on paired rows it ignores the correlation and is needlessly blind.
 * Degenerate: n < 2 -> INSUFFICIENT_DATA; neither side varies -> DEGENERATE_VARIANCE.
 * Accuracy: 1e-10 against scipy.stats.ttest_ind(equal_var=False).
 * Source: B. L. Welch (1947), Biometrika 34, 28-35; F. E. Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
 */
export function welchTTest(options: { champion: Moments; challenger: Moments }): TTest | Undefined {
  const { champion: c, challenger: h } = options;
  if (c.n < 2 || h.n < 2) return tooFew({ have: Math.min(c.n, h.n), need: 2, what: "rows on each side" });
  const a = sampleVariance(h) / h.n;
  const b = sampleVariance(c) / c.n;
  const size = Math.max(Math.abs(h.mean), Math.abs(c.mean));
  if (isZeroVariance({ variance: variance(h) + variance(c), mean: size })) {
    return undefinedBecause("DEGENERATE_VARIANCE", "Neither side varies.");
  }
  const square = (a + b) ** 2;
  const parts = (a * a) / (h.n - 1) + (b * b) / (c.n - 1);
  const df = parts > 0 && square > 0 ? square / parts : h.n + c.n - 2;
  return finished({ difference: h.mean - c.mean, se: Math.sqrt(a + b), df });
}

/**
 * Paired t-test.
 * Definition: d = challenger - champion; t = mean(d)/(sd(d)/sqrt(n)), ddof 1, n - 1 degrees of freedom.
 * @param options.champion,options.challenger  paired rows, n >= 2
 * Assumes: independent differences.
 * Degenerate: n < 2 -> INSUFFICIENT_DATA; d constant but for rounding -> DEGENERATE_VARIANCE.
 * Accuracy: 1e-10 against scipy.stats.ttest_rel.
 * Source: Student (1908), Biometrika 6, 1-25.
 */
export function pairedTTest(options: Sides): TTest | Undefined {
  const m = momentsOf(differences(options));
  if (m.n < 2) return tooFew({ have: m.n, need: 2, what: "rows" });
  const scale = Math.max(Math.abs(mean(options.champion)), Math.abs(mean(options.challenger)));
  if (isZeroVariance({ variance: variance(m), mean: m.mean, meanSquare: scale * scale })) {
    return undefinedBecause("DEGENERATE_VARIANCE", "The difference does not vary.");
  }
  return finished({ difference: m.mean, se: Math.sqrt(sampleVariance(m) / m.n), df: m.n - 1 });
}
