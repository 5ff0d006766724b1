import { describe, expect, it } from "vitest";
import type { TradeRecord } from "../../../shared/domain/trade-record.ts";
import { type EvaluateReport, evaluateDue } from "../../../shared/pipeline/evaluate.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import { observed, withMethod } from "../../support/faults.ts";
import {
  commonSignals,
  createSystem,
  DAY_ONE,
  insertion,
  type System,
  type WrittenTrade,
} from "../../support/pipeline.ts";

const equal = { steady: { mean: 50 }, equal: { mean: 50 } };

async function twoModels(environment: Record<string, string> = {}): Promise<System> {
  const system = createSystem(environment);
  await system.deploy("steady");
  await system.deploy("equal");
  return system;
}

/** As a cold start would: nothing is remembered of earlier calls. */
const coldly = (system: System): Promise<EvaluateReport> => evaluateDue({ ...system.ports, hints: new Map() });

async function looksOf(system: System): Promise<number[]> {
  return (await system.memory.listLooks({ model: "equal", entry: 2 })).map((look) => look.n);
}

describe("a look that became due", () => {
  it("is taken at once, warm or cold, when trades that arrive late complete signals long missing", async () => {
    const all = commonSignals({ from: 0, to: 505, models: equal, seed: "late" });
    const late = all.filter((row, i) => row.model === "equal" && i < 400);
    const rest = all.filter((row) => !late.includes(row));
    const system = await twoModels({ SHADOW_SETTLE_HOURS: "1" });
    await system.write(rest);
    expect((await system.evaluate()).looks).toBe(0);
    await system.write(late);
    expect((await system.evaluate()).looks).toBe(1);
    expect(await looksOf(system)).toEqual([500]);
  });

  it("is taken at once, warm or cold, when models share no signals and one trades much more", async () => {
    const system = await twoModels();
    const trade = (model: string, minutes: number): WrittenTrade => {
      const at = new Date(DAY_ONE + minutes * 60_000).toISOString();
      return { model, id: `${model}-${minutes}`, pnl: (minutes % 7) - 2, closedAt: at, opened_at: at };
    };
    const alone = (model: string, count: number, every: number) =>
      Array.from({ length: count }, (_, i) => trade(model, i * every));
    await system.write([...alone("steady", 1100, 30), ...alone("equal", 620, 60)]);
    expect((await system.evaluate()).looks).toBe(1);
    // The champion trades little from now on; few trades of its take the time past the other's 600th.
    await system.write(Array.from({ length: 5 }, (_, i) => trade("steady", 40_000 + i)));
    const warm = await system.evaluate();
    expect([warm.looks, (await coldly(system)).looks]).toEqual([1, 0]);
    expect(await looksOf(system)).toEqual([500, 600]);
  });

  it("is taken once by two evaluations at the same time", async () => {
    const system = await twoModels();
    await system.write(commonSignals({ from: 0, to: 705, models: equal, seed: "a" }));
    const reports = await Promise.all([coldly(system), coldly(system), coldly(system)]);
    expect(reports.reduce((sum, report) => sum + report.looks, 0)).toBe(3);
    expect(await looksOf(system)).toEqual([500, 600, 700]);
  });

  it("stays due when an evaluation dies on the way", async () => {
    const system = await twoModels();
    await system.write(commonSignals({ from: 0, to: 605, models: equal, seed: "a" }));
    let commits = 0;
    const state = withMethod(system.memory, "commit", (commit) => async (change) => {
      commits += 1;
      if (commits === 2) throw new Error("the function was killed");
      return commit(change);
    });
    await expect(evaluateDue({ ...system.ports, state })).rejects.toThrow("killed");
    expect(await looksOf(system)).toEqual([500]);
    await system.evaluate();
    expect(await looksOf(system)).toEqual([500, 600]);
  });
});

