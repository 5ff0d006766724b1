import type { ComparisonAnswer } from "../../shared/api/contract/comparison.ts";
import type { EventAnswer, EventAnswerOf } from "../../shared/api/contract/event.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import type { HealthAnswer } from "../../shared/api/contract/system.ts";
import { plainText } from "../../shared/domain/plain-text.ts";
import { seatedModels } from "../client/seated-models.ts";
import type { UnsentRow } from "../trade-file/trade-file.ts";
import { explain } from "./meaning.ts";
import type { GuardNotice, ModelReport, ReplayReport, RoleChangeField } from "./report-shape.ts";

/** The closing report of a replay: what the system made of the file, from its own answers. */

/** Unsent rows named one by one; the rest is counted. */
const UNSENT_NAMED_MAX = 50;

export type Sending = {
  file: string;
  url: string;
  ownStack: boolean;
  models: readonly { name: string; rows: number }[];
  /** rows written */
  sent: number;
  /** rows whose key an earlier row of the file had, and rows that stood in the table before */
  repeated: number;
  known: number;
  unsent: readonly UnsentRow[];
  /** models the system would not deploy, and why */
  notDeployed: readonly { model_name: string; reason: string }[];
  /** from the first write to the last consequence */
  durationMs: number;
};

export type Answers = {
  status: StatusAnswer;
  /** oldest first */
  history: readonly EventAnswer[];
  comparisons: ReadonlyMap<string, ComparisonAnswer>;
  health: HealthAnswer;
};

/** Puts the answers together; events and quarantine of models that are not in the file are left out. */
export function buildReport(sent: Sending, answers: Answers): ReplayReport {
  const sending = plainly(sent);
  const names = new Set(sending.models.map((m) => m.name));
  const events = answers.history.filter((event) => event.model_name === null || names.has(event.model_name));
  const rejected = answers.status.rejected.filter((r) => names.has(r.model_name));
  const seconds = sending.durationMs / 1000;
  const report: ReplayReport = {
    file: sending.file,
    url: sending.url,
    own_stack: sending.ownStack,
    rows: {
      sent: sending.sent,
      repeated_in_file: sending.repeated,
      known_before: sending.known,
      unsent: sending.unsent.length,
    },
    unsent_rows: sending.unsent.slice(0, UNSENT_NAMED_MAX),
    not_deployed: [...sending.notDeployed],
    seconds: Math.round(seconds * 1000) / 1000,
    trades_per_second: seconds > 0 ? Math.round(sending.sent / seconds) : 0,
    champion: answers.status.champion?.model_name ?? null,
    models: sending.models.map((model) => modelReport(model, answers)),
    promotions: events.filter((event) => event.event_type === "promotion").map(roleChange),
    rollbacks: events.filter((event) => event.event_type === "rollback").map(roleChange),
    market_falls: events.filter((event) => event.event_type === "market").map(guardNotice),
    advised: events.filter((event) => event.event_type === "rollback_advised").map(guardNotice),
    alerts: {
      published: Math.max(0, events.length - (answers.health.alerts_waiting ?? 0)),
      waiting: answers.health.alerts_waiting,
      by_type: countByType(events),
    },
    quarantined: {
      total: rejected.reduce((sum, r) => sum + r.count, 0),
      by_model: rejected.map(({ model_name, count, by_kind, last_reason }) => ({
        model_name,
        count,
        by_kind,
        last_reason,
      })),
    },
    settings: { min_trades: answers.status.settings.min_trades },
    meaning: "",
  };
  return { ...report, meaning: explain(report) };
}

/** What the file says, as it may be printed: a row can hold anything. */
function plainly(sending: Sending): Sending {
  return {
    ...sending,
    file: plainText(sending.file),
    models: sending.models.map((model) => ({ ...model, name: plainText(model.name) })),
    unsent: sending.unsent.map((row) => ({ ...row, reason: plainText(row.reason) })),
    notDeployed: sending.notDeployed.map(({ model_name, reason }) => ({
      model_name: plainText(model_name),
      reason: plainText(reason),
    })),
  };
}

function modelReport(
  model: { name: string; rows: number },
  { status, comparisons, health, history }: Answers,
): ModelReport {
  const { name } = model;
  const seated = seatedModels(status).find((m) => m.model_name === name);
  const challenger = status.challengers.find((m) => m.model_name === name);
  const departed = status.departed.find((m) => m.model_name === name);
  const comparison = comparisons.get(name);
  const ledger = health.ledgers?.find((l) => l.model_name === name);
  const lastLook = comparison?.last_look?.evaluation.challenger ?? null;
  return {
    model_name: name,
    role: seated?.role ?? departed?.role ?? "not deployed",
    rows_in_file: model.rows,
    trades_counted: ledger?.trades ?? null,
    quarantined: status.rejected.find((r) => r.model_name === name)?.count ?? 0,
    metrics: seated?.metrics ?? lastLook,
    metrics_of: seated?.metrics ? (challenger ? "evidence" : "ledger") : lastLook ? "last look" : null,
    promotion_status: challenger?.promotion_status ?? null,
    score: challenger?.promotion_score ?? null,
    provisional: challenger?.provisional ?? null,
    blocking_criterion: challenger?.blocking_criterion ?? null,
    reason: challenger?.reason ?? departed?.reason ?? null,
    retired_because: departed?.role === "retired" ? whyRetired(name, history) : null,
    pairs: challenger?.pairs ?? null,
    next_look: challenger?.next_look ?? null,
    looks: looksOf(comparison),
  };
}

function whyRetired(name: string, history: readonly EventAnswer[]): ModelReport["retired_because"] {
  const event = history.findLast((e) => e.event_type === "retired" && e.model_name === name);
  return event?.event_type === "retired" ? event.details.why : null;
}

/** Every look of a model's present stay, in the order they were taken. */
function looksOf(comparison: ComparisonAnswer | undefined): ModelReport["looks"] {
  const looks = [...(comparison?.earlier_reigns ?? []), ...(comparison?.path ?? [])];
  return looks
    .sort((a, b) => a.reign - b.reign || a.n - b.n)
    .map(({ champion, n, at, verdict, score, blocking, reason }) => ({
      champion,
      n,
      at,
      verdict,
      score,
      blocking,
      reason,
    }));
}

function roleChange<T extends EventAnswerOf<"promotion" | "rollback">>(event: T): Pick<T, RoleChangeField> {
  const { at, trade_time, model_name, summary, reason, details } = event;
  return { at, trade_time, model_name, summary, reason, details };
}

function guardNotice({ at, trade_time, model_name, summary }: GuardNotice): GuardNotice {
  return { at, trade_time, model_name, summary };
}

function countByType(events: readonly EventAnswer[]): Record<string, { priority: string; count: number }> {
  const counts: Record<string, { priority: string; count: number }> = {};
  for (const { event_type: type, priority } of events) {
    counts[type] ??= { priority, count: 0 };
    counts[type].count += 1;
  }
  return counts;
}
