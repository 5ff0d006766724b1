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
 * @param o.pnl  new champion's shadow PnL, trades taken, order of opening
 * @param o.reference  old champion's PnL over the same window, trades taken
 * @param o.paired  what was promised on the same signals; left out or null: nothing can be compared
 * @param o.window  trades the guard lasts
 * @returns null with fewer than 2 trades: there is nothing to compare with
 */
export function freezeBaseline(o: {
  pnl: Float64Array;
  reference: Float64Array | null;
  paired?: PairedBaseline | null;
  window: number;
  count: number;
  seed: string;
}): Baseline | null {
  const n = o.pnl.length;
  if (n < 2) return null;
  const wins = Uint8Array.from(o.pnl, (x) => (x > 0 ? 1 : 0));
  const m = momentsOf(o.pnl);
  const drawdowns = guardDrawdowns(o);
  const old = o.reference === null || o.reference.length < 2 ? null : momentsOf(o.reference);
  return {
    trades: n,
    winRate: mean(wins),
    meanPnl: m.mean,
    sdPnl: Math.sqrt(variance(m)),
    serial: serialFactor(wins),
    drawdownMean: drawdowns.mean,
    drawdownQ95: drawdowns.q95,
    reference: old === null ? null : { meanPnl: old.mean, sdPnl: Math.sqrt(variance(old)) },
    serialPnl: serialFactor(o.pnl),
    meanWin: mean(o.pnl.filter((x) => x > 0)),
    meanLoss: -mean(o.pnl.filter((x) => x < 0)),
    paired: o.paired ?? null,
  };
}
