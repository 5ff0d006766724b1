import { addToStretch, noStretch, type Stretch } from "../numeric/drawdown.ts";
import { addToMoments, type Moments, noMoments, variance } from "../numeric/moments.ts";
import { sharpeRatio } from "../rule/sharpe-difference.ts";
import { ROLLING_WINDOW } from "./metrics.ts";

/**
 * The metrics that can be kept trade by trade without looking back, as a plain object that can be stored.
 * Only figures for which streaming is exact are here: each equals what `computeMetrics` says of the same trades.
 */
export type MetricsState = {
  moments: Moments;
  wins: number;
  losses: number;
  won: number;
  lost: number;
  /** sum of squared losses */
  downside: number;
  stretch: Stretch;
  losingRun: number;
  longestLosingRun: number;
  /** outcomes of the last (at most) 100 trades, oldest first, "1" a win */
  recent: string;
  /** number, sum and sum of squares of the wins in each full window */
  windows: number;
  windowSum: number;
  windowSquares: number;
};

export const noTrades: MetricsState = {
  moments: noMoments,
  wins: 0,
  losses: 0,
  won: 0,
  lost: 0,
  downside: 0,
  stretch: noStretch,
  losingRun: 0,
  longestLosingRun: 0,
  recent: "",
  windows: 0,
  windowSum: 0,
  windowSquares: 0,
};

/**
 * The state after one more trade taken. Abstentions are not trades: do not pass them.
 * @param pnl  account currency, finite
 * @throws RangeError when pnl is not finite
 */
export function addTrade(state: MetricsState, pnl: number): MetricsState {
  if (!Number.isFinite(pnl)) throw new RangeError(`pnl is ${pnl}: a trade needs a finite number`);
  const losingRun = pnl < 0 ? state.losingRun + 1 : 0;
  const recent = (state.recent + (pnl > 0 ? "1" : "0")).slice(-ROLLING_WINDOW);
  const full = recent.length === ROLLING_WINDOW;
  const inWindow = full ? countWins(recent) : 0;
  return {
    moments: addToMoments(state.moments, pnl),
    wins: state.wins + (pnl > 0 ? 1 : 0),
    losses: state.losses + (pnl < 0 ? 1 : 0),
    won: state.won + Math.max(0, pnl),
    lost: state.lost + Math.max(0, -pnl),
    downside: state.downside + Math.min(0, pnl) ** 2,
    stretch: addToStretch(state.stretch, pnl),
    losingRun,
    longestLosingRun: Math.max(state.longestLosingRun, losingRun),
    recent,
    windows: state.windows + (full ? 1 : 0),
    windowSum: state.windowSum + inWindow,
    windowSquares: state.windowSquares + inWindow * inWindow,
  };
}

function countWins(outcomes: string): number {
  let wins = 0;
  for (let i = 0; i < outcomes.length; i++) if (outcomes.charCodeAt(i) === 49) wins += 1;
  return wins;
}

/** The figures the state knows exactly; names and definitions as in `Metrics`. */
export type StreamedMetrics = {
  nTrades: number;
  winRate: number | null;
  meanPnl: number | null;
  stdPnl: number | null;
  totalPnl: number;
  sharpeRatio: number | null;
  sortinoRatio: number | null;
  maxDrawdown: number;
  rollingWrStd: number | null;
  profitFactor: number | null;
  longestLosingRun: number;
};

/** Reads the metrics off a state. @returns null for a figure that does not exist yet; never NaN */
export function streamedMetrics(state: MetricsState): StreamedMetrics {
  const { moments: m, windows } = state;
  const n = m.n;
  const spread = windows > 0 ? Math.max(0, state.windowSquares - state.windowSum ** 2 / windows) / windows : 0;
  return {
    nTrades: n,
    winRate: n > 0 ? state.wins / n : null,
    meanPnl: n > 0 ? m.mean : null,
    stdPnl: n > 0 ? Math.sqrt(variance(m)) : null,
    totalPnl: state.stretch.total,
    sharpeRatio: sharpeRatio(m),
    sortinoRatio: state.downside > 0 ? m.mean / Math.sqrt(state.downside / n) : null,
    maxDrawdown: state.stretch.worst,
    rollingWrStd: windows > 0 ? Math.sqrt(spread) / ROLLING_WINDOW : null,
    profitFactor: state.lost > 0 ? state.won / state.lost : null,
    longestLosingRun: state.longestLosingRun,
  };
}
