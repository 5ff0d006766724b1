import { isZeroVariance, tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { hacVariance } from "../numeric/long-run-variance.ts";
import { isConstant, kurtosis, type Moments, momentsOf, skewness, variance } from "../numeric/moments.ts";
import { type ClippedSides, clipSides } from "./clip.ts";
import type { Sides } from "./sides.ts";

/** Sharpe ratios are per row (per signal, or per trade taken where the caller says so), risk-free 0, ddof 0. */

/** One version of the Sharpe difference (raw or clipped) with the series it is judged by. */
export type SharpeVersion = { difference: number; se: number; z: number; series: readonly Float64Array[] };

export type SharpeScore = {
  kind: "defined";
  champion: number;
  challenger: number;
  difference: number;
  se: number;
  zRaw: number;
  zClipped: number;
  z: number;
  zWorse: number;
  /** rows the clip changed, both sides together */
  clippedRows: number;
  raw: SharpeVersion;
  clipped: SharpeVersion;
};

/** What the second check holds in; null: nothing lies outside. */
export type Clip = (sides: Sides) => ClippedSides | null;

function clipAtOwnMedians(sides: Sides): ClippedSides | null {
  const clipped = clipSides(sides);
  return clipped.rows === 0 ? null : clipped;
}

/**
 * Sharpe ratio per row: mean / population standard deviation.
 * @returns null when n < 2 or the sample is constant
 * Source: W. F. Sharpe (1994), The Sharpe ratio, J. Portfolio Management 21(1), eq. 1, risk-free 0.
 */
export function sharpeRatio(m: Moments): number | null {
  return m.n < 2 || isConstant(m) ? null : m.mean / Math.sqrt(variance(m));
}

/**
 * Influence series of a Sharpe ratio: what each row adds to it.
 * Definition: psi_i = u_i - SR/2 (u_i^2 - 1), u_i = (x_i - mean)/sd.
 * Source: O. Ledoit and M. Wolf (2008), Robust performance hypothesis testing with the Sharpe ratio,
 *   J. Empirical Finance 15, 850-859, the delta method of section 3.1 written as an influence function.
 */
export function sharpeInfluence(options: { x: Float64Array; moments: Moments }): Float64Array {
  const sd = Math.sqrt(variance(options.moments));
  const half = options.moments.mean / sd / 2;
  const out = new Float64Array(options.x.length);
  for (let i = 0; i < out.length; i++) {
    const u = (options.x[i]! - options.moments.mean) / sd;
    out[i] = u - half * (u * u - 1);
  }
  return out;
}

function version(
  options: Sides & { paired: boolean; lagFloor?: number; h: Moments; c: Moments },
): SharpeVersion | null {
  const srH = sharpeRatio(options.h);
  const srC = sharpeRatio(options.c);
  if (srH === null || srC === null) return null;
  const psiH = sharpeInfluence({ x: options.challenger, moments: options.h });
  const psiC = sharpeInfluence({ x: options.champion, moments: options.c });
  let series: readonly Float64Array[] = [psiH, psiC];
  if (options.paired) {
    for (let i = 0; i < psiH.length; i++) psiH[i] = psiH[i]! - psiC[i]!;
    series = [psiH];
  }
  let square = 0;
  for (const x of series) {
    const { plain, used } = hacVariance(x, options.lagFloor);
    // psi is of the size of 1, so a variance below 1e-24 is rounding noise about identical series
    if (isZeroVariance({ variance: plain, mean: 0, meanSquare: 1 })) return null;
    square += used / (x.length - 1);
  }
  const difference = srH - srC;
  const se = Math.sqrt(square);
  return { difference, se, z: difference / se, series };
}

/**
 * Sharpe difference with a robust error and a second look at clipped PnL.
 * Definition: z2 = (SR_h - SR_c)/sqrt(LRV(psi_h - psi_c)/(n-1)); again on PnL clipped, each side at its own median +-5
 *   robust sd; z = min of both. Unpaired: LRV(psi) per side, each over its n - 1, added.
 * @param options.champion,options.challenger  rows in open-time order, account currency, finite; the same length when `paired`
 * @param options.lagFloor  fewest HAC lags; left out: 24
 * @param options.clip  what the second check holds in; left out: as above
 * @returns z on the normal scale, positive = challenger better
 * Assumes: as `meanPaired`; finite fourth moments, which the clipped version is there to distrust.
 * Degenerate: n < 2 -> INSUFFICIENT_DATA; a side constant, or psi identical on both -> DEGENERATE_VARIANCE.
 * Accuracy: 1e-10 against the numpy reference. Cost O(n L).
 * Source: Ledoit and Wolf (2008), section 3.1, with Newey and West's kernel in place of their prewhitened one.
 */
export function sharpeDifference(
  options: Sides & { paired: boolean; lagFloor?: number; clip?: Clip },
): SharpeScore | Undefined {
  const n = Math.min(options.champion.length, options.challenger.length);
  if (n < 2) return tooFew({ have: n, need: 2, what: options.paired ? "rows" : "rows on each side" });
  const h = momentsOf(options.challenger);
  const c = momentsOf(options.champion);
  if (isConstant(h) || isConstant(c)) {
    const who = isConstant(h) ? "challenger" : "champion";
    return undefinedBecause("DEGENERATE_VARIANCE", `The ${who}'s PnL does not vary: it has no Sharpe ratio.`);
  }
  const raw = version({ ...options, h, c });
  if (raw === null)
    return undefinedBecause("DEGENERATE_VARIANCE", "Both sides have the same risk-adjusted series: nothing differs.");
  const clip = (options.clip ?? clipAtOwnMedians)(options);
  const clipped =
    clip === null ? raw : version({ ...options, ...clip, h: momentsOf(clip.challenger), c: momentsOf(clip.champion) });
  if (clipped === null) {
    return undefinedBecause(
      "DEGENERATE_VARIANCE",
      "Without its extreme rows a side does not vary: its Sharpe ratio rests on outliers.",
    );
  }
  return {
    kind: "defined",
    champion: c.mean / Math.sqrt(variance(c)),
    challenger: h.mean / Math.sqrt(variance(h)),
    difference: raw.difference,
    se: raw.se,
    zRaw: raw.z,
    zClipped: clipped.z,
    z: Math.min(raw.z, clipped.z),
    zWorse: Math.min(-raw.z, -clipped.z),
    clippedRows: clip?.rows ?? 0,
    raw,
    clipped,
  };
}

/**
 * Standard error of a Sharpe ratio of independent rows.
 * Definition: sqrt((1 - g3 SR + (g4 - 1)/4 SR^2)/n), g3 skewness, g4 kurtosis (3 for a normal).
 * @returns null when the sample is constant or n < 2
 * Source: A. Lo (2002), The statistics of Sharpe ratios, FAJ 58(4); E. Mertens (2002), variance of the IID estimator.
 */
export function sharpeStandardError(m: Moments): number | null {
  const sr = sharpeRatio(m);
  const g3 = skewness(m);
  const g4 = kurtosis(m);
  if (sr === null || g3 === null || g4 === null) return null;
  return Math.sqrt(Math.max(0, 1 - g3 * sr + ((g4 - 1) / 4) * sr * sr) / m.n);
}
