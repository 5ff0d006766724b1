import { clampWinRate } from "./guard.ts";
import type { PairedBaseline } from "./paired-guard.ts";

/** Charts that watch a champion for ever: a state goes in with one trade, a new state and the alarms come out. */

/** Slack of both CUSUM charts and their alarm line, in standard deviations, before the serial factor. */
export const CUSUM_SLACK = 0.1;
export const CUSUM_LIMIT = 30;
/** Weight of the newest trade in the EWMA of wins, and its alarm line in standard deviations of the chart. */
export const EWMA_WEIGHT = 0.02;
export const EWMA_LIMIT_SD = 4;
/** Standardised PnL and differences are held within this; a single crash is the guard's business. */
export const PNL_CLIP = 4;
/** Weight of the newest trade in the current size of wins, of losses, and of the former champion's PnL. */
export const VOLATILITY_WEIGHT = 0.03;
/** Share of the promised difference the paired chart expects: the promise is inflated by selection. */
const PROMISE_SHARE = 0.5;

/** Champion's figures at its promotion; serial factors as from `serialFactor`. */
export type ChartBaseline = {
  winRate: number;
  trades: number;
  meanPnl: number;
  sdPnl: number;
  /** of the wins */
  serial: number;
  /** of the PnL; left out: the wins' */
  serialPnl?: number;
  /** mean win and mean size of a loss, account currency; left out or 0: the size of wins or losses is not followed */
  meanWin?: number;
  meanLoss?: number;
};

/** State of the charts. A plain object; 0 and 1 before the first trade. */
export type ChartState = {
  trades: number;
  cusumWin: number;
  cusumPnl: number;
  ewmaWin: number;
  /** present size of wins and of losses over their baseline means */
  winSize: number;
  lossSize: number;
  /** paired chart, and the present variance of the former champion's PnL (null: as in the baseline) */
  cusumPair: number;
  formerVariance: number | null;
};

export const freshCharts: ChartState = {
  trades: 0,
  cusumWin: 0,
  cusumPnl: 0,
  ewmaWin: 0,
  winSize: 1,
  lossSize: 1,
  cusumPair: 0,
  formerVariance: null,
};

export type ChartName = "cusum-win" | "cusum-pnl" | "ewma-win" | "cusum-pair";

export type ChartStep = { state: ChartState; alarms: ChartName[] };

const clip = (x: number, reach: number): number => Math.min(reach, Math.max(-reach, x));

/** Alarm line of the EWMA chart: E < -4 sqrt(lambda/(2 - lambda)) f. Negative. */
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
 * @param options.z  the new standardised value
 * @param options.serial  f, widens the slack k = 0.1 for serial correlation
 * Source: E. Page (1954), Biometrika 41, 100-115.
 */
export function stepCusum(options: { cusum: number; z: number; serial: number }): number {
  return Math.max(0, options.cusum - options.z - CUSUM_SLACK * options.serial);
}

/**
 * Standardised PnL, and the sizes of wins and losses after it. Volatility counts only as far as wins and losses agree on it: smaller
 * wins alone leave the losses' size at 1, and so the fall is seen; a wilder market enlarges both.
 * Definition: rho = median(w, l, 1) held within [1/3, 3]; z = clip(pnl/(sd0 rho) - mu0/sd0, -4, 4); afterwards the size the trade
 *   belongs to is (1 - lambda) size + lambda min(|pnl|, 4 mean max(1, size))/mean, lambda 0.03.
 * Degenerate: a baseline without wins or without losses leaves that size at 1.
 */
export function standardisePnl(options: { pnl: number; winSize: number; lossSize: number; baseline: ChartBaseline }): {
  z: number;
  winSize: number;
  lossSize: number;
} {
  const { meanPnl, sdPnl, meanWin = 0, meanLoss = 0 } = options.baseline;
  const z = clipPnl(options.pnl / (sdPnl * agreedVolatility(options)) - meanPnl / sdPnl);
  const winSize = options.pnl > 0 ? nextSize(options.winSize, { pnl: options.pnl, mean: meanWin }) : options.winSize;
  const lossSize =
    options.pnl < 0 ? nextSize(options.lossSize, { pnl: -options.pnl, mean: meanLoss }) : options.lossSize;
  return { z, winSize, lossSize };
}

/** How much wilder than in the baseline wins and losses agree the PnL is: the median of both sizes and 1, within [1/3, 3]. */
export function agreedVolatility(options: { winSize: number; lossSize: number }): number {
  const smaller = Math.min(options.winSize, options.lossSize);
  const larger = Math.max(options.winSize, options.lossSize);
  return Math.min(3, Math.max(1 / 3, Math.max(smaller, Math.min(larger, 1))));
}

function nextSize(size: number, options: { pnl: number; mean: number }): number {
  if (!(options.mean > 0)) return size;
  const held = Math.min(options.pnl, PNL_CLIP * options.mean * Math.max(1, size));
  return (1 - VOLATILITY_WEIGHT) * size + (VOLATILITY_WEIGHT * held) / options.mean;
}

