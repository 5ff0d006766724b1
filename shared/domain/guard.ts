import {
  type Baseline,
  checkWinRateGuard,
  DRAWDOWN_FACTOR,
  drawdownThreshold,
  freezeBaseline,
  GUARD_FROM,
  volatilityRatio,
} from "../stats/watch/guard.ts";
import type { LedgerRows } from "./ledger.ts";
import type { ComparedRows } from "./rows.ts";

/**
 * The guard: watches a new champion over its first trades, on those trades alone, and says when it must be rolled back
 * (STATISTICS 3a, 3c). The former champion goes on shadowing; its PnL tells how wild the market is meanwhile.
 */

/** Resamples for the drawdown quantile. */
const DRAWDOWN_PATHS = 4000;

export type GuardState = {
  /** blind: too little shadow evidence for a baseline (only after a forced promotion); nothing happens by itself */
  status: "watching" | "passed" | "blind";
  /** trades it lasts */
  window: number;
  baseline: Baseline | null;
  /** the former champion */
  reference: string | null;
  /** the degradation alert went out */
  alerted: boolean;
};

export type GuardReading = {
  verdict: "watching" | "rollback" | "passed";
  alert: boolean;
  /** which rule rolled back or alerted */
  rule: "win-rate" | "drawdown" | null;
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
  /** trade time of the trade that decided, epoch ms; of the newest one while watching */
  at: number | null;
  tradeId: string | null;
};

/** The guard of a promotion: what the challenger promised in the shadow. */
export function beginGuard(o: {
  evidence: ComparedRows;
  formerChampion: string;
  window: number;
  seed: string;
}): GuardState {
  const taken = (pnl: Float64Array, took: Uint8Array) => pnl.filter((_, i) => took[i] === 1);
  const baseline = freezeBaseline({
    pnl: taken(o.evidence.challenger, o.evidence.challengerTook),
    reference: taken(o.evidence.champion, o.evidence.championTook),
    window: o.window,
    count: DRAWDOWN_PATHS,
    seed: o.seed,
  });
  const sighted = baseline !== null && baseline.trades >= GUARD_FROM;
  return {
    status: sighted ? "watching" : "blind",
    window: o.window,
    baseline,
    reference: o.formerChampion,
    alerted: false,
  };
}

/**
 * Reads the guard after every trade and stops at the first one that decides or that calls for the first alert.
 * @param o.trades  the champion's trades since its promotion, closing order; abstentions are passed over
 * @param o.reference  the former champion's trades over the same time, closing order; null: there is none. At each trade those
 *   closed before the champion's trade before it count: they are there in time, without waiting for the present signal
 * @param o.referenceClock  how far the former champion has reported, epoch ms; a trade is read once its predecessor lies at
 *   or before it, so that the same rows count however fast each ledger is filled. Left out: the former is not waited for
 * @returns null when the guard is not watching or there is no trade yet
 */
export function readGuard(o: {
  guard: GuardState;
  trades: LedgerRows;
  reference: LedgerRows | null;
  referenceClock?: number;
}): GuardReading | null {
  const { baseline, window } = o.guard;
  if (o.guard.status !== "watching" || baseline === null) return null;
  let reading: GuardReading | null = null;
  let trades = 0;
  let wins = 0;
  let equity = 0;
  let peak = 0;
  let drawdown = 0;
  let previousAt = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < o.trades.count && trades < window; i++) {
    if (o.trades.took[i] !== 1) continue;
    if (o.referenceClock !== undefined && o.referenceClock < previousAt) return reading;
    const at = o.trades.closedAt[i]!;
    const pnl = o.trades.pnl[i]!;
    trades += 1;
    if (pnl > 0) wins += 1;
    equity += pnl;
    peak = Math.max(peak, equity);
    drawdown = Math.max(drawdown, peak - equity);
    const reference = o.reference && pnlBefore(o.reference, previousAt);
    const tradeId = o.trades.tradeIds[i]!;
    reading = judge({ baseline, window, trades, wins, drawdown, at, tradeId, reference });
    previousAt = at;
    // The alert is told at its own trade, even when later trades are known already: the same events in every replay.
    if (reading.verdict === "rollback" || (reading.alert && !o.guard.alerted)) return reading;
  }
  return reading && reading.trades >= window ? { ...reading, verdict: "passed" } : reading;
}

function judge(o: {
  baseline: Baseline;
  window: number;
  trades: number;
  wins: number;
  drawdown: number;
  at: number;
  tradeId: string;
  reference: Float64Array | null;
}): GuardReading {
  const { baseline } = o;
  const wins = checkWinRateGuard({
    trades: o.trades,
    wins: o.wins,
    winRate: baseline.winRate,
    baselineTrades: baseline.trades,
    window: o.window,
    serial: baseline.serial,
  });
  const then = baseline.reference;
  const ratio =
    then && o.reference ? volatilityRatio({ now: o.reference, baselineMean: then.meanPnl, baselineSd: then.sdPnl }) : 1;
  const limit = drawdownThreshold({ q95: baseline.drawdownQ95, ratio });
  // A quantile of zero says only that the shadow never lost; it cannot say how deep a fall is too deep.
  const sighted = baseline.drawdownQ95 > 0;
  const fell = sighted && o.drawdown > limit;
  const falling =
    sighted && baseline.drawdownMean > 0 && o.drawdown > DRAWDOWN_FACTOR * baseline.drawdownMean * Math.max(1, ratio);
  return {
    verdict: wins.rollback || fell ? "rollback" : "watching",
    alert: wins.alert || falling,
    rule: wins.rollback ? "win-rate" : fell ? "drawdown" : wins.alert ? "win-rate" : falling ? "drawdown" : null,
    trades: o.trades,
    wins: o.wins,
    winRate: o.wins / o.trades,
    baselineWinRate: baseline.winRate,
    deficit: wins.deficit,
    deficitAlert: wins.alertAt,
    deficitRollback: wins.rollbackAt,
    drawdown: o.drawdown,
    drawdownRollback: limit,
    volatilityRatio: ratio,
    at: o.at,
    tradeId: o.tradeId,
  };
}

function pnlBefore(rows: LedgerRows, at: number): Float64Array {
  return rows.pnl.filter((_, i) => rows.took[i] === 1 && rows.closedAt[i]! < at);
}

/** The reading in one sentence. */
export function describeGuard(reading: GuardReading): string {
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const wins = `${reading.wins} of ${reading.trades} trades won (${percent(reading.winRate)}, promised ${percent(reading.baselineWinRate)})`;
  if (reading.rule === "drawdown") {
    return `drawdown ${reading.drawdown.toFixed(2)} since the promotion (rollback above ${reading.drawdownRollback.toFixed(2)}); ${wins}`;
  }
  const balance =
    reading.deficit > 0
      ? `${reading.deficit.toFixed(1)} wins short`
      : `${Math.abs(reading.deficit).toFixed(1)} wins ahead`;
  return `${wins}: ${balance} (alert at ${reading.deficitAlert.toFixed(1)} short, rollback at ${reading.deficitRollback.toFixed(1)})`;
}
