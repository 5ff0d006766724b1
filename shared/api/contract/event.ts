import * as z from "zod";
import type { EventType } from "../../domain/event.ts";
import { GuardReading, GuardState, Monitor, ReverseShadow } from "./champion-watch.ts";
import { Decision } from "./evaluation.ts";
import { Blocking } from "./gates.ts";
import { Count, NullableNumber, NullableTime, Time, Verdict } from "./parts.ts";

/** GET /shadow/history */

const Priority = z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]);
/** Epoch ms: inside details moments stay as the decision used them. */
const Moment = z.number();

const guardFinding = {
  guard: GuardReading.extend({ at: Moment.nullable() }),
  reverse_shadow: ReverseShadow.nullable(),
  automatic: z.literal(true),
};
const GuardFinding = z.strictObject(guardFinding);
const restarted = Count.optional().describe(
  "Challengers whose test starts anew; absent where written by an older release.",
);
const rolledBack = { restored: z.string(), demoted: z.string(), demoted_version: z.string(), restarted };

const LookSummary = z.strictObject({
  n: Count,
  at: Moment,
  verdict: Verdict,
  score: z.number(),
  blocking: Blocking.nullable(),
  reason: z.string(),
});

const RejectedTrades = z.strictObject({
  priority: Priority,
  count: Count,
  trade_id: z.string(),
  kind: z.string(),
  by_kind: z.record(z.string(), Count),
});

/** The numbers behind an event. */
const details = {
  deployed: z.strictObject({ version: z.string(), role: z.enum(["champion", "challenger"]) }),
  queued: z.strictObject({ version: z.string(), position: Count }),
  promotion: z.strictObject({
    version: z.string(),
    former: z.string(),
    n: Count,
    forced: z.boolean(),
    win_rate_change: NullableNumber,
    mean_pnl_change: NullableNumber,
    score: NullableNumber,
    decision: Decision.nullable(),
    guard: GuardState,
    restarted,
  }),
  rollback: z.union([
    z.strictObject({ ...guardFinding, ...rolledBack }),
    z.strictObject({ reverse_shadow: ReverseShadow.nullable(), automatic: z.literal(false), ...rolledBack }),
  ]),
  rollback_failed: z.strictObject({ to: z.string().nullable(), archive: z.array(z.string()) }),
  degradation: z.union([
    GuardFinding,
    Monitor.extend({
      charts: z.string(),
      episode: Count,
      cause: z.enum(["market", "model", "unclear"]),
      former: z.string().nullable(),
      pairs: Count,
      champion_pnl: NullableNumber,
      former_pnl: NullableNumber,
      suggestion: z.string(),
    }),
  ]),
  manual_review: z.strictObject({ score: z.number(), n: Count, version: z.string(), look: LookSummary }),
  retired: z.union([
    z.strictObject({ version: z.string(), why: z.enum(["request", "archive-full"]) }),
    z.strictObject({
      version: z.string(),
      why: z.enum(["futility", "horizon"]),
      n: Count,
      score: z.number(),
      mean_pnl_change: NullableNumber,
      paper_difference: NullableNumber,
      proved_worse: z.boolean().optional().describe("Left out by older releases."),
    }),
  ]),
  paused: z.strictObject({}),
  resumed: z.strictObject({}),
  guard_passed: GuardFinding,
  guard_mode: GuardFinding,
  guard_unclear: GuardFinding,
  market: GuardFinding,
  rollback_advised: GuardFinding,
  hard_stop: GuardFinding,
  rollback_judged: z.strictObject({
    restored: z.string(),
    quarantined: z.string(),
    signals: Count,
    pairs: Count,
    restored_pnl: z.number(),
    quarantined_pnl: z.number(),
    harmful: z.boolean().nullable().describe("null: the quarantined model reported nothing."),
    cost: z.number(),
    automatic: z.boolean(),
  }),
  trade_rejected: RejectedTrades,
  data_integrity: RejectedTrades,
  new_stream: z.strictObject({ stream: z.string(), former: z.string(), streams_seen: Count, trades: Count }),
} satisfies Record<EventType, z.ZodType>;

const Delivery = z
  .strictObject({
    state: z.enum(["published", "waiting"]),
    published_at: NullableTime,
  })
  .describe("Whether the event's alert has reached the topic.")
  .meta({ id: "Delivery" });

function eventOf<Type extends EventType>(type: Type) {
  return z.strictObject({
    event_id: z.string(),
    event_type: z.literal(type),
    priority: Priority,
    at: Time,
    trade_time: NullableTime,
    model_name: z.string().nullable().describe("null: about the whole system."),
    summary: z.string(),
    actor: z.string(),
    reason: z.string(),
    registry_version: Count.nullable(),
    delivery: Delivery,
    details: details[type],
  });
}

const Event = z
  .discriminatedUnion("event_type", [
    eventOf("deployed"),
    eventOf("queued"),
    eventOf("promotion"),
    eventOf("rollback"),
    eventOf("rollback_failed"),
    eventOf("degradation"),
    eventOf("manual_review"),
    eventOf("retired"),
    eventOf("paused"),
    eventOf("resumed"),
    eventOf("guard_passed"),
    eventOf("guard_mode"),
    eventOf("guard_unclear"),
    eventOf("market"),
    eventOf("rollback_advised"),
    eventOf("hard_stop"),
    eventOf("rollback_judged"),
    eventOf("trade_rejected"),
    eventOf("data_integrity"),
    eventOf("new_stream"),
  ])
  .meta({ id: "Event" });

export const History = z
  .strictObject({
    events: z.array(Event).describe("Newest first."),
    cursor: z.string().nullable().describe("Of the next page; null: this is the last."),
  })
  .meta({ id: "History" });

export type EventAnswer = z.infer<typeof Event>;
export type EventAnswerOf<Type extends EventType> = Extract<EventAnswer, { event_type: Type }>;
export type HistoryAnswer = z.infer<typeof History>;
