import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHead } from "../../../shared/domain/ledger.ts";
import { appendTrades } from "../../../shared/domain/ledger-append.ts";
import { blockFrom, blockItem, headFrom, headItem, jsonFrom, jsonItem } from "../../../shared/store/items.ts";
import { keys } from "../../../shared/store/keys.ts";
import { aTrade, NOON, trades } from "../../support/samples.ts";

const block = appendTrades(emptyHead("alpha"), trades(400)).block!;

describe("a ledger block as an item", () => {
  it("comes back as it was, and says which one it follows", () => {
    const next = appendTrades({ ...emptyHead("alpha"), count: 400, sealed: block }, trades(400, 400)).block!;
    for (const one of [block, next]) expect(blockFrom(blockItem("alpha", one))).toEqual(one);
    expect(next.previous).toBe(block.name);
  });

  it("that lost part of its rows is refused, and named", () => {
    const item = blockItem("alpha", block);
    const cut = { ...item, rows: (item.rows as Uint8Array).slice(0, 50) };
    expect(() => blockFrom(cut)).toThrow(/ledger item MODEL#alpha BLOCK#\d{13}#0000000000#[0-9a-f]{16} is damaged/);
  });
});

describe("a ledger head as an item", () => {
  const head = { ...emptyHead("alpha"), ...appendTrades(emptyHead("alpha"), trades(9)).head, revision: 3 };

  it("comes back as it was, with its newest rows", () => {
    for (const one of [head, emptyHead("alpha")]) expect(headFrom(headItem(one, { evaluate: false }))).toEqual(one);
  });

  it("calls for an evaluation only when it is said", () => {
    expect(headItem(head, { evaluate: true })).toMatchObject({ evaluate: "due", revision: 3 });
    expect(headItem(head, { evaluate: false })).not.toHaveProperty("evaluate");
  });

  it("of the longest names and numbers, with a full tail, is at most 2 KB: a live trade is two write units", () => {
    const stream = {
      stream: `us-gov-west-1/understudy-${"e".repeat(40)}-trades/2026-01-01T00:00:00.000`,
      watermark: "9".repeat(40),
    };
    let fullest = { ...emptyHead("m".repeat(64)), streams: [stream] };
    for (let i = 0; ; i++) {
      const { head: next, block: sealed } = appendTrades(fullest, [
        aTrade({ tradeId: `${i * 7919}`, closedAt: NOON + i }),
      ]);
      if (sealed && fullest.sealed) break;
      fullest = { ...fullest, ...next };
    }
    const numbers = { revision: 1e7, streamsSeen: 1, rejected: 99_999, amended: 999, deleted: 999, lateMs: 1e9 };
    const times = { incidentAt: NOON, arrivedAt: NOON, ingestedAt: NOON, evidence: { startAt: NOON, rows: 1e6 } };
    const item = headItem({ ...fullest, ...numbers, ...times }, { evaluate: true });
    const correlation = 2 * "correlation_id".length + 36;
    const size = Object.entries(item).reduce(
      (n, [k, v]) => n + k.length + (v instanceof Uint8Array ? v.length : String(v).length),
      0,
    );
    expect(size + correlation).toBeLessThanOrEqual(2048);
  });
});

describe("what a release does not understand", () => {
  it("is refused with its number: reading it half would count trades twice", () => {
    const items = [headItem(emptyHead("alpha"), { evaluate: false }), blockItem("alpha", block)];
    for (const [i, read] of [headFrom, blockFrom].entries()) {
      expect(() => read({ ...items[i], format: 7 })).toThrow(/has format 7; this release reads format 1/);
      expect(() => read({ ...items[i], format: undefined })).toThrow(/has no format number/);
    }
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
      keys.block("a", "0"),
      keys.block("a", "1"),
      keys.changed("a", "1"),
      keys.look({ model: "a", entry: 1, reign: 1, n: 500 }),
      keys.look({ model: "a", entry: 11, reign: 1, n: 500 }),
      keys.look({ model: "a", entry: 1, reign: 11, n: 500 }),
      keys.history(NOON, "e"),
      keys.outbox("e"),
      keys.rejectionCount("a"),
      keys.rejected("a", { stream: "s", sequence: "1" }),
      keys.answer("e"),
    ];
    expect(new Set(all.map((key) => `${key.pk} ${key.sk}`)).size).toBe(all.length);
  });

  it("sort as numbers do: looks and times", () => {
    const sorted = (parts: string[]) => [...parts].sort();
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
    const stream = `us-gov-west-1/${"t".repeat(255)}/2026-01-01T00:00:00.000`;
    const changed = keys.changed("a", "語".repeat(256));
    for (const { sk } of [keys.rejectionCount(name), keys.rejected(name, { stream, sequence }), changed])
      expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1024);
    expect(keys.rejectionCount(`${name}a`)).not.toEqual(keys.rejectionCount(`${name}b`));
  });
});
