import { expect, it } from "vitest";
import { emptyHead } from "../../../shared/domain/ledger.ts";
import { emptyRegistry } from "../../../shared/domain/registry.ts";
import { trades } from "../../support/samples.ts";
import { answer, append, change, event, everything, look, registryAt } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

export function registryCases(): void {
  it("is empty before the first commit", async () => {
    expect(await state.loadRegistry()).toEqual(emptyRegistry);
  });

  it("is replaced as a whole, and another process sees it at once", async () => {
    expect(await state.commit(change(1, { registry: registryAt(1, { reign: 7 }) }))).toBe("written");
    expect(await store.other.loadRegistry()).toEqual(registryAt(1, { reign: 7 }));
    expect(await store.other.commit(change(2))).toBe("written");
    expect(await state.loadRegistry()).toEqual(registryAt(2));
  });

  it("takes no change computed from another version, and nothing of it", async () => {
    await state.commit(change(1));
    const stale = change(1, {
      events: [event()],
      enrolled: { name: "beta", version: "1" },
      looks: [look(500)],
      answer: answer("k"),
    });
    for (const fromVersion of [0, 2, 99]) expect(await state.commit({ ...stale, fromVersion })).toBe("conflict");
    expect(await state.loadRegistry()).toEqual(registryAt(1));
    expect((await state.listHistory(everything)).events).toEqual([]);
    expect(await state.listUnpublished({ limit: 9 })).toEqual([]);
    expect(await state.loadUsedVersions("beta")).toEqual([]);
    expect((await state.loadHeads(["beta"])).size).toBe(0);
    expect(await state.listLooks({ model: "beta", entry: 2 })).toEqual([]);
    expect(await state.loadAnswer("k")).toBeNull();
  });

  it("takes events alone under the same fence, and stays as it is", async () => {
    expect(await state.commit({ fromVersion: 0, registry: null, events: [event()] })).toBe("written");
    await state.commit(change(1));
    expect(await state.commit({ fromVersion: 1, registry: null, events: [event()] })).toBe("written");
    expect(await state.commit({ fromVersion: 0, registry: null, events: [event()] })).toBe("conflict");
    expect(await state.loadRegistry()).toEqual(registryAt(1));
    expect((await state.listHistory(everything)).events).toHaveLength(2);
  });

  it("may go on by several versions in one commit: one moment can bring several changes", async () => {
    await state.commit(change(1));
    expect(await state.commit({ fromVersion: 1, registry: registryAt(4), events: [] })).toBe("written");
    expect(await state.commit({ fromVersion: 2, registry: registryAt(3), events: [] })).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(4);
  });

  it("is not changed by what a reader does with its copy", async () => {
    await state.commit(change(1));
    const copy = await state.loadRegistry();
    copy.challengers.push({ name: "intruder" } as never);
    expect((await state.loadRegistry()).challengers).toEqual([]);
  });
}

export function allocationCases(): void {
  it("is nothing before it was first kept, and afterwards what was kept last", async () => {
    expect(await state.loadAllocation()).toBeNull();
    const basis = { reign: 2, championTrades: 7, best: null, counts: {} };
    await state.saveAllocation(basis);
    await store.other.saveAllocation({ ...basis, best: { alpha: 0.75, beta: 0.25 }, counts: { alpha: 20 } });
    expect(await state.loadAllocation()).toMatchObject({ reign: 2, best: { alpha: 0.75 }, counts: { alpha: 20 } });
    expect(await state.loadRegistry()).toEqual(emptyRegistry);
  });
}

export function enrolmentCases(): void {
  it("begins a ledger and uses up a version, once", async () => {
    await state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));
    expect(await state.loadUsedVersions("alpha")).toEqual(["1"]);
    expect((await state.loadHeads(["alpha"])).get("alpha")).toEqual(emptyHead("alpha"));
    expect(await state.commit(change(2, { enrolled: { name: "alpha", version: "1" } }))).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(1);
  });

  it("of a new version goes on with the ledger there is", async () => {
    await state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));
    await append(trades(3));
    await state.commit(change(2, { enrolled: { name: "alpha", version: "2" } }));
    expect((await state.loadUsedVersions("alpha")).sort()).toEqual(["1", "2"]);
    expect((await state.loadHeads(["alpha"])).get("alpha")?.count).toBe(3);
  });
}
