import { describe, expect, it } from "vitest";
import type { TradeRecord } from "../../../shared/domain/ingest.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { withMethod } from "../../support/faults.ts";
import { createWorld, DAY_ONE, insertion, type World } from "../../support/pipeline.ts";

const insert = (sequence: number, model: string, pnl: unknown = 1) =>
  insertion({ model, id: `t${sequence}`, pnl }, String(sequence));

const modify = (sequence: number, of: TradeRecord, changes: Record<string, unknown>): TradeRecord => ({
  ...of,
  sequence: String(sequence),
  change: "modify",
  oldImage: of.newImage,
  newImage: { ...(of.newImage as object), ...changes },
});

async function idsOf(world: World, model: string): Promise<string[]> {
  return (await world.memory.readRows(model, { closedAfter: null })).tradeIds;
}

async function twoModels(): Promise<World> {
  const world = createWorld();
  await world.deploy("alpha");
  await world.deploy("beta");
  return world;
}

/** The ports with a store whose appends answer as told: "conflict", an error, or the real answer once the list is used up. */
function ports(world: World, answers: readonly ("conflict" | Error)[], only?: string) {
  const left = [...answers];
  const appends: string[] = [];
  const state: StatePort = withMethod(world.memory, "appendToLedger", (append) => async (change) => {
    const model = change.after?.model ?? change.rejections!.after.modelName;
    appends.push(model);
    const answer = only === undefined || only === model ? left.shift() : undefined;
    if (answer instanceof Error) throw answer;
    return answer ?? append(change);
  });
  return { state, clock: world.ports.clock, appends };
}

describe("a batch of trades", () => {
  it("goes into the ledgers of its models, in order per model", async () => {
    const world = await twoModels();
    const report = await ingest(
      [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha"), insert(4, "beta", "bad"), insert(5, "nobody")],
      world.ports,
    );
    expect(report).toEqual({ counted: 3, rejected: 2, repeated: 0, failed: [], errors: [] });
    expect(await idsOf(world, "alpha")).toEqual(["t1", "t3"]);
    expect(await idsOf(world, "beta")).toEqual(["t2"]);
    expect(world.memory.rejected.map((r) => [r.modelName, r.kind])).toEqual(
      expect.arrayContaining([
        ["beta", "invalid"],
        ["nobody", "unknown-model"],
      ]),
    );
  });

  it("of nothing is nothing", async () => {
    const world = createWorld();
    expect(await ingest([], world.ports)).toEqual({ counted: 0, rejected: 0, repeated: 0, failed: [], errors: [] });
  });

  it("counts nothing when it is delivered again, and says that it did not", async () => {
    const world = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha", null)];
    await ingest(batch, world.ports);
    const again = await ingest(batch, world.ports);
    expect(again).toEqual({ counted: 0, rejected: 0, repeated: 3, failed: [], errors: [] });
    expect(world.memory.rejected).toHaveLength(1);
  });

  it("larger than one transaction is taken in several, each record once", async () => {
    const world = await twoModels();
    const batch = Array.from({ length: 950 }, (_, i) => insert(1000 + i, "alpha"));
    expect(await ingest(batch, world.ports)).toMatchObject({ counted: 950, failed: [] });
    expect(new Set(await idsOf(world, "alpha")).size).toBe(950);
  });
});

describe("when writing fails", () => {
  it("gives back the records of that model from where it failed, and of no other", async () => {
    const world = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "beta"), insert(3, "alpha")];
    const report = await ingest(batch, ports(world, [new Error("throttled")], "alpha"));
    expect(report).toMatchObject({ counted: 1, failed: ["1", "3"], errors: ["alpha: throttled"] });
    expect(await idsOf(world, "beta")).toEqual(["t2"]);
  });

  it("in the second transaction of a model, the first stays done", async () => {
    const world = await twoModels();
    const batch = Array.from({ length: 450 }, (_, i) => insert(1000 + i, "alpha"));
    let appends = 0;
    const state = withMethod(world.memory, "appendToLedger", (append) => async (change) => {
      appends += 1;
      if (appends === 2) throw new Error("gone");
      return append(change);
    });
    const report = await ingest(batch, { ...world.ports, state });
    expect(report.counted).toBe(400);
    expect(report.failed).toEqual(batch.slice(400).map((record) => record.sequence));
    expect(await ingest(batch, world.ports)).toMatchObject({ counted: 50, repeated: 400, failed: [] });
  });

  it("counts once what was written although the answer got lost", async () => {
    const world = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "alpha")];
    const state = withMethod(world.memory, "appendToLedger", (append) => async (change) => {
      await append(change);
      throw new Error("connection reset");
    });
    expect((await ingest(batch, { ...world.ports, state })).failed).toEqual(["1", "2"]);
    expect(await ingest(batch, world.ports)).toMatchObject({ counted: 0, repeated: 2 });
    expect(await idsOf(world, "alpha")).toEqual(["t1", "t2"]);
  });
});

