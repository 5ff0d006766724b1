import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendToBlocks,
  BLOCK_ROWS,
  compareSequence,
  emptyRows,
  joinRows,
  type LedgerBlock,
  pickRows,
  rowsInClosingOrder,
  rowsOf,
} from "../../../shared/domain/ledger.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import { aTrade, lastBlockOf, ledgerOf, MINUTE, NOON, trades } from "../../support/samples.ts";

/** Appends batches one after the other, as ingest does. */
function appendAll(batches: readonly Trade[][]): { written: LedgerBlock[]; clocks: (number | null)[] } {
  const written: LedgerBlock[] = [];
  const clocks: (number | null)[] = [];
  let before: Trade[] = [];
  let clock: number | null = null;
  for (const batch of batches) {
    const last = ledgerOf(written).newest[Math.floor(before.length / BLOCK_ROWS)] ?? null;
    const appended = appendToBlocks({ count: before.length, clock, lastBlock: last, trades: batch });
    written.push(...appended.blocks);
    clock = appended.clock;
    clocks.push(clock);
    before = [...before, ...batch];
  }
  return { written, clocks };
}

describe("appending to a ledger", () => {
  it.each([
    ["into an empty ledger", 0, 3, [[0, 3]]],
    ["into an open block", 150, 10, [[0, 160]]],
    ["up to a block's edge exactly", 150, 50, [[0, 200]]],
    ["from a block's edge on", 200, 1, [[1, 1]]],
    [
      "over one edge",
      150,
      60,
      [
        [0, 200],
        [1, 10],
      ],
    ],
    [
      "over two edges",
      399,
      402,
      [
        [1, 200],
        [2, 200],
        [3, 200],
        [4, 1],
      ],
    ],
  ])("%s touches exactly the blocks that change", (_case, before, added, expected) => {
    const present = trades(before);
    const { blocks } = appendToBlocks({
      count: before,
      clock: null,
      lastBlock: lastBlockOf(present),
      trades: trades(added, before),
    });

    expect(blocks.map((block) => [block.index, block.rows.count])).toEqual(expected);
    expect(joinRows(blocks.map((b) => b.rows)).pnl.at(-1)).toBe(before + added - 1);
  });

  it("writes nothing for no trades", () => {
    expect(appendToBlocks({ count: 0, clock: 7, lastBlock: null, trades: [] })).toEqual({ blocks: [], clock: 7 });
  });

  it("refuses a last block that does not belong to the count: rows would be lost or doubled", () => {
    const o = { clock: null, trades: trades(1) };
    expect(() => appendToBlocks({ ...o, count: 5, lastBlock: null })).toThrow("holds 0 rows where 5 are due");
    expect(() => appendToBlocks({ ...o, count: 200, lastBlock: lastBlockOf(trades(3)) })).toThrow(
      "holds 3 rows where 0 are due",
    );
  });

  it("gives the same ledger however the trades are batched, and never touches a full block again", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 450 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, (counts) => {
        const all = trades(counts.reduce((a, b) => a + b, 0));
        const ends = counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b, 0));
        const batches = counts.map((n, i) => all.slice(ends[i]! - n, ends[i]));
        const { written } = appendAll(batches);

        expect(joinRows(ledgerOf(written).rows)).toEqual(rowsOf(all));
        const full = written.filter((block) => block.rows.count === BLOCK_ROWS).map((block) => block.index);
        expect(new Set(full).size).toBe(full.length);
      }),
      { numRuns: 40 },
    );
  });

  it("has a clock that never goes back, in the head or from block to block", () => {
    const closes = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 900 });
    fc.assert(
      fc.property(closes, fc.integer({ min: 1, max: 300 }), (minutes, size) => {
        const all = minutes.map((m, i) => aTrade({ tradeId: `t${i}`, closedAt: NOON + m * MINUTE }));
        const batches = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.slice(i * size, (i + 1) * size),
        );
        const { written, clocks } = appendAll(batches);

        const { newest } = ledgerOf(written);
        for (const series of [clocks, newest.map((block) => block.clock)])
          expect(series).toEqual([...series].sort((a, b) => a! - b!));
        for (const block of newest) {
          const upTo = all.slice(0, block.index * BLOCK_ROWS + block.rows.count);
          expect(block.clock).toBe(Math.max(...upTo.map((t) => t.closedAt)));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("stream sequence numbers", () => {
  it("are compared as numbers of 40 digits, where a float would see no difference", () => {
    const a = "4421584500000000017450439091000000000001";
    const b = "4421584500000000017450439091000000000002";
    expect(Number(a)).toBe(Number(b));
    expect(compareSequence(a, b)).toBeLessThan(0);
    expect(compareSequence(b, a)).toBeGreaterThan(0);
    expect(compareSequence(a, a)).toBe(0);
  });

  it.each([
    ["9", "10", -1],
    ["0", "1", -1],
    ["007", "7", 0],
    ["0", "000", 0],
    ["00010", "9", 1],
  ])("%s against %s", (a, b, sign) => {
    expect(Math.sign(compareSequence(a, b))).toBe(sign);
  });

  it("agree with whole-number arithmetic for any two of them", () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 40n - 1n });
    fc.assert(
      fc.property(digits, digits, fc.nat(3), (x, y, zeros) => {
        const sign = x < y ? -1 : x > y ? 1 : 0;
        expect(Math.sign(compareSequence(x.toString(), "0".repeat(zeros) + y.toString()))).toBe(sign);
      }),
    );
  });
});

