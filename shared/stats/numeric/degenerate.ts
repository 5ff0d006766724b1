/**
 * Degenerate data as a state with a reason.
 * A statistic that does not exist for the data at hand is returned as `Undefined`, never as NaN and never as a
 * convenient default: whoever reads it has to say what happens then.
 */
export type DegenerateCode =
  | "INSUFFICIENT_DATA"
  | "DEGENERATE_VARIANCE"
  | "NO_DOWNSIDE"
  | "NO_DISAGREEMENT"
  | "NO_DRAWDOWN"
  | "NOT_FINITE"
  | "NOT_COMPUTED"
  | "NOT_MEASURED";

export type Undefined = { kind: "undefined"; code: DegenerateCode; reason: string };

/** Builds the state. @param reason  a plain sentence with the numbers */
export function undefinedBecause(code: DegenerateCode, reason: string): Undefined {
  return { kind: "undefined", code, reason };
}

/** Too few rows. */
export function tooFew(options: { have: number; need: number; what: string }): Undefined {
  return undefinedBecause("INSUFFICIENT_DATA", `${options.have} ${options.what}, at least ${options.need} needed.`);
}

/**
 * Largest |PnL| the statistics accept: fourth powers summed over a million rows still fit into a double.
 * Beyond it a value counts as not finite.
 */
export const LARGEST_PNL = 1e70;

/**
 * Index of the first value that is NaN, infinite or larger than LARGEST_PNL in size; -1 when there is none.
 * Cost: O(n).
 */
export function firstNotFinite(x: ArrayLike<number>): number {
  for (let i = 0; i < x.length; i++) {
    if (!(Math.abs(x[i]!) <= LARGEST_PNL)) return i;
  }
  return -1;
}

/**
 * Whether a variance is zero but for rounding.
 * Definition: variance <= 1e-12 mean^2, or variance <= 1e-24 scale^2, where scale^2 is the mean square of the numbers
 * the series was computed from. The second half catches a difference that is rounding noise about zero, where the
 * first half has nothing to compare with.
 * Source: relative tolerance of the project's statistics note, section 5; the rounding floor is an addition.
 */
export function isZeroVariance(options: { variance: number; mean: number; meanSquare?: number }): boolean {
  return !(
    options.variance > 1e-12 * options.mean * options.mean &&
    options.variance > 1e-24 * (options.meanSquare ?? 0) &&
    options.variance > 0
  );
}
