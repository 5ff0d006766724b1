import { beforeEach, describe, expect, it } from "vitest";
import { rowsInClosingOrder } from "../../../shared/domain/ledger.ts";
import { rebuild } from "../../../shared/pipeline/rebuild.ts";
import { withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, imageOf, type System, type WrittenTrade } from "../../support/pipeline.ts";

let system: System;
let raw: Map<string, Record<string, unknown>>;

beforeEach(async () => {
  system = createSystem();
  await system.deploy("steady");
  raw = new Map();
});

const rows = (from: number, to: number) => commonSignals({ from, to, models: { steady: { mean: 5 } }, seed: "b" });
const put = (written: readonly WrittenTrade[]) => {
  for (const row of written) raw.set(row.id, imageOf(row));
};
const trades = { page: async () => ({ rows: [...raw.values()], next: null }) };
const ledger = async () =>
  rowsInClosingOrder(await system.memory.readRows("steady", { closedAfter: null }), { after: null });
const head = async () => (await system.memory.loadHeads(["steady"])).get("steady")!;

describe("a ledger made anew", () => {
  it("holds exactly what an undisturbed one would, whatever stood in the one before", async () => {
    const all = rows(0, 700);
    put(all);
    await system.write(all);
    const undisturbed = await ledger();

    const broken = createSystem();
    await broken.deploy("steady");
    await broken.write([...all.slice(0, 300), ...rows(900, 905), ...all.slice(500).reverse()]);
    system = broken;
    const registry = await system.memory.loadRegistry();
    expect(await rebuild("steady", { ...system.ports, trades }, { force: false })).toEqual({
      model: "steady",
      before: 505,
      after: 700,
      kept: 0,
      dropped: 5,
    });
    expect(await ledger()).toEqual(undisturbed);
    expect((await head()).count).toBe(700);
    expect(await system.memory.loadRegistry()).toEqual(registry);
  });

  it("leaves out a trade that closes in the future, as ingest does", async () => {
    put(rows(0, 20));
    const inAYear = new Date(system.ports.clock.now() + 365 * 86_400_000).toISOString();
    put(rows(20, 21).map((row) => ({ ...row, closedAt: inAYear })));
    await rebuild("steady", { ...system.ports, trades }, { force: false });
    expect((await head()).count).toBe(20);
    expect((await head()).clock).toBeLessThan(system.ports.clock.now());
  });

  it("goes on: a trade that is in it already counts no second time, and new ones count", async () => {
    const all = rows(0, 50);
    put(all);
    await system.write(all.slice(0, 20));
    await rebuild("steady", { ...system.ports, trades }, { force: false });
    const report = await system.write([...all.slice(20), ...rows(50, 60)]);
    expect([report.counted, report.repeated]).toEqual([10, 30]);
    expect((await head()).count).toBe(60);
  });

  it("takes in what comes in while it is made", async () => {
    const all = rows(0, 30);
    put(all.slice(0, 20));
    await system.write(all.slice(0, 10));
    let first = true;
    const state = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
      if (first) {
        first = false;
        await system.write(all.slice(15));
      }
      return append.call(system.memory, change);
    });
    expect(await rebuild("steady", { ...system.ports, state, trades }, { force: false })).toMatchObject({ after: 30 });
    expect((await ledger()).tradeIds).toEqual(all.map((row) => row.id));
  });

  it("keeps rows whose trade has expired, and the first version of a trade that was changed", async () => {
    const all = rows(0, 200).map((row) => ({ ...row, expires_at: 2e9 }));
    put(all);
    await system.write(all);
    const before = await ledger();
    for (const { id } of all.slice(0, 30)) raw.delete(id);
    expect(await rebuild("steady", { ...system.ports, trades }, { force: false })).toMatchObject({ kept: 30 });
    expect(await ledger()).toEqual(before);
  });

  it("refuses where the present one cannot be read, unless it is asked to go on without it", async () => {
    put(rows(0, 10));
    const state = withMethod(system.memory, "readRows", () => async () => {
      throw new Error("the ledger of steady is broken: its block 7 is not there");
    });
    await expect(rebuild("steady", { ...system.ports, state, trades }, { force: false })).rejects.toThrow(
      "block 7 is not there; rows",
    );
    expect((await head()).count).toBe(0);
    expect(await rebuild("steady", { ...system.ports, state, trades }, { force: true })).toMatchObject({ after: 10 });
    await expect(rebuild("nobody", { ...system.ports, state, trades }, { force: true })).rejects.toThrow(
      "was never deployed",
    );
  });
});
