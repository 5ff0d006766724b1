import { isZeroVariance, tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { hacVariance } from "../numeric/long-run-variance.ts";
import { mean, momentsOf } from "../numeric/moments.ts";
import type { Sides } from "./sides.ts";

/** Mean route at the HAC scale. `z` may promote; `zWorse` is the same with the sides exchanged. */
export type MeanScore = {
  kind: "defined";
  /** challenger minus champion, per row, account currency */
  estimate: number;
  se: number;
  zRaw: number;
  zHall: number;
  z: number;
  zWorse: number;
  /** skewness of the estimator of the mean that the Hall transform used */
  estimatorSkew: number;
  /** variance of d over its long-run variance, in (0, 1] */
  independentShare: number;
};

/**
 * Hall's skewness transform of a studentised mean.
 * Definition: g(z) = z + s z^2/3 + s^2 z^3/27 + s/6.
 * @param options.s  skewness of the estimator: skew(d)/sqrt(n) for one sample
 * Source: P. Hall (1992), On the removal of skewness by transformation, JRSS B 54, 221-228, eq. 2.2.
 */
export function hallTransform(options: { z: number; s: number }): number {
  const { z, s } = options;
  return z + (s * z * z) / 3 + (s * s * z * z * z) / 27 + s / 6;
}

function meanSquare(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return x.length > 0 ? sum / x.length : 0;
}

const NO_VARIANCE = "The difference does not vary: there is nothing to judge it by, so z counts as 0.";

/**
 * Paired differences, challenger minus champion.
 * @returns a new array
 */
export function differences(options: Sides): Float64Array {
  const out = new Float64Array(options.champion.length);
  for (let i = 0; i < out.length; i++) out[i] = options.challenger[i]! - options.champion[i]!;
  return out;
}

/**
 * Mean difference of paired rows, studentised by a long-run variance and guarded against skewness.
 * Definition: d = challenger - champion; z_raw = mean(d)/sqrt(LRV(d)/(n-1)); s = skew(d)/sqrt(n); z = min(z_raw, g(z_raw)).
 * @param options.champion,options.challenger  shape (n >= 2), one row per signal in open-time order, account currency, finite
 * @param options.lagFloor  fewest HAC lags; left out: 24
 * @returns z on the normal scale, positive = challenger better
 * Assumes: dependence shorter than the HAC lags and stationarity; longer dependence is left to the block scales.
 * Degenerate: n < 2 -> INSUFFICIENT_DATA; d constant but for rounding -> DEGENERATE_VARIANCE.
 * Accuracy: 1e-10 against the numpy reference. Cost O(n L).
 * Source: Newey and West (1987), eq. 5; Hall (1992), eq. 2.2. The minimum of both is ours: the guard may only hold back.
 */
export function meanPaired(options: Sides & { lagFloor?: number }): MeanScore | Undefined {
  const d = differences(options);
  const n = d.length;
  if (n < 2) return tooFew({ have: n, need: 2, what: "rows" });
  const { used, plain } = hacVariance(d, options.lagFloor);
  const m = momentsOf(d);
  const scale = meanSquare(options.champion) + meanSquare(options.challenger);
  if (isZeroVariance({ variance: plain, mean: m.mean, meanSquare: scale }))
    return undefinedBecause("DEGENERATE_VARIANCE", NO_VARIANCE);
  const se = Math.sqrt(used / (n - 1));
  const s = m.m3 / n / plain ** 1.5 / Math.sqrt(n);
  return scored({ estimate: m.mean, se, s, independentShare: plain / used });
}

/**
 * Mean difference of two samples without common signals.
 * Definition: z_raw = (mean_h - mean_c)/sqrt(LRV(h)/(n_h-1) + LRV(c)/(n_c-1));
 *   s = (m3_h/n_h^2 - m3_c/n_c^2)/(v_h/n_h + v_c/n_c)^1.5; z = min(z_raw, g(z_raw)).
 * @param options.champion,options.challenger  shapes (n_c >= 2), (n_h >= 2), each in open-time order
 * Assumes: the sides are independent of each other; a shared trend that the sides meet at different times breaks this.
 * Degenerate and accuracy: as `meanPaired`.
 * Source: as `meanPaired`; Welch (1947) for the sum of variances.
 */
export function meanPerSide(options: Sides & { lagFloor?: number }): MeanScore | Undefined {
  const nh = options.challenger.length;
  const nc = options.champion.length;
  if (nh < 2 || nc < 2) return tooFew({ have: Math.min(nh, nc), need: 2, what: "rows on each side" });
  const h = hacVariance(options.challenger, options.lagFloor);
  const c = hacVariance(options.champion, options.lagFloor);
  const estimate = mean(options.challenger) - mean(options.champion);
  const plain = h.plain / nh + c.plain / nc;
  const meanSquares = meanSquare(options.champion) + meanSquare(options.challenger);
  if (isZeroVariance({ variance: h.plain + c.plain, mean: Math.sqrt(meanSquares) })) {
    return undefinedBecause("DEGENERATE_VARIANCE", "Neither side varies: there is nothing to judge the difference by.");
  }
  const se = Math.sqrt(h.used / (nh - 1) + c.used / (nc - 1));
  const third = momentsOf(options.challenger).m3 / nh / (nh * nh) - momentsOf(options.champion).m3 / nc / (nc * nc);
  const used = h.used / nh + c.used / nc;
  return scored({ estimate, se, s: third / plain ** 1.5, independentShare: plain / used });
}

function scored(options: { estimate: number; se: number; s: number; independentShare: number }): MeanScore {
  const zRaw = options.estimate / options.se;
  const zHall = hallTransform({ z: zRaw, s: options.s });
  return {
    kind: "defined",
    estimate: options.estimate,
    se: options.se,
    zRaw,
    zHall,
    z: Math.min(zRaw, zHall),
    zWorse: Math.min(-zRaw, -zHall),
    estimatorSkew: options.s,
    independentShare: options.independentShare,
  };
}
