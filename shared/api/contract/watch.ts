import * as z from "zod";
import { Guard, Monitor, ReverseShadow } from "./champion-watch.ts";
import { POINTS_MAX } from "./drawn-lines.ts";
import { Count, NullableNumber, NullableTime } from "./parts.ts";

/** GET /shadow/watch: what watches the champion, as lines to draw. */

const Line = z.array(z.number()).max(POINTS_MAX);

const Race = z
  .strictObject({
    window: Count,
    former: z.string().nullable(),
    trade: z.array(Count).max(POINTS_MAX).describe("Number of each trade since the promotion, from 1."),
    promise: Line.describe("What the shadow promised: mean PnL per trade, added up."),
    champion: Line,
    former_champion: z
      .array(NullableNumber)
      .max(POINTS_MAX)
      .describe("Cumulative PnL of the former champion on the same signals; null before the first it answered."),
    figures: z
      .array(
        z.strictObject({
          figure: z.string(),
          value: z.array(NullableNumber).max(POINTS_MAX),
          alert: z.array(NullableNumber).max(POINTS_MAX),
          boundary: z.array(NullableNumber).max(POINTS_MAX).describe("Rollback beyond this."),
        }),
      )
      .describe("What the guard compares after each trade."),
  })
  .meta({ id: "GuardRace" });

const Chart = z
  .strictObject({
    chart: z.string(),
    counts: z.enum(["trades", "pairs"]).describe("What the numbers of its points count."),
    limit: z.number(),
    at: z.array(Count).max(POINTS_MAX).describe("Number of each kept point, from 1."),
    value: Line,
  })
  .meta({ id: "DegradationChart" });

const Recent = z
  .strictObject({
    trades: Count.describe("Newest trades taken the lines are made of."),
    trade: z.array(Count).max(POINTS_MAX).describe("Number of each kept trade, from 1."),
    equity: Line,
    drawdown: Line,
    window: Count.describe("Trades in a rolling window."),
    rolling: z.strictObject({
      trade: z.array(Count).max(POINTS_MAX),
      win_rate: Line,
      sharpe: Line,
      win_rate_band: z.tuple([z.number(), z.number()]).nullable().describe("Where 95 % of windows lie by chance."),
      sharpe_band: z.tuple([z.number(), z.number()]).nullable(),
    }),
    distribution: z.strictObject({ from: z.number(), width: z.number(), counts: z.array(Count) }),
    spread: z.strictObject({
      mean: z.number(),
      best: z.number(),
      worst: z.number(),
      mean_without_best: z.number().describe("Mean without the best 1 % of the trades, at least one."),
    }),
  })
  .meta({ id: "RecentTrades" });

const SinceRollback = z
  .strictObject({
    model_name: z.string().describe("The model that was rolled back."),
    since: NullableTime,
    pairs: Count,
    row: z.array(Count).max(POINTS_MAX),
    champion: Line.describe("Cumulative PnL of the present champion on the same signals."),
    quarantined: Line,
    judged_after: Count.describe("Signals of the present champion after which the rollback is judged."),
    judgement: z
      .strictObject({
        in_words: z.string(),
        pairs: Count,
        restored_pnl: z.number(),
        quarantined_pnl: z.number(),
        harmful: z.boolean().nullable().describe("null: the quarantined model reported nothing."),
        cost: z.number(),
      })
      .nullable()
      .describe("null: too early, or longer ago than the trades read here; then the history has it."),
  })
  .describe("What the quarantined model goes on doing on paper.")
  .meta({ id: "SinceRollback" });

const Posterior = z
  .strictObject({
    model_name: z.string(),
    trades: Count,
    mean: z.number().describe("Account currency a trade."),
    low: z.number().describe("Bounds that hold 95 % of the belief."),
    high: z.number(),
    best: z.number().describe("Probability that its mean is the largest."),
    density: z.array(z.number()).max(POINTS_MAX).describe("At each x."),
  })
  .meta({ id: "Posterior" });

export const Watch = z
  .strictObject({
    champion: z.string().nullable(),
    word: z
      .enum(["watching", "market", "model", "unclear"])
      .nullable()
      .describe("The guard in one word; null: no guard is at work."),
    guard: Guard.nullable(),
    reverse_shadow: ReverseShadow.nullable(),
    race: Race.nullable(),
    monitor: Monitor.nullable(),
    charts: z
      .strictObject({ complete: z.boolean(), charts: z.array(Chart) })
      .nullable()
      .describe("null: the champion has no baseline yet."),
    recent: Recent.nullable(),
    since_rollback: SinceRollback.nullable(),
    posteriors: z
      .strictObject({ x: z.array(z.number()).max(POINTS_MAX), models: z.array(Posterior) })
      .nullable()
      .describe(
        "What is believed of each model's mean, whoever is given money; null: the champion has too few trades.",
      ),
  })
  .meta({ id: "Watch" });

export type WatchAnswer = z.infer<typeof Watch>;
