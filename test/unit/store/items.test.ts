import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { blockFrom, blockItem, jsonFrom, jsonItem } from "../../../shared/store/items.ts";
import { keys } from "../../../shared/store/keys.ts";
import { aTrade, NOON, trades } from "../../support/samples.ts";

const id = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
const row = fc
  .record({
    tradeId: id,
    signalId: id,
    pnl: fc.double({ noNaN: true }),
    openedAt: fc.nat(2 ** 31),
    closedAt: fc.nat(2 ** 31),
    took: fc.boolean(),
    executed: fc.boolean(),
    openedKnown: fc.boolean(),
    final: fc.boolean(),
  })
  // A trade that opened before it closed has said so.
  .map((r) => ({ ...r, openedKnown: r.openedKnown || r.openedAt < r.closedAt }));

describe("a ledger block as an item", () => {
  it("comes back as it was, bit by bit", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), fc.nat(999_999), (rows, index) => {
        const block = { index, rows: rowsOf(rows.map((r) => aTrade(r))), clock: NOON };
        expect(blockFrom(blockItem("alpha", block))).toEqual(block);
      }),
    );
  });

  it("written before it was kept whether a trade had said when it opened, is read with care", () => {
    const said = aTrade({ tradeId: "a", openedAt: NOON - 1, closedAt: NOON });
    const perhaps = aTrade({ tradeId: "b", openedAt: NOON, closedAt: NOON });
    const item = blockItem("alpha", { index: 0, rows: rowsOf([said, perhaps]), clock: NOON });
    const old = { ...item, flags: (item.flags as Uint8Array).map((f) => f & 3) };
    const { rows } = blockFrom(old);
    expect([...rows.openedKnown]).toEqual([1, 0]);
    expect([...rows.final]).toEqual([1, 1]);
    expect([...rows.took]).toEqual([1, 1]);
  });

  it("can be read from a buffer that does not begin on a multiple of eight", () => {
    const item = blockItem("alpha", { index: 0, rows: rowsOf(trades(3)), clock: NOON });
    const shifted = (bytes: unknown) => {
      const source = bytes as Uint8Array;
      const buffer = new Uint8Array(source.length + 3);
      buffer.set(source, 3);
      return buffer.subarray(3);
    };
    const moved = { ...item, pnl: shifted(item.pnl), opened: shifted(item.opened), closed: shifted(item.closed) };
    expect(blockFrom(moved).rows).toEqual(rowsOf(trades(3)));
  });

  it("holds ids once where a trade's id is its signal's", () => {
    const same = blockItem("alpha", { index: 0, rows: rowsOf(trades(2)), clock: NOON });
    const other = { index: 0, rows: rowsOf([aTrade({ tradeId: "t", signalId: "s" })]), clock: NOON };
    expect(same).not.toHaveProperty("trades");
    expect(blockItem("alpha", other)).toMatchObject({ signals: "s", trades: "t" });
  });

  it("of 200 usual trades is about 10 KB, so that a page holds many", () => {
    const item = blockItem("alpha", { index: 0, rows: rowsOf(trades(200)), clock: NOON });
    const size = Object.values(item).reduce<number>(
      (sum, v) => sum + (v instanceof Uint8Array ? v.length : String(v).length),
      0,
    );
    expect(size).toBeLessThan(10_000);
  });

  it.each(["pnl", "opened", "closed", "flags"])(
    "that lost part of its %s is refused, not read as fewer trades",
    (column) => {
      const item = blockItem("alpha", { index: 4, rows: rowsOf(trades(3)), clock: NOON });
      const cut = { ...item, [column]: (item[column] as Uint8Array).slice(0, column === "flags" ? 2 : 16) };
      expect(() => blockFrom(cut)).toThrow(/MODEL#alpha BLOCK#000004 is damaged/);
    },
  );

  it("that lost a line of its ids is refused", () => {
    const item = blockItem("alpha", { index: 0, rows: rowsOf(trades(3)), clock: NOON });
    expect(() => blockFrom({ ...item, signals: "a\nb" })).toThrow("damaged");
    expect(() => blockFrom({ ...item, trades: "a" })).toThrow("damaged");
  });
});

describe("structured things as items", () => {
  it("keep every finite number exactly, where DynamoDB's own would not", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(jsonFrom(jsonItem(keys.registry(), { x: x + 0 }))).toEqual({ x: x + 0 });
      }),
    );
  });

  it("are null where there is no item", () => {
    expect(jsonFrom(undefined)).toBeNull();
  });
});

describe("keys", () => {
  it("lie apart for different things", () => {
    const all = [
      keys.registry(),
      keys.head("a"),
      keys.head("b"),
      keys.versions("a"),
      keys.block("a", 0),
      keys.block("a", 1),
      keys.look({ model: "a", entry: 1, reign: 1, n: 500 }),
      keys.look({ model: "a", entry: 11, reign: 1, n: 500 }),
      keys.look({ model: "a", entry: 1, reign: 11, n: 500 }),
      keys.history(NOON, "e"),
      keys.outbox("e"),
      keys.rejectionCount("a"),
      keys.rejected("a", "1"),
      keys.answer("e"),
    ];
    expect(new Set(all.map((key) => `${key.pk} ${key.sk}`)).size).toBe(all.length);
  });

  it("sort as numbers do: blocks, looks and times", () => {
    const sorted = (parts: string[]) => [...parts].sort();
    const blocks = [0, 2, 10, 99, 100_000].map((i) => keys.block("a", i).sk);
    expect(sorted(blocks)).toEqual(blocks);
    const looks = [500, 900, 1000, 10_000].map((n) => keys.look({ model: "a", entry: 2, reign: 3, n }).sk);
    expect(sorted(looks)).toEqual(looks);
    const times = [1, 999, NOON, NOON * 5].map((at) => keys.history(at, "e").sk);
    expect(sorted(times)).toEqual(times);
  });

  it("of one stay's looks begin alike, and no other stay's do", () => {
    const of = (entry: number) => keys.look({ model: "a", entry, reign: 1, n: 500 }).sk;
    expect(of(1).startsWith(keys.looksOf(1))).toBe(true);
    expect(of(11).startsWith(keys.looksOf(1))).toBe(false);
  });

  it("stay within DynamoDB's 1,024 bytes, whatever a model is called", () => {
    const name = "語".repeat(682);
    const sequence = "9".repeat(40);
    for (const { sk } of [keys.rejectionCount(name), keys.rejected(name, sequence)])
      expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1024);
    expect(keys.rejectionCount(`${name}a`)).not.toEqual(keys.rejectionCount(`${name}b`));
  });
});
