import { createHash } from "node:crypto";
import { joinRows, type LedgerBlock, type LedgerHead, rowsOf } from "./ledger.ts";
import { packRows } from "./row-codec.ts";
import type { Trade } from "./trade.ts";

/**
 * Longest tail, bytes as packed: with it a head stays below 2 KB, so that a live trade costs one write of at most two units. A longer
 * one would be written again with every trade, a shorter one would cut the ledger into more blocks than readers like.
 */
export const TAIL_BYTES_MAX = 1200;

/** What appending trades makes of a ledger. */
export type Appended = {
  head: Pick<LedgerHead, "count" | "clock" | "lateMs" | "sealed" | "tail">;
  /** the block that is sealed with it; to be written before the head that names it */
  block: LedgerBlock | null;
};

/** Appends trades to the tail; a tail that grew too long is sealed whole. */
export function appendTrades(head: LedgerHead, trades: readonly Trade[]): Appended {
  let { clock, lateMs } = head;
  for (const { closedAt } of trades) {
    if (clock !== null) lateMs = Math.max(lateMs, clock - closedAt);
    clock = Math.max(clock ?? closedAt, closedAt);
  }
  const tail = trades.length === 0 ? head.tail : joinRows([head.tail, rowsOf(trades)]);
  const count = head.count + trades.length;
  if (clock === null) return { head: { count, clock, lateMs, sealed: head.sealed, tail }, block: null };
  const packed = packRows(tail);
  if (packed.length <= TAIL_BYTES_MAX)
    return { head: { count, clock, lateMs, sealed: head.sealed, tail }, block: null };
  const previous = head.sealed?.name ?? null;
  const first = head.count - head.tail.count;
  const { chain } = head;
  const name = nameOf({ clock, first, previous, packed, chain });
  const sealed = { name, clock };
  return {
    head: { count, clock, lateMs, sealed, tail: rowsOf([]) },
    block: { name, first, rows: tail, clock, previous, chain },
  };
}

/**
 * A block's name: clock and first row put the names of a chain in its order, and the rest is what it holds. So two writers that
 * computed different blocks can never overwrite each other, and one that repeats itself writes the same again.
 */
function nameOf(
  block: { clock: number; first: number; previous: string | null; packed: Uint8Array } & Pick<LedgerHead, "chain">,
): string {
  const content = createHash("sha256")
    .update(block.chain ?? "")
    .update(block.previous ?? "")
    .update(block.packed)
    .digest("hex")
    .slice(0, 16);
  return `${String(block.clock).padStart(13, "0")}#${String(block.first).padStart(10, "0")}#${content}`;
}

/** Whether a row of `name` can hold trades closed at or after this moment: its clock stands in front. */
export function clockOfBlock(name: string): number {
  return Number(name.slice(0, 13));
}

export function firstOfBlock(name: string): number {
  return Number(name.slice(14, 24));
}
