import { flagColumn } from "../numeric/columns.ts";
import { mean, momentsOf, variance } from "../numeric/moments.ts";
import { guardDrawdowns, serialFactor } from "./guard.ts";
import type { PairedBaseline } from "./paired-guard.ts";

/** What the guard and the degradation charts compare with, frozen at the promotion. A plain object. */
export type Baseline = {
  trades: number;
  winRate: number;
  meanPnl: number;
  sdPnl: number;
  /** serial factor of the wins */
  serial: number;
  drawdownMean: number;
  drawdownQ95: number;
  /** the old champion over the same window; null when there was none */
  reference: { meanPnl: number; sdPnl: number } | null;
  /** serial factor of the PnL, mean win and mean size of a loss (0: there was none); absent where frozen by an older release */
  serialPnl?: number;
  meanWin?: number;
  meanLoss?: number;
  /** what it promised against the old champion on the same signals; absent where frozen by an older release */
  paired?: PairedBaseline | null;
};

/**
 * Freezes the baseline at a promotion.
 * @param options.pnl  new champion's shadow PnL, trades taken, order of opening
 * @param options.reference  old champion's PnL over the same window, trades taken
 * @param options.paired  what was promised on the same signals; left out or null: nothing can be compared
 * @param options.window  trades the guard lasts
 * @returns null with fewer than 2 trades: there is nothing to compare with
 */
export function freezeBaseline(options: {
  pnl: Float64Array;
  reference: Float64Array | null;
  paired?: PairedBaseline | null;
  window: number;
  count: number;
  seed: string;
}): Baseline | null {
  const n = options.pnl.length;
  if (n < 2) return null;
  const wins = flagColumn(n, (i) => options.pnl[i]! > 0);
  const m = momentsOf(options.pnl);
  const drawdowns = guardDrawdowns(options);
  const old = options.reference === null || options.reference.length < 2 ? null : momentsOf(options.reference);
  return {
    trades: n,
    winRate: mean(wins),
    meanPnl: m.mean,
    sdPnl: Math.sqrt(variance(m)),
    serial: serialFactor(wins),
    drawdownMean: drawdowns.mean,
    drawdownQ95: drawdowns.q95,
    reference: old === null ? null : { meanPnl: old.mean, sdPnl: Math.sqrt(variance(old)) },
    serialPnl: serialFactor(options.pnl),
    meanWin: mean(options.pnl.filter((x) => x > 0)),
    meanLoss: -mean(options.pnl.filter((x) => x < 0)),
    paired: options.paired ?? null,
  };
}
