import * as z from "zod";
import { Count, NullableNumber, NullableTime } from "./parts.ts";

/** What watches a champion: the guard of its promotion, the former champion beside it, the degradation monitor. */

const PairedBaseline = z
  .strictObject({
    pairs: Count,
    win_rate_new: z.number(),
    win_rate_former: z.number(),
    promise: z.number().describe("Mean difference new minus former, account currency a signal."),
    sd_difference: z.number(),
    sd_wins: z.number(),
    serial_difference: z.number(),
    serial_wins: z.number(),
    mean_former: z.number(),
    sd_former: z.number(),
    differing: Count,
    usable: z.boolean(),
  })
  .meta({ id: "PairedBaseline" });

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
    serial_pnl: z.number().optional(),
    mean_win: z.number().optional(),
    mean_loss: z.number().optional(),
    paired: PairedBaseline.nullable().optional(),
  })
  .describe("What the challenger promised in the shadow.")
  .meta({ id: "Baseline" });

const GuardStatus = z.enum(["watching", "passed", "market", "advised", "blind"]);
const ControlMode = z.enum(["paired", "unpaired"]);
const GuardMode = z
  .enum(["paired", "unpaired", "promise"])
  .describe("Beside the former champion on the same signals, or by the champion's own promise alone.");
const GuardNotice = z.enum(["market", "unclear", "max-loss"]);

const PairedFigures = z
  .strictObject({
    pairs: Count,
    champion_short: z.number(),
    former_short: z.number(),
    net_short: z.number(),
    net_drop: z.number(),
    z_wins: z.number(),
    z_pnl: z.number(),
    gain: z.number().describe("Champion minus former on the same signals, account currency."),
    volatility: z.number(),
    behind: z.number(),
    champion_pnl: z.number(),
    former_pnl: z.number(),
  })
  .meta({ id: "PairedFigures" });

/** The guard as a promotion begins it. */
export const GuardState = z
  .strictObject({
    status: GuardStatus,
    window: Count.describe("Trades it lasts."),
    baseline: Baseline.nullable(),
    reference: z.string().nullable().describe("The former champion."),
    alerted: z.boolean(),
    reported: z.array(GuardNotice).readonly().optional(),
    mode: ControlMode.optional(),
    mode_at: NullableNumber.optional(),
  })
  .meta({ id: "GuardState" });

export const GuardReading = z
  .strictObject({
    verdict: z.enum(["watching", "alert", "market", "unclear", "prolonged", "rollback", "advised", "passed"]),
    ended: z.boolean(),
    mode: GuardMode,
    prolonged: z.boolean(),
    news: z
      .enum(["market", "unclear", "max-loss", "mode", "alert"])
      .nullable()
      .describe("What is still to be reported."),
    rule: z.enum(["win-rate", "drawdown", "paired-win", "paired-pnl", "paired-drawdown", "max-loss"]).nullable(),
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
    former: z.string().nullable(),
    pairs: Count,
    paired: PairedFigures.nullable(),
    at: NullableTime,
    trade_id: z.string(),
  })
  .meta({ id: "GuardReading" });

export const Guard = z
  .strictObject({
    in_words: z.string(),
    status: GuardStatus,
    window: Count,
    former_champion: z.string().nullable(),
    alerted: z.boolean(),
    reported: z.array(GuardNotice).readonly(),
    mode: GuardMode,
    since_trade_time: NullableTime,
    baseline: Baseline.nullable(),
    reading: GuardReading.nullable(),
  })
  .meta({ id: "Guard" });

export const Breaker = z
  .strictObject({ share: z.number(), why: z.enum(["market", "max-loss"]), at: NullableTime, reason: z.string() })
  .describe("Money that is held back until somebody resumes.")
  .meta({ id: "Breaker" });

export const ReverseShadow = z
  .strictObject({
    former: z.string(),
    pairs: Count,
    mean_difference: NullableNumber.describe("New champion minus former, account currency per common signal."),
    total_difference: z.number(),
    z: NullableNumber.describe("Mean difference over its standard error, by batch means."),
  })
  .describe(
    "The champion beside its predecessor, on the signals both have answered since the promotion; in the event of a rollback by hand as of the monitor's latest checkpoint.",
  )
  .meta({ id: "ReverseShadow" });

export const Monitor = z
  .strictObject({
    trades: Count,
    cusum_win: z.number(),
    cusum_pnl: z.number(),
    cusum_limit: z.number(),
    ewma_win: z.number(),
    ewma_limit: z.number(),
    cusum_pnl_limit: z.number(),
    cusum_pair: z.number(),
    cusum_pair_limit: NullableNumber,
    baseline_win_rate: NullableNumber,
    baseline_mean_pnl: NullableNumber,
    episodes: Count,
  })
  .meta({ id: "Monitor" });

export type GuardAnswer = z.infer<typeof Guard>;
