/**
 * Maximum drawdown, and the drawdown of a stretch as something that composes: two neighbouring stretches give the
 * drawdown of both without looking at their rows again. That makes resampling and streaming cheap.
 */

/**
 * A stretch of PnL, seen from its start (equity 0 there).
 * `total` its sum; `worst` the deepest drop from a peak inside, the start included; `dip` how far equity falls below the
 * start (>= 0); `open` how far equity stands below its own peak at the end (>= 0). All in account currency.
 */
export type Stretch = { total: number; worst: number; dip: number; open: number };

/** The empty stretch, neutral under composition. */
export const noStretch: Stretch = { total: 0, worst: 0, dip: 0, open: 0 };

/** One row. */
export function stretchOf(pnl: number): Stretch {
  const loss = Math.max(0, -pnl);
  return { total: pnl, worst: loss, dip: loss, open: loss };
}

/**
 * Two stretches one after the other.
 * Definition: worst = max(a.worst, b.worst, a.open + b.dip); dip = max(a.dip, b.dip - a.total);
 *   open = max(b.open, a.open - b.total).
 * Associative with `noStretch` as neutral element (up to rounding of the sums).
 */
export function joinStretches(a: Stretch, b: Stretch): Stretch {
  return {
    total: a.total + b.total,
    worst: Math.max(a.worst, b.worst, a.open + b.dip),
    dip: Math.max(a.dip, b.dip - a.total),
    open: Math.max(b.open, a.open - b.total),
  };
}

/** A stretch grown by one row. */
export function addToStretch(a: Stretch, pnl: number): Stretch {
  return joinStretches(a, stretchOf(pnl));
}

/**
 * Maximum drawdown in account currency.
 * Definition: equity starts at 0; the largest running peak minus equity over all rows.
 * @param pnl  shape (n >= 0), trade order, finite
 * @returns >= 0
 * Accuracy: 1e-12 relative. Cost O(n).
 * Source: M. Magdon-Ismail and A. Atiya (2004), Maximum drawdown, Risk 17(10), 99-102, eq. 1.
 */
export function maxDrawdown(pnl: ArrayLike<number>): number {
  let equity = 0;
  let peak = 0;
  let worst = 0;
  for (let i = 0; i < pnl.length; i++) {
    equity += pnl[i]!;
    if (equity > peak) peak = equity;
    else if (peak - equity > worst) worst = peak - equity;
  }
  return worst;
}

/**
 * Challenger's drawdown over the champion's.
 * @returns null when the champion had none: the ratio does not exist, and only a challenger without drawdown passes
 */
export function drawdownRatio(o: { champion: number; challenger: number }): number | null {
  return o.champion > 0 ? o.challenger / o.champion : null;
}

/** Whether the challenger's drawdown is at most `tolerance` times the champion's. */
export function drawdownHolds(o: { champion: number; challenger: number; tolerance: number }): boolean {
  return o.challenger <= o.tolerance * o.champion;
}