describe("a ledger that cannot hold a look yet", () => {
  it("is not read: a hint says how many trades it needs", async () => {
    const system = await twoModels();
    let reads = 0;
    const state = observed(system.memory, ["readRows", "readNewestRows", "readStretch"], (_name, model) => {
      if (model === "equal") reads += 1;
    });
    const ports = { ...system.ports, state };
    await system.write(commonSignals({ from: 0, to: 450, models: equal, seed: "a" }));
    await evaluateDue(ports);
    expect(reads).toBe(0);
    await system.write(commonSignals({ from: 450, to: 560, models: equal, seed: "b" }));
    await evaluateDue(ports);
    const afterLook = reads;
    expect(afterLook).toBeGreaterThan(0);
    for (let i = 560; i < 590; i += 10) {
      await system.write(commonSignals({ from: i, to: i + 10, models: equal, seed: "c" }));
      await evaluateDue(ports);
    }
    expect(reads).toBe(afterLook);
    expect(await looksOf(system)).toEqual([500]);
  });
});

describe("evidence that is not trusted", () => {
  const rows = commonSignals({
    from: 0,
    to: 505,
    models: { steady: { mean: 50 }, equal: { mean: 90 } },
    seed: "story",
  });

  async function verdictAfter(system: System): Promise<{ verdict: string; blocking: string | null; reason: string }> {
    await system.evaluate();
    const [look] = await system.memory.listLooks({ model: "equal", entry: 2 });
    return look!.decision;
  }

  it("promotes nothing when a counted trade was changed: no data, and it says whose", async () => {
    const system = await twoModels();
    await system.write(rows);
    const record = insertion(rows[11]!, "9999");
    const changed: TradeRecord = {
      ...record,
      change: "modify",
      oldImage: record.newImage,
      newImage: { ...(record.newImage as object), pnl: 1e6 },
    };
    await ingest([changed], system.ports);
    const decision = await verdictAfter(system);
    expect(decision).toMatchObject({ verdict: "no-data", blocking: "data-integrity" });
    expect(decision.reason).toContain("Trades of equal were changed or deleted");
    expect((await system.memory.loadRegistry()).champion?.name).toBe("steady");
  });

  it("promotes nothing when too many signals are missing on one side", async () => {
    const system = await twoModels({ SHADOW_SETTLE_HOURS: "1" });
    const more = commonSignals({
      from: 0,
      to: 560,
      models: { steady: { mean: 50 }, equal: { mean: 90 } },
      seed: "story",
    });
    await system.write(more.filter((row, i) => row.model === "steady" || i % 20 !== 1));
    expect(await verdictAfter(system)).toMatchObject({ verdict: "no-data", blocking: "coverage" });
    expect((await system.memory.loadRegistry()).champion?.name).toBe("steady");
  });
});

describe("the boundary of a look", () => {
  it("is that of all who are being tested, also after fewer are allowed: the error level is theirs together", async () => {
    const system = await twoModels();
    for (const name of ["second", "third"]) await system.deploy(name);
    await system.write(commonSignals({ from: 0, to: 503, models: equal, seed: "a" }));
    const settings = { ...system.ports.settings, maxChallengers: 1 as const };
    await evaluateDue({ ...system.ports, settings });
    const look = await system.memory.loadLook({ model: "equal", entry: 2, reign: 1, n: 500 });
    expect(look!.evaluation.slots).toBe(3);
  });
});

describe("the dossier of a look", () => {
  it("proves which rows it rests on: the same rows have the same hash, others have not", async () => {
    const hashOf = async (seed: string, size: number) => {
      const system = await twoModels();
      const rows = commonSignals({ from: 0, to: 503, models: equal, seed });
      for (let i = 0; i < rows.length; i += size) await system.write(rows.slice(i, i + size));
      await system.evaluate();
      const look = await system.memory.loadLook({ model: "equal", entry: 2, reign: 1, n: 500 });
      return look!.rowsHash;
    };
    const hash = await hashOf("one", 1000);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf("one", 77)).toBe(hash);
    expect(await hashOf("two", 1000)).not.toBe(hash);
  });

  it("survives the store's JSON as it is", async () => {
    const system = await twoModels();
    await system.write(commonSignals({ from: 0, to: 503, models: equal, seed: "a" }));
    await system.evaluate();
    const look = await system.memory.loadLook({ model: "equal", entry: 2, reign: 1, n: 500 });
    expect(JSON.parse(JSON.stringify(look))).toEqual(look);
    expect(Buffer.byteLength(JSON.stringify(look))).toBeLessThan(100_000);
    expect(look).toMatchObject({ champion: "steady", seed: "steady|equal|500", n: 500, reign: 1, startAt: null });
  });
});
