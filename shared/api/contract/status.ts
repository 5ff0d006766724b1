import * as z from "zod";
import { type Settings, settingFields } from "../../domain/settings.ts";
import { type SnakeCased, snakeName } from "../../domain/snake-case.ts";
import { Breaker, Guard, Monitor, ReverseShadow } from "./champion-watch.ts";
import { TradesLeftPerRoute } from "./evaluation.ts";
import { Blocking } from "./gates.ts";
import { Metrics } from "./metrics.ts";
import { Count, NullableNumber, NullableTime, RegistryVersion, SettingValue, Time, Verdict } from "./parts.ts";

/** GET /shadow/status */

const entry = {
  model_name: z.string(),
  model_type: z.string(),
  version: z.string(),
  description: z.string(),
};

const seated = {
  allocation: z.number().min(0).max(1),
  deployed_at: Time,
  trade_count: Count,
  metrics: Metrics.nullable().describe("null until the first trade taken, then all numbers."),
};

const score = {
  promotion_score: z.number().min(0).max(100).describe("Of the latest look; see `provisional`."),
  provisional: z.boolean().describe("True while no look has given the score: it may still change with every trade."),
};

const ledger = { since: Time, rejected_count: Count, last_trade_at: NullableTime };

const ChampionView = z
  .strictObject({
    ...entry,
    role: z.literal("champion"),
    ...seated,
    promotion_status: z.literal("CHAMPION"),
    ...score,
    ...ledger,
    guard: Guard.nullable().describe("null: no promotion made this champion."),
    breaker: Breaker.nullable(),
    cooldown: z
      .strictObject({ in_words: z.string(), trades_left: Count })
      .nullable()
      .describe("After a rollback: until then nothing is promoted by itself. null: it may be."),
    reverse_shadow: ReverseShadow.nullable(),
    monitor: Monitor,
  })
  .meta({ id: "Champion" });

export const ChallengerStatus = z
  .enum(["PENDING", "APPROVED", "MANUAL_REVIEW", "REJECTED", "RETIRED", "NO_DATA"])
  .describe("What the latest look said; PENDING before the first.");

const LookSummary = z.strictObject({
  n: Count,
  at: Time,
  verdict: Verdict,
  score: z.number(),
  blocking: Blocking.nullable(),
  reason: z.string(),
});

const ChallengerView = z
  .strictObject({
    ...entry,
    role: z.literal("challenger"),
    ...seated,
    promotion_status: ChallengerStatus,
    ...score,
    reason: z.string(),
    next_look: Count,
    blocking_criterion: Blocking.nullable(),
    trades_left: TradesLeftPerRoute.nullable(),
    ...ledger,
    ledger_count: Count.describe("Trades in its ledger; trade_count counts those since its evidence began."),
    evidence_since: NullableTime,
    design: z.enum(["paired", "bucketed", "per-side"]),
    pairs: Count.describe("Common signals, settled on both sides, since the evidence began."),
    open_signals: Count,
    missing_signals: Count.describe("One side has not answered by the deadline, and not since."),
    summed_signals: Count.describe("Rows of which a side consists of several fills."),
    pair_coverage: NullableNumber,
    pairs_to_next_look: Count,
    last_look: LookSummary.nullable(),
  })
  .meta({ id: "Challenger" });

const QueuedView = z
  .strictObject({
    ...entry,
    role: z.literal("queued"),
    ...seated,
    promotion_status: z.literal("QUEUED"),
    ...score,
    ...ledger,
    queue_position: Count,
  })
  .meta({ id: "Queued" });

const ArchivedView = z
  .strictObject({
    ...entry,
    role: z.literal("archive"),
    ...seated,
    promotion_status: z.literal("ARCHIVED"),
    passed_over: z.boolean().describe("A rollback went back beyond it: it is restored only by name."),
    ...score,
    ...ledger,
  })
  .meta({ id: "Archived" });

const DepartedView = z
  .strictObject({
    ...entry,
    role: z.enum(["quarantined", "retired"]),
    deployed_at: Time,
    trade_count: Count,
    reason: z.string(),
    since: Time,
    rejected_count: Count,
  })
  .meta({ id: "Departed" });

const RejectedView = z
  .strictObject({
    model_name: z.string(),
    count: Count,
    by_kind: z.record(z.string(), Count),
    last_reason: z.string(),
    last_trade_id: z.string(),
    last_at: Time,
  })
  .meta({ id: "Rejected" });

/** Named by the one table of settings, so that none is forgotten here. */
const SettingsView = z
  .strictObject(Object.fromEntries(settingFields.map((field) => [snakeName(field), SettingValue])))
  .meta({ id: "Settings" }) as unknown as z.ZodType<SnakeCased<Settings>>;

export const Status = z
  .strictObject({
    in_words: z.string().describe("The present in a few sentences."),
    champion: ChampionView.nullable(),
    challengers: z.array(ChallengerView),
    queue: z.array(QueuedView),
    archive: z
      .array(ArchivedView)
      .describe("Former champions, newest first; they go on shadowing and can be restored."),
    departed: z.array(DepartedView),
    paused: z.strictObject({ at: Time, actor: z.string(), reason: z.string() }).nullable(),
    error_budget: z.strictObject({
      trials: Count,
      alpha_per_champion: z.number(),
      expected_false_promotions_at_most: z.number(),
    }),
    rejected: z.array(RejectedView),
    rejected_beyond: Count.describe(
      "Records of further models that are not deployed; only the most recent names are listed.",
    ),
    settings: SettingsView,
    registry_version: RegistryVersion,
  })
  .meta({ id: "Status" });

export type StatusAnswer = z.infer<typeof Status>;
export type ChampionAnswer = z.infer<typeof ChampionView>;
export type ChallengerAnswer = z.infer<typeof ChallengerView>;
export type ChallengerStatusWord = z.infer<typeof ChallengerStatus>;
/** A model with a seat, whatever its role. */
export type ModelAnswer =
  | ChampionAnswer
  | ChallengerAnswer
  | StatusAnswer["queue"][number]
  | StatusAnswer["archive"][number];
