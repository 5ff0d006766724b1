import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { packRows, unpackRows } from "../../../shared/domain/row-codec.ts";
import { aTrade, MINUTE, NOON, trades } from "../../support/samples.ts";

const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((id) => !/\p{Cc}/u.test(id));
const id = fc.oneof(text, fc.uuid(), fc.constantFrom("0F8FAD5B-D9CB-469F-A165-70867728950E", "a-b", "0"));
const pnl = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e9, max: 1e9 }).map((cents) => cents / 100),
  fc.constantFrom(-0, 0, 0.1 + 0.2, 1e12, -1e12, Number.MIN_VALUE, 1e-9),
);
const row = fc.record({
  tradeId: id,
  signalId: id,
  pnl,
  openedAt: fc.nat(2 ** 41),
  closedAt: fc.nat(2 ** 41),
  took: fc.boolean(),
  executed: fc.boolean(),
  openedKnown: fc.boolean(),
  final: fc.boolean(),
});

describe("packed rows", () => {
  it("come back as they were, bit by bit", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.boolean(), (rows, sameIds) => {
        const all = rowsOf(rows.map((r) => aTrade({ ...r, ...(sameIds ? { tradeId: r.signalId } : {}) })));
        expect(unpackRows(packRows(all))).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  it("of none are none", () => {
    expect(unpackRows(packRows(emptyRows()))).toEqual(emptyRows());
  });

  it("that were damaged or cut are refused, not read as other rows", () => {
    const packed = packRows(rowsOf(trades(50)));
    expect(() => unpackRows(packed.subarray(0, packed.length - 3))).toThrow();
    for (let at = 2; at < packed.length; at += 7) {
      const damaged = Uint8Array.from(packed, (byte, i) => (i === at ? byte ^ 0x10 : byte));
      expect(() => unpackRows(damaged)).toThrow();
    }
  });

  it("can be read from a buffer that does not begin on a multiple of eight", () => {
    const rows = rowsOf([aTrade({ pnl: Math.PI }), aTrade({ pnl: Math.E })]);
    const packed = packRows(rows);
    const shifted = new Uint8Array(packed.length + 3);
    shifted.set(packed, 3);
    expect(unpackRows(shifted.subarray(3))).toEqual(rows);
  });

  it("refuse a time between two milliseconds: it would not come back", () => {
    expect(() => packRows(rowsOf([aTrade({ closedAt: NOON + 0.5 })]))).toThrow("whole number");
  });

  it("with two random ids, cents and times to the second take less than 48 bytes a trade, with numbered ids less than 12", () => {
    const lively = (i: number, ids: { tradeId: string; signalId: string }) =>
      aTrade({
        ...ids,
        pnl: ((i * 7919) % 40_000) / 100 - 200,
        openedAt: NOON + i * MINUTE,
        closedAt: NOON + i * MINUTE + (i % 97) * 1000,
      });
    const random = Array.from({ length: 100 }, (_, i) => lively(i, { tradeId: randomUUID(), signalId: randomUUID() }));
    const numbered = Array.from({ length: 100 }, (_, i) =>
      lively(i, { tradeId: `s${1000 + i}`, signalId: `s${1000 + i}` }),
    );
    expect(packRows(rowsOf(random)).length / 100).toBeLessThan(48);
    expect(packRows(rowsOf(numbered)).length / 100).toBeLessThan(12);
  });
});
