import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TradeRecord } from "../../../shared/domain/trade-record.ts";
import { LedgerRun } from "../../support/ledger-run.ts";
import { aRecord, MINUTE, NOON } from "../../support/samples.ts";

const OLD = "eu-central-1/trades/2026-01-01T00:00:00.000";
const NEW = "eu-central-1/trades/2026-02-01T00:00:00.000";

const closedAt = (n: number) => ({ closed_at: new Date(NOON + n * MINUTE).toISOString() });
const insert = (n: number, stream: string, sequence = n, row: Record<string, unknown> = {}) =>
  aRecord({
    tradeId: `t${n}`,
    stream,
    sequence: String(sequence),
    arrivedAt: NOON + n * MINUTE,
    row: { ...closedAt(n), ...row },
  });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("a new stream of the trades table, whose sequence numbers start low", () => {
  it("loses no trade and counts none twice, and says once that it is there", () => {
    const ledger = new LedgerRun().take(range(0, 50).map((n) => insert(n, OLD, 9_000_000 + n)));
    // A restored table: its last trades are written again, then new ones.
    ledger.take(range(40, 60).map((n) => insert(n, NEW, 100 + n)));
    ledger.take(range(55, 70).map((n) => insert(n, NEW, 100 + n)));

    expect(ledger.ids()).toEqual(range(0, 70).map((n) => `t${n}`));
    expect(ledger.rejected).toEqual([]);
    expect(ledger.events).toMatchObject([
      { type: "new_stream", modelName: "alpha", details: { stream: NEW, former: OLD, streamsSeen: 2, trades: 60 } },
    ]);
    expect(ledger.head?.streams.map((s) => s.stream)).toEqual([NEW, OLD]);
  });

  it("is found to hold what was counted from another even where that is long sealed", () => {
    const ledger = new LedgerRun().take(range(0, 3000).map((n) => insert(n, OLD, 9_000_000 + n)));
    expect(ledger.blocks.length).toBeGreaterThan(2);
    ledger.take([3, 1500, 2999].map((n) => insert(n, NEW)));
    expect(ledger.head?.count).toBe(3000);
    expect(ledger.searched).toBeGreaterThan(0);
    expect(ledger.searched).toBeLessThanOrEqual(4);
  });

  it("may go on beside the old one without an alert for every change", () => {
    const ledger = new LedgerRun();
    for (const n of range(0, 40)) ledger.take([insert(n, n % 2 ? NEW : OLD, n % 2 ? n : 9_000 + n)]);
    expect(ledger.head?.count).toBe(40);
    expect(ledger.events.map((e) => e.type)).toEqual(["new_stream"]);
  });

  it("brings rejected records of its own: the same numbers of another stream are other records", () => {
    const bad = { pnl: "bad" };
    const ledger = new LedgerRun().take([insert(1, OLD, 5, bad), insert(2, OLD, 6, bad)]);
    ledger.take([insert(3, NEW, 5, bad), insert(3, NEW, 5, bad)]);
    expect(ledger.rejected.map((r) => [r.stream, r.sequence])).toEqual([
      [OLD, "5"],
      [OLD, "6"],
      [NEW, "5"],
    ]);
  });
});

describe("records that overtake each other: two shards of one stream, or a shard and its child", () => {
  it("count once each, in whatever order and however often they come", () => {
    const delivery = fc.tuple(fc.nat(119), fc.integer({ min: 1, max: 50 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(delivery, { maxLength: 15 }), fc.boolean(), (deliveries, twoStreams) => {
        const kinds = range(0, 120).map((n) => (n % 17 === 3 ? { pnl: "bad" } : {}));
        const records = kinds.map((row, n) => insert(n, twoStreams && n % 3 === 0 ? NEW : OLD, 1000 + n, row));
        const ledger = new LedgerRun();
        const take = (batch: readonly TradeRecord[]) => {
          for (const group of Map.groupBy(batch, (r) => r.stream).values()) ledger.take(group);
        };
        for (const [from, size, backwards] of deliveries) {
          const batch = records.slice(from, from + size);
          take(backwards ? batch.reverse() : batch);
        }
        take(records);
        const good = records.filter((_, n) => n % 17 !== 3).map((r) => r.tradeId);
        expect([...ledger.ids()].sort()).toEqual(good.sort());
        expect(ledger.head?.count).toBe(good.length);
        expect(new Set(ledger.rejected.map((r) => r.tradeId)).size).toBe(ledger.rejected.length);
        expect(ledger.rejected).toHaveLength(120 - good.length);
      }),
      { numRuns: 200 },
    );
  });

  it("never look up a trade of the one stream there ever was that is new by its number: a backfill costs no reads", () => {
    const ledger = new LedgerRun().take(range(5000, 5600).map((n) => insert(n, OLD, n)));
    ledger.take(range(0, 3000).map((n) => insert(n, OLD, 10_000 + n)));
    expect(ledger.head?.count).toBe(3600);
    expect(ledger.searched).toBe(0);
  });

  it("are looked up once trades have expired: an expired one may be written again under its id", () => {
    const expired = { ...insert(7, OLD, 5000), change: "remove", expired: true, newImage: null } as TradeRecord;
    const ledger = new LedgerRun().take(range(0, 3000).map((n) => insert(n, OLD))).take([expired]);
    ledger.take([insert(7, OLD, 6000), insert(3001, OLD, 6001)]);
    expect(ledger.head).toMatchObject({ count: 3001, mayReappear: true });
  });
});