describe("columns", () => {
  it("join end to end, every one of them", () => {
    const all = [
      aTrade({ tradeId: "a", signalId: "s", pnl: 0.1, took: false, executed: true }),
      aTrade({ tradeId: "b", pnl: -0, openedAt: NOON - MINUTE }),
      aTrade({ tradeId: "c", pnl: Number.MIN_VALUE, closedAt: NOON + 1 }),
    ];
    expect(joinRows([rowsOf(all.slice(0, 1)), emptyRows(), rowsOf(all.slice(1))])).toEqual(rowsOf(all));
    expect(joinRows([])).toEqual(emptyRows());
  });

  it("are picked in the order asked for", () => {
    const picked = pickRows(rowsOf(trades(5)), [4, 0, 0]);
    expect(picked.tradeIds).toEqual(["t00004", "t00000", "t00000"]);
    expect([...picked.pnl]).toEqual([4, 0, 0]);
    expect(picked.count).toBe(3);
  });
});

describe("closing order", () => {
  it("is by close, then opening, then trade id, whatever the order of arrival", () => {
    const ordered = [
      aTrade({ tradeId: "d", closedAt: NOON, openedAt: NOON - 3 }),
      aTrade({ tradeId: "a", closedAt: NOON + 1, openedAt: NOON - 2 }),
      aTrade({ tradeId: "b", closedAt: NOON + 1, openedAt: NOON - 1 }),
      aTrade({ tradeId: "c", closedAt: NOON + 1, openedAt: NOON - 1 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(ordered, { minLength: 4 }), (arrived) => {
        expect(rowsInClosingOrder(rowsOf(arrived), { after: null })).toEqual(rowsOf(ordered));
      }),
    );
  });

  it("leaves out what opened at or before the start: the decision to trade was older", () => {
    const rows = rowsOf([
      aTrade({ tradeId: "before", openedAt: NOON - 1, closedAt: NOON + 5 }),
      aTrade({ tradeId: "at", openedAt: NOON, closedAt: NOON + 5 }),
      aTrade({ tradeId: "after", openedAt: NOON + 1, closedAt: NOON + 5 }),
    ]);
    expect(rowsInClosingOrder(rows, { after: NOON }).tradeIds).toEqual(["after"]);
    expect(rowsInClosingOrder(rows, { after: null }).count).toBe(3);
  });
});
