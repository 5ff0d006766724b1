import type { Cause } from "../stats/watch/attribution.ts";
import type { Decision } from "./decide.ts";
import type { GuardReading, GuardState } from "./guard.ts";
import type { MismatchKind } from "./mismatch.ts";
import type { MonitorFigures } from "./monitor.ts";
import type { RejectedTrade, RejectionCount } from "./quarantine.ts";
import type { LookSummary } from "./registry.ts";
import type { ReverseShadow } from "./reverse-shadow.ts";
import type { RollbackJudgement } from "./rollback-judgement.ts";
import type { SnakeCased } from "./snake-case.ts";

/**
 * Events: what happened, once and for all. Each is written in the same transaction as the change it reports, stands in
 * the history, and is published at least once under its event_id.
 *
 * To add a type: a line in EventDetails and in priorityOf here, title and next steps in alert.ts. The compiler asks for each.
 */

export type Priority = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

type Nothing = Record<string, never>;

/** What the guard saw when it spoke. */
export type GuardFinding = { guard: GuardReading; reverseShadow: ReverseShadow | null; automatic: true };

/** What the degradation monitor saw when it spoke, and what a person could turn to. */
export type MonitorFinding = {
  charts: string;
  episode: number;
  /** whose fault it is, and what both made of the same signals since the chart was last at rest; null without a former champion */
  cause: Cause;
  former: string | null;
  pairs: number;
  championPnl: number | null;
  formerPnl: number | null;
} & MonitorFigures & { suggestion: string };

/** Why a champion was rolled back: the guard's finding, or a person's wish. */
export type RollbackCause = GuardFinding | { reverseShadow: ReverseShadow | null; automatic: false };

/** What the evidence of a challenger came to when the rule retired it. */
export type RetiredEvidence = {
  n: number;
  score: number;
  meanPnlChange: number | null;
  /** account currency it would have made more than the champion on the signals it was tested on */
  paperDifference: number | null;
  /** the mirrored boundaries were crossed: not just unproved; absent where written by an older release */
  provedWorse?: boolean;
};

type RejectedTrades = {
  priority: Priority;
  count: number;
  tradeId: string;
  kind: RejectedTrade["kind"] | MismatchKind | "head";
  byKind: RejectionCount["byKind"];
};

/** The numbers behind an event, by its type. */
export type EventDetails = {
  deployed: { version: string; role: "champion" | "challenger" };
  queued: { version: string; position: number };
  promotion: {
    version: string;
    former: string;
    n: number;
    forced: boolean;
    winRateChange: number | null;
    meanPnlChange: number | null;
    score: number | null;
    decision: Decision | null;
    guard: GuardState;
    /** challengers whose test starts anew; absent where written by an older release */
    restarted?: number;
  };
  rollback: RollbackCause & { restored: string; demoted: string; demotedVersion: string; restarted?: number };
  rollback_failed: { to: string | null; archive: string[] };
  degradation: GuardFinding | MonitorFinding;
  manual_review: { score: number; n: number; version: string; look: LookSummary };
  retired:
    | { version: string; why: "request" | "archive-full" }
    | (RetiredEvidence & { version: string; why: "futility" | "horizon" });
  paused: Nothing;
  resumed: Nothing;
  guard_passed: GuardFinding;
  guard_mode: GuardFinding;
  guard_unclear: GuardFinding;
  market: GuardFinding;
  rollback_advised: GuardFinding;
  hard_stop: GuardFinding;
  rollback_judged: RollbackJudgement;
  trade_rejected: RejectedTrades;
  data_integrity: RejectedTrades;
  new_stream: { stream: string; former: string; streamsSeen: number; trades: number };
};

export type EventType = keyof EventDetails;

export const priorityOf: Readonly<Record<EventType, Priority>> = {
  deployed: "LOW",
  queued: "LOW",
  promotion: "HIGH",
  rollback: "CRITICAL",
  rollback_failed: "CRITICAL",
  degradation: "HIGH",
  manual_review: "MEDIUM",
  retired: "LOW",
  paused: "LOW",
  resumed: "LOW",
  guard_passed: "LOW",
  guard_mode: "MEDIUM",
  guard_unclear: "HIGH",
  market: "CRITICAL",
  rollback_advised: "CRITICAL",
  hard_stop: "CRITICAL",
  rollback_judged: "MEDIUM",
  trade_rejected: "MEDIUM",
  data_integrity: "CRITICAL",
  new_stream: "HIGH",
};

type Circumstances = {
  /** epoch ms at which the change was committed */
  at: number;
  /** trade time the change refers to, epoch ms; null when no trade is involved */
  tradeTime: number | null;
  /** the model the event is about; null when it is about the whole system */
  modelName: string | null;
  /** one readable sentence */
  summary: string;
  /** who or what caused it: "understudy" for automatic action, else the caller's identity */
  actor: string;
  reason: string;
};

export type EventOf<T extends EventType> = Circumstances & {
  eventId: string;
  type: T;
  /** registry version this event belongs to; null for events of ingest, which do not change roles */
  registryVersion: number | null;
  details: EventDetails[T];
};

export type DomainEvent = { [T in EventType]: EventOf<T> }[EventType];

/** What makes an event the one it is: the same occasion gives the same id, however often it is computed. */
export type Occasion =
  | { of: "registry"; version: number; index: number }
  /** the count-th rejected trade of a model, by its short name */
  | { of: "ingest"; model: string; count: number }
  /** what a comparison of a model's trades with its ledger found */
  | { of: "reconciliation"; model: string; finding: string }
  /** the count-th stream through which a model's trades come */
  | { of: "stream"; model: string; count: number };

function idOf(type: EventType, occasion: Occasion): string {
  if (occasion.of === "registry") return `${String(occasion.version).padStart(8, "0")}-${occasion.index}-${type}`;
  if (occasion.of === "reconciliation") return `${type}-${occasion.model}-found-${occasion.finding}`;
  return `${type}-${occasion.model}-${occasion.count}`;
}

/** The one place where events come from. */
export function mintEvent<T extends EventType>(
  type: T,
  occasion: Occasion,
  options: Circumstances & { details: EventDetails[T] },
): DomainEvent {
  const event: EventOf<T> = {
    eventId: idOf(type, occasion),
    type,
    at: options.at,
    tradeTime: options.tradeTime,
    modelName: options.modelName,
    summary: options.summary,
    actor: options.actor,
    reason: options.reason,
    registryVersion: occasion.of === "registry" ? occasion.version : null,
    details: options.details,
  };
  // The same by definition, for every single T; the compiler does not see it for all of them at once.
  return event as DomainEvent;
}

export type WireOf<T extends EventType> = {
  event_id: string;
  event_type: T;
  /** ISO-8601 */
  at: string;
  trade_time: string | null;
  model_name: string | null;
  summary: string;
  actor: string;
  reason: string;
  registry_version: number | null;
  details: SnakeCased<EventDetails[T]>;
};

/** An event in the names of the HTTP interface and of alerts. */
export type WireEvent = { [T in EventType]: WireOf<T> }[EventType];
