import { joinRows, type LedgerBlock, type LedgerHead, type LedgerRows } from "../domain/ledger.ts";
import type { LedgerStretch } from "../pipeline/ports.ts";

/**
 * A stretch of a ledger.
 * @param blocks  sealed blocks whose clock lies after `closedAfter`, oldest first
 */
export async function stretchOf(
  head: LedgerHead | undefined,
  { closedAfter, count }: { closedAfter: number | null; count: number },
  blocks: AsyncIterable<LedgerBlock> | Iterable<LedgerBlock>,
): Promise<LedgerStretch> {
  const parts: LedgerRows[] = [];
  let clock = closedAfter ?? Number.NEGATIVE_INFINITY;
  let rows = 0;
  const add = (part: LedgerRows, at: number) => {
    parts.push(part);
    rows += part.count;
    clock = at;
  };
  for await (const block of blocks) {
    if (rows >= count) return { rows: joinRows(parts), clock, complete: false };
    add(block.rows, block.clock);
  }
  const more = head !== undefined && head.tail.count > 0 && head.clock! > (closedAfter ?? Number.NEGATIVE_INFINITY);
  if (more && rows >= count) return { rows: joinRows(parts), clock, complete: false };
  if (more) add(head.tail, head.clock!);
  return { rows: joinRows(parts), clock, complete: true };
}
