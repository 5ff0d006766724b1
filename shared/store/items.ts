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

/**
 * Form of what is stored. A release reads its own and the one before, so that a deployment can go back: what changes in a way the release
 * before would misread gets another number, and is written only once that release understands it. Release 0.1 wrote none but on ledgers.
 */
export const STATE_FORMAT = 1;
const OLDEST_FORMAT = 1;

/**
 * @param extra.evaluate  the trades that this write adds can make something due: evaluate is called for it
 */
export function headItem(head: LedgerHead, extra: { evaluate: boolean }): Item {
  const { tail, ...numbers } = head;
  return {
    ...jsonItem(keys.head(head.model), numbers, { revision: head.revision }),
    ...(tail.count > 0 ? { tail: packRows(tail) } : {}),
    ...(extra.evaluate ? callsEvaluate : {}),
  };
}

/** Evaluate is called when an item that carries this is written. */
export const callsEvaluate = { evaluate: "due" };

export function headFrom(item: Record<string, unknown>): LedgerHead {
  understandLedger(item);
  const numbers = jsonFrom<Omit<LedgerHead, "tail">>(item)!;
  const tail = item.tail === undefined ? rowsOf([]) : rowsFrom(item, "tail");
  return { ...numbers, tail };
}

export function blockItem(model: string, block: LedgerBlock): Item {
  return {
    ...keys.block(model, block.name),
    format: STATE_FORMAT,
    rows: packRows(block.rows),
    ...(block.previous === null ? {} : { previous: block.previous }),
    ...(block.chain === undefined ? {} : { chain: block.chain }),
  };
}

export function blockFrom(item: Record<string, unknown>): LedgerBlock {
  understandLedger(item);
  const name = String(item.sk).slice("BLOCK#".length);
  const previous = item.previous === undefined ? null : String(item.previous);
  const chain = item.chain === undefined ? undefined : String(item.chain);
  return { name, first: firstOfBlock(name), clock: clockOfBlock(name), rows: rowsFrom(item, "rows"), previous, chain };
}

function understandLedger(item: Record<string, unknown>): void {
  if (item.format === undefined) throw new Error(`ledger item ${placeOf(item)} has no format number`);
  understand(item);
}

/** @throws Error for what another release wrote that this one would misread: it is not guessed at, and nothing is written on it */
function understand({ format = OLDEST_FORMAT, ...item }: Record<string, unknown>): void {
  if (typeof format === "number" && format >= OLDEST_FORMAT && format <= STATE_FORMAT) return;
  throw new Error(`${placeOf(item)} has format ${String(format)}; this release reads format ${STATE_FORMAT}`);
}

function rowsFrom(item: Record<string, unknown>, attribute: string) {
  try {
    return unpackRows(item[attribute] as Uint8Array);
  } catch (error) {
    throw new Error(
      `ledger item ${placeOf(item)} is damaged: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function placeOf(item: Record<string, unknown>): string {
  return `${String(item.pk)} ${String(item.sk)}`;
}

export function jsonItem(key: Key, body: unknown, extra: Record<string, unknown> = {}): Item {
  return { ...key, body: JSON.stringify(body), format: STATE_FORMAT, ...extra };
}

/** The same, packed: for what is several KB long and written often. */
export function packedItem(key: Key, body: unknown, extra: Record<string, unknown> = {}): Item {
  return { ...key, body: packText(JSON.stringify(body)), format: STATE_FORMAT, ...extra };
}

export function jsonFrom<T>(item: Record<string, unknown> | undefined): T | null {
  if (item === undefined) return null;
  understand(item);
  const text = item.body instanceof Uint8Array ? unpackText(item.body) : String(item.body);
  return JSON.parse(text) as T;
}
