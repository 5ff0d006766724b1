import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { APPEND_REJECTED_MAX, APPEND_TRADES_MAX, planIngest } from "../../../shared/domain/ingest.ts";
import { emptyHead } from "../../../shared/domain/ledger.ts";
import { crossesAlertStep, IMAGE_CHARS_MAX } from "../../../shared/domain/quarantine.ts";
import { readRecord, type TradeRecord } from "../../../shared/domain/trade-record.ts";
import { LedgerRun as Ledger, nothingFound } from "../../support/ledger-run.ts";
import { aRecord, MINUTE, NOON } from "../../support/samples.ts";

const insert = (n: number, row: Record<string, unknown> = {}) =>
  aRecord({ sequence: String(100 + n), tradeId: `t${n}`, arrivedAt: NOON + n, row });
const change = (n: number, sequence: number, from: Record<string, unknown>, to: Record<string, unknown>) =>
  aRecord({
    sequence: String(sequence),
    change: "modify",
    tradeId: `t${n}`,
    row: to,
    oldImage: aRecord({ tradeId: `t${n}`, row: from }).newImage,
  });
const remove = (n: number, sequence: number, changes: Partial<TradeRecord> = {}) =>
  aRecord({ sequence: String(sequence), change: "remove", tradeId: `t${n}`, ...changes });

describe("new trades", () => {
  it("are appended in the order of the stream, and the head tells of them", () => {
    const ledger = new Ledger().take([
      insert(1, { closed_at: new Date(NOON + MINUTE).toISOString() }),
      insert(2, { closed_at: new Date(NOON).toISOString() }),
    ]);

    expect(ledger.ids()).toEqual(["t1", "t2"]);
    expect(ledger.head).toEqual({
      ...emptyHead("alpha"),
      revision: 1,
      count: 2,
      streams: [{ stream: "s1", watermark: "102" }],
      streamsSeen: 1,
      clock: NOON + MINUTE,
      lateMs: MINUTE,
      tail: expect.objectContaining({ count: 2, tradeIds: ["t1", "t2"] }),
      arrivedAt: NOON + 2,
      ingestedAt: NOON + 1,
    });
  });

  it("leave the head they were planned from as it was: a conflict plans again from it", () => {
    const head = emptyHead("alpha");
    planIngest({ ...nothingFound, records: [insert(1), remove(1, 150)].map(readRecord), head });
    expect(head).toEqual(emptyHead("alpha"));
  });
});

describe("records that come again", () => {
  it("change nothing", () => {
    const batch = [insert(1), insert(2, { pnl: "bad" }), insert(3)];
    const ledger = new Ledger().take(batch);
    const before = structuredClone({ ...ledger, plans: 0 });

    expect(ledger.plan(batch)).toEqual({ taken: 3, repeated: 3, counted: 0, write: null });
    expect(structuredClone({ ...ledger.take(batch), plans: 0 })).toEqual(before);
  });

  it("count once even twice in one batch", () => {
    expect(new Ledger().take([insert(1), insert(1), insert(2)]).ids()).toEqual(["t1", "t2"]);
  });

  it("give the same ledger however often and however cut the stream is delivered", () => {
    // Every tenth row or so is bad, some are amended, deleted, corrected or written again.
    const kind = fc.constantFrom("good", "good", "good", "good", "bad", "amend", "delete", "expire", "correct");
    const story = fc.array(kind, { minLength: 1, maxLength: 40 });
    const deliveries = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 40 })), { maxLength: 12 });
    fc.assert(
      fc.property(story, deliveries, (kinds, windows) => {
        const stream = streamOf(kinds);
        const once = new Ledger().take(stream);
        const often = new Ledger();
        // A shard goes on only after what came before, but may go back as far as it likes.
        let reached = 0;
        for (const [back, size] of windows) {
          const from = Math.max(0, reached - back);
          const to = Math.min(stream.length, from + size);
          often.take(stream.slice(from, to));
          reached = Math.max(reached, to);
        }
        often.take(stream.slice(reached));

        expect(often.rows()).toEqual(once.rows());
        const { count, clock, rejected, amended, deleted, incidentAt } = once.head!;
        expect(often.head).toMatchObject({ count, clock, rejected, amended, deleted, incidentAt });
        expect(often.rejected).toEqual(once.rejected);
        expect(often.rejections?.byKind).toEqual(once.rejections?.byKind);
      }),
      { numRuns: 300 },
    );
  });
});

