import { takenOnly } from "../stats/numeric/taken-only.ts";
import { type Baseline, freezeBaseline } from "../stats/watch/baseline.ts";
import type { ControlMode } from "../stats/watch/control-mode.ts";
import { GUARD_FROM } from "../stats/watch/guard.ts";
import { type CourseReading, courseEvents, GuardCourse, type GuardRule } from "../stats/watch/guard-course.ts";
import {
  freezePaired,
  PAIRED_ALERT_SD,
  PAIRED_ROLLBACK_SD,
  PAIRS_FROM,
  type PairedFigures,
} from "../stats/watch/paired-guard.ts";
import type { LedgerRows } from "./ledger.ts";
import { lostOrMade, rounded, roundedPercent } from "./number-words.ts";
import type { ComparedRows } from "./rows.ts";
import type { Settings } from "./settings.ts";
import { signalsOf } from "./signals.ts";

/**
 * The guard: watches a new champion over its first trades (STATISTICS 3a). While the former champion reports, both are compared on the
 * same signals: only what the new champion loses against the former is its own fault. When the former falls silent, that is
 * reported, and the champion is judged by its own promise alone.
 */

/** Resamples for the drawdown quantile. */
const DRAWDOWN_PATHS = 4000;

/** promise: the champion is judged by its own promise, whatever the former champion does (SHADOW_GUARD=promise). */
export type GuardMode = ControlMode | "promise";

/** What people are informed of once per guard, besides the alert and a change of mode. */
export type GuardNotice = "market" | "unclear" | "max-loss";

export type GuardState = {
  /** market, advised: over without a rollback; blind: too little shadow evidence for a baseline (only after a forced promotion) */
  status: "watching" | "passed" | "market" | "advised" | "blind";
  /** trades it lasts */
  window: number;
  baseline: Baseline | null;
  /** the former champion */
  reference: string | null;
  /** the degradation alert went out */
  alerted: boolean;
  /** what else went out; absent in guards begun by an older release */
  reported?: readonly GuardNotice[];
  /** the mode people know of, and the trade time since which (null: from the beginning); absent where begun by an older release */
  mode?: ControlMode;
  modeAt?: number | null;
};

export type GuardReading = {
  verdict: "watching" | "alert" | "market" | "unclear" | "prolonged" | "rollback" | "advised" | "passed";
  /** the guard is over */
  ended: boolean;
  mode: GuardMode;
  prolonged: boolean;
  /** what must be reported now and was not yet */
  news: GuardNotice | "mode" | "alert" | null;
  rule: GuardRule | "max-loss" | null;
  trades: number;
  wins: number;
  winRate: number;
  baselineWinRate: number;
  deficit: number;
  deficitAlert: number;
  deficitRollback: number;
  drawdown: number;
  drawdownRollback: number;
  /** volatility now over volatility in the baseline, seen on the former champion */
  volatilityRatio: number;
  former: string | null;
  /** signals both answered, and what they say; null where the two cannot be compared */
  pairs: number;
  paired: PairedFigures | null;
  /** trade time of what decided, epoch ms; of the newest trade or pair while watching */
  at: number;
  tradeId: string;
};

export type GuardSettings = Pick<Settings, "guard" | "guardProlong" | "guardMaxLoss" | "guardMaxLossAction">;

/** Whether the guard reads trades. Without a baseline only the hard stop can act, so without one there is nothing to read. */
export function isWatched(guard: GuardState | null, { guardMaxLoss }: Pick<Settings, "guardMaxLoss">): boolean {
  return guard?.status === "watching" || (guard?.status === "blind" && guardMaxLoss !== null);
}

/** The guard of a promotion: what the challenger promised in the shadow. */
export function beginGuard(options: {
  evidence: ComparedRows;
  formerChampion: string;
  window: number;
  seed: string;
}): GuardState {
  const { champion, challenger, championTook, challengerTook } = options.evidence;
  const columns = { pnlNew: challenger, pnlFormer: champion, tookNew: challengerTook, tookFormer: championTook };
  const baseline = freezeBaseline({
    pnl: takenOnly({ pnl: challenger, took: challengerTook }),
    reference: takenOnly({ pnl: champion, took: championTook }),
    paired: options.evidence.kind === "paired" ? freezePaired(columns) : null,
    window: options.window,
    count: DRAWDOWN_PATHS,
    seed: options.seed,
  });
  const measurable = baseline !== null && baseline.trades >= GUARD_FROM;
  return {
    status: measurable ? "watching" : "blind",
    window: options.window,
    baseline,
    reference: options.formerChampion,
    alerted: false,
    reported: [],
    mode: baseline?.paired?.usable ? "paired" : "unpaired",
    modeAt: null,
  };
}

/**
 * Reads the guard over everything known, in trade time, and stops at the first moment that ends it or that people must hear of.
 * @param options.trades  the champion's trades since its promotion
 * @param options.former  the former champion's trades over the same time; null: there is none
 * @param options.until  later moments are not read yet, epoch ms; Infinity: everything known
 * @returns null when the guard is not watching or there is no trade yet
 */
