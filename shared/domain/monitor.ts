import { floatColumn } from "../stats/numeric/columns.ts";
import { addToExcursion, attributeAlarm, type Cause, type Excursion, noExcursion } from "../stats/watch/attribution.ts";
import { type Baseline, freezeBaseline } from "../stats/watch/baseline.ts";
import {
  type ChartName,
  type ChartState,
  freshCharts,
  restartAfterAlarm,
  stepCharts,
  stepPairedChart,
} from "../stats/watch/degradation.ts";
import type { Answered, PairedBaseline } from "../stats/watch/paired-guard.ts";
import type { LedgerRows } from "./ledger.ts";
import { lostOrMade } from "./number-words.ts";
import type { ShadowSums } from "./reverse-shadow.ts";
import { signalsOf } from "./signals.ts";

/**
 * The degradation monitor: watches a champion for as long as it reigns (STATISTICS 3b, 3c). It goes over the ledger in closing
 * order from a checkpoint; the checkpoint moves on in the registry, so every trade goes through the charts once. While the former
 * champion reports, a paired chart watches the difference on the same signals, and every alarm says whose fault it is.
 */

/** Trades of a champion nobody promoted, from which its own baseline is taken. */
export const OWN_BASELINE_TRADES = 500;
/** Trades after which the checkpoint moves on even without an alarm: bounds what has to be read again. */
export const CHECKPOINT_TRADES = 200;
/** Alarms within this many trades of the one before belong to the same episode and are not reported again. */
export const EPISODE_TRADES = 500;
/** The monitor needs no drawdown quantile; the smallest number of paths will do. */
const PATHS = 1;

export type MonitorState = {
  /** what the champion is measured against; null until it has traded enough to have one of its own */
  baseline: Baseline | null;
  /** trades closed at or before this are behind the charts, epoch ms of trade time; null: none yet */
  upTo: number | null;
  charts: ChartState;
  /** pairs since each of the champion's own charts was last at rest; absent where kept by an older release */
  excursions?: Excursions;
  /** episodes so far in this reign, and the trades under watch at the latest alarm; null: none yet */
  episodes: number;
  lastAlarm: number | null;
  /** what both made of all signals of this reign; absent where nobody was promoted, or before the first checkpoint */
  shadow?: ShadowSums;
};

/** The EWMA chart is attributed over the excursion of the win chart. */
type Excursions = { wins: Excursion; pnl: Excursion };

const noExcursions: Excursions = { wins: noExcursion, pnl: noExcursion };

export const freshMonitor = (baseline: Baseline | null, from: number | null): MonitorState => ({
  baseline,
  upTo: from,
  charts: freshCharts,
  excursions: noExcursions,
  episodes: 0,
  lastAlarm: null,
});

export type MonitorReading = {
  state: MonitorState;
  /** charts that raised an alarm at `at`; empty when none did */
  alarms: ChartName[];
  /** whose fault the alarm is; null without an alarm, "unclear" when nobody else answered the same signals */
  cause: Cause | null;
  /** what both made of the same signals since the alarming chart was last at rest; null without an alarm or without pairs */
  beside: { pairs: number; championPnl: number; formerPnl: number } | null;
  /** the alarm begins an episode: people must hear of it */
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
  cusumPnlLimit: number;
  cusumPair: number;
  /** null: there is no former champion to compare with */
  cusumPairLimit: number | null;
  baselineWinRate: number | null;
  baselineMeanPnl: number | null;
  episodes: number;
};
/** A signal both answered, at the moment at which the later of the two closed it. */
export type CompletedPair = { at: number; champion: Answered; former: Answered };

/**
 * Signals both answered, in order of completion.
 * @param options.champion  opened since its promotion
 * @param options.after  only those completed after this, epoch ms; null: all
 */
export function completedPairs(options: {
  champion: LedgerRows;
  former: LedgerRows;
  after: number | null;
}): CompletedPair[] {
  const answers = new Map(signalsOf(options.former).map((s) => [s.signalId, s]));
  return signalsOf(options.champion)
    .flatMap((champion) => {
      const former = answers.get(champion.signalId);
      return former ? [{ at: Math.max(champion.closedAt, former.closedAt), champion, former }] : [];
    })
    .filter((pair) => options.after === null || pair.at > options.after)
    .sort((a, b) => a.at - b.at || a.champion.closedAt - b.champion.closedAt);
}