function streamOf(kinds: readonly string[]): TradeRecord[] {
  let sequence = 1000;
  return kinds.flatMap((kind, n) => {
    const first = { ...insert(n, kind === "bad" || kind === "correct" ? { pnl: "bad" } : {}) };
    const records = [{ ...first, sequence: String(sequence++) }];
    if (kind === "amend") records.push(change(n, sequence++, {}, { pnl: 9 }));
    if (kind === "correct") records.push(change(n, sequence++, { pnl: "bad" }, { pnl: 9 }));
    if (kind === "delete") records.push(remove(n, sequence++), { ...insert(n), sequence: String(sequence++) });
    if (kind === "expire") records.push(remove(n, sequence++, { expired: true }));
    return records;
  });
}

describe("a trade that is changed after it was counted", () => {
  it("stays as it was first reported, is quarantined with both versions, and marks the evidence", () => {
    const ledger = new Ledger().take([insert(1, { pnl: 5 }), change(1, 200, { pnl: 5 }, { pnl: 50 })]);

    expect([...ledger.rows().pnl]).toEqual([5]);
    expect(ledger.head).toMatchObject({ count: 1, amended: 1, deleted: 0, rejected: 1, incidentAt: NOON });
    expect(ledger.rejected).toMatchObject([{ kind: "amended", tradeId: "t1", sequence: "200" }]);
    expect(JSON.parse(ledger.rejected[0]!.image)).toMatchObject({ before: { pnl: 5 }, after: { pnl: 50 } });
    expect(ledger.events.map(({ type, details }) => [type, "priority" in details && details.priority])).toEqual([
      ["data_integrity", "CRITICAL"],
    ]);
  });

  it.each([
    ["signal", { signal_id: "other" }],
    ["close", { closed_at: new Date(NOON - 1).toISOString() }],
    ["opening", { opened_at: new Date(NOON - 1).toISOString() }],
    ["abstention", { prediction: 0, pnl: 0 }],
    ["execution", { executed: true }],
    ["anything, into nonsense", { pnl: "nonsense" }],
  ])("is an amendment in its %s as well", (_field, to) => {
    const ledger = new Ledger().take([insert(1, { pnl: 0 }), change(1, 200, { pnl: 0 }, { pnl: 0, ...to })]);
    expect(ledger.head).toMatchObject({ count: 1, amended: 1 });
  });

  it("is none when only what does not count changes: a new expiry, a confidence, a note", () => {
    const to = { expires_at: 1_900_000_000, confidence: 0.4, note: "x" };
    const ledger = new Ledger().take([insert(1), change(1, 200, {}, to)]);
    expect(ledger.head).toMatchObject({ count: 1, amended: 0, rejected: 0, incidentAt: null });
    expect(ledger.events).toEqual([]);
  });

  it("keeps the latest trade time of all such trades", () => {
    const at = (minutes: number) => ({ closed_at: new Date(NOON - minutes * MINUTE).toISOString() });
    const ledger = new Ledger().take([
      insert(1, at(1)),
      insert(2, at(5)),
      change(1, 200, at(1), { ...at(1), pnl: 2 }),
      change(2, 201, at(5), { ...at(5), pnl: 2 }),
    ]);
    expect(ledger.head?.incidentAt).toBe(NOON - MINUTE);
  });
});

describe("a trade whose change arrives before the trade itself", () => {
  const amended = change(1, 200, { pnl: 5 }, { pnl: 50 });

  it("counts as it was changed, and says so when the first version comes: brought back, or through a former stream", () => {
    for (const first of [insert(1, { pnl: 5 }), { ...insert(1, { pnl: 5 }), stream: "s0" }]) {
      const ledger = new Ledger().take([amended]).take([first]);
      expect([...ledger.rows().pnl]).toEqual([50]);
      expect(ledger.head).toMatchObject({ count: 1, amended: 1, incidentAt: NOON });
      expect(ledger.rejected).toMatchObject([{ kind: "amended", tradeId: "t1", sequence: first.sequence }]);
      expect(ledger.events.map((e) => e.type)).toContain("data_integrity");
      // However often the two come again.
      ledger.take([first]).take([amended]).take([first]).take([amended]);
      expect(ledger.head).toMatchObject({ count: 1, deleted: 0 });
      expect(ledger.rejected.length).toBeLessThanOrEqual(2);
    }
  });

  it("is no change where the first version had been rejected, whenever that one comes again", () => {
    const wrong = { closed_at: new Date(NOON + 86_400_000).toISOString() };
    const corrected = { ...change(1, 200, wrong, { pnl: 7 }), arrivedAt: NOON + 2 * 86_400_000 };
    const ledger = new Ledger().take([insert(1, wrong), corrected]).take([insert(1, wrong)]);
    expect(ledger.head).toMatchObject({ count: 1, rejected: 1, amended: 0 });
  });
});

