import { describe, expect, it } from "vitest";
import { commonSignals, createSystem } from "../../support/pipeline.ts";

describe("evaluate", () => {
  it("promotes a challenger that is really better, and restores the former champion when it collapses", async () => {
    const system = createSystem();
    await system.deploy("steady");
    await system.deploy("better");
    const seed = "story";
    await system.write(
      commonSignals({ from: 0, to: 505, models: { steady: { mean: 50 }, better: { mean: 90 } }, seed }),
    );
    const promoted = await system.evaluate();
    expect(promoted.events.map((e) => e.type)).toEqual(["promotion"]);
    await system.write(
      commonSignals({ from: 505, to: 605, models: { steady: { mean: 50 }, better: { mean: -60 } }, seed: "fall" }),
    );
    const restored = await system.evaluate();
    expect(restored.events.map((e) => e.type)).toEqual(["degradation", "guard_unclear", "rollback"]);
    const registry = await system.memory.loadRegistry();
    expect(registry.champion?.name).toBe("steady");
    expect(registry.departed.map((m) => [m.name, m.role])).toEqual([["better", "quarantined"]]);
  });

  it("changes nothing when it is called again", async () => {
    const system = createSystem();
    await system.deploy("steady");
    await system.deploy("equal");
    await system.write(
      commonSignals({ from: 0, to: 720, models: { steady: { mean: 50 }, equal: { mean: 50 } }, seed: "a" }),
    );
    const first = await system.evaluate();
    const before = await system.memory.loadRegistry();
    const second = await system.evaluate();
    expect(first.looks).toBe(3);
    expect(second).toEqual({ looks: 0, events: [], held: null, overtaken: 0, again: null });
    expect(await system.memory.loadRegistry()).toEqual(before);
  });

  it("takes every look that became due, with the same numbers, however late it is called", async () => {
    const rows = commonSignals({
      from: 0,
      to: 905,
      models: { steady: { mean: 50 }, equal: { mean: 52 } },
      seed: "late",
    });
    const late = createSystem();
    const prompt = createSystem();
    for (const system of [late, prompt]) {
      await system.deploy("steady");
      await system.deploy("equal");
    }
    for (let i = 0; i < rows.length; i += 30) {
      await prompt.write(rows.slice(i, i + 30));
      await prompt.evaluate();
    }
    await late.write(rows);
    await late.evaluate();
    const looks = async (system: typeof late) =>
      (await system.memory.listLooks({ model: "equal", entry: 2 })).map(({ evaluatedAt: _, ...look }) => look);
    expect((await looks(late)).map((look) => look.n)).toEqual([500, 600, 700, 800, 900]);
    expect(await looks(prompt)).toEqual(await looks(late));
  });

  it("does nothing while paused and catches up afterwards", async () => {
    const system = createSystem();
    await system.deploy("steady");
    await system.deploy("better");
    const { pauseOrResume } = await import("../../../shared/api/pause.ts");
    const by = { actor: "tester", reason: "holiday", idempotency: null };
    await pauseOrResume("pause", system.ports, by);
    await system.write(
      commonSignals({ from: 0, to: 505, models: { steady: { mean: 50 }, better: { mean: 90 } }, seed: "story" }),
    );
    expect(await system.evaluate()).toEqual({
      looks: 0,
      events: [],
      held: "paused: holiday",
      overtaken: 0,
      again: null,
    });
    await pauseOrResume("resume", system.ports, by);
    expect((await system.evaluate()).events.map((e) => e.type)).toEqual(["promotion"]);
  });

  it("drops a change that was decided before somebody rolled back, says so, and decides anew", async () => {
    const system = createSystem();
    for (const name of ["steady", "first", "better"]) await system.deploy(name);
    const { promote } = await import("../../../shared/api/promote.ts");
    const { rollback } = await import("../../../shared/api/rollback.ts");
    const by = { actor: "tester", idempotency: null };
    await promote("first", { force: true, reason: "drill" }, system.ports, by);
    await system.write(
      commonSignals({ from: 0, to: 505, models: { first: { mean: 50 }, better: { mean: 90 } }, seed: "story" }),
    );
    // The rollback comes between the evaluation's reading and its commit.
    const { memory } = system;
    const commit = memory.commit.bind(memory);
    let overtake = true;
    memory.commit = async (change) => {
      if (overtake && change.looks?.length) {
        overtake = false;
        await rollback({ reason: "by hand", dry_run: false }, system.ports, by);
      }
      return commit(change);
    };
    const report = await system.evaluate();
    expect(report).toMatchObject({ overtaken: 1, looks: 0 });
    const registry = await memory.loadRegistry();
    expect(registry.champion?.name).toBe("steady");
    expect(registry.challengers.map((m) => [m.name, m.nextLook])).toEqual([["better", 500]]);
  });
});
