import {
  ALERT_DROP,
  ALERT_SD,
  clampWinRate,
  deficitThreshold,
  drawdownThreshold,
  GUARD_FROM,
  ROLLBACK_DROP,
  ROLLBACK_SD,
} from "./guard.ts";

/** The guard without a control: the champion's first trades against its own promise, and the drawdown since the promotion. */

/** What one model promised by itself. */
export type OwnPromise = {
  /** trades taken in the shadow, and the win rate over them */
  trades: number;
  winRate: number;
  /** serial factor of its wins */
  serial: number;
  /** 95 % quantile of the maximum drawdown over the window, account currency; 0 switches the drawdown rule off */
  drawdownQ95: number;
};

export type OwnFigures = {
  trades: number;
  wins: number;
  /** n p0 - wins, and the deficits at which it alerts and acts */
  deficit: number;
  deficitAlert: number;
  deficitRollback: number;
  /** the deficit in standard deviations of the window's wins */
  z: number;
  drawdown: number;
  drawdownLimit: number;
  /** trades before the peak and up to the trough of that drawdown */
  stretch: [number, number];
  winRule: boolean;
  fell: boolean;
  alert: boolean;
};

/**
 * The own rule as trades come in.
 * Definition: from n = 20: the win rule breaks when n p0 - wins >= 2.3 sqrt(p0 q0 N (1 + N/n_b)) f and WR < p0 - 5 points; the
 *   drawdown rule when the drawdown exceeds 1.5 Q95 r; alert at 1.5 and 3 points.
 * Cost: O(1) a trade. Trades beyond the window do not count.
 */
export class OwnTally {
  readonly #promise: OwnPromise;
  readonly #window: number;
  readonly #rate: number;
  readonly #unit: number;
  #trades = 0;
  #wins = 0;
  #equity = 0;
  #peak = 0;
  #peakAt = 0;
  #drawdown = 0;
  #stretch: [number, number] = [0, 0];

  constructor(promise: OwnPromise, options: { window: number }) {
    this.#promise = promise;
    this.#window = options.window;
    this.#rate = clampWinRate({ winRate: promise.winRate, n: promise.trades });
    this.#unit = deficitThreshold({ ...promise, baselineTrades: promise.trades, window: options.window, sd: 1 });
  }

  /** @param pnl  of a trade taken, account currency */
  add(pnl: number): void {
    if (this.#trades >= this.#window) return;
    this.#trades += 1;
    if (pnl > 0) this.#wins += 1;
    this.#equity += pnl;
    if (this.#equity > this.#peak) {
      this.#peak = this.#equity;
      this.#peakAt = this.#trades;
    }
    const fall = this.#peak - this.#equity;
    if (fall <= this.#drawdown) return;
    this.#drawdown = fall;
    this.#stretch = [this.#peakAt, this.#trades];
  }

  /** @param options.volatility  how much wilder the market is than in the baseline; below 1 counts as 1 */
  figures(options: { volatility: number }): OwnFigures {
    const n = this.#trades;
    const p = this.#rate;
    const deficit = n * p - this.#wins;
    const rate = n > 0 ? this.#wins / n : p;
    const drawdownLimit = drawdownThreshold({ q95: this.#promise.drawdownQ95, ratio: options.volatility });
    const speaks = n >= GUARD_FROM;
    return {
      trades: n,
      wins: this.#wins,
      deficit,
      deficitAlert: ALERT_SD * this.#unit,
      deficitRollback: ROLLBACK_SD * this.#unit,
      z: deficit / this.#unit,
      drawdown: this.#drawdown,
      drawdownLimit,
      stretch: [...this.#stretch],
      winRule: speaks && deficit >= ROLLBACK_SD * this.#unit && rate < p - ROLLBACK_DROP,
      // A quantile of zero says only that the shadow never lost; it cannot say how deep a fall is too deep.
      fell: speaks && this.#promise.drawdownQ95 > 0 && this.#drawdown > drawdownLimit,
      alert: speaks && deficit >= ALERT_SD * this.#unit && rate < p - ALERT_DROP,
    };
  }
}