export function readGuard(options: {
  guard: GuardState;
  trades: LedgerRows;
  former: LedgerRows | null;
  settings: GuardSettings;
  until: number;
}): GuardReading | null {
  const { guard, settings } = options;
  const watches = guard.status === "watching" && guard.baseline !== null;
  // Without a baseline only the hard stop can act.
  if (!watches && !(guard.status === "blind" && settings.guardMaxLoss !== null)) return null;
  const champion = signalsOf(options.trades);
  const answers = new Map(options.former ? signalsOf(options.former).map((s) => [s.signalId, s]) : []);
  const former = champion.map((s) => answers.get(s.signalId));
  const course = new GuardCourse(courseOptions(options));
  const loss = new LossFollower();
  let reading: GuardReading | null = null;
  for (const { at, signal, completes } of courseEvents(champion, former)) {
    if (at > options.until) break;
    const own = champion[signal]!;
    const step = completes ? course.complete(signal, own, former[signal]!) : course.close(signal, own);
    if (!completes) loss.add(own);
    if (step.trades === 0) continue;
    const found = watches ? interpret(step, { ...options, at }) : hardStopOnly(step);
    reading = { ...found, ...figuresOf(step, guard), at, tradeId: own.tradeId };
    const stopped = hardStop(reading, loss.drawdown, options);
    if (stopped) return stopped;
    if (reading.ended || reading.news !== null) return reading;
    if (!watches && step.trades >= guard.window) return null;
  }
  return reading;
}

function courseOptions({ guard, former, settings }: Parameters<typeof readGuard>[0]) {
  const b = guard.baseline;
  const promise = { trades: b?.trades ?? 1, winRate: b?.winRate ?? 0, serial: b?.serial ?? 1 };
  return {
    own: { ...promise, drawdownQ95: guard.status === "blind" ? 0 : (b?.drawdownQ95 ?? 0) },
    paired: former === null ? null : (b?.paired ?? null),
    window: guard.window,
    pairedActs: settings.guard === "paired",
    prolongs: settings.guardProlong !== "off",
  };
}

type Found = Pick<GuardReading, "verdict" | "ended" | "mode" | "prolonged" | "news" | "rule">;

/** What a step of the course means, and what of it people have not heard of. */
function interpret(step: CourseReading, options: { guard: GuardState; settings: GuardSettings; at: number }): Found {
  const { guard, settings } = options;
  const mode: GuardMode = settings.guard === "promise" ? "promise" : step.mode;
  const found: Found = {
    verdict: verdictOf(step, settings),
    ended: step.ended,
    mode,
    prolonged: step.prolonged,
    news: null,
    rule: step.rule,
  };
  // First of all: nothing is done in a mode nobody was informed of.
  const sinceReport = options.at > (guard.modeAt ?? Number.NEGATIVE_INFINITY);
  if (mode !== "promise" && sinceReport && mode !== (guard.mode ?? "unpaired"))
    return { ...found, news: "mode", ended: false, verdict: step.ended ? "watching" : found.verdict };
  if (step.ended) return found;
  if (step.verdict === "alert" && !guard.alerted) return { ...found, news: "alert" };
  // On fewer pairs "unclear" only says that it is early, and afterwards that it once was.
  const { verdict, own } = step;
  const lasts = step.pairs >= PAIRS_FROM && (own.winRule || own.fell);
  return (verdict === "market" || (verdict === "unclear" && lasts)) && !guard.reported?.includes(verdict)
    ? { ...found, news: verdict }
    : found;
}

function verdictOf(step: CourseReading, settings: GuardSettings): GuardReading["verdict"] {
  if (step.verdict === "rollback" && step.prolonged && settings.guardProlong !== "rollback") return "advised";
  const open = step.verdict === "watching" || step.verdict === "alert";
  return step.prolonged && open && !step.ended ? "prolonged" : step.verdict;
}

/** A blind guard knows no promise: whatever the course makes of it is not said. */
const hardStopOnly = (step: CourseReading): Found => ({
  verdict: "watching",
  ended: false,
  mode: step.mode,
  prolonged: false,
  news: null,
  rule: null,
});

/** The hard stop acts in every mode, whoever is to blame. */
function hardStop(
  reading: GuardReading,
  drawdown: number,
  options: { guard: GuardState; settings: GuardSettings },
): GuardReading | null {
  const { guardMaxLoss, guardMaxLossAction } = options.settings;
  if (guardMaxLoss === null || drawdown <= guardMaxLoss || reading.verdict === "rollback") return null;
  const stop = { ...reading, rule: "max-loss" as const, drawdown };
  if (guardMaxLossAction === "rollback") return { ...stop, verdict: "rollback", ended: true, news: null };
  return options.guard.reported?.includes("max-loss") ? null : { ...stop, ended: false, news: "max-loss" };
}

