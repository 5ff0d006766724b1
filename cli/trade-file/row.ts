import { type Columns, fieldText } from "./columns.ts";

/** A row of a file as an item of the trades table. What cannot be read goes there as it is: the system says what is wrong. */

export type TradeItem = { model_name: string; trade_id: string; [attribute: string]: string | number | boolean };

export type ReadRow = { ok: true; item: TradeItem } | { ok: false; reason: string };

/** DynamoDB refuses items beyond 400 KB; a trade is far below that. */
const ITEM_CHARS_MAX = 100_000;
/** Key attributes may have that many bytes: partition key, sort key. */
const MODEL_BYTES_MAX = 2048;
const TRADE_BYTES_MAX = 1024;

const sides: Readonly<Record<string, number>> = { long: 1, buy: 1, short: -1, sell: -1, flat: 0, none: 0 };
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  "1": true,
  "0": false,
  yes: true,
  no: false,
};

/** @returns why DynamoDB could not take the row at all, or the item to send */
export function readRow(row: readonly string[], options: { columns: Columns; width: number }): ReadRow {
  // A row cut short or shifted could count with a wrong value, so it is not sent.
  if (row.length !== options.width)
    return { ok: false, reason: `${row.length} columns where the header has ${options.width}` };
  const text = (field: Parameters<typeof fieldText>[2]) => fieldText(row, options.columns, field);
  const modelName = text("model_name");
  const tradeId = text("trade_id");
  if (!modelName) return { ok: false, reason: "model_name is empty, and it is part of the table's key" };
  if (!tradeId) return { ok: false, reason: "trade_id is empty, and it is part of the table's key" };
  if (Buffer.byteLength(modelName) > MODEL_BYTES_MAX || Buffer.byteLength(tradeId) > TRADE_BYTES_MAX) {
    return { ok: false, reason: "model_name or trade_id is longer than a key of DynamoDB may be" };
  }
  if (row.reduce((chars, cell) => chars + cell.length, 0) > ITEM_CHARS_MAX) {
    return { ok: false, reason: `the row has more than ${ITEM_CHARS_MAX} characters` };
  }
  const attributes = {
    signal_id: text("signal_id"),
    symbol: text("symbol"),
    prediction: sideOf(text("side")),
    opened_at: timeOf(text("opened_at")),
    closed_at: timeOf(text("closed_at")),
    pnl: numberOf(text("pnl")),
    confidence: numberOf(text("confidence")),
    executed: truthOf(text("executed")),
    actual_outcome: numberOf(text("actual_outcome")),
  };
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return { ok: true, item: { model_name: modelName, trade_id: tradeId, ...Object.fromEntries(present) } as TradeItem };
}

/** A number DynamoDB can hold, else the text itself. */
function numberOf(text: string | undefined): number | string | undefined {
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return text;
  const value = Number(text);
  const size = Math.abs(value);
  return size === 0 ? 0 : size < 1e-130 || size >= 1e126 ? text : value;
}

function sideOf(text: string | undefined): number | string | undefined {
  return text === undefined ? undefined : (sides[text.toLowerCase()] ?? numberOf(text));
}

function truthOf(text: string | undefined): boolean | string | undefined {
  return text === undefined ? undefined : (truths[text.toLowerCase()] ?? text);
}

/** Epoch seconds or milliseconds, or MetaTrader's 2026.03.02 14:30:00, in the table's ISO-8601; anything else as it is. */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^(\d{10}|\d{13})$/.test(text))
    return text?.replace(/^(\d{4})\.(\d{2})\.(\d{2})(?=[ T])/, "$1-$2-$3");
  return new Date(Number(text) * (text.length === 10 ? 1000 : 1)).toISOString();
}
