import { z } from "zod";
import { Count, NullableNumber, NullableTime } from "./parts.ts";

/** What watches a champion: the guard of its promotion, the former champion beside it, the degradation monitor. */

const Baseline = z
  .strictObject({
    trades: Count,
    win_rate: z.number(),
    mean_pnl: z.number(),
    sd_pnl: z.number(),
    serial: z.number(),
    drawdown_mean: z.number(),
    drawdown_q95: z.number(),
    reference: z.strictObject({ mean_pnl: z.number(), sd_pnl: z.number() }).nullable(),
  })
  .describe("What the challenger promised in the shadow.")
  .meta({ id: "Baseline" });

const GuardStatus = z.enum(["watching", "passed", "blind"]);

/** The guard as a promotion begins it. */
export const GuardState = z
  .strictObject({
    status: GuardStatus,
    window: Count.describe("Trades it lasts."),
    baseline: Baseline.nullable(),
    reference: z.string().nullable().describe("The former champion."),
    alerted: z.boolean(),
  })
  .meta({ id: "GuardState" });

export const GuardReading = z
  .strictObject({
    verdict: z.enum(["watching", "rollback", "passed"]),
    alert: z.boolean(),
    rule: z.enum(["win-rate", "drawdown"]).nullable(),
    trades: Count,
    wins: Count,
    win_rate: z.number(),
    baseline_win_rate: z.number(),
    deficit: z.number(),
    deficit_alert: z.number(),
    deficit_rollback: z.number(),
    drawdown: z.number(),
    drawdown_rollback: z.number(),
    volatility_ratio: z.number(),
    at: NullableTime,
    trade_id: z.string().nullable(),
  })
  .meta({ id: "GuardReading" });

export const Guard = z
  .strictObject({
    in_words: z.string(),
    status: GuardStatus,
    window: Count,
    former_champion: z.string().nullable(),
    alerted: z.boolean(),
    since_trade_time: NullableTime,
    baseline: Baseline.nullable(),
    reading: GuardReading.nullable(),
  })
  .meta({ id: "Guard" });

export const ReverseShadow = z
  .strictObject({
    former: z.string(),
    pairs: Count,
    mean_difference: NullableNumber.describe("New champion minus former, account currency per common signal."),
    total_difference: z.number(),
    z: NullableNumber,
  })
  .describe("The champion beside its predecessor, on the same signals since the promotion.")
  .meta({ id: "ReverseShadow" });

export const Monitor = z
  .strictObject({
    trades: Count,
    cusum_win: z.number(),
    cusum_pnl: z.number(),
    cusum_limit: z.number(),
    ewma_win: z.number(),
    ewma_limit: z.number(),
    baseline_win_rate: NullableNumber,
    baseline_mean_pnl: NullableNumber,
    episodes: Count,
  })
  .meta({ id: "Monitor" });

export type GuardAnswer = z.infer<typeof Guard>;
