import * as z from "zod";
import { Guard, ReverseShadow } from "./champion-watch.ts";
import { Decision, Evaluation, Look, LookPoint } from "./evaluation.ts";
import { Count, NullableTime, Verdict } from "./parts.ts";
import { ChallengerStatus } from "./status.ts";

/** GET /shadow/comparison/{challenger} */

const Present = z
  .strictObject({
    provisional: z.literal(true).describe("Only looks decide; this is computed between them."),
    pairs: Count,
    missing_signals: Count.describe("One side has not answered by the deadline, and not since."),
    summed_signals: Count.describe("Rows of which a side consists of several fills."),
    open_signals: Count,
    next_look: Count,
    evaluation: Evaluation,
    decision: Decision,
  })
  .meta({ id: "PresentEvidence" });

const Retaken = z
  .strictObject({
    rule_version: z.string(),
    same_rows: z.boolean().describe("The ledgers still give the rows the look was taken on."),
    same_decision: z.boolean().describe("Numbers, score and verdict are those of the look."),
    verdict: Verdict,
    score: z.number(),
  })
  .meta({ id: "Retaken" });

export const Comparison = z
  .strictObject({
    in_words: z.string().describe("The comparison in a sentence or two."),
    champion: z.string().nullable(),
    challenger: z.string(),
    role: z.enum(["champion", "challenger", "archive", "queued", "quarantined", "retired"]),
    promotion_status: ChallengerStatus.optional(),
    evidence_since: NullableTime.optional(),
    now: Present.nullable().describe("null: the model is no active challenger any more."),
    last_look: Look.nullable(),
    last_look_retaken: Retaken.nullable()
      .optional()
      .describe("That look taken again from the ledgers by the rule of its day; null: they do not reach it any more."),
    path: z.array(LookPoint).describe("One point per look of the present reign (of the model's stay, when it left)."),
    earlier_reigns: z.array(LookPoint).optional(),
    guard: Guard.nullable().describe(
      "The guard of the present champion, with its mode and verdict; null: no promotion made it.",
    ),
    reverse_shadow: ReverseShadow.nullable(),
    rule_version: z.string(),
  })
  .meta({ id: "Comparison" });

export type ComparisonAnswer = z.infer<typeof Comparison>;
