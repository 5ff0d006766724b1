import { describe, expect, it } from "vitest";
import { promoteRequest, rollbackRequest } from "../../../shared/api/contract/requests.ts";
import { promote } from "../../../shared/api/promote.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import type { EventOf } from "../../../shared/domain/event.ts";
import { ledgerReads, observed } from "../../support/faults.ts";
import { createSystem, dataOf, tester, tradesOfTwo, twoModels } from "../../support/pipeline.ts";

describe("a rollback by a person", () => {
  it("goes one champion further back each time and keeps every failed model out", async () => {
    const system = createSystem();
    for (const name of ["one", "two", "three"]) await system.deploy(name);
    const force = promoteRequest().parse({ force: true, reason: "drill" });
    await promote("two", force, system.ports, tester);
    await promote("three", force, system.ports, tester);
    const drill = rollbackRequest().parse({ reason: "drill" });
    expect((await dataOf(rollback(drill, system.ports, tester))).restored).toBe("two");
    expect((await dataOf(rollback(drill, system.ports, tester))).restored).toBe("one");
    expect(await rollback(drill, system.ports, tester)).toMatchObject({ status: 409 });
    const registry = await system.memory.loadRegistry();
    expect(registry.departed.map((m) => [m.name, m.role])).toEqual([
      ["two", "quarantined"],
      ["three", "quarantined"],
    ]);
    await expect(system.deploy("three")).rejects.toThrow("may not enter again");
    await expect(system.deploy("three", { version: "2" })).resolves.toMatchObject({ status: 201 });
  });

  it("says what it would do without doing it", async () => {
    const system = createSystem();
    await system.deploy("one");
    await system.deploy("two");
    await promote("two", promoteRequest().parse({ force: true, reason: "drill" }), system.ports, tester);
    const before = await system.memory.loadRegistry();
    const answer = await dataOf(
      rollback(rollbackRequest().parse({ reason: "x", dry_run: true }), system.ports, tester),
    );
    expect(answer).toMatchObject({ dry_run: true, restored: "one", demoted: "two" });
    expect(await system.memory.loadRegistry()).toEqual(before);
  });

  it("opens no ledger: what it says of the former champion the registry knew already", async () => {
    const system = await twoModels();
    await system.write(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 90 }));
    await system.evaluate();
    await system.write(tradesOfTwo({ from: 505, to: 1100, steady: 50, better: 80, seed: "reign" }));
    await system.evaluate();
    const opened: string[] = [];
    const rowReads = ledgerReads.filter((name) => name !== "loadHeads");
    const state = observed(system.memory, rowReads, (name) => opened.push(name));
    await rollback(rollbackRequest().parse({ reason: "by hand" }), { ...system.ports, state }, tester);
    expect(opened).toEqual([]);
    const [event] = (await system.memory.listHistory({ limit: 1, cursor: null, type: "rollback", modelName: null }))
      .events as EventOf<"rollback">[];
    // 595 signals since the promotion; the monitor keeps its state every 200 trades.
    expect(event!.details.reverseShadow).toMatchObject({ former: "steady", pairs: 400 });
    expect(event!.details.reverseShadow!.meanDifference).toBeGreaterThan(10);
  });
});