/**
 * One trade through the champion's own charts.
 * Definition: z_w = (win - p0)/sqrt(p0 (1-p0)); C_w = max(0, C_w - z_w - 0.1 f), alarm >= 30 f; C_p likewise with the
 *   standardised PnL and the PnL's own serial factor; E = 0.02 z_w + 0.98 E, alarm below -4 sqrt(0.02/1.98) f.
 * @param options.state  `freshCharts` at a promotion; afterwards what the last step returned
 * @param options.pnl  trade taken, account currency, finite; a win is PnL > 0
 * @returns alarms of this trade; the caller starts a chart anew after an alarm (`restartAfterAlarm`)
 * Degenerate: a baseline without variance switches the PnL chart off (it stays 0).
 * Assumes: average run length to a false alarm of any chart about 8,000-18,000 trades; a drop of 10 points of win rate takes about
 *   140-210 trades to be seen.
 * Source: E. Page (1954), Biometrika 41, 100-115 (CUSUM); S. Roberts (1959), Technometrics 1, 239-250 (EWMA).
 * @throws RangeError when pnl is not finite
 */
export function stepCharts(options: { state: ChartState; pnl: number; baseline: ChartBaseline }): ChartStep {
  if (!Number.isFinite(options.pnl)) throw new RangeError(`pnl is ${options.pnl}: a chart needs a finite number`);
  const { state, baseline } = options;
  const f = baseline.serial;
  const fPnl = baseline.serialPnl ?? f;
  const p = clampWinRate({ winRate: baseline.winRate, n: baseline.trades });
  const zWin = ((options.pnl > 0 ? 1 : 0) - p) / Math.sqrt(p * (1 - p));
  const cusumWin = stepCusum({ cusum: state.cusumWin, z: zWin, serial: f });
  const ewmaWin = EWMA_WEIGHT * zWin + (1 - EWMA_WEIGHT) * state.ewmaWin;
  let next = { ...state, trades: state.trades + 1, cusumWin, ewmaWin, cusumPnl: 0 };
  if (baseline.sdPnl > 0) {
    const { z, winSize, lossSize } = standardisePnl({ ...state, pnl: options.pnl, baseline });
    next = { ...next, winSize, lossSize, cusumPnl: stepCusum({ cusum: state.cusumPnl, z, serial: fPnl }) };
  }
  const alarms: ChartName[] = [];
  if (cusumWin >= CUSUM_LIMIT * f) alarms.push("cusum-win");
  if (next.cusumPnl >= CUSUM_LIMIT * fPnl) alarms.push("cusum-pnl");
  if (ewmaWin < ewmaLimit(f)) alarms.push("ewma-win");
  return { state: next, alarms };
}

/**
 * One signal both answered through the paired chart, which sees what the champion loses against the former one.
 * Definition: v = EWMA sd of the former's PnL over its baseline sd, held within [1/3, 3];
 *   z = clip(d/(s_d v) - 0.5 max(0, D0)/s_d, -4, 4); C = max(0, C - z - 0.1 f_d), alarm >= 30 f_d; afterwards
 *   variance' = (1 - lambda) variance + lambda clip(former - mu s/sd, +-4 max(sd, s))^2, lambda 0.03.
 * @param options.difference  champion minus former, account currency
 * Assumes: half the promise, because the promise was selected and is too large.
 */
export function stepPairedChart(options: {
  state: ChartState;
  difference: number;
  formerPnl: number;
  baseline: Pick<PairedBaseline, "promise" | "sdDifference" | "serialDifference" | "meanFormer" | "sdFormer">;
}): ChartStep {
  const { state, baseline: b } = options;
  const variance = state.formerVariance ?? b.sdFormer ** 2;
  const s = Math.sqrt(variance);
  const volatility = b.sdFormer > 0 ? Math.min(3, Math.max(1 / 3, s / b.sdFormer)) : 1;
  const expected = (PROMISE_SHARE * Math.max(0, b.promise)) / b.sdDifference;
  const z = clipPnl(options.difference / (b.sdDifference * volatility) - expected);
  const cusumPair = stepCusum({ cusum: state.cusumPair, z, serial: b.serialDifference });
  let formerVariance = variance;
  if (b.sdFormer > 0) {
    const e = clip(options.formerPnl - (b.meanFormer * s) / b.sdFormer, PNL_CLIP * Math.max(b.sdFormer, s));
    formerVariance = (1 - VOLATILITY_WEIGHT) * variance + VOLATILITY_WEIGHT * e * e;
  }
  const alarms: ChartName[] = cusumPair >= CUSUM_LIMIT * b.serialDifference ? ["cusum-pair"] : [];
  return { state: { ...state, cusumPair, formerVariance }, alarms };
}

/** The charts that raised the alarm start at 0 again; the others and the volatility go on. */
export function restartAfterAlarm(options: { state: ChartState; alarms: readonly ChartName[] }): ChartState {
  return {
    ...options.state,
    cusumWin: options.alarms.includes("cusum-win") ? 0 : options.state.cusumWin,
    cusumPnl: options.alarms.includes("cusum-pnl") ? 0 : options.state.cusumPnl,
    ewmaWin: options.alarms.includes("ewma-win") ? 0 : options.state.ewmaWin,
    cusumPair: options.alarms.includes("cusum-pair") ? 0 : options.state.cusumPair,
  };
}
