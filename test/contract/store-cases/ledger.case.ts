import { beforeEach, expect, it } from "vitest";
import { emptyHead, rowsOf } from "../../../shared/domain/ledger.ts";
import type { RejectedTrade } from "../../../shared/domain/quarantine.ts";
import { MINUTE, NOON, trades } from "../../support/samples.ts";
import { append, appendOf, change, enrol, event, everything, headNow } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

export function ledgerCases(): void {
  beforeEach(enrol);

  it("grows by what is appended, and its head with it", async () => {
    expect((await append(trades(3))).written).toBe("written");
    expect(await headNow()).toMatchObject({ count: 3, revision: 1, clock: NOON + 2 * MINUTE });
    expect(await store.other.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(3)));
  });

  it("takes no append computed from another head, and nothing of it", async () => {
    const { append: first } = await append(trades(3));
    await append(trades(2, 3));
    const before = [await headNow(), await state.readRows("alpha", { closedAfter: null })];
    const rejected: RejectedTrade = {
      modelName: "alpha",
      tradeId: "x",
      sequence: "9",
      stream: "s1",
      kind: "invalid",
      reasons: ["r"],
      image: "{}",
      arrivedAt: NOON,
    };
    const rejections = {
      modelName: "alpha",
      count: 1,
      byKind: {},
      lastReason: "",
      lastTradeId: "",
      lastAt: 0,
      stream: "s1",
      watermark: "9",
    };
    const changes = new Map([["t00000", { stream: "s1", sequence: "9" }]]);
    const stale = { ...first, rejected: [rejected], rejections, changes, events: [event()] };
    expect(await state.appendToLedger(stale)).toBe("conflict");
    expect([await headNow(), await state.readRows("alpha", { closedAfter: null })]).toEqual(before);
    expect(await state.loadRejectionCount("alpha")).toBeNull();
    expect((await state.loadChanges("alpha", ["t00000"])).size).toBe(0);
    expect(await store.rejected()).toEqual([]);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });

  it("takes no append to a ledger that was never begun", async () => {
    const ghost = appendOf(emptyHead("ghost"), trades(1));
    expect(await state.appendToLedger(ghost)).toBe("conflict");
    expect((await state.loadHeads(["ghost"])).size).toBe(0);
  });

  it("takes an append with events once: the same event id again is a conflict", async () => {
    const rejected = event({ type: "trade_rejected" });
    await append(trades(1));
    const head = await headNow();
    const next = { ...appendOf(head, []), events: [rejected] };
    expect(await state.appendToLedger(next)).toBe("written");
    const again = { ...appendOf(await headNow(), trades(1, 1)), events: [rejected] };
    expect(await state.appendToLedger(again)).toBe("conflict");
    expect(await headNow()).toMatchObject({ revision: head.revision + 1, count: 1 });
    expect((await state.listHistory(everything)).events).toEqual([rejected]);
  });
}

export function headCases(): void {
  beforeEach(enrol);

  it("are those of the models asked for, those that exist", async () => {
    await state.commit(change(2, { enrolled: { name: "beta", version: "1" } }));
    const strangers = Array.from({ length: 60 }, (_, i) => `m${i}`);
    const heads = await state.loadHeads(["beta", "alpha", "beta", ...strangers]);
    expect([...heads.keys()].sort()).toEqual(["alpha", "beta"]);
    expect((await state.loadHeads([])).size).toBe(0);
    expect((await state.loadHeads(["nobody"])).size).toBe(0);
  });

  it("hold the newest rows until these are sealed", async () => {
    await append(trades(5));
    expect(await headNow()).toMatchObject({ count: 5, sealed: null, tail: rowsOf(trades(5)) });
    await append(trades(400, 5));
    expect(await headNow()).toMatchObject({ count: 405, sealed: { clock: NOON + 404 * MINUTE }, tail: rowsOf([]) });
  });
}
