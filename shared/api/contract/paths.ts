import * as z from "zod";
import { LOOKS_MAX, POINTS_MAX } from "./drawn-lines.ts";
import { Decision } from "./evaluation.ts";
import { Blocking } from "./gates.ts";
import { Count, NullableNumber, Time, Verdict } from "./parts.ts";

/** GET /shadow/paths/{challenger}: one challenger's life as lines to draw, down-sampled here so that no page reads 50,000 trades. */

const Line = z.array(z.number()).max(POINTS_MAX);

const ScaleStep = z
  .strictObject({
    scale: z.string(),
    z: NullableNumber.describe("null: too few blocks to say."),
    boundary: z.number(),
    clears: z.boolean(),
    low: NullableNumber.describe("Estimate minus boundary standard errors."),
    high: NullableNumber,
  })
  .meta({ id: "ScaleStep" });

const RouteStep = z
  .strictObject({ route: z.string(), estimate: NullableNumber, clears: z.boolean(), scales: z.array(ScaleStep) })
  .meta({ id: "RouteStep" });

const Step = z
  .strictObject({
    n: Count,
    at: Time,
    provisional: z.boolean().describe("Computed between looks: it decides nothing."),
    score: z.number(),
    verdict: Verdict,
    blocking: Blocking.nullable(),
    reason: z.string(),
    routes: z.array(RouteStep),
    total: z
      .strictObject({ value: z.number(), low: NullableNumber, high: NullableNumber })
      .nullable()
      .describe(
        "Cumulative paired difference of the mean route, account currency, with the interval the boundary draws.",
      ),
  })
  .meta({ id: "PathStep" });

const Life = z
  .strictObject({
    rows: Count.describe("Rows of the evidence; the lines below keep at most 1,000 of them, extremes included."),
    row: z.array(Count).max(POINTS_MAX).describe("Number of each kept row, from 1."),
    champion: Line.describe("Cumulative PnL on the common signals."),
    challenger: Line,
    difference: Line.describe("Challenger minus champion."),
    champion_drawdown: Line.describe("Distance below the highest point so far, 0 or negative."),
    challenger_drawdown: Line,
  })
  .meta({ id: "Life" });

export const Paths = z
  .strictObject({
    in_words: z.string(),
    champion: z.string().describe("The champion of the evidence shown."),
    challenger: z.string(),
    role: z.enum(["champion", "challenger", "archive", "queued", "quarantined", "retired"]),
    ended: z.boolean().describe("True when the model is no active challenger any more."),
    decides: z
      .strictObject({ route: z.string(), scale: z.string() })
      .nullable()
      .describe("The route nearest to a proof, and its scale that is furthest from its boundary."),
    next_look: Count.nullable(),
    looks: z.array(Step).max(LOOKS_MAX),
    present: Step.nullable(),
    gates: Decision.shape.gates.describe("Of the latest look; of this moment before the first."),
    gates_provisional: z.boolean(),
    score_parts: z
      .strictObject({
        significance: z.number().describe("0 or 30."),
        sharpe: z.number().describe("0 to 25."),
        win_rate: z.number().describe("0 to 20."),
        drawdown: z.number().describe("0 to 15."),
        consistency: z.number().describe("0 to 10."),
        total: z.number(),
      })
      .describe("What the score consists of, of the same moment as the gates.")
      .meta({ id: "ScoreParts" }),
    life: Life.nullable(),
  })
  .meta({ id: "Paths" });

export type PathsAnswer = z.infer<typeof Paths>;
export type PathStepAnswer = z.infer<typeof Step>;
export type RouteStepAnswer = z.infer<typeof RouteStep>;
export type LifeAnswer = z.infer<typeof Life>;
