import * as z from "zod";
import { type EventType, priorityOf } from "../../domain/event.ts";
import { ModelNameSchema } from "../../domain/trade.ts";

/** Requests of the HTTP interface: one schema each, used to validate and to generate openapi.json. */

const text = (options: { max: number; min?: number }) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? "is missing" : "must be text") })
    .trim()
    .min(options.min ?? 1, { error: options.min === 0 ? "" : "must not be empty" })
    .max(options.max, { error: `must have at most ${options.max} characters` });

const reason = text({ max: 500 }).describe("Why: kept in history and shown in the alert.");

const expectedChampion = ModelNameSchema.optional().describe(
  "Whom the caller takes for the champion; when another model is, nothing is done.",
);

export const DeployRequest = z
  .strictObject({
    model_name: ModelNameSchema.describe("The name the ensemble writes into its trades."),
    model_type: text({ max: 64 }).describe("For people: xgboost, lightgbm, …"),
    version: text({ max: 64 }).default("1").describe("One version may enter once only."),
    description: text({ max: 500, min: 0 }).default(""),
    priority: z
      .number({ error: "must be a number" })
      .int({ error: "must be a whole number" })
      .min(-100, { error: "must be at least -100" })
      .max(100, { error: "must be at most 100" })
      .default(0)
      .describe("Higher leaves the queue earlier."),
    design: z
      .enum(["auto", "paired", "unpaired"], { error: "must be auto, paired or unpaired" })
      .default("auto")
      .describe(
        "paired: by common signal_id. unpaired: models that trade different signals. auto decides once, before the first look.",
      ),
  })
  .describe("Deploys a model: the first becomes champion, others are challengers or wait.")
  .meta({ examples: [{ model_name: "momentum-v2", model_type: "xgboost", version: "2026-03-01", priority: 5 }] });

export const PromoteRequest = z
  .strictObject({
    force: z
      .boolean({ error: "must be true or false" })
      .default(false)
      .describe("Promote although the criteria do not hold."),
    reason: reason.optional(),
    expected_champion: expectedChampion,
  })
  .refine((body) => !body.force || body.reason !== undefined, {
    error: "is needed when force is true",
    path: ["reason"],
  })
  .meta({ examples: [{}, { force: true, reason: "The old champion's data feed is being switched off." }] });

export const RollbackRequest = z
  .strictObject({
    reason,
    to: ModelNameSchema.optional().describe("One of the archived champions; default: the newest."),
    dry_run: z.boolean({ error: "must be true or false" }).default(false).describe("Only say what would happen."),
    expected_champion: expectedChampion,
  })
  .meta({
    examples: [
      { reason: "Losses since the open.", expected_champion: "momentum-v2" },
      { reason: "Rehearsal.", dry_run: true },
    ],
  });

export const ReasonRequest = z
  .strictObject({ reason: reason.optional() })
  .meta({ examples: [{ reason: "Exchange outage." }] });

/** A cursor is the sort key of an event, which begins with 13 digits of time; anything else asks nothing sensible. */
const isCursor = (text: string): boolean => /^\d{13}#.+$/.test(Buffer.from(text, "base64url").toString("utf8"));

const eventTypes = Object.keys(priorityOf) as EventType[];

export const HistoryQuerySchema = z.strictObject({
  limit: z.coerce
    .number({ error: "must be a number" })
    .int({ error: "must be a whole number" })
    .min(1, { error: "must be at least 1" })
    .max(200, { error: "must be at most 200" })
    .default(50),
  cursor: z
    .string()
    .refine((text) => /^[A-Za-z0-9_-]{1,400}$/.test(text) && isCursor(text), {
      error: "is not a cursor of this interface",
    })
    .optional(),
  // A misspelt type must not look like a history in which nothing happened.
  type: z
    .enum(eventTypes, { error: `must be one of ${eventTypes.join(", ")}` })
    .optional()
    .describe("Only events of this type."),
  model_name: z.string().max(100).optional().describe("Only events about this model."),
});

export const ReportQuerySchema = z.strictObject({
  from: z.iso.datetime({ offset: true, error: "must be an ISO-8601 date-time with zone" }).optional(),
  to: z.iso.datetime({ offset: true, error: "must be an ISO-8601 date-time with zone" }).optional(),
});

export const AllocationQuerySchema = z.strictObject({
  signal_id: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("Also say which model trades this signal; all callers agree."),
});

export const ChallengerPath = z.strictObject({ challenger: ModelNameSchema.describe("Name of the challenger.") });
export const NamePath = z.strictObject({ name: ModelNameSchema.describe("Name of the model.") });

export const IdempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, {
  error: "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces",
});