const nothing = { alarms: [], cause: null, beside: null, begins: false, at: null, worthKeeping: false } as const;

/**
 * Takes in trades and pairs until the first alarm, the next checkpoint, or the end.
 * @param options.trades  the champion's trades after `upTo`, closing order; abstentions are passed over
 * @param options.pairs  signals completed after `upTo`, order of completion; left out: the former champion does not report
 * @param options.before  trades closed at or after this only show in the state: others of their moment may still be arriving
 */
export function readMonitor(options: {
  state: MonitorState;
  trades: LedgerRows;
  pairs?: readonly CompletedPair[];
  before: number;
  seed: string;
}): MonitorReading {
  const { trades, pairs = [] } = options;
  const { baseline } = options.state;
  if (baseline === null) return takeOwnBaseline(options);
  let state: MonitorState = { ...options.state, charts: { ...freshCharts, ...options.state.charts } };
  for (let trade = 0, pair = 0; trade < trades.count || pair < pairs.length; ) {
    const at = Math.min(trades.closedAt[trade] ?? Infinity, pairs[pair]?.at ?? Infinity);
    const from = { trade, pair };
    while (trade < trades.count && trades.closedAt[trade] === at) trade += 1;
    while (pair < pairs.length && pairs[pair]!.at === at) pair += 1;
    // Whole moments only: what closes together with an alarm must not be passed over after it.
    const moment = takeMoment({ state, at, baseline, trades, pairs, from, to: { trade, pair } });
    state = moment.state;
    // Always after the same trades, so that a replay leaves the same trail.
    const due = moment.alarms.length > 0 || state.charts.trades - options.state.charts.trades >= CHECKPOINT_TRADES;
    if (due && at < options.before) return { ...moment, at, worthKeeping: true };
  }
  return { ...nothing, alarms: [], state };
}

type Moment = {
  state: MonitorState;
  at: number;
  baseline: Baseline;
  trades: LedgerRows;
  pairs: readonly CompletedPair[];
  from: { trade: number; pair: number };
  to: { trade: number; pair: number };
};

/** All trades that closed, and all signals that were completed, at one moment. */
function takeMoment(options: Moment): Pick<MonitorReading, "state" | "alarms" | "cause" | "beside" | "begins"> {
  const { baseline } = options;
  let { charts } = options.state;
  let excursions = options.state.excursions ?? noExcursions;
  const alarms = new Set<ChartName>();
  for (let i = options.from.trade; i < options.to.trade; i++) {
    if (options.trades.took[i] !== 1) continue;
    const step = stepCharts({ state: charts, pnl: options.trades.pnl[i]!, baseline });
    charts = step.state;
    for (const name of step.alarms) alarms.add(name);
    excursions = {
      wins: charts.cusumWin > 0 ? excursions.wins : noExcursion,
      pnl: charts.cusumPnl > 0 ? excursions.pnl : noExcursion,
    };
  }
  const paired = baseline.paired?.usable ? baseline.paired : null;
  for (const pair of paired ? options.pairs.slice(options.from.pair, options.to.pair) : []) {
    const step = stepPairedChart({
      state: charts,
      difference: pair.champion.pnl - pair.former.pnl,
      formerPnl: pair.former.pnl,
      baseline: paired!,
    });
    charts = step.state;
    for (const name of step.alarms) alarms.add(name);
    excursions = addPair(excursions, { charts, pair, paired: paired! });
  }
  const state = { ...options.state, charts, excursions, upTo: options.at };
  return alarms.size === 0
    ? { state, alarms: [], cause: null, beside: null, begins: false }
    : afterAlarm(state, { alarms: [...alarms], baseline });
}

function addPair(
  excursions: Excursions,
  options: { charts: ChartState; pair: CompletedPair; paired: PairedBaseline },
): Excursions {
  const add = (e: Excursion) => addToExcursion(e, { ...options.pair, baseline: options.paired });
  return {
    wins: options.charts.cusumWin > 0 ? add(excursions.wins) : excursions.wins,
    pnl: options.charts.cusumPnl > 0 ? add(excursions.pnl) : excursions.pnl,
  };
}

