/**
 * Events: what happened, once and for all. Each is written in the same transaction as the change it tells of, stands in
 * the history, and is published at least once under its event_id.
 */

export type EventType =
  | "deployed"
  | "queued"
  | "promotion"
  | "rollback"
  | "rollback_failed"
  | "degradation"
  | "manual_review"
  | "retired"
  | "paused"
  | "resumed"
  | "guard_passed"
  | "trade_rejected"
  | "data_integrity";

export type Priority = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

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
  trade_rejected: "MEDIUM",
  data_integrity: "CRITICAL",
};

export type DomainEvent = {
  eventId: string;
  type: EventType;
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
  /** registry version this event belongs to; null for events of ingest, which do not change roles */
  registryVersion: number | null;
  /** the numbers behind it, JSON-serialisable */
  details: Record<string, unknown>;
};