describe("a rejected trade that is corrected", () => {
  it("counts, once", () => {
    const ledger = new Ledger().take([
      insert(1, { pnl: "5" }),
      change(1, 200, { pnl: "5" }, { pnl: 5 }),
      change(1, 201, { pnl: 5 }, { pnl: 6 }),
    ]);
    expect([...ledger.rows().pnl]).toEqual([5]);
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["invalid", "amended"]);
  });

  it("is rejected again while it is still wrong", () => {
    const ledger = new Ledger().take([insert(1, { pnl: "5" }), change(1, 200, { pnl: "5" }, { pnl: "6" })]);
    expect(ledger.head).toMatchObject({ count: 0, rejected: 2, amended: 0 });
  });

  it("counts also when its fault was a close in the future that has come meanwhile", () => {
    const future = NOON + 3 * 24 * 60 * MINUTE;
    const wrong = { closed_at: new Date(future).toISOString() };
    const ledger = new Ledger().take([
      insert(1, wrong),
      { ...change(1, 200, wrong, { pnl: 7 }), arrivedAt: future + MINUTE },
    ]);
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["invalid"]);
    expect(ledger.head).toMatchObject({ count: 1, amended: 0, incidentAt: null });
  });

  it("marks no evidence when it is deleted: it never was evidence", () => {
    const ledger = new Ledger().take([
      insert(1, { pnl: "bad" }),
      remove(1, 200, { oldImage: insert(1, { pnl: "bad" }).newImage }),
    ]);
    expect(ledger.head).toMatchObject({ count: 0, deleted: 0, rejected: 1, incidentAt: null });
  });
});

describe("a counted trade that is changed into nonsense", () => {
  const nonsense = change(1, 200, { pnl: 5 }, { pnl: "nonsense" });

  it("does not count a second time when it is changed back", () => {
    const ledger = new Ledger().take([
      insert(1, { pnl: 5 }),
      nonsense,
      change(1, 201, { pnl: "nonsense" }, { pnl: 5 }),
    ]);
    expect(ledger.ids()).toEqual(["t1"]);
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["amended", "amended"]);
  });

  it("does not count a second time when it is deleted and written again", () => {
    const ledger = new Ledger().take([
      insert(1, { pnl: 5 }),
      nonsense,
      remove(1, 201, { oldImage: nonsense.newImage }),
      { ...insert(1), sequence: "202" },
    ]);
    expect(ledger.ids()).toEqual(["t1"]);
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["amended", "deleted", "written-again"]);
  });
});

describe("a trade that is deleted after it was counted", () => {
  it("stays in the ledger, is quarantined and marks the evidence", () => {
    const ledger = new Ledger().take([insert(1), remove(1, 200)]);
    expect(ledger.ids()).toEqual(["t1"]);
    expect(ledger.head).toMatchObject({ count: 1, deleted: 1, incidentAt: NOON });
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["deleted"]);
  });

  it("does not count a second time when it is written again", () => {
    const ledger = new Ledger().take([insert(1), remove(1, 200), { ...insert(1), sequence: "201" }]);
    expect(ledger.ids()).toEqual(["t1"]);
    expect(ledger.rejected.map((r) => r.kind)).toEqual(["deleted", "written-again"]);
  });

  it("is nothing to speak of when its time to live had come", () => {
    const ledger = new Ledger().take([insert(1), remove(1, 200, { expired: true })]);
    expect(ledger.head).toMatchObject({ count: 1, deleted: 0, rejected: 0, incidentAt: null });
  });

  it("is remembered for ever, however many there are", () => {
    const many = Array.from({ length: 300 }, (_, n) => n);
    const ledger = new Ledger().take([
      ...many.map((n) => ({ ...insert(n), sequence: String(1000 + n) })),
      ...many.map((n) => remove(n, 5000 + n)),
      { ...insert(0), sequence: "9000" },
    ]);
    expect(ledger.head).toMatchObject({ count: 300, deleted: 300 });
    expect(ledger.rejected.at(-1)).toMatchObject({ tradeId: "t0", kind: "written-again" });
  });
});

describe("a model that is not deployed", () => {
  const unknown = (n: number) => ({ ...insert(n), modelName: "ghost" });

  it("has its trades quarantined, each record once", () => {
    const ledger = new Ledger(null).take([unknown(1), unknown(2)]).take([unknown(2), unknown(3)]);
    expect(ledger.head).toBeNull();
    expect(ledger.rejected.map((r) => [r.tradeId, r.kind, r.reasons])).toEqual(
      ["t1", "t2", "t3"].map((id) => [id, "unknown-model", ["model ghost is not deployed"]]),
    );
    expect(ledger.rejections).toMatchObject({ count: 3, byKind: { "unknown-model": 3 }, watermark: "103" });
  });

  it("says nothing of its trades' amendments and deletions: none of them counted", () => {
    const ledger = new Ledger(null).take([change(1, 200, {}, { pnl: 3 }), remove(1, 201)]);
    expect(ledger.rejected).toEqual([]);
    expect(ledger.events).toEqual([]);
  });

  it("does not count after its deployment what was quarantined before, when the record comes again", () => {
    const before = new Ledger(null).take([insert(1), insert(2)]);
    const after = new Ledger();
    after.rejections = before.rejections;
    after.rejected = before.rejected;
    after.take([insert(1), insert(2), insert(3)]);
    expect(after.ids()).toEqual(["t3"]);
    expect(after.rejected).toHaveLength(2);
  });
});

