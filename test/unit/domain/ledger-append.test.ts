import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHead, joinRows, type LedgerBlock, type LedgerHead, rowsOf } from "../../../shared/domain/ledger.ts";
import { appendTrades, clockOfBlock, firstOfBlock, TAIL_BYTES_MAX } from "../../../shared/domain/ledger-append.ts";
import { packRows } from "../../../shared/domain/row-codec.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import { aTrade, MINUTE, NOON, trades } from "../../support/samples.ts";

/** Appends batches one after the other, as ingest does. */
function appendAll(batches: readonly Trade[][]): { heads: LedgerHead[]; blocks: LedgerBlock[] } {
  const heads = [emptyHead("alpha")];
  const blocks: LedgerBlock[] = [];
  for (const batch of batches) {
    const { head, block } = appendTrades(heads.at(-1)!, batch);
    heads.push({ ...heads.at(-1)!, ...head });
    if (block) blocks.push(block);
  }
  return { heads, blocks };
}

const batched = <T>(all: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

describe("appending to a ledger", () => {
  it("keeps trades in the tail while it is short, and seals it whole when it is not", () => {
    const few = appendAll([trades(3), trades(2, 3)]);
    expect(few.blocks).toEqual([]);
    expect(few.heads.at(-1)).toMatchObject({ count: 5, sealed: null, tail: rowsOf(trades(5)) });

    const { head, block } = appendTrades(few.heads.at(-1)!, trades(400, 5));
    expect(block).toMatchObject({ first: 0, previous: null, rows: rowsOf(trades(405)) });
    expect(head).toMatchObject({ count: 405, sealed: { name: block!.name, clock: block!.clock }, tail: rowsOf([]) });
  });

  it("of no trades changes nothing", () => {
    const { count, clock, lateMs, sealed, tail } = emptyHead("alpha");
    expect(appendTrades(emptyHead("alpha"), [])).toEqual({ head: { count, clock, lateMs, sealed, tail }, block: null });
  });

  it("gives the same ledger however the trades are batched, in a chain without a gap", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 450 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (counts) => {
        const all = trades(counts.reduce((a, b) => a + b, 0));
        const ends = counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b, 0));
        const { heads, blocks } = appendAll(counts.map((n, i) => all.slice(ends[i]! - n, ends[i])));
        const last = heads.at(-1)!;

        expect(joinRows([...blocks.map((b) => b.rows), last.tail])).toEqual(rowsOf(all));
        expect(blocks.map((b) => b.previous)).toEqual([null, ...blocks.map((b) => b.name)].slice(0, blocks.length));
        expect(last.sealed?.name ?? null).toBe(blocks.at(-1)?.name ?? null);
        expect(blocks.map((b) => b.first)).toEqual(
          blocks.map((_, i) => blocks.slice(0, i).reduce((n, b) => n + b.rows.count, 0)),
        );
        for (const head of heads) expect(packRows(head.tail).length).toBeLessThanOrEqual(TAIL_BYTES_MAX);
      }),
      { numRuns: 40 },
    );
  });

  it("has a clock that never goes back, and knows the most that any trade came late", () => {
    const closes = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 900 });
    fc.assert(
      fc.property(closes, fc.integer({ min: 1, max: 300 }), (minutes, size) => {
        const all = minutes.map((m, i) => aTrade({ tradeId: `t${i}`, closedAt: NOON + m * MINUTE }));
        const { heads, blocks } = appendAll(batched(all, size));
        const clocks = all.map((_, i) => Math.max(...all.slice(0, i + 1).map((t) => t.closedAt)));
        for (const block of blocks) {
          expect(block.clock).toBe(clocks[block.first + block.rows.count - 1]);
          expect([clockOfBlock(block.name), firstOfBlock(block.name)]).toEqual([block.clock, block.first]);
        }
        expect(blocks.map((b) => b.name)).toEqual(blocks.map((b) => b.name).sort());
        const late = all.map((t, i) => (i === 0 ? 0 : clocks[i - 1]! - t.closedAt));
        expect(heads.at(-1)).toMatchObject({ clock: clocks.at(-1), lateMs: Math.max(0, ...late) });
      }),
      { numRuns: 40 },
    );
  });

  it("never gives two blocks that differ one name, and the same block the same", () => {
    const head = emptyHead("alpha");
    const name = (rows: readonly Trade[]) => appendTrades(head, rows).block!.name;
    const many = trades(400);
    expect(name(many)).toBe(name(trades(400)));
    expect(name(many)).not.toBe(name(many.map((t, i) => (i === 7 ? { ...t, pnl: 0.5 } : t))));
    const other = appendTrades({ ...head, sealed: { name: "x", clock: 0 } }, many).block!;
    expect(other.name).not.toBe(name(many));
  });
});
