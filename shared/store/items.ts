import type { LedgerBlock, LedgerRows } from "../domain/ledger.ts";
import { type Key, keys } from "./keys.ts";

/**
 * Items of the state table. Structured things are stored as JSON text in `body`: JSON keeps every float64 exactly, while
 * DynamoDB numbers do not. Ledger columns are little-endian binary.
 */

export type Item = Key & Record<string, unknown>;

// One byte a row. Blocks written before a flag existed have it unset, so unset has to mean what was true of them.
const TOOK = 1;
const EXECUTED = 2;
const OPENED_KNOWN = 4;
const MORE_FILLS = 8;

export function blockItem(model: string, block: LedgerBlock): Item {
  const { rows } = block;
  const flags = Uint8Array.from(rows.took, (took, i) => flagsOf({ took, i, rows }));
  const sameIds = rows.tradeIds.every((id, i) => id === rows.signalIds[i]);
  return {
    ...keys.block(model, block.index),
    rows: rows.count,
    clock: block.clock,
    signals: rows.signalIds.join("\n"),
    // Mostly a trade's id is its signal's id; then one column serves both.
    ...(sameIds ? {} : { trades: rows.tradeIds.join("\n") }),
    pnl: bytesOf(rows.pnl),
    opened: bytesOf(rows.openedAt),
    closed: bytesOf(rows.closedAt),
    flags,
  };
}

function flagsOf({ took, i, rows }: { took: number; i: number; rows: LedgerRows }): number {
  const executed = rows.executed[i] ? EXECUTED : 0;
  const openedKnown = rows.openedKnown[i] ? OPENED_KNOWN : 0;
  return (took ? TOOK : 0) | executed | openedKnown | (rows.final[i] ? 0 : MORE_FILLS);
}

export function blockFrom(item: Record<string, unknown>): LedgerBlock {
  const count = Number(item.rows);
  const signalIds = String(item.signals).split("\n");
  const flags = item.flags as Uint8Array;
  const openedAt = floatsFrom(item.opened as Uint8Array);
  const closedAt = floatsFrom(item.closed as Uint8Array);
  const rows: LedgerRows = {
    count,
    signalIds,
    tradeIds: item.trades === undefined ? signalIds : String(item.trades).split("\n"),
    pnl: floatsFrom(item.pnl as Uint8Array),
    openedAt,
    closedAt,
    took: Uint8Array.from(flags, (f) => (f & TOOK ? 1 : 0)),
    executed: Uint8Array.from(flags, (f) => (f & EXECUTED ? 1 : 0)),
    // In an older block, a trade that opened before it closed must have said so.
    openedKnown: Uint8Array.from(flags, (f, i) => (f & OPENED_KNOWN || openedAt[i]! < closedAt[i]! ? 1 : 0)),
    final: Uint8Array.from(flags, (f) => (f & MORE_FILLS ? 0 : 1)),
  };
  const lengths = [
    rows.signalIds.length,
    rows.tradeIds.length,
    rows.pnl.length,
    rows.closedAt.length,
    rows.openedAt.length,
    flags.length,
  ];
  if (lengths.some((n) => n !== count))
    throw new Error(
      `ledger block ${String(item.pk)} ${String(item.sk)} is damaged: columns of ${lengths.join(", ")} rows for ${count}`,
    );
  return { index: Number(String(item.sk).slice("BLOCK#".length)), rows, clock: Number(item.clock) };
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function floatsFrom(bytes: Uint8Array): Float64Array {
  // The SDK's buffer need not be aligned to 8 bytes.
  return new Float64Array(bytes.slice().buffer);
}

export function jsonItem(key: Key, body: unknown, extra: Record<string, unknown> = {}): Item {
  return { ...key, body: JSON.stringify(body), ...extra };
}

export function jsonFrom<T>(item: Record<string, unknown> | undefined): T | null {
  return item === undefined ? null : (JSON.parse(String(item.body)) as T);
}
