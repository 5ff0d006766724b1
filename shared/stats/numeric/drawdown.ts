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
export function drawdownRatio(options: { champion: number; challenger: number }): number | null {
  return options.champion > 0 ? options.challenger / options.champion : null;
}

/** Whether the challenger's drawdown is at most `tolerance` times the champion's. */
export function drawdownHolds(options: { champion: number; challenger: number; tolerance: number }): boolean {
  return options.challenger <= options.tolerance * options.champion;
}
