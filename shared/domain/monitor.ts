import {
  type ChartName,
  type ChartState,
  freshCharts,
  restartAfterAlarm,
  stepCharts,
} from "../stats/watch/degradation.ts";
import { type Baseline, freezeBaseline } from "../stats/watch/guard.ts";
import type { LedgerRows } from "./ledger.ts";

/**
 * The degradation monitor: watches a champion for as long as it reigns (STATISTICS 3b, 3c). It goes over the ledger in closing
 * order from a checkpoint; the checkpoint moves on in the registry, so every trade goes through the charts once.
 */

/** Trades of a champion nobody promoted, from which its own baseline is taken. */
export const OWN_BASELINE_TRADES = 500;
/** Trades after which the checkpoint moves on even without an alarm: bounds what has to be read again. */
export const CHECKPOINT_TRADES = 200;
/** Alarms within this many trades of the one before belong to the same episode and are not told again. */
export const EPISODE_TRADES = 500;
/** The monitor needs no drawdown quantile; the smallest number of paths will do. */
const PATHS = 1;

export type MonitorState = {
  /** what the champion is measured against; null until it has traded enough to have one of its own */
  baseline: Baseline | null;
  /** trades closed at or before this are behind the charts, epoch ms of trade time; null: none yet */
  upTo: number | null;
  charts: ChartState;
  /** episodes so far in this reign, and the trades under watch at the latest alarm; null: none yet */
  episodes: number;
  lastAlarm: number | null;
};

export const freshMonitor = (baseline: Baseline | null, from: number | null): MonitorState => ({
  baseline,
  upTo: from,
  charts: freshCharts,
  episodes: 0,
  lastAlarm: null,
});

export type MonitorReading = {
  state: MonitorState;
  /** charts that rang at `at`; empty when none did */
  alarms: ChartName[];
  /** the alarm begins an episode: people must be told */
  begins: boolean;
  /** trade time of the last trade taken in, epoch ms */
  at: number | null;
  /** the registry should remember this state */
  worthKeeping: boolean;
};

/** Chart values beside the lines they must not cross. */
export type MonitorFigures = {
  trades: number;
  cusumWin: number;
  cusumPnl: number;
  cusumLimit: number;
  ewmaWin: number;
  ewmaLimit: number;
  baselineWinRate: number | null;
  baselineMeanPnl: number | null;
  episodes: number;
};

/**
 * Takes in trades until the first alarm, the next checkpoint, or the end.
 * @param o.trades  the champion's trades after `upTo`, closing order; abstentions are passed over
 * @param o.before  trades closed at or after this only show in the state: others of their moment may still be arriving
 */
export function readMonitor(o: {
  state: MonitorState;
  trades: LedgerRows;
  before: number;
  seed: string;
}): MonitorReading {
  const { trades } = o;
  if (o.state.baseline === null) return takeOwnBaseline(o);
  let state = o.state;
  for (let from = 0, to = 0; from < trades.count; from = to) {
    const at = trades.closedAt[from]!;
    while (to < trades.count && trades.closedAt[to] === at) to += 1;
    // Whole moments only: what closes together with an alarm must not be passed over after it.
    const moment = takeMoment({ state, trades, from, to, baseline: o.state.baseline });
    state = moment.state;
    // Always after the same trades, so that a replay leaves the same trail.
    const due = moment.alarms.length > 0 || state.charts.trades - o.state.charts.trades >= CHECKPOINT_TRADES;
    if (due && at < o.before) return { ...moment, at, worthKeeping: true };
  }
  return { state, alarms: [], begins: false, at: null, worthKeeping: false };
}

/** All trades that closed at one moment. */
function takeMoment(o: { state: MonitorState; trades: LedgerRows; from: number; to: number; baseline: Baseline }) {
  const { trades, baseline } = o;
  let { state } = o;
  let begins = false;
  const alarms: ChartName[] = [];
  for (let i = o.from; i < o.to; i++) {
    if (trades.took[i] !== 1) continue;
    const step = stepCharts({ state: state.charts, pnl: trades.pnl[i]!, baseline });
    state = { ...state, charts: step.state, upTo: trades.closedAt[i]! };
    if (step.alarms.length === 0) continue;
    const charts = restartAfterAlarm({ state: step.state, alarms: step.alarms });
    const first = state.lastAlarm === null || charts.trades - state.lastAlarm > EPISODE_TRADES;
    state = { ...state, charts, lastAlarm: charts.trades, episodes: state.episodes + (first ? 1 : 0) };
    begins ||= first;
    alarms.push(...step.alarms);
  }
  return { state, alarms: [...new Set(alarms)], begins };
}

/** A champion that was never a challenger is measured against its own first trades. */
function takeOwnBaseline(o: { state: MonitorState; trades: LedgerRows; before: number; seed: string }): MonitorReading {
  const first: number[] = [];
  for (let i = 0; i < o.trades.count && first.length < OWN_BASELINE_TRADES; i++)
    if (o.trades.took[i] === 1) first.push(i);
  const last = first[first.length - 1];
  const settled = last !== undefined && o.trades.closedAt[last]! < o.before;
  if (first.length < OWN_BASELINE_TRADES || !settled)
    return { state: o.state, alarms: [], begins: false, at: null, worthKeeping: false };
  const pnl = Float64Array.from(first, (i) => o.trades.pnl[i]!);
  const baseline = freezeBaseline({ pnl, reference: null, window: 100, count: PATHS, seed: o.seed });
  const at = o.trades.closedAt[last]!;
  return { state: freshMonitor(baseline, at), alarms: [], begins: false, at, worthKeeping: true };
}

/** The alarm in one sentence. */
export function describeAlarm(reading: MonitorReading): string {
  const words: Record<ChartName, string> = {
    "cusum-win": "win-rate CUSUM",
    "cusum-pnl": "PnL CUSUM",
    "ewma-win": "win-rate EWMA",
  };
  const rang = reading.alarms.map((name) => words[name]).join(" and ");
  return `the ${rang} crossed its line after ${reading.state.charts.trades} trades under watch`;
}
