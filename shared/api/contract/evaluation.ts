import * as z from "zod";
import { Blocking, GateName } from "./gates.ts";
import { Figures } from "./metrics.ts";
import { Count, NullableNumber, NullableTime, SettingValue, Time, UndefinedStatistic, Verdict } from "./parts.ts";

/** One look at one challenger: its numbers, its gates, its verdict. */

const Design = z.enum(["paired", "bucketed", "per-side"]);
const ScaleName = z.enum(["hac", "blocks", "tenths"]);
const Interval = z.strictObject({ low: z.number(), high: z.number() });
const Slots = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const Scale = z
  .strictObject({
    z: NullableNumber.describe("null: too few blocks to say."),
    z_worse: NullableNumber.describe("The same with the sides exchanged."),
    boundary: z.number(),
    clears: z.boolean(),
    se: NullableNumber,
    df: NullableNumber,
    block_length: NullableNumber,
  })
  .meta({ id: "Scale" });

export const Route = z
  .strictObject({
    estimate: NullableNumber,
    hac: Scale,
    blocks: Scale,
    tenths: Scale,
    clears: z.boolean().describe("All three scales reach their boundaries."),
    worse: z.boolean(),
    blocked_by: z.array(ScaleName),
    degenerate: UndefinedStatistic.nullable(),
    barred: z.string().nullable().optional().describe("Why it may not clear whatever its z."),
  })
  .meta({ id: "Route" });
const Routes = z.strictObject({ mean: Route, sharpe: Route });

const WildRow = z.strictObject({
  row: Count,
  signal_id: z.string().nullable(),
  side: z.enum(["champion", "challenger"]),
  pnl: z.number(),
});

const Robustness = z
  .strictObject({
    size: z.strictObject({ ratio: NullableNumber, z: NullableNumber, bound: z.number() }),
    wild: z.strictObject({
      count: Count,
      rows: z.array(WildRow),
      z_mean: NullableNumber,
      z_sharpe: NullableNumber,
      bound: z.number(),
    }),
    stress: z
      .strictObject({
        missing: Count,
        shortfall: z.number(),
        best: z.number(),
        mean: z.number(),
        tipping_loss: NullableNumber.describe("Loss of each silent trade at which the advantage is lost."),
      })
      .nullable(),
    drawdown_probability: NullableNumber.describe("null: nothing is proved, so nobody asked."),
  })
  .meta({ id: "Robustness" })
  .describe("What a proof must hold against. Absent in looks of rule 2026.1.");

const SideFigures = z
  .strictObject({
    rows: Count,
    trades: Count,
    win_rate: NullableNumber,
    mean: NullableNumber,
    sd: NullableNumber,
    sharpe: NullableNumber,
    max_drawdown: z.number(),
    rolling_wr_std: NullableNumber,
  })
  .meta({ id: "SideFigures" });

const TTest = z
  .strictObject({
    kind: z.literal("defined"),
    difference: z.number(),
    t: z.number(),
    df: z.number(),
    p: z.number(),
    low95: z.number(),
    high95: z.number(),
  })
  .meta({ id: "TTest" });
const orUndefined = <T extends z.ZodType>(test: T) => z.union([test, UndefinedStatistic]);

const Tests = z
  .strictObject({
    t: orUndefined(
      z.strictObject({
        kind: z.literal("defined"),
        used: z.enum(["paired", "welch"]),
        statistic: z.number(),
        df: z.number(),
        p: z.number(),
        significant: z.boolean(),
        welch: orUndefined(TTest),
        paired: orUndefined(TTest).nullable(),
      }),
    ),
    bootstrap: orUndefined(
      z.strictObject({
        kind: z.literal("defined"),
        estimate: z.number(),
        resamples: Count,
        block_length: Count,
        seed: z.string(),
        percentile95: Interval,
        bca95: Interval,
        at_boundary: z.strictObject({ level: z.number(), percentile: Interval, bca: Interval }),
        significant: z.boolean(),
      }),
    ),
    sharpe: orUndefined(
      z.strictObject({
        kind: z.literal("defined"),
        difference: z.number(),
        se: z.number(),
        statistic: z.number(),
        z_clipped: z.number(),
        p: z.number(),
        low95: z.number(),
        high95: z.number(),
        significant: z.boolean(),
        jobson_korkie_memmel: orUndefined(
          z.strictObject({ kind: z.literal("defined"), z: z.number(), se: z.number() }),
        ).nullable(),
      }),
    ),
    win_rate: orUndefined(
      z.strictObject({
        kind: z.literal("defined"),
        used: z.enum(["mcnemar", "two-proportion"]),
        difference: z.number(),
        p: z.number(),
        significant: z.boolean(),
        two_proportion: z.strictObject({ z: z.number(), p: z.number() }),
        mcnemar: z
          .strictObject({ challenger_only: Count, champion_only: Count, p: z.number(), p_two_sided: z.number() })
          .nullable(),
      }),
    ),
    drawdown: orUndefined(
      z.strictObject({
        kind: z.literal("defined"),
        champion: z.number(),
        challenger: z.number(),
        ratio: NullableNumber,
        tolerance: z.number(),
        holds: z.boolean(),
        probability_exceeds: NullableNumber,
        resamples: Count,
        block_length: Count,
      }),
    ),
  })
  .describe("The five tests. Each is valid at one look only; none of them promotes anybody.")
  .meta({ id: "Tests" });