describe("when somebody else writes the same ledger", () => {
  it("reads and plans again", async () => {
    const world = await twoModels();
    const batch = [insert(1, "alpha")];
    const busy = ports(world, ["conflict", "conflict", "conflict"]);
    expect(await ingest(batch, busy)).toMatchObject({ counted: 1, failed: [] });
    expect(busy.appends).toHaveLength(4);
  });

  it("finds what the other has done, and does not do it again", async () => {
    const world = await twoModels();
    const batch = [insert(1, "alpha"), insert(2, "alpha", "bad")];
    let first = true;
    const state = withMethod(world.memory, "appendToLedger", (append) => async (change) => {
      if (first) {
        first = false;
        await ingest(batch, world.ports);
      }
      return append(change);
    });
    expect(await ingest(batch, { ...world.ports, state })).toMatchObject({ counted: 0, repeated: 2, failed: [] });
    expect(await idsOf(world, "alpha")).toEqual(["t1"]);
    expect(world.memory.rejected).toHaveLength(1);
  });

  it("sees when the other comes between its reads of head and block, and reads again", async () => {
    const world = await twoModels();
    await ingest([insert(1, "alpha")], world.ports);
    let first = true;
    const state = withMethod(world.memory, "loadLastBlock", (load) => async (head) => {
      if (first) {
        first = false;
        await ingest([insert(2, "alpha")], world.ports);
      }
      return load(head);
    });
    expect(await ingest([insert(3, "alpha")], { ...world.ports, state })).toMatchObject({ counted: 1, failed: [] });
    expect(await idsOf(world, "alpha")).toEqual(["t1", "t2", "t3"]);
  });

  it("gives the records back after a bounded number of attempts", async () => {
    const world = await twoModels();
    const busy = ports(world, Array<"conflict">(99).fill("conflict"));
    const report = await ingest([insert(1, "alpha")], busy);
    expect(report.failed).toEqual(["1"]);
    expect(report.errors[0]).toContain("kept changing under 6 attempts");
    expect(busy.appends).toHaveLength(6);
  });
});

describe("a model that is deployed while its trades come in", () => {
  it("does not count what was quarantined before, when that batch is delivered again", async () => {
    const world = await twoModels();
    const early = [insert(1, "gamma"), insert(2, "gamma")];
    await ingest(early, world.ports);
    await world.deploy("gamma");
    expect(await ingest([...early, insert(3, "gamma")], world.ports)).toMatchObject({ counted: 1, repeated: 2 });
    expect(await idsOf(world, "gamma")).toEqual(["t3"]);
  });

  it("goes on counting its rejected trades where it was", async () => {
    const world = await twoModels();
    await ingest([insert(1, "gamma")], world.ports);
    await world.deploy("gamma");
    await ingest([insert(2, "gamma"), insert(3, "gamma")], world.ports);
    await ingest([insert(4, "gamma", "bad")], world.ports);
    expect(await world.memory.loadRejectionCount("gamma")).toMatchObject({
      count: 2,
      byKind: { "unknown-model": 1, invalid: 1 },
    });
  });
});

describe("an amendment", () => {
  it("is told from a correction by what the ledger holds, not by how the old row reads now", async () => {
    const world = await twoModels();
    const future = new Date(Date.UTC(2026, 6, 3)).toISOString();
    const early = insertion({ model: "alpha", id: "early", pnl: 1, closedAt: future }, "10");
    const fine = insert(11, "alpha");
    await ingest([early, fine], world.ports);
    const later = { arrivedAt: Date.UTC(2026, 6, 9) };
    await ingest([{ ...modify(20, early, { pnl: 2 }), ...later }, modify(21, fine, { pnl: 2 })], world.ports);
    expect(await idsOf(world, "alpha")).toEqual(["t11", "early"]);
    expect((await world.memory.loadHeads(["alpha"])).get("alpha")).toMatchObject({ amended: 1, incidentAt: DAY_ONE });
  });

  it("reads the whole ledger only when a record needs it", async () => {
    const world = await twoModels();
    const rows = { calls: 0 };
    const state = withMethod(world.memory, "readRows", (read) => async (...args) => {
      rows.calls += 1;
      return read(...args);
    });
    const counting = { ...world.ports, state };
    const trade = insert(1, "alpha");
    await ingest([trade], counting);
    await ingest([modify(2, trade, { expires_at: 99 })], counting);
    await ingest([{ ...modify(3, trade, {}), change: "remove", expired: true, newImage: null }], counting);
    expect(rows.calls).toBe(0);
    await ingest([modify(4, trade, { pnl: 7 })], counting);
    expect(rows.calls).toBe(1);
  });
});