describe("one transaction", () => {
  it(`takes at most ${APPEND_TRADES_MAX} trades`, () => {
    const batch = Array.from({ length: APPEND_TRADES_MAX + 1 }, (_, n) => insert(n));
    const plan = planIngest({ ...nothingFound, records: batch.map(readRecord), head: emptyHead("alpha") });
    expect(plan.taken).toBe(APPEND_TRADES_MAX);
    expect(plan.write?.head?.count).toBe(APPEND_TRADES_MAX);
    expect(new Ledger().take(batch)).toMatchObject({ plans: 2, head: { count: APPEND_TRADES_MAX + 1 } });
  });

  it(`takes at most ${APPEND_REJECTED_MAX} rejected records, so that it never has more than 100 writes`, () => {
    const batch = Array.from({ length: 3 * APPEND_REJECTED_MAX }, (_, n) => insert(n, n % 2 ? { pnl: null } : {}));
    const first = planIngest({ ...nothingFound, records: batch.map(readRecord), head: emptyHead("alpha") });
    expect([first.taken, first.write?.rejected.length]).toEqual([2 * APPEND_REJECTED_MAX, APPEND_REJECTED_MAX]);
    const ledger = new Ledger().take(batch);
    expect(ledger.plans).toBe(2);
    expect(ledger.head).toMatchObject({ count: 60, rejected: 60 });
    // head, count of rejections, a mark for each changed trade, and two writes for each of three events
    expect(2 * APPEND_REJECTED_MAX + 2 + 6).toBeLessThanOrEqual(100);
  });

  it("keeps a cut copy of a huge bad row", () => {
    const ledger = new Ledger().take([insert(1, { pnl: "x".repeat(100_000) })]);
    expect(ledger.rejected[0]!.image).toHaveLength(IMAGE_CHARS_MAX);
  });
});

describe("alerts about bad trades", () => {
  it("go out at the 1st, 10th, 100th … record of a model", () => {
    const one = Array.from({ length: 250 }, (_, n) => insert(n, { pnl: null })).map((r) => [r]);
    const ledger = new Ledger();
    for (const batch of one) ledger.take(batch);
    expect(ledger.events.map(({ type, details }) => [type, "count" in details && details.count])).toEqual([
      ["trade_rejected", 1],
      ["trade_rejected", 10],
      ["trade_rejected", 100],
    ]);
    expect(new Set(ledger.events.map((e) => e.eventId)).size).toBe(3);
  });

  it("are one when a batch passes several steps at once", () => {
    const ledger = new Ledger().take(Array.from({ length: 35 }, (_, n) => insert(n, { pnl: null })));
    expect(ledger.events.map(({ type, details }) => [type, "count" in details && details.count])).toEqual([
      ["trade_rejected", 35],
    ]);
  });

  it("tell changed trades from refused ones, each with its own steps and its own example", () => {
    const ledger = new Ledger().take([insert(1), insert(2, { pnl: null }), change(1, 200, {}, { pnl: 2 })]);
    expect(ledger.events).toMatchObject([
      { type: "trade_rejected", modelName: "alpha", details: { tradeId: "t2", kind: "invalid", count: 1 } },
      { type: "data_integrity", modelName: "alpha", details: { tradeId: "t1", kind: "amended", count: 1 } },
    ]);
    expect(ledger.events[0]!.summary).toContain("pnl must be a finite number");
  });

  it("have ids of their own for models whose long names begin alike", () => {
    const ids = ["a", "b"].map((last) => {
      const modelName = "m".repeat(150) + last;
      return new Ledger({ ...emptyHead(modelName) }).take([
        aRecord({ modelName, row: { model_name: modelName, pnl: "?" } }),
      ]).events[0]!.eventId;
    });
    expect(ids[0]).not.toBe(ids[1]);
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThan(200);
  });

  it.each([
    [0, 0, false],
    [0, 1, true],
    [1, 9, false],
    [9, 10, true],
    [10, 99, false],
    [5, 150, true],
    [999, 1000, true],
    [1000, 1001, false],
    [99_999, 100_000, true],
  ])("from %i to %i rejected records: %s", (before, after, alert) => {
    expect(crossesAlertStep(before, after)).toBe(alert);
  });
});
