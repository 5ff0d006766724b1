import { describe, expect, it } from "vitest";
import type { Search } from "../../../shared/domain/ingest-questions.ts";
import type { TradeRecord } from "../../../shared/domain/trade-record.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { withMethod } from "../../support/faults.ts";
import { createSystem, DAY_ONE, insertion, type System } from "../../support/pipeline.ts";

const insert = (sequence: number, model: string, pnl: unknown = 1) =>
  insertion({ model, id: `t${sequence}`, pnl }, String(sequence));

const modify = (sequence: number, of: TradeRecord, changes: Record<string, unknown>): TradeRecord => ({
  ...of,
  sequence: String(sequence),
  change: "modify",
  oldImage: of.newImage,
  newImage: { ...(of.newImage as object), ...changes },
});

async function idsOf(system: System, model: string): Promise<string[]> {
  return (await system.memory.readRows(model, { closedAfter: null })).tradeIds;
}

async function twoModels(): Promise<System> {
  const system = createSystem();
  await system.deploy("alpha");
  await system.deploy("beta");
  return system;
}

/** The ports with a store whose appends answer as listed: "conflict", an error, or the real answer once the list is used up. */
function ports(system: System, answers: readonly ("conflict" | Error)[], only?: string) {
  const left = [...answers];
  const appends: string[] = [];
  const state: StatePort = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
    const { model } = change;
    appends.push(model);
    const answer = only === undefined || only === model ? left.shift() : undefined;
    if (answer instanceof Error) throw answer;
    return answer ?? append(change);
  });
  return { ...system.ports, state, appends };
}

describe("a batch of trades", () => {
  it("goes into the ledgers of its models, in order per model", async () => {
    const system = await twoModels();
    const report = await ingest(
      [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha"), insert(4, "beta", "bad"), insert(5, "nobody")],
      system.ports,
    );
    expect(report).toEqual({ counted: 3, rejected: 2, repeated: 0, failed: [], errors: [] });
    expect(await idsOf(system, "alpha")).toEqual(["t1", "t3"]);
    expect(await idsOf(system, "beta")).toEqual(["t2"]);
    expect(system.memory.rejected.map((r) => [r.modelName, r.kind])).toEqual(
      expect.arrayContaining([
        ["beta", "invalid"],
        ["nobody", "unknown-model"],
      ]),
    );
  });

  it("of nothing is nothing", async () => {
    const system = createSystem();
    expect(await ingest([], system.ports)).toEqual({ counted: 0, rejected: 0, repeated: 0, failed: [], errors: [] });
  });

  it("counts nothing when it is delivered again, and says that it did not", async () => {
    const system = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha", null)];
    await ingest(batch, system.ports);
    const again = await ingest(batch, system.ports);
    expect(again).toEqual({ counted: 0, rejected: 0, repeated: 3, failed: [], errors: [] });
    expect(system.memory.rejected).toHaveLength(1);
  });

  it("larger than one transaction is taken in several, each record once", async () => {
    const system = await twoModels();
    const batch = Array.from({ length: 950 }, (_, i) => insert(1000 + i, "alpha"));
    expect(await ingest(batch, system.ports)).toMatchObject({ counted: 950, failed: [] });
    expect(new Set(await idsOf(system, "alpha")).size).toBe(950);
  });
});

describe("when writing fails", () => {
  it("gives back the records of that model from where it failed, and of no other", async () => {
    const system = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha")];
    const report = await ingest(batch, ports(system, [new Error("throttled")], "alpha"));
    expect(report).toMatchObject({ counted: 1, failed: ["1", "3"], errors: ["alpha: throttled"] });
    expect(await idsOf(system, "beta")).toEqual(["t2"]);
  });

  it("in the second transaction of a model, the first stays done", async () => {
    const system = await twoModels();
    const batch = Array.from({ length: 450 }, (_, i) => insert(1000 + i, "alpha"));
    let appends = 0;
    const state = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
      appends += 1;
      if (appends === 2) throw new Error("quit");
      return append(change);
    });
    const report = await ingest(batch, { ...system.ports, state });
    expect(report.counted).toBe(400);
    expect(report.failed).toEqual(batch.slice(400).map((record) => record.sequence));
    expect(await ingest(batch, system.ports)).toMatchObject({ counted: 50, repeated: 400, failed: [] });
  });

  it("counts once what was written although the answer got lost", async () => {
    const system = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "alpha")];
    const state = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
      await append(change);
      throw new Error("connection reset");
    });
    expect((await ingest(batch, { ...system.ports, state })).failed).toEqual(["1", "2"]);
    expect(await ingest(batch, system.ports)).toMatchObject({ counted: 0, repeated: 2 });
    expect(await idsOf(system, "alpha")).toEqual(["t1", "t2"]);
  });
});

