import { z } from "zod";
import { ReverseShadow } from "./champion-watch.ts";
import { Decision, Evaluation, Look, LookPoint } from "./evaluation.ts";
import { Count, NullableTime } from "./parts.ts";
import { ChallengerStatus } from "./status.ts";

/** GET /shadow/comparison/{challenger} */

const Present = z
  .strictObject({
    provisional: z.literal(true).describe("Only looks decide; this is computed between them."),
    pairs: Count,
    missing_signals: Count,
    open_signals: Count,
    next_look: Count,
    evaluation: Evaluation,
    decision: Decision,
  })
  .meta({ id: "PresentEvidence" });

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
    path: z.array(LookPoint).describe("One point per look of the present reign (of the model's stay, when it left)."),
    earlier_reigns: z.array(LookPoint).optional(),
    reverse_shadow: ReverseShadow.nullable(),
    rule_version: z.string(),
  })
  .meta({ id: "Comparison" });

export type ComparisonAnswer = z.infer<typeof Comparison>;
