import * as z from "zod";
import { Count, NullableNumber, NullableTime, RegistryVersion } from "./parts.ts";

/** Answers about the whole system: health, allocation, report. */

export const Health = z
  .strictObject({
    healthy: z.boolean(),
    problems: z.array(z.string()),
    automatic_action: z
      .strictObject({ state: z.enum(["on", "off", "unknown"]), in_words: z.string() })
      .describe(
        "Whether anything is promoted or rolled back by itself; a pause is no fault, so healthy does not mean on.",
      ),
    store: z.enum(["reachable", "unreachable"]),
    stream: z
      .strictObject({
        lag_ms: NullableNumber.describe(
          "How long the newest trade took from the table into the ledger; it says nothing about trades that have not arrived.",
        ),
        last_trade_model: z.string().nullable(),
        last_ingested_at: NullableTime,
      })
      .nullable(),
    ledgers: z
      .array(z.strictObject({ model_name: z.string(), trades: Count, rejected: Count, last_trade_at: NullableTime }))
      .nullable()
      .describe("How many trades of each model have been counted and rejected; the cheapest way to wait for ingest."),
    dead_letters: NullableNumber.describe("Batches of stream records in the failure store; counting ends at 1,000."),
    alerts_waiting: NullableNumber,
    champion: z.string().nullable(),
    registry_version: RegistryVersion.nullable(),
  })
  .meta({ id: "Health" });

export const Allocation = z
  .strictObject({
    champion: z.string(),
    weights: z.record(z.string(), z.number()).describe("They sum to 1."),
    probability_best: z.record(z.string(), NullableNumber),
    reason: z.string(),
    signal_id: z.string().optional(),
    model_name: z.string().nullable().optional().describe("Who trades the signal asked for."),
    registry_version: RegistryVersion,
  })
  .meta({ id: "Allocation" });

export const Report = z
  .strictObject({
    in_words: z.string().describe("The period in a few sentences."),
    period_clock: z.literal("wall").describe("from and to are when things were committed, not trade time."),
    from: NullableTime,
    to: NullableTime,
    models_tested: Count,
    promotions: Count,
    forced_promotions: Count,
    rollbacks: Count,
    automatic_rollbacks: Count,
    failed_rollbacks: Count,
    rollback_rate: NullableNumber,
    retired: Count,
    rejected_as_worse: Count.describe("Of the retired ones, those proved worse."),
    degradations: Count,
    market_falls: Count,
    rollbacks_advised: Count,
    rollbacks_judged: Count,
    harmful_rollbacks: Count,
    harmful_rollback_cost: z.number(),
    manual_reviews: Count,
    rejected_trade_alerts: Count,
    mean_win_rate_change: NullableNumber,
    mean_pnl_change: NullableNumber,
    promotions_judged: Count,
    promotions_worse_than_former: Count,
    paper_loss_avoided: z
      .number()
      .describe("Net, over the challengers the rule retired; below 0: they would have earned more than the champion."),
    mean_signals_to_decision: NullableNumber.describe("Promotions by force are left out."),
    tests_begun: Count.describe("Entries of challengers, and restarts of those open when the champion changed."),
    expected_false_promotions: z
      .number()
      .describe("Tests begun times the level of one slot: the most to expect if no challenger were better."),
    traces: z.record(z.string(), z.array(z.string())).describe("Per figure the ids of the events counted."),
    complete: z.boolean(),
  })
  .meta({ id: "Report" });

export type HealthAnswer = z.infer<typeof Health>;
export type AllocationAnswer = z.infer<typeof Allocation>;
export type ReportAnswer = z.infer<typeof Report>;