const TradesLeft = z
  .strictObject({
    n50: NullableNumber.describe("More rows for a crossing with probability 0.5; null: none within `searched_to`."),
    n80: NullableNumber.describe("The same with probability 0.8."),
    passes_at: z.strictObject({ hac: NullableNumber, blocks: NullableNumber, tenths: NullableNumber }),
    searched_to: z.number(),
  })
  .meta({ id: "TradesLeft" });
export const TradesLeftPerRoute = z.strictObject({ mean: TradesLeft, sharpe: TradesLeft });

const Stability = z
  .strictObject({
    block_length: Count,
    blocks: z.array(z.number()),
    positive_blocks: NullableNumber,
    tenths: z.array(z.number()),
    positive_tenths: Count,
    halves: z.tuple([z.number(), z.number()]).nullable(),
    longest_edge_spell: NullableNumber,
    longest_volatility_spell: NullableNumber,
  })
  .meta({ id: "Stability" });

export const Evaluation = z
  .strictObject({
    champion: Figures.nullable().describe("null before the first trade taken."),
    challenger: Figures.nullable(),
    difference: z
      .strictObject({
        mean_pnl: NullableNumber,
        total_pnl: z.number(),
        sharpe_per_signal: NullableNumber,
        win_rate: NullableNumber,
        drawdown_ratio: NullableNumber,
      })
      .describe("Challenger minus champion; drawdown as a ratio."),
    tests: Tests,
    problem: UndefinedStatistic.nullable().describe("Why nothing can be judged at all."),
    n: Count,
    design: Design,
    slots: Slots,
    scales: z.strictObject({
      variant: z.enum(["standard", "long-block"]),
      block_length: Count,
      first_look: Count,
      lag_floor: Count.optional(),
      overlap: NullableNumber.optional().describe("Positions usually open together; null: not known."),
      simulated: z.boolean(),
    }),
    figures: z.strictObject({ champion: SideFigures, challenger: SideFigures }),
    routes: Routes,
    statistical_pass: z.boolean(),
    evidence: z.strictObject({
      both: Count,
      missing: Count,
      missing_before_first: Count.optional().describe(
        "Of the missing ones, signals that opened before the challenger's first report: it was seated before it traded.",
      ),
      coverage: NullableNumber,
      missing_z: NullableNumber,
      differing: NullableNumber,
      common_buckets: NullableNumber,
      missing_champion: Count.optional(),
      summed: Count.optional().describe("Rows with several fills on a side, summed."),
      unsummed: z.strictObject({ signals: Count, reasons: z.array(z.string()) }).optional(),
      assumed: Count.optional().describe("Rows in which silence was counted as an abstention."),
    }),
    robustness: Robustness.optional(),
    score: z.strictObject({
      significance: z.number(),
      sharpe: z.number(),
      win_rate: z.number(),
      drawdown: z.number(),
      consistency: z.number(),
      total: z.number().min(0).max(100),
    }),
    seed: z.string(),
    effective_sample_size: z
      .strictObject({
        rows: Count,
        worth: z.number(),
        plain: z.number(),
        hac: z.number(),
        blocks: NullableNumber,
        tenths: NullableNumber,
      })
      .nullable(),
    stability: Stability.nullable(),
    trades_left: TradesLeftPerRoute,
    without_best: z
      .strictObject({ rows: Count, mean_pnl: z.number() })
      .nullable()
      .optional()
      .describe("Mean difference without the rows that helped the challenger most."),
    erasing_loss: z
      .strictObject({ loss: z.number(), trades: Count })
      .nullable()
      .optional()
      .describe("One loss of this size in so many trades would erase the advantage."),
    notes: z.array(z.string()),
  })
  .meta({ id: "Evaluation" });

const Gate = z
  .strictObject({
    gate: GateName,
    kind: z.enum(["primary", "secondary", "evidence"]),
    state: z.enum(["pass", "fail", "inconclusive", "no-data", "error"]),
    value: NullableNumber,
    bound: NullableNumber,
    reason: z.string(),
  })
  .meta({ id: "Gate" });

export const Decision = z
  .strictObject({
    verdict: Verdict,
    blocking: Blocking.nullable().describe("The first criterion that stops approval."),
    reason: z.string(),
    retire_reason: z.enum(["futility", "horizon"]).optional(),
    score: z.number().min(0).max(100),
    gates: z.array(Gate),
    rule_version: z.string(),
  })
  .meta({ id: "Decision" });

/** A look with everything that is needed to take it again. */
export const Look = z
  .strictObject({
    challenger: z.string(),
    champion: z.string(),
    challenger_entry: Count,
    champion_entry: Count,
    reign: Count,
    n: Count,
    at: Time,
    start_at: NullableTime,
    rule_version: z.string(),
    settings: z.record(z.string(), SettingValue),
    seed: z.string(),
    rows_hash: z.string(),
    evaluated_at: Time,
    evaluation: Evaluation,
    decision: Decision,
  })
  .meta({ id: "Look" });

/** One point of the sequential path: where both routes stand against their boundaries on all three scales. */
export const LookPoint = z
  .strictObject({
    champion: z.string(),
    reign: Count,
    n: Count,
    at: Time,
    routes: Routes,
    score: z.number(),
    verdict: Verdict,
    blocking: Blocking.nullable(),
    reason: z.string(),
  })
  .meta({ id: "LookPoint" });

export type EvaluationAnswer = z.infer<typeof Evaluation>;
export type LookAnswer = z.infer<typeof Look>;
export type LookPointAnswer = z.infer<typeof LookPoint>;
