import { clampWinRate } from "./guard.ts";

/** Charts that watch a champion for ever: a state goes in with one trade, a new state and the alarms come out. */

/** Slack of both CUSUM charts and their alarm line, in standard deviations, before the serial factor. */
export const CUSUM_SLACK = 0.1;
export const CUSUM_LIMIT = 30;
/** Weight of the newest trade in the EWMA of wins, and its alarm line in standard deviations of the chart. */
export const EWMA_WEIGHT = 0.02;
export const EWMA_LIMIT_SD = 3.5;
/** Standardised PnL is held within this; a single crash is the guard's business. */
export const PNL_CLIP = 4;
/** Weight of the newest trade in the current volatility. */
export const VOLATILITY_WEIGHT = 0.03;

/** Champion's figures at its promotion. `serial` as from `serialFactor`. */
export type ChartBaseline = { winRate: number; trades: number; meanPnl: number; sdPnl: number; serial: number };

/** State of the charts. A plain object; `variance` null until the first trade. */
export type ChartState = {
  trades: number;
  cusumWin: number;
  cusumPnl: number;
  ewmaWin: number;
  variance: number | null;
};

export const freshCharts: ChartState = { trades: 0, cusumWin: 0, cusumPnl: 0, ewmaWin: 0, variance: null };

export type ChartName = "cusum-win" | "cusum-pnl" | "ewma-win";

export type ChartStep = { state: ChartState; alarms: ChartName[] };

const clip = (x: number, reach: number): number => Math.min(reach, Math.max(-reach, x));

/** Alarm line of the EWMA chart: E < -3.5 sqrt(lambda/(2 - lambda)) f. Negative. */
export function ewmaLimit(serial: number): number {
  return -EWMA_LIMIT_SD * Math.sqrt(EWMA_WEIGHT / (2 - EWMA_WEIGHT)) * serial;
}

/** Standardised PnL as the charts take it: held within four standard deviations. */
export function clipPnl(z: number): number {
  return clip(z, PNL_CLIP);
}

/**
 * One step of a one-sided CUSUM for a fall.
 * Definition: S' = max(0, S - z - k f).
 * @param o.z  the new standardised value
 * @param o.serial  f, widens the slack k = 0.1 for serial correlation
 * Source: E. Page (1954), Biometrika 41, 100-115.
 */
export function stepCusum(o: { cusum: number; z: number; serial: number }): number {
  return Math.max(0, o.cusum - o.z - CUSUM_SLACK * o.serial);
}

/**
 * Standardised PnL in units of the current volatility, and the volatility after it.
 * Definition: s = sqrt(variance), u = s held within [sd0/3, 3 sd0]; z = clip(pnl/u - mu0/sd0, -4, 4);
 *   variance' = (1 - lambda) variance + lambda clip(pnl - mu0 s/sd0, +-4 max(sd0, s))^2, lambda 0.03.
 */
export function standardisePnl(o: { pnl: number; variance: number; meanPnl: number; sdPnl: number }): {
  z: number;
  variance: number;
} {
  const s = Math.sqrt(o.variance);
  const unit = Math.min(3 * o.sdPnl, Math.max(o.sdPnl / 3, s));
  const z = clipPnl(o.pnl / unit - o.meanPnl / o.sdPnl);
  const e = clip(o.pnl - (o.meanPnl * s) / o.sdPnl, PNL_CLIP * Math.max(o.sdPnl, s));
  return { z, variance: (1 - VOLATILITY_WEIGHT) * o.variance + VOLATILITY_WEIGHT * e * e };
}

/**
 * One trade through the three charts.
 * Definition: z_w = (win - p0)/sqrt(p0 (1-p0)); C_w = max(0, C_w - z_w - 0.1 f), alarm >= 30 f; C_p likewise with the
 *   standardised PnL; E = 0.02 z_w + 0.98 E, alarm below -3.5 sqrt(0.02/1.98) f; f = serial factor of the baseline wins.
 * @param o.state  `freshCharts` at a promotion; afterwards what the last step returned
 * @param o.pnl  trade taken, account currency, finite; a win is PnL > 0
 * @returns alarms of this trade; the caller starts a chart anew after an alarm (`restartAfterAlarm`)
 * Degenerate: a baseline without variance switches the PnL chart off (it stays 0).
 * Assumes: average run length to a false alarm of any chart about 11,000-15,000 trades; a drop of 10 points of win rate
 *   takes about 200 trades to be seen.
 * Source: E. Page (1954), Biometrika 41, 100-115 (CUSUM); S. Roberts (1959), Technometrics 1, 239-250 (EWMA).
 * @throws RangeError when pnl is not finite
 */
export function stepCharts(o: { state: ChartState; pnl: number; baseline: ChartBaseline }): ChartStep {
  if (!Number.isFinite(o.pnl)) throw new RangeError(`pnl is ${o.pnl}: a chart needs a finite number`);
  const { state, baseline } = o;
  const f = baseline.serial;
  const p = clampWinRate({ winRate: baseline.winRate, n: baseline.trades });
  const zWin = ((o.pnl > 0 ? 1 : 0) - p) / Math.sqrt(p * (1 - p));
  const cusumWin = stepCusum({ cusum: state.cusumWin, z: zWin, serial: f });
  const ewmaWin = EWMA_WEIGHT * zWin + (1 - EWMA_WEIGHT) * state.ewmaWin;
  let cusumPnl = 0;
  let variance = state.variance;
  if (baseline.sdPnl > 0) {
    const step = standardisePnl({ ...baseline, pnl: o.pnl, variance: state.variance ?? baseline.sdPnl ** 2 });
    cusumPnl = stepCusum({ cusum: state.cusumPnl, z: step.z, serial: f });
    variance = step.variance;
  }
  const alarms: ChartName[] = [];
  if (cusumWin >= CUSUM_LIMIT * f) alarms.push("cusum-win");
  if (cusumPnl >= CUSUM_LIMIT * f) alarms.push("cusum-pnl");
  if (ewmaWin < ewmaLimit(f)) alarms.push("ewma-win");
  return { state: { trades: state.trades + 1, cusumWin, cusumPnl, ewmaWin, variance }, alarms };
}

/** The charts that rang start at 0 again; the others and the volatility go on. */
export function restartAfterAlarm(o: { state: ChartState; alarms: readonly ChartName[] }): ChartState {
  return {
    ...o.state,
    cusumWin: o.alarms.includes("cusum-win") ? 0 : o.state.cusumWin,
    cusumPnl: o.alarms.includes("cusum-pnl") ? 0 : o.state.cusumPnl,
    ewmaWin: o.alarms.includes("ewma-win") ? 0 : o.state.ewmaWin,
  };
}
