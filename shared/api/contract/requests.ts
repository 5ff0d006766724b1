import * as z from "zod";
import { type EventType, priorityOf } from "../../domain/event.ts";
import { isPlainText, PLAIN_TEXT_RULE } from "../../domain/plain-text.ts";
import { ModelNameSchema } from "../../domain/trade.ts";
import { periodOf } from "./period.ts";

/**
 * Requests of the HTTP interface: one schema each, used to validate and to generate openapi.json. Made when asked for: a function checks one
 * route's requests, and making those of all routes would be a sixth of every cold start.
 */

const text = (options: { max: number; min?: number }) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? "is missing" : "must be text") })
    .trim()
    .min(options.min ?? 1, { error: options.min === 0 ? "" : "must not be empty" })
    .max(options.max, { error: `must have at most ${options.max} characters` })
    .refine(isPlainText, { error: PLAIN_TEXT_RULE });

const reason = () => text({ max: 500 }).describe("Why: kept in history and shown in the alert.");

const expectedChampion = () =>
  ModelNameSchema.optional().describe(
    "Whom the caller takes for the champion; when another model is, nothing is done.",
  );

export const deployRequest = () =>
  z
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

export const promoteRequest = () =>
  z
    .strictObject({
      force: z
        .boolean({ error: "must be true or false" })
        .default(false)
        .describe("Promote although the criteria do not hold."),
      reason: reason().optional(),
      expected_champion: expectedChampion(),
    })
    .refine((body) => !body.force || body.reason !== undefined, {
      error: "is needed when force is true",
      path: ["reason"],
    })
    .meta({ examples: [{}, { force: true, reason: "The old champion's data feed is being switched off." }] });

export const rollbackRequest = () =>
  z
    .strictObject({
      reason: reason(),
      to: ModelNameSchema.optional().describe("One of the archived champions; default: the newest."),
      dry_run: z.boolean({ error: "must be true or false" }).default(false).describe("Only say what would happen."),
      expected_champion: expectedChampion(),
    })
    .meta({
      examples: [
        { reason: "Losses since the open.", expected_champion: "momentum-v2" },
        { reason: "Rehearsal.", dry_run: true },
      ],
    });

export const reasonRequest = () =>
  z.strictObject({ reason: reason().optional() }).meta({ examples: [{ reason: "Exchange outage." }] });

/** A cursor is the sort key of an event, which begins with 13 digits of time; anything else asks nothing sensible. */
const isCursor = (text: string): boolean => {
  const key = Buffer.from(text, "base64url").toString("utf8");
  return /^\d{13}#.+$/.test(key) && isPlainText(key);
};

const eventTypes = Object.keys(priorityOf) as EventType[];

export const historyQuery = () =>
  z.strictObject({
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
    model_name: text({ max: 100 }).optional().describe("Only events about this model."),
  });

const moment = () =>
  z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "must be a date such as 2026-03-01, or a date-time with zone such as 2026-03-01T08:00:00Z",
  });

export const reportQuery = () =>
  z
    .strictObject({
      from: moment().optional().describe("A date begins at midnight UTC; left out: from the beginning."),
      to: moment().optional().describe("A date is included to its end, a moment is not; left out: until now."),
    })
    .describe("Wall-clock time: when things were committed, not the trade time they are about.")
    .refine(
      (query) => {
        const { from, to } = periodOf(query);
        return from === null || to === null || from < to;
      },
      { error: "must lie before to", path: ["from"] },
    );

export const allocationQuery = () =>
  z.strictObject({
    signal_id: z
      .string()
      .min(1)
      .max(256)
      .refine(isPlainText, { error: PLAIN_TEXT_RULE })
      .optional()
      .describe("Also say which model trades this signal; all callers agree."),
  });

export const challengerPath = () => z.strictObject({ challenger: ModelNameSchema.describe("Name of the challenger.") });
export const namePath = () => z.strictObject({ name: ModelNameSchema.describe("Name of the model.") });

/** If-Match: the `registry_version` of any answer, as an entity tag; null stands for "whatever it is". */
export const IfMatchSchema = z
  .string()
  .regex(/^\s*(?:\*|(?:W\/)?"?\d{1,15}"?)\s*$/, {
    error: 'If-Match must be one registry_version in quotes, such as "12"',
  })
  .transform((text) => (text.includes("*") ? null : Number(text.replaceAll(/\D/g, ""))));

export const IdempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, {
  error: "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces",
});
