import { describe, expect, it } from "vitest";
import type { FailedBatch } from "../../../shared/pipeline/failures.ts";
import { redrive } from "../../../shared/pipeline/redrive.ts";
import { withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, insertion, type System } from "../../support/pipeline.ts";

const rows = (from: number, to: number) => commonSignals({ from, to, models: { steady: { mean: 5 } }, seed: "d" });

async function steady(): Promise<System> {
  const system = createSystem();
  await system.deploy("steady");
  return system;
}

/** A store of batches: of trades for ingest, or of anything for another function. */
function storeOf(batches: Record<string, Partial<FailedBatch>>) {
  const held = new Map(Object.entries(batches));
  return {
    held,
    count: async () => held.size,
    list: async () => [...held.keys()].sort(),
    read: async (key: string): Promise<FailedBatch> => {
      const batch = held.get(key)!;
      if (batch.records === -1) throw new Error("no such batch");
      return { key, function: "ingest", condition: "RecordAgeExceeded", trades: [], records: 0, ...batch };
    },
    remove: async (key: string) => void held.delete(key),
  };
}

const records = (from: number, to: number) => rows(from, to).map((row, i) => insertion(row, String(from + i + 1)));
const counted = async (system: System) => (await system.memory.loadHeads(["steady"])).get("steady")!.count;

describe("what was given up", () => {
  it("is taken in although the stream went on behind it, once, and leaves the store", async () => {
    const system = await steady();
    // The shard went on with what came after the batch that was given up.
    await system.write(rows(10, 20));
    const failures = storeOf({ b: { trades: records(3, 6) }, a: { trades: records(0, 3) } });
    expect(await redrive({ ...system.ports, failures })).toMatchObject({ batches: 2, counted: 6, left: [] });
    expect([await counted(system), failures.held.size]).toEqual([16, 0]);
  });

  it("counts once, however often it is brought back", async () => {
    const system = await steady();
    await system.write(rows(0, 20));
    for (let i = 0; i < 3; i++) {
      const failures = storeOf({ a: { trades: records(15, 23) } });
      await redrive({ ...system.ports, failures });
      expect(await counted(system)).toBe(23);
    }
  });

  it("stays in the store when it fails again, and says why; the others come back", async () => {
    const system = await steady();
    let calls = 0;
    const state = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
      if (calls++ === 0) throw new Error("the table does not answer");
      return append.call(system.memory, change);
    });
    const failures = storeOf({ a: { trades: records(0, 2) }, b: { trades: records(2, 4) }, c: { records: -1 } });
    const report = await redrive({ ...system.ports, state, failures });
    expect(report.left).toEqual([
      { key: "a", reason: "steady: the table does not answer" },
      { key: "c", reason: "no such batch" },
    ]);
    expect([...failures.held.keys()]).toEqual(["a", "c"]);
    await redrive({ ...system.ports, failures });
    expect(await counted(system)).toBe(4);
  });

  it("of evaluate and notify is done by the clock and only leaves; of a function nobody knows it stays", async () => {
    const system = await steady();
    const failures = storeOf({ a: { function: "evaluate" }, b: { function: "notify" }, c: { function: "other" } });
    expect(await redrive({ ...system.ports, failures })).toMatchObject({ batches: 2, counted: 0 });
    expect([...failures.held.keys()]).toEqual(["c"]);
  });
});
