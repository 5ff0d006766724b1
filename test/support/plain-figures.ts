/** Figures of a ledger, computed the plain way. */
export function plainFigures(pnl: readonly number[]) {
  let [equity, peak, fall] = [0, 0, 0];
  for (const x of pnl) {
    equity += x;
    peak = Math.max(peak, equity);
    fall = Math.max(fall, peak - equity);
  }
  return {
    n_trades: pnl.length,
    total_pnl: equity,
    win_rate: pnl.filter((x) => x > 0).length / pnl.length,
    max_drawdown: fall,
  };
}
