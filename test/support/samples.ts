import {
  type DomainEvent,
  type EventDetails,
  type EventOf,
  type EventType,
  type GuardFinding,
  type MonitorFinding,
  mintEvent,
} from "../../shared/domain/event.ts";
import type { GuardReading, GuardState } from "../../shared/domain/guard.ts";
import type { Trade } from "../../shared/domain/trade.ts";
import type { TradeRecord } from "../../shared/domain/trade-record.ts";

/** Small things most domain tests need, with every field filled in. */

export const NOON = Date.UTC(2026, 0, 5, 12);
export const MINUTE = 60_000;

export function aTrade(changes: Partial<Trade> = {}): Trade {
  const tradeId = changes.tradeId ?? changes.signalId ?? "t1";
  return {
    tradeId,
    signalId: tradeId,
    modelName: "alpha",
    pnl: 1,
    openedAt: changes.closedAt ?? NOON,
    openedKnown: true,
    final: true,
    closedAt: NOON,
    took: true,
    executed: false,
    ...changes,
  };
}

/** n trades of one model, a minute apart. */
export function trades(n: number, from = 0): Trade[] {
  return Array.from({ length: n }, (_, i) =>
    aTrade({ tradeId: `t${String(from + i).padStart(5, "0")}`, pnl: from + i, closedAt: NOON + (from + i) * MINUTE }),
  );
}

/** A stream record of a trade: what its row says, and what the row said before. */
export function aRecord(changes: Partial<TradeRecord> & { row?: Record<string, unknown> } = {}): TradeRecord {
  const { row, ...record } = changes;
  const tradeId = record.tradeId ?? "t1";
  const image = { model_name: "alpha", trade_id: tradeId, pnl: 1, closed_at: new Date(NOON).toISOString(), ...row };
  return {
    sequence: "1",
    stream: "s1",
    change: "insert",
    expired: false,
    modelName: "alpha",
    tradeId,
    newImage: record.change === "remove" ? null : image,
    oldImage: record.change === "remove" ? image : null,
    arrivedAt: NOON,
    ...record,
  };
}

export const aGuard: GuardState = {
  status: "watching",
  window: 100,
  baseline: null,
  reference: "former",
  alerted: false,
};

export const aReading: GuardReading = {
  verdict: "rollback",
  ended: true,
  mode: "paired",
  prolonged: false,
  news: null,
  rule: "paired-win",
  trades: 22,
  wins: 11,
  winRate: 0.5,
  baselineWinRate: 0.625,
  deficit: 9,
  deficitAlert: 5.5,
  deficitRollback: 8.25,
  drawdown: 120.5,
  drawdownRollback: 400,
  volatilityRatio: 1.125,
  former: "former",
  pairs: 20,
  paired: {
    pairs: 20,
    championShort: 9,
    formerShort: 1,
    netShort: 8,
    netDrop: 0.4,
    zWins: 3.25,
    zPnl: 1.5,
    gain: -80,
    volatility: 1.125,
    behind: 1,
    championPnl: -60,
    formerPnl: 20,
  },
  at: NOON - MINUTE,
  tradeId: "t22",
};

export const aFinding: GuardFinding = {
  guard: aReading,
  reverseShadow: { former: "former", pairs: 20, meanDifference: -4, totalDifference: -80, z: -1.5 },
  automatic: true,
};

export const anAlarm: MonitorFinding = {
  charts: "win-rate CUSUM",
  episode: 1,
  cause: "model",
  former: "former",
  pairs: 60,
  championPnl: -400,
  formerPnl: 50,
  trades: 240,
  cusumWin: 12,
  cusumPnl: 3,
  cusumLimit: 10,
  ewmaWin: 1,
  ewmaLimit: 3,
  cusumPnlLimit: 10,
  cusumPair: 2,
  cusumPairLimit: 10,
  baselineWinRate: 0.5,
  baselineMeanPnl: 10,
  episodes: 1,
  suggestion: "beta is nearest",
};

const someRejected = { count: 1, tradeId: "t1", kind: "invalid", byKind: { invalid: 1 } } as const;

/** Details of every type, with every field filled in. */
export const someDetails: { readonly [T in EventType]: EventDetails[T] } = {
  deployed: { version: "1", role: "challenger" },
  queued: { version: "1", position: 1 },
  promotion: {
    version: "1",
    former: "beta",
    n: 500,
    forced: false,
    winRateChange: 0.0123456789,
    meanPnlChange: 3,
    score: 80,
    decision: null,
    guard: aGuard,
  },
  rollback: { ...aFinding, restored: "beta", demoted: "alpha", demotedVersion: "1" },
  rollback_failed: { to: "gamma", archive: ["beta"] },
  degradation: anAlarm,
  manual_review: {
    score: 80,
    n: 500,
    version: "1",
    look: { n: 500, at: NOON, verdict: "manual-review", score: 80, blocking: "drawdown", reason: "deep" },
  },
  retired: {
    n: 1600,
    score: 20,
    meanPnlChange: -2,
    paperDifference: -3200,
    provedWorse: true,
    version: "1",
    why: "futility",
  },
  paused: {},
  resumed: {},
  guard_passed: aFinding,
  guard_mode: aFinding,
  guard_unclear: aFinding,
  market: aFinding,
  rollback_advised: aFinding,
  hard_stop: aFinding,
  rollback_judged: {
    restored: "beta",
    quarantined: "alpha",
    signals: 500,
    pairs: 480,
    restoredPnl: 1200,
    quarantinedPnl: -300,
    harmful: false,
    cost: 0,
    automatic: true,
  },
  trade_rejected: { priority: "MEDIUM", ...someRejected },
  data_integrity: { priority: "CRITICAL", ...someRejected, kind: "amended", byKind: { amended: 1 } },
  new_stream: {
    stream: "us-east-1/trades/2026-02-01T00:00:00.000",
    former: "us-east-1/trades/2026-01-01T00:00:00.000",
    streamsSeen: 2,
    trades: 700,
  },
};

export function anEvent<T extends EventType>(type: T, changes: Partial<EventOf<T>> = {}): DomainEvent {
  const circumstances = {
    at: NOON,
    tradeTime: NOON - MINUTE,
    modelName: "alpha",
    summary: "alpha did something.",
    actor: "understudy",
    reason: "a reason",
    details: someDetails[type],
  };
  const event = mintEvent(type, { of: "registry", version: 7, index: 0 }, circumstances);
  return { ...event, ...changes } as DomainEvent;
}
