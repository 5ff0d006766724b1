import * as z from "zod";
import { isPlainText, PLAIN_TEXT_RULE } from "./plain-text.ts";
import { checkInWords } from "./validation-words.ts";

/**
 * A trade as the ensemble reports it (the row of the trades table), and the checks that decide whether it may count.
 * Nothing is repaired: a field that is wrong makes the trade a rejected one, with every reason named.
 */

/** Longest signal or trade id, characters; keeps a ledger block far below DynamoDB's 400 KB item limit. */
const ID_CHARS_MAX = 256;
/** Beyond this a PnL is taken for a unit error; it also keeps sums of squares far from overflow. */
const PNL_ABS_MAX = 1e12;
/**
 * A trade may close so much later than it arrived by our clock, for clocks differ and streams give whole seconds. Beyond it the
 * trade is quarantined: a row from the future would move its model's clock, and nothing would be due until that day.
 */
export const FUTURE_MS_MAX = 5 * 60_000;

/** What a model may be called: also a key, a URL segment and an alert attribute. */
export const ModelNameSchema = z.string({ error: "must be text" }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: "must be 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
});

export type Trade = {
  tradeId: string;
  signalId: string;
  modelName: string;
  /** account currency, after fees; 0 when abstained */
  pnl: number;
  /** epoch ms; the close where the ensemble does not say */
  openedAt: number;
  /** whether the ensemble said when it opened */
  openedKnown: boolean;
  /** epoch ms, not before openedAt */
  closedAt: number;
  /** false: the model abstained on this signal */
  took: boolean;
  executed: boolean;
  /** false: more fills on this signal will follow, so the signal is not settled yet */
  final: boolean;
};

const idText = (name: string) =>
  z
    .string({ error: `${name} must be text` })
    .min(1, { error: `${name} must not be empty` })
    .max(ID_CHARS_MAX, { error: `${name} must have at most ${ID_CHARS_MAX} characters` })
    // Control characters would break the ledger's line-separated columns, and steer what shows them.
    .refine(isPlainText, { error: `${name} ${PLAIN_TEXT_RULE}` });

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/;

/**
 * Epoch milliseconds of an ISO-8601 date-time; without a zone it is UTC.
 * @returns null when the text is not such a date-time, names a day that does not exist, or lies outside 1970..2200
 */
export function parseTime(text: string): number | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = fraction ? Math.floor(Number(`0.${fraction}`) * 1000) : 0;
  const utc = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +(second ?? 0), ms);
  const date = new Date(utc);
  // A day that does not exist moves on to another one, and Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (date.getUTCFullYear() !== +year! || date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day!)
    return null;
  let offsetMin = 0;
  if (zone && zone !== "Z") {
    const digits = zone.slice(1).replace(":", "");
    offsetMin = (zone[0] === "-" ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
  }
  const at = utc - offsetMin * 60_000;
  return at >= 0 && at < Date.UTC(2200, 0, 1) ? at : null;
}

const timeText = (name: string) =>
  z.string({ error: `${name} must be text in ISO-8601` }).transform((text, ctx) => {
    const at = parseTime(text);
    if (at !== null) return at;
    ctx.addIssue({ code: "custom", message: `${name} must be an ISO-8601 date-time, e.g. 2026-03-02T14:30:00Z` });
    return z.NEVER;
  });

/** Made with the first trade: functions that check none need a model's name alone of this file. */
let schema: ReturnType<typeof tradeSchema> | undefined;

const tradeSchema = () =>
  z.object({
    model_name: ModelNameSchema,
    trade_id: idText("trade_id"),
    pnl: z
      .number({
        error: (issue) => (issue.input === undefined ? "pnl is missing" : "pnl must be a finite number (type N)"),
      })
      .refine((x) => Math.abs(x) <= PNL_ABS_MAX, { error: `pnl must lie within ±${PNL_ABS_MAX}` }),
    closed_at: timeText("closed_at"),
    signal_id: idText("signal_id").optional(),
    prediction: z
      .number({ error: "prediction must be -1, 0 or 1" })
      .refine((x) => x === -1 || x === 0 || x === 1, { error: "prediction must be -1, 0 or 1" })
      .optional(),
    actual_outcome: z
      .number({ error: "actual_outcome must be 0 or 1" })
      .refine((x) => x === 0 || x === 1, { error: "actual_outcome must be 0 or 1" })
      .optional(),
    confidence: z
      .number({ error: "confidence must be a number" })
      .refine((x) => x >= 0 && x <= 1, { error: "confidence must lie between 0 and 1" })
      .optional(),
    executed: z.boolean({ error: "executed must be true or false (type BOOL)" }).optional(),
    final: z.boolean({ error: "final must be true or false (type BOOL)" }).optional(),
    symbol: z
      .string({ error: "symbol must be text" })
      .max(64, { error: "symbol must have at most 64 characters" })
      .refine(isPlainText, { error: `symbol ${PLAIN_TEXT_RULE}` })
      .optional(),
    opened_at: timeText("opened_at").optional(),
    expires_at: z.number({ error: "expires_at must be a number of epoch seconds" }).optional(),
  });

export type TradeCheck = { ok: true; trade: Trade } | { ok: false; reasons: string[] };

/** Most fields name themselves. */
function reasonOf({ path, message }: { path: readonly string[]; message: string }): string {
  const field = path[0] ?? "the row";
  return message.startsWith(field) ? message : `${field} ${message}`;
}

/**
 * Checks one row of the trades table.
 * @param image  the row as plain values (numbers already numbers)
 * @param options.arrivedAt  epoch ms at which the row was written, from the stream record
 */
export function checkTrade(image: unknown, options: { arrivedAt: number }): TradeCheck {
  schema ??= tradeSchema();
  const checked = checkInWords(schema, image);
  if (!checked.ok) return { ok: false, reasons: [...new Set(checked.faults.map(reasonOf))] };
  const row = checked.value;
  const openedAt = row.opened_at ?? row.closed_at;
  const took = row.prediction !== 0;
  const reasons: string[] = [];
  if (openedAt > row.closed_at) reasons.push("opened_at must not be later than closed_at");
  if (row.closed_at > options.arrivedAt + FUTURE_MS_MAX)
    reasons.push(
      "closed_at lies in the future: more than 5 minutes after the trade arrived (a time without zone is UTC)",
    );
  if (!took && row.pnl !== 0) reasons.push("an abstention (prediction 0) must have pnl 0");
  if (!took && row.final === false)
    reasons.push("an abstention (prediction 0) cannot announce further fills (final false)");
  if (reasons.length > 0) return { ok: false, reasons };
  return {
    ok: true,
    trade: {
      tradeId: row.trade_id,
      signalId: row.signal_id ?? row.trade_id,
      modelName: row.model_name,
      pnl: row.pnl,
      openedAt,
      openedKnown: row.opened_at !== undefined,
      closedAt: row.closed_at,
      took,
      executed: row.executed ?? false,
      final: row.final ?? true,
    },
  };
}
