import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareSequence,
  emptyRows,
  joinRows,
  pickRows,
  rowsInClosingOrder,
  rowsOf,
} from "../../../shared/domain/ledger.ts";
import { aTrade, MINUTE, NOON, trades } from "../../support/samples.ts";

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