/** Says whose fault the alarm is, and lets the alarming charts start anew. */
function afterAlarm(state: MonitorState, options: { alarms: ChartName[]; baseline: Baseline }) {
  const { alarms, baseline } = options;
  const excursions = state.excursions ?? noExcursions;
  const causes = alarms.map((name) => causeOf(name, excursions, baseline));
  const charts = restartAfterAlarm({ state: state.charts, alarms });
  const first = state.lastAlarm === null || charts.trades - state.lastAlarm > EPISODE_TRADES;
  const { pairs, championPnl, formerPnl } = alarms.every((name) => name === "cusum-pnl")
    ? excursions.pnl
    : excursions.wins;
  return {
    state: {
      ...state,
      charts,
      excursions: {
        wins: charts.cusumWin > 0 ? excursions.wins : noExcursion,
        pnl: charts.cusumPnl > 0 ? excursions.pnl : noExcursion,
      },
      lastAlarm: charts.trades,
      episodes: state.episodes + (first ? 1 : 0),
    },
    alarms,
    // Of several charts that ring together the one that knows most speaks: the model's own fault is never hidden behind the market.
    cause: causes.includes("model") ? "model" : causes.includes("market") ? "market" : ("unclear" as Cause),
    beside: pairs > 0 ? { pairs, championPnl, formerPnl } : null,
    begins: first,
  };
}

function causeOf(name: ChartName, excursions: Excursions, baseline: Baseline): Cause {
  if (name === "cusum-pair") return "model";
  if (!baseline.paired?.usable) return "unclear";
  const by = name === "cusum-pnl" ? "pnl" : "wins";
  return attributeAlarm(excursions[by], { by, baseline: baseline.paired, meanNew: baseline.meanPnl });
}

/** A champion that was never a challenger is measured against its own first trades. */
function takeOwnBaseline(options: {
  state: MonitorState;
  trades: LedgerRows;
  before: number;
  seed: string;
}): MonitorReading {
  const first: number[] = [];
  for (let i = 0; i < options.trades.count && first.length < OWN_BASELINE_TRADES; i++)
    if (options.trades.took[i] === 1) first.push(i);
  const last = first[first.length - 1];
  const settled = last !== undefined && options.trades.closedAt[last]! < options.before;
  if (first.length < OWN_BASELINE_TRADES || !settled) return { ...nothing, alarms: [], state: options.state };
  const pnl = floatColumn(first.length, (i) => options.trades.pnl[first[i]!]!);
  const baseline = freezeBaseline({ pnl, reference: null, window: 100, count: PATHS, seed: options.seed });
  const at = options.trades.closedAt[last]!;
  return { ...nothing, alarms: [], state: freshMonitor(baseline, at), at, worthKeeping: true };
}

/** The alarm in one sentence: which chart, whose fault it is, and what the former champion made of the same signals. */
export function describeAlarm(reading: MonitorReading, options: { former: string | null } = { former: null }): string {
  const words: Record<ChartName, string> = {
    "cusum-win": "win-rate CUSUM",
    "cusum-pnl": "PnL CUSUM",
    "ewma-win": "win-rate EWMA",
    "cusum-pair": "paired chart",
  };
  const charts = reading.alarms.map((name) => words[name]).join(" and ");
  const lines = reading.alarms.length > 1 ? "their lines" : "its line";
  const what = `the ${charts} crossed ${lines} after ${reading.state.charts.trades} trades under watch`;
  return `${what}; ${causeInWords(reading, options.former)}`;
}

function causeInWords({ cause, beside }: MonitorReading, former: string | null): string {
  if (!beside || former === null) return "nobody else answered the same signals, so the cause is unclear";
  const both = `over the same ${beside.pairs} signals the champion ${lostOrMade(beside.championPnl)}, ${former} ${lostOrMade(beside.formerPnl)}`;
  if (cause === "model") return `the model falls behind, not the market: ${both}`;
  if (cause === "market") return `the market changed, not the model: ${both}`;
  return `neither clearly the model's fault nor clearly the market's: ${both}`;
}
