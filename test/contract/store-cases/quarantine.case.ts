import { expect, it } from "vitest";
import { IMAGE_CHARS_MAX, type RejectedTrade } from "../../../shared/domain/quarantine.ts";
import type { LedgerAppend } from "../../../shared/pipeline/ports.ts";
import { NOON } from "../../support/samples.ts";
import { appendOf, enrol, event, headNow, nothing } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

const bad = (n: number, modelName: string, image = "{}"): RejectedTrade => ({
  modelName,
  tradeId: `t${n}`,
  sequence: String(n).padStart(21, "4"),
  stream: "s1",
  kind: "unknown-model",
  reasons: [`model ${modelName} is not deployed`],
  image,
  arrivedAt: NOON,
});

const counted = (modelName: string, count: number, watermark: string) => ({
  modelName,
  count,
  byKind: { "unknown-model": count },
  lastReason: "r",
  lastTradeId: "t",
  lastAt: NOON,
  stream: "s1",
  watermark,
});

const rejection = (modelName: string, n: number, image?: string): LedgerAppend => ({
  ...nothing,
  model: modelName,
  head: null,
  block: null,
  rejected: [bad(n, modelName, image)],
  rejections: counted(modelName, n, String(n)),
  before: { head: null, rejections: n === 1 ? null : counted(modelName, n - 1, String(n - 1)) },
});

export function quarantineCases(): void {
  it("knows which records lie in it, by stream and sequence number", async () => {
    for (const n of [1, 2]) await state.appendToLedger(rejection("ghost", n));
    const sequences = [1, 2, 3].map((n) => bad(n, "ghost").sequence);
    const known = async (model: string, stream: string) => [
      ...(await state.findRejected(model, { stream, sequences })),
    ];
    expect((await known("ghost", "s1")).sort()).toEqual(sequences.slice(0, 2));
    expect(await known("ghost", "s2")).toEqual([]);
    expect(await known("other", "s1")).toEqual([]);
    expect(await state.findRejected("ghost", { stream: "s1", sequences: [] })).toEqual(new Set());
  });

  it("takes no record a second time", async () => {
    await state.appendToLedger(rejection("ghost", 1));
    const again = { ...rejection("ghost", 2), rejected: [bad(1, "ghost")] };
    expect(await state.appendToLedger(again)).toBe("conflict");
    expect(await state.loadRejectionCount("ghost")).toMatchObject({ count: 1 });
  });

  it("takes nothing as of an unknown model that has been deployed meanwhile", async () => {
    await enrol();
    expect(await state.appendToLedger(rejection("alpha", 1))).toBe("conflict");
    expect(await store.rejected()).toEqual([]);
  });

  it("keeps rejected trades and their counts of models that have no ledger", async () => {
    for (const n of [1, 2]) expect(await state.appendToLedger(rejection("ghost", n))).toBe("written");
    await state.appendToLedger(rejection("other", 1));
    expect(await state.loadRejectionCount("ghost")).toEqual(counted("ghost", 2, "2"));
    expect(
      (await state.listRejectionCounts(["ghost", "other", "ghost", "nobody"]))
        .map((c) => [c.modelName, c.count])
        .sort(),
    ).toEqual([
      ["ghost", 2],
      ["other", 1],
    ]);
    expect((await store.rejected()).map((r) => [r.modelName, r.tradeId]).sort()).toEqual([
      ["ghost", "t1"],
      ["ghost", "t2"],
      ["other", "t1"],
    ]);
  });

  it("counts under a fence: two that counted from the same number cannot both be right", async () => {
    await state.appendToLedger(rejection("ghost", 1));
    expect(await state.appendToLedger(rejection("ghost", 1))).toBe("conflict");
    expect(await state.appendToLedger(rejection("ghost", 3))).toBe("conflict");
    expect(await state.loadRejectionCount("ghost")).toEqual(counted("ghost", 1, "1"));
    expect(await store.rejected()).toHaveLength(1);
  });

  it("tells apart names as long as a key allows that differ in their last letter", async () => {
    const names = ["a", "b"].map((last) => "n".repeat(2047) + last);
    for (const name of names) expect(await state.appendToLedger(rejection(name, 1))).toBe("written");
    for (const name of names) expect((await state.loadRejectionCount(name))?.modelName).toBe(name);
    expect(await state.loadRejectionCount("n".repeat(2048))).toBeNull();
  });

  it("takes forty of the largest bad rows in one transaction", async () => {
    const many = Array.from({ length: 40 }, (_, n) => bad(n + 1, "ghost", "語".repeat(IMAGE_CHARS_MAX)));
    expect(await state.appendToLedger({ ...rejection("ghost", 1), rejected: many })).toBe("written");
    expect(await store.rejected()).toHaveLength(40);
  });
}

export function changedCases(): void {
  it("remembers the trades that were changed after they had been counted, the latest change of each", async () => {
    await enrol();
    const mark = (sequence: string) => ({ stream: "s1", sequence });
    const changes = [
      new Map([["a", mark("5")]]),
      new Map([
        ["a", mark("7")],
        ["b", mark("8")],
      ]),
    ];
    for (const map of changes) await state.appendToLedger({ ...appendOf(await headNow(), []), changes: map });
    const ids = ["a", "b", "c", ...Array.from({ length: 150 }, (_, i) => `x${i}`)];
    expect(await store.other.loadChanges("alpha", ids)).toEqual(
      new Map([
        ["a", mark("7")],
        ["b", mark("8")],
      ]),
    );
    expect((await state.loadChanges("beta", ["a"])).size).toBe(0);
    expect((await state.loadChanges("alpha", [])).size).toBe(0);
  });
}

export function unknownModelCases(): void {
  it("keeps one count of all unknown models, under a fence and with its alert", async () => {
    expect(await state.loadUnknownModels()).toBeNull();
    const names = [{ name: "ghost", count: 1, lastTradeId: "t", lastAt: NOON }];
    const at = (revision: number) => ({ revision, count: revision, day: 1, ofDay: revision, names });
    const alert = event({ modelName: null });
    const first = { before: null, after: at(1), events: [alert] };
    expect(await state.saveUnknownModels(first)).toBe("written");
    expect(await state.saveUnknownModels({ ...first, events: [] })).toBe("conflict");
    expect(await store.other.saveUnknownModels({ before: at(1), after: at(2), events: [] })).toBe("written");
    expect(await state.saveUnknownModels({ before: at(1), after: at(2), events: [] })).toBe("conflict");
    expect(await state.loadUnknownModels()).toEqual(at(2));
    expect((await state.listUnpublished({ limit: 9 })).map((e) => e.eventId)).toEqual([alert.eventId]);
  });
}
