import { mean, momentsOf, sampleVariance } from "../numeric/moments.ts";

/** Whether the rows at hand may be judged at all: evidence first, verdict later. */

/** Fewest unreported signals from which their champion PnL is compared with the rest. */
export const FEWEST_MISSING = 20;
/** Below this Welch z the unreported signals were worse for the champion than the others: reports may be lost by result. */
export const MISSING_Z_MIN = -2;

/** Share of signals both sides reported. @returns 0 when there are no signals at all */
export function pairCoverage(options: { both: number; missing: number }): number {
  const all = options.both + options.missing;
  return all > 0 ? options.both / all : 0;
}

/**
 * Whether the champion did worse on the signals the challenger failed to report.
 * Definition: Welch z = (mean_missing - mean_present)/sqrt(s_m^2/n_m + s_p^2/n_p), ddof 1.
 * @param options.missing,options.present  champion's PnL on unreported and on paired signals, account currency
 * @returns null with fewer than 20 unreported signals or fewer than 2 paired ones; 0 when nothing varies
 * Source: B. L. Welch (1947), Biometrika 34, 28-35.
 */
export function missingReportsZ(options: { missing: ArrayLike<number>; present: ArrayLike<number> }): number | null {
  if (options.missing.length < FEWEST_MISSING || options.present.length < 2) return null;
  const a = momentsOf(options.missing);
  const b = momentsOf(options.present);
  const se = Math.sqrt(sampleVariance(a) / a.n + sampleVariance(b) / b.n);
  return se > 0 ? (mean(options.missing) - mean(options.present)) / se : 0;
}

/** Rows on which the two models did not earn the same. */
export function differingRows(options: { champion: ArrayLike<number>; challenger: ArrayLike<number> }): number {
  let count = 0;
  for (let i = 0; i < options.champion.length; i++) if (options.champion[i] !== options.challenger[i]) count += 1;
  return count;
}
