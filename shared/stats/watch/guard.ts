import { mean } from "../numeric/moments.ts";
import { orderStatistics } from "../numeric/order-statistics.ts";
import { createPrng } from "../numeric/prng.ts";
import { resampleDrawdowns } from "../resampling/bootstrap.ts";
import { quantile } from "../resampling/bootstrap-interval.ts";

/** Numbers of the guard that watches the first trades after a promotion. */

/** Thresholds of the deficit rule, in standard deviations of 100 wins. */
export const ROLLBACK_SD = 2.3;
export const ALERT_SD = 1.5;
/** Drops of the win rate that must also be reached. */
export const ROLLBACK_DROP = 0.05;
export const ALERT_DROP = 0.03;
/** Trades before which the guard says nothing. */
export const GUARD_FROM = 20;
/** Drawdown rollback: this multiple of the 95 % quantile. */
const DRAWDOWN_FACTOR = 1.5;
/** Rows per block when the shadow PnL is resampled. */
export const GUARD_BLOCK = 8;

/** Autocorrelation of neighbouring values; 0 when nothing varies. Definition: sum e_i e_{i-1} / sum e_i^2. */
export function lagOneCorrelation(x: ArrayLike<number>): number {
  const centre = mean(x);
  let cross = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    const e = x[i]! - centre;
    squares += e * e;
    if (i > 0) cross += e * (x[i - 1]! - centre);
  }
  return squares > 0 ? cross / squares : 0;
}

/**
 * By how much serial correlation of a series widens a threshold on its sum. Each rule uses its own series: wins, PnL, or differences.
 * Definition: sqrt((1 + r)/(1 - r)) for the lag-1 autocorrelation r > 0.05, r at most 0.9; else 1.
 * @param series  baseline values in order, e.g. wins as 0 or 1
 * Source: variance of the mean of an AR(1), e.g. Box, Jenkins and Reinsel (1994), eq. 2.1.
 */
export function serialFactor(series: ArrayLike<number>): number {
  const r = Math.min(lagOneCorrelation(series), 0.9);
  return r > 0.05 ? Math.sqrt((1 + r) / (1 - r)) : 1;
}

/** A win rate kept off 0 and 1 by half a trade: [1/(2 n), 1 - 1/(2 n)]. */
export function clampWinRate(options: { winRate: number; n: number }): number {
  const edge = 1 / (2 * Math.max(1, options.n));
  return Math.min(1 - edge, Math.max(edge, options.winRate));
}

/**
 * Deficit of wins at which the guard acts.
 * Definition: k sqrt(p0 (1-p0)) sqrt(N) sqrt(1 + N/n_b) f.
 * @param options.winRate  p0, the new champion's win rate over its n_b shadow trades
 * @param options.window  N, trades the guard lasts
 * @param options.sd  k: 2.3 rolls back, 1.5 alerts
 * @param options.serial  f, serial factor of the baseline wins
 * @example deficitThreshold({ winRate: 0.58, baselineTrades: 500, window: 100, sd: 2.3, serial: 1 }) // 12.4353...
 */
export function deficitThreshold(options: {
  winRate: number;
  baselineTrades: number;
  window: number;
  sd: number;
  serial: number;
}): number {
  const p = clampWinRate({ winRate: options.winRate, n: options.baselineTrades });
  return (
    options.sd *
    Math.sqrt(p * (1 - p)) *
    Math.sqrt(options.window) *
    Math.sqrt(1 + options.window / options.baselineTrades) *
    options.serial
  );
}

/**
 * Mean and 95 % quantile of the maximum drawdown over the guard's window, from the shadow PnL.
 * Definition: circular block bootstrap, blocks of 8 trades.
 * @param options.pnl  shadow PnL of trades taken, order of opening, n >= 1
 * @param options.count  paths, >= 2000 advised
 * @returns account currency, >= 0
 * Source: as `resampleDrawdowns`.
 */
export function guardDrawdowns(options: { pnl: Float64Array; window: number; count: number; seed: string }): {
  mean: number;
  q95: number;
} {
  const blockLength = Math.min(GUARD_BLOCK, options.window);
  const prng = createPrng(options.seed);
  const { pnl, window: pathLength, count } = options;
  const drawdowns = orderStatistics(resampleDrawdowns({ pnl, pathLength, blockLength, count, prng }));
  return { mean: mean(drawdowns.smallest(count)), q95: quantile({ of: drawdowns, q: 0.95 }) };
}

/** Drawdown since the promotion at which the guard rolls back: 1.5 Q95 max(1, volatility ratio). */
export function drawdownThreshold(options: { q95: number; ratio: number }): number {
  return DRAWDOWN_FACTOR * options.q95 * Math.max(1, options.ratio);
}