class LossFollower {
  #equity = 0;
  #peak = 0;
  drawdown = 0;
  add({ pnl }: { pnl: number }): void {
    this.#equity += pnl;
    this.#peak = Math.max(this.#peak, this.#equity);
    this.drawdown = Math.max(this.drawdown, this.#peak - this.#equity);
  }
}

function figuresOf({ own, paired, pairs, trades }: CourseReading, guard: GuardState) {
  return {
    trades,
    wins: own.wins,
    winRate: own.trades > 0 ? own.wins / own.trades : 0,
    baselineWinRate: guard.baseline?.winRate ?? 0,
    deficit: own.deficit,
    deficitAlert: own.deficitAlert,
    deficitRollback: own.deficitRollback,
    drawdown: own.drawdown,
    drawdownRollback: own.drawdownLimit,
    volatilityRatio: paired?.volatility ?? 1,
    former: guard.reference,
    pairs,
    paired,
  };
}

/** The guard once people have heard what a reading had to say; the guard itself when there was nothing. */
export function afterNews(
  guard: GuardState,
  { news, mode, at }: Pick<GuardReading, "news" | "mode" | "at">,
): GuardState {
  switch (news) {
    case null:
      return guard;
    case "mode":
      return mode === "promise" ? guard : { ...guard, mode, modeAt: at };
    case "alert":
      return { ...guard, alerted: true };
    case "market":
    case "unclear":
    case "max-loss":
      return { ...guard, reported: [...(guard.reported ?? []), news] };
  }
}

/** The reading in one sentence: what happened, why, and what the former champion made of the same signals. */
export function describeGuard(reading: GuardReading): string {
  switch (reading.news === "mode" ? "mode" : reading.rule === "max-loss" ? "max-loss" : reading.verdict) {
    case "mode":
      return describeMode(reading);
    case "max-loss":
      return `drawdown ${rounded(reading.drawdown, 2)} since the promotion, beyond the hard stop, whoever is to blame; ${besideFormer(reading)}`;
    case "market":
      return describeMarket(reading);
    case "unclear":
      return `${ownSentence(reading)}; neither clearly the model's fault nor clearly the market's: ${besideFormer(reading)}`;
    case "advised":
      return `the prolonged guard crossed its line: ${besideFormer(reading)}; ${charts(reading)}`;
    case "prolonged":
      return `the guard goes on, a chart stood open at the end of its window: ${besideFormer(reading)}; ${charts(reading)}`;
    case "rollback":
    case "alert":
    case "watching":
    case "passed":
      return reading.mode === "paired" && reading.paired
        ? `${ownSentence(reading)}; ${besideFormer(reading)}; ${charts(reading)}`
        : `${ownSentence(reading)}; ${alone(reading)}`;
  }
}

function describeMode(reading: GuardReading): string {
  const { former, pairs, trades } = reading;
  return reading.mode === "paired"
    ? `${former} reports again: the guard compares both on the same signals (${pairs} so far)`
    : `${former ?? "the former champion"} does not answer the champion's signals (${pairs} of ${trades}): the guard judges the champion by its own promise alone`;
}

function describeMarket(reading: GuardReading): string {
  const { paired } = reading;
  const both = `the market changed, not the model: ${besideFormer(reading)}`;
  if (!paired || paired.gain >= 0) return `${both}; rolling back would not have helped`;
  return `${both}; the former fell at least half as far, rolling back would have saved ${rounded(-paired.gain, 2)} at the most`;
}

function besideFormer({ paired, former }: GuardReading): string {
  if (!paired || former === null) return "no former champion to compare with";
  return `over the same ${paired.pairs} signals the champion ${lostOrMade(paired.championPnl)}, ${former} ${lostOrMade(paired.formerPnl)}`;
}

function charts({ paired }: GuardReading): string {
  if (!paired) return "nothing to compare";
  return `beside it, wins ${shortBy(paired.zWins)} and PnL ${shortBy(paired.zPnl)} of the promise (alert at ${PAIRED_ALERT_SD} short, rollback at ${PAIRED_ROLLBACK_SD})`;
}

const shortBy = (sd: number): string => `${rounded(Math.abs(sd), 1)} sd ${sd < 0 ? "ahead" : "short"}`;

function alone({ mode, former }: GuardReading): string {
  if (mode === "promise") return "judged by its own promise alone, as set";
  return former === null
    ? "there is no former champion"
    : `${former} cannot be compared with: judged by its own promise alone`;
}

function ownSentence(reading: GuardReading): string {
  const wins = `${reading.wins} of ${reading.trades} trades won (${roundedPercent(reading.winRate)}, promised ${roundedPercent(reading.baselineWinRate)})`;
  if (reading.rule === "drawdown" || reading.rule === "paired-drawdown") {
    return `drawdown ${rounded(reading.drawdown, 2)} since the promotion (limit ${rounded(reading.drawdownRollback, 2)}); ${wins}`;
  }
  const balance =
    reading.deficit > 0
      ? `${rounded(reading.deficit, 1)} wins short`
      : `${rounded(Math.abs(reading.deficit), 1)} wins ahead`;
  if (reading.mode === "paired") return `${wins}: ${balance}`;
  return `${wins}: ${balance} (alert at ${rounded(reading.deficitAlert, 1)} short, rollback at ${rounded(reading.deficitRollback, 1)})`;
}