describe("when somebody else writes the same ledger", () => {
  it("reads and plans again", async () => {
    const system = await twoModels();
    const batch = [insert(1, "alpha")];
    const busy = ports(system, ["conflict", "conflict", "conflict"]);
    expect(await ingest(batch, busy)).toMatchObject({ counted: 1, failed: [] });
    expect(busy.appends).toHaveLength(4);
  });

  it("finds what the other has done, and does not do it again", async () => {
    const system = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "alpha", "bad")];
    let first = true;
    const state = withMethod(system.memory, "appendToLedger", (append) => async (change) => {
      if (first) {
        first = false;
        await ingest(batch, system.ports);
      }
      return append(change);
    });
    expect(await ingest(batch, { ...system.ports, state })).toMatchObject({ counted: 0, repeated: 2, failed: [] });
    expect(await idsOf(system, "alpha")).toEqual(["t1"]);
    expect(system.memory.rejected).toHaveLength(1);
  });

  it("gives the records back after a bounded number of attempts", async () => {
    const system = await twoModels();
    const busy = ports(system, Array<"conflict">(99).fill("conflict"));
    const report = await ingest([insert(1, "alpha")], busy);
    expect(report.failed).toEqual(["1"]);
    expect(report.errors[0]).toContain("kept changing under 6 attempts");
    expect(busy.appends).toHaveLength(6);
  });
});

describe("a model that is deployed while its trades come in", () => {
  it("does not count what was quarantined before, when that batch is delivered again", async () => {
    const system = await twoModels();
    const early = [insert(1, "gamma"), insert(2, "gamma")];
    await ingest(early, system.ports);
    await system.deploy("gamma");
    expect(await ingest([...early, insert(3, "gamma")], system.ports)).toMatchObject({ counted: 1, repeated: 2 });
    expect(await idsOf(system, "gamma")).toEqual(["t3"]);
  });

  it("is known again although another stream's records were rejected in between", async () => {
    const system = createSystem();
    const through = (stream: string, sequence: number) => ({ ...insert(sequence, "nobody"), stream });
    await ingest([through("new", 7)], system.ports);
    await ingest([through("old", 5000)], system.ports);
    const again = await ingest([through("new", 7), through("new", 8)], system.ports);
    expect(again).toEqual({ counted: 0, rejected: 1, repeated: 1, failed: [], errors: [] });
    expect(system.memory.rejected).toHaveLength(3);
  });

  it("goes on counting its rejected trades where it was", async () => {
    const system = await twoModels();
    await ingest([insert(1, "gamma")], system.ports);
    await system.deploy("gamma");
    await ingest([insert(2, "gamma"), insert(3, "gamma")], system.ports);
    await ingest([insert(4, "gamma", "bad")], system.ports);
    expect(await system.memory.loadRejectionCount("gamma")).toMatchObject({
      count: 2,
      byKind: { "unknown-model": 1, invalid: 1 },
    });
  });
});

describe("an amendment", () => {
  it("is distinguished from a correction by what the ledger holds, not by how the old row reads now", async () => {
    const system = await twoModels();
    const future = new Date(Date.UTC(2026, 6, 3)).toISOString();
    const early = insertion({ model: "alpha", id: "early", pnl: 1, closedAt: future }, "10");
    const fine = insert(11, "alpha");
    await ingest([early, fine], system.ports);
    const later = { arrivedAt: Date.UTC(2026, 6, 9) };
    await ingest([{ ...modify(20, early, { pnl: 2 }), ...later }, modify(21, fine, { pnl: 2 })], system.ports);
    expect(await idsOf(system, "alpha")).toEqual(["t11", "early"]);
    expect((await system.memory.loadHeads(["alpha"])).get("alpha")).toMatchObject({ amended: 1, incidentAt: DAY_ONE });
  });

  it("of a trade long sealed is found by reading where it can lie, and nothing at all is read for other records", async () => {
    const system = await twoModels();
    const batch = Array.from({ length: 4000 }, (_, i) =>
      insertion(
        { model: "alpha", id: `t${i}`, pnl: i, closedAt: new Date(DAY_ONE + i * 60_000).toISOString() },
        String(1000 + i),
      ),
    );
    await ingest(batch, system.ports);
    const searches: Search[] = [];
    const state = withMethod(system.memory, "findTrades", (find) => async (head, search) => {
      searches.push(search);
      return find(head, search);
    });
    const counting = { ...system.ports, state };
    const trade = batch[77]!;
    await ingest([insert(9000, "beta")], counting);
    await ingest([modify(9001, trade, { expires_at: 99 })], counting);
    await ingest([{ ...modify(9002, trade, {}), change: "remove", expired: true, newImage: null }], counting);
    expect(searches).toEqual([]);
    await ingest([modify(9003, trade, { pnl: 7 })], counting);
    const at = DAY_ONE + 77 * 60_000;
    expect(searches[0]).toEqual({ from: at, until: at, ids: new Set(["t77"]) });
    expect((await system.memory.loadHeads(["alpha"])).get("alpha")).toMatchObject({ amended: 1, incidentAt: at });
  });
});
