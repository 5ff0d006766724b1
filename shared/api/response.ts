import { z } from "zod";

/** Answers of the HTTP interface, for openapi.json; a test holds real answers against them. */

const time = z.iso.datetime().nullable();
const number = z.number().nullable();

export const MetricsView = z
  .looseObject({
    n_trades: z.number().int().describe("Trades taken; abstentions are none."),
    win_rate: number.describe("0..1"),
    mean_pnl: number.describe("Account currency per trade taken."),
    std_pnl: number,
    total_pnl: z.number(),
    sharpe_ratio: number.describe("Mean / standard deviation per trade taken; not annualised."),
    sortino_ratio: number,
    max_drawdown: z.number(),
    rolling_wr_std: number.describe("Standard deviation of the win rate over windows of 100 trades."),
    last_updated: time.describe("Close of the newest trade."),
  })
  .meta({ id: "Metrics" });

const ModelView = z.looseObject({
  model_name: z.string(),
  model_type: z.string(),
  version: z.string(),
  description: z.string(),
  role: z.enum(["champion", "challenger", "queued", "archive"]),
  allocation: z.number().min(0).max(1),
  deployed_at: time,
  trade_count: z.number().int(),
  rejected_count: z.number().int(),
  metrics: MetricsView.nullable(),
});

export const GateView = z
  .looseObject({
    gate: z.string(),
    kind: z.enum(["primary", "secondary", "evidence"]),
    state: z.enum(["pass", "fail", "inconclusive", "no-data", "error"]),
    value: number,
    bound: number,
    reason: z.string(),
  })
  .meta({ id: "Gate" });

export const DecisionView = z
  .looseObject({
    verdict: z.enum(["approve", "manual-review", "reject", "not-yet", "no-data", "retire"]),
    score: z.number().min(0).max(100),
    gates: z.array(GateView),
    blocking: z.string().nullable().describe("The first criterion that stops approval."),
    reason: z.string(),
  })
  .meta({ id: "Decision" });

const ChallengerView = ModelView.extend({
  promotion_status: z.enum(["PENDING", "APPROVED", "MANUAL_REVIEW", "REJECTED", "RETIRED", "NO_DATA"]),
  promotion_score: number,
  blocking_criterion: z.string().nullable(),
  reason: z.string(),
  pairs: z.number().int().describe("Common signals, settled on both sides, since the evidence began."),
  next_look: z.number().int(),
  pairs_to_next_look: z.number().int(),
  pair_coverage: number,
  trades_left: z.unknown(),
}).meta({ id: "Challenger" });

export const StatusView = z
  .looseObject({
    champion: ModelView.extend({
      guard: z.looseObject({ status: z.string(), in_words: z.string() }).nullable(),
    }).nullable(),
    challengers: z.array(ChallengerView),
    queue: z.array(ModelView),
    archive: z.array(ModelView).describe("Former champions, newest first; they go on shadowing and can be restored."),
    departed: z.array(
      z.looseObject({ model_name: z.string(), role: z.enum(["quarantined", "retired"]), reason: z.string() }),
    ),
    paused: z.looseObject({ at: time, actor: z.string(), reason: z.string() }).nullable(),
    rejected: z.array(z.looseObject({ model_name: z.string(), count: z.number().int(), last_reason: z.string() })),
    settings: z.looseObject({}),
    registry_version: z.number().int(),
  })
  .meta({ id: "Status" });

export const ComparisonView = z
  .looseObject({
    champion: z.string().nullable(),
    challenger: z.string(),
    now: z
      .looseObject({ provisional: z.literal(true), evaluation: z.looseObject({}), decision: DecisionView })
      .nullable(),
    last_look: z
      .looseObject({ n: z.number().int(), seed: z.string(), rows_hash: z.string(), decision: DecisionView })
      .nullable(),
    path: z.array(z.looseObject({ n: z.number().int(), verdict: z.string(), score: z.number() })),
    rule_version: z.string(),
  })
  .meta({ id: "Comparison" });

export const EventView = z
  .looseObject({
    event_id: z.string(),
    event_type: z.string(),
    priority: z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]),
    at: time,
    trade_time: time,
    model_name: z.string().nullable(),
    summary: z.string(),
    actor: z.string(),
    reason: z.string(),
    details: z.looseObject({}),
  })
  .meta({ id: "Event" });

export const HistoryView = z.looseObject({ events: z.array(EventView), cursor: z.string().nullable() });
export const DeployView = z.looseObject({
  model_name: z.string(),
  version: z.string(),
  role: z.enum(["champion", "challenger", "queued"]),
  allocation: z.number(),
  deployed_at: time,
});
export const PromoteView = z.looseObject({ champion: z.string(), former_champion: z.string(), forced: z.boolean() });
export const RollbackView = z.looseObject({
  restored: z.string(),
  demoted: z.string(),
  duration_ms: z.number().optional().describe("From the request's arrival to the sending of the transaction."),
  dry_run: z.literal(true).optional(),
});
export const AllocationView = z.looseObject({
  champion: z.string(),
  weights: z.record(z.string(), z.number()).describe("They sum to 1."),
  probability_best: z.record(z.string(), z.number().nullable()),
  reason: z.string(),
  model_name: z.string().nullable().optional().describe("Who trades the signal asked for."),
});
export const HealthView = z.looseObject({
  healthy: z.boolean(),
  problems: z.array(z.string()),
  store: z.enum(["reachable", "unreachable"]),
  stream: z.looseObject({ lag_ms: number }).nullable(),
  ledgers: z
    .array(z.looseObject({ model_name: z.string(), trades: z.number().int(), rejected: z.number().int() }))
    .nullable()
    .describe("How many trades of each model have been counted and rejected; the cheapest way to wait for ingest."),
  dead_letters: number,
});
export const ReportView = z.looseObject({
  models_tested: z.number().int(),
  promotions: z.number().int(),
  rollbacks: z.number().int(),
  rollback_rate: number,
  complete: z.boolean(),
});
export const RetireView = z.looseObject({ retired: z.string(), started: z.array(z.string().nullable()) });
export const PauseView = z.looseObject({ paused: z.boolean() });

export const ErrorView = z
  .looseObject({
    status: z.literal("error"),
    code: z.string(),
    message: z.string(),
    details: z.array(z.unknown()).optional(),
  })
  .meta({ id: "Error" });

export const successView = <T extends z.ZodType>(data: T) => z.object({ status: z.literal("success"), data });
