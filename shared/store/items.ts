import { type LedgerBlock, type LedgerHead, rowsOf } from "../domain/ledger.ts";
import { clockOfBlock, firstOfBlock } from "../domain/ledger-append.ts";
import { packText, unpackText } from "../domain/packed-text.ts";
import { packRows, unpackRows } from "../domain/row-codec.ts";
import { type Key, keys } from "./keys.ts";

/**
 * Items of the state table. Structured things are stored as JSON text in `body`: JSON keeps every float64 exactly, while
 * DynamoDB numbers do not. Ledger rows are packed bytes, and so are the texts of the registry and of dossiers.
 */

export type Item = Key & Record<string, unknown>;

/** Form of heads and blocks. A release reads its own and, once there is another, the one before. */
const LEDGER_FORMAT = 1;

/**
 * @param extra.evaluate  the trades that this write adds can make something due: evaluate is called for it
 */
export function headItem(head: LedgerHead, extra: { evaluate: boolean }): Item {
  const { tail, ...numbers } = head;
  return {
    ...jsonItem(keys.head(head.model), numbers, { format: LEDGER_FORMAT, revision: head.revision }),
    ...(tail.count > 0 ? { tail: packRows(tail) } : {}),
    ...(extra.evaluate ? callsEvaluate : {}),
  };
}

/** Evaluate is called when an item that carries this is written. */
export const callsEvaluate = { evaluate: "due" };

export function headFrom(item: Record<string, unknown>): LedgerHead {
  understand(item);
  const numbers = jsonFrom<Omit<LedgerHead, "tail">>(item)!;
  const tail = item.tail === undefined ? rowsOf([]) : rowsFrom(item, "tail");
  return { ...numbers, tail };
}

export function blockItem(model: string, block: LedgerBlock): Item {
  return {
    ...keys.block(model, block.name),
    format: LEDGER_FORMAT,
    rows: packRows(block.rows),
    ...(block.previous === null ? {} : { previous: block.previous }),
    ...(block.chain === undefined ? {} : { chain: block.chain }),
  };
}

export function blockFrom(item: Record<string, unknown>): LedgerBlock {
  understand(item);
  const name = String(item.sk).slice("BLOCK#".length);
  const previous = item.previous === undefined ? null : String(item.previous);
  const chain = item.chain === undefined ? undefined : String(item.chain);
  return { name, first: firstOfBlock(name), clock: clockOfBlock(name), rows: rowsFrom(item, "rows"), previous, chain };
}

function understand(item: Record<string, unknown>): void {
  if (item.format === LEDGER_FORMAT) return;
  const form = item.format === undefined ? "no format number" : `format ${String(item.format)}`;
  throw new Error(`${placeOf(item)} has ${form}; this release reads format ${LEDGER_FORMAT}`);
}

function rowsFrom(item: Record<string, unknown>, attribute: string) {
  try {
    return unpackRows(item[attribute] as Uint8Array);
  } catch (error) {
    throw new Error(`${placeOf(item)} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function placeOf(item: Record<string, unknown>): string {
  return `ledger item ${String(item.pk)} ${String(item.sk)}`;
}

export function jsonItem(key: Key, body: unknown, extra: Record<string, unknown> = {}): Item {
  return { ...key, body: JSON.stringify(body), ...extra };
}

/** The same, packed: for what is several KB long and written often. */
export function packedItem(key: Key, body: unknown, extra: Record<string, unknown> = {}): Item {
  return { ...key, body: packText(JSON.stringify(body)), ...extra };
}

export function jsonFrom<T>(item: Record<string, unknown> | undefined): T | null {
  if (item === undefined) return null;
  const text = item.body instanceof Uint8Array ? unpackText(item.body) : String(item.body);
  return JSON.parse(text) as T;
}
