import { describe, expect, it } from "vitest";
import { readAllocation } from "../../../shared/api/allocation.ts";
import { PromoteRequest, RollbackRequest } from "../../../shared/api/contract/requests.ts";
import { promote } from "../../../shared/api/promote.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import { readStatus } from "../../../shared/api/status.ts";
import type { EventOf } from "../../../shared/domain/event.ts";
import { ledgerReads, observed } from "../../support/faults.ts";
import { commonSignals, createSystem, DAY_ONE, HOUR, type System, type WrittenTrade } from "../../support/pipeline.ts";

const by = { actor: "tester", idempotency: null };

async function twoModels(environment: Record<string, string> = {}): Promise<System> {
  const system = createSystem(environment);
  await system.deploy("steady");
  await system.deploy("better");
  return system;
}

const rows = (o: { from: number; to: number; steady: number; better: number; seed?: string }): WrittenTrade[] =>
  commonSignals({ ...o, models: { steady: { mean: o.steady }, better: { mean: o.better } }, seed: o.seed ?? "life" });

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what is expected of them
async function dataOf(answer: Promise<{ body: unknown }>): Promise<any> {
  return ((await answer).body as { data: unknown }).data;
}

const typesOf = (report: { events: { type: string }[] }) => report.events.map((e) => e.type);

describe("automatic action", () => {
  it("leaves an approved challenger to a person when it may not promote by itself", async () => {
    const system = await twoModels({ SHADOW_AUTO_PROMOTE: "false" });
    await system.write(rows({ from: 0, to: 505, steady: 50, better: 90 }));
    expect(typesOf(await system.evaluate())).toEqual(["manual_review"]);
    const { challengers } = await dataOf(readStatus(system.ports));
    expect(challengers[0]).toMatchObject({ promotion_status: "APPROVED", blocking_criterion: null });
    const answer = await promote(
      "better",
      PromoteRequest.parse({ reason: "agreed in the morning meeting" }),
      system.ports,
      by,
    );
    expect(answer).toMatchObject({ status: 200, body: { data: { champion: "better", forced: false } } });
    const { events } = await system.memory.listHistory({ limit: 1, cursor: null, type: "promotion", modelName: null });
    expect(events[0]).toMatchObject({ actor: "tester", reason: "agreed in the morning meeting" });
  });

  it("is switched off by ENABLE_SHADOW_MODELS=false while trades go on being kept, and catches up", async () => {
    const system = await twoModels();
    const settings = { ...system.ports.settings, enabled: false };
    await system.write(rows({ from: 0, to: 505, steady: 50, better: 90 }));
    const { evaluateDue } = await import("../../../shared/pipeline/evaluate.ts");
    expect(await evaluateDue({ ...system.ports, settings })).toMatchObject({
      looks: 0,
      held: "ENABLE_SHADOW_MODELS is false",
    });
    expect((await system.memory.loadHeads(["better"])).get("better")?.count).toBe(505);
    expect(typesOf(await system.evaluate())).toEqual(["promotion"]);
  });

  it("promotes nothing during the cooldown after a rollback", async () => {
    const system = await twoModels({ SHADOW_COOLDOWN_TRADES: "2000" });
    await system.deploy("second");
    await system.write(rows({ from: 0, to: 100, steady: 50, better: 60 }));
    await promote("better", PromoteRequest.parse({ force: true, reason: "drill" }), system.ports, by);
    await rollback(RollbackRequest.parse({ reason: "drill" }), system.ports, by);
    const again = commonSignals({
      from: 101,
      to: 610,
      models: { steady: { mean: 50 }, second: { mean: 100 } },
      seed: "cool",
    });
    await system.write(again);
    const report = await system.evaluate();
    expect(report.looks).toBe(1);
    expect(typesOf(report)).toEqual(["manual_review"]);
    expect((await system.memory.loadRegistry()).champion?.name).toBe("steady");
  });
});

describe("rollback", () => {
  it("goes one champion further back each time and keeps every failed model out", async () => {
    const system = createSystem();
    for (const name of ["one", "two", "three"]) await system.deploy(name);
    const force = PromoteRequest.parse({ force: true, reason: "drill" });
    await promote("two", force, system.ports, by);
    await promote("three", force, system.ports, by);
    const drill = RollbackRequest.parse({ reason: "drill" });
    expect((await dataOf(rollback(drill, system.ports, by))).restored).toBe("two");
    expect((await dataOf(rollback(drill, system.ports, by))).restored).toBe("one");
    expect(await rollback(drill, system.ports, by)).toMatchObject({ status: 409 });
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
    await promote("two", PromoteRequest.parse({ force: true, reason: "drill" }), system.ports, by);
    const before = await system.memory.loadRegistry();
    const answer = await dataOf(rollback(RollbackRequest.parse({ reason: "x", dry_run: true }), system.ports, by));
    expect(answer).toMatchObject({ dry_run: true, restored: "one", demoted: "two" });
    expect(await system.memory.loadRegistry()).toEqual(before);
  });

  it("by hand opens no ledger: what it says of the former champion the registry knew already", async () => {
    const system = await twoModels();
    await system.write(rows({ from: 0, to: 505, steady: 50, better: 90 }));
    await system.evaluate();
    await system.write(rows({ from: 505, to: 1100, steady: 50, better: 80, seed: "reign" }));
    await system.evaluate();
    const opened: string[] = [];
    const rowReads = ledgerReads.filter((name) => name !== "loadHeads");
    const state = observed(system.memory, rowReads, (name) => opened.push(name));
    await rollback(RollbackRequest.parse({ reason: "by hand" }), { ...system.ports, state }, by);
    expect(opened).toEqual([]);
    const [event] = (await system.memory.listHistory({ limit: 1, cursor: null, type: "rollback", modelName: null }))
      .events as EventOf<"rollback">[];
    // 595 signals since the promotion; the monitor keeps its state every 200 trades.
    expect(event!.details.reverseShadow).toMatchObject({ former: "steady", pairs: 400 });
    expect(event!.details.reverseShadow!.meanDifference).toBeGreaterThan(10);
  });

  it("sets the collapsed champion beside the former one on the same signals", async () => {
    const system = await twoModels();
    await system.write(rows({ from: 0, to: 505, steady: 50, better: 90 }));
    await system.evaluate();
    await system.write(rows({ from: 505, to: 605, steady: 50, better: -60, seed: "fall" }));
    const report = await system.evaluate();
    const event = report.events.find((e) => e.type === "rollback")!;
    expect(event.details.reverseShadow).toMatchObject({ former: "steady" });
    const shadow = event.details.reverseShadow!;
    expect(shadow.pairs).toBeGreaterThan(15);
    expect(shadow.meanDifference).toBeLessThan(-50);
  });
});

describe("a former champion that falls silent", () => {
  /** The same trades, closed just before they arrive: live, not a replay. */
  const live = (trades: WrittenTrade[]): WrittenTrade[] =>
    trades.map((t) => {
      const shift = Date.UTC(2026, 6, 1) - 700 * HOUR - DAY_ONE;
      const moved = (time: unknown) => new Date(Date.parse(String(time)) + shift).toISOString();
      return { ...t, closedAt: moved(t.closedAt), opened_at: moved(t.opened_at) };
    });

  it("does not hold up the rollback of its collapsed successor", async () => {
    const system = await twoModels();
    await system.write(live(rows({ from: 0, to: 505, steady: 50, better: 90 })));
    await system.evaluate();
    const fall = live(rows({ from: 505, to: 690, steady: 50, better: -60, seed: "fall" }));
    await system.write(fall.filter((t) => t.model === "better"));
    expect(typesOf(await system.evaluate())).toContain("rollback");
    expect((await system.memory.loadRegistry()).champion?.name).toBe("steady");
  });
});

describe("degradation monitor", () => {
  it("alerts once per episode when the champion wears out, suggests the nearest challenger and swaps nobody", async () => {
    const system = await twoModels({ SHADOW_MAX_CHALLENGERS: "1" });
    await system.write(rows({ from: 0, to: 700, steady: 50, better: 50 }));
    expect(typesOf(await system.evaluate())).toEqual([]);
    await system.write(rows({ from: 700, to: 1400, steady: -20, better: -20, seed: "worn" }));
    const report = await system.evaluate();
    const alarms = report.events.filter((e) => e.type === "degradation");
    expect(alarms.length).toBeGreaterThan(0);
    expect(alarms.length).toBeLessThan(3);
    expect(alarms[0]!.details).toMatchObject({ suggestion: expect.stringContaining("better") });
    expect((await system.memory.loadRegistry()).champion?.name).toBe("steady");
    expect(typesOf(await system.evaluate())).toEqual([]);
  });

  it("raises the same alarms whether the trades come in one batch or in many", async () => {
    const all = [
      ...rows({ from: 0, to: 700, steady: 50, better: 50 }),
      ...rows({ from: 700, to: 1100, steady: -20, better: -20, seed: "worn" }),
    ];
    const alarms: unknown[] = [];
    for (const size of [14, 2200]) {
      const system = await twoModels();
      for (let i = 0; i < all.length; i += size) {
        await system.write(all.slice(i, i + size));
        await system.evaluate();
      }
      const { events } = await system.memory.listHistory({
        limit: 50,
        cursor: null,
        type: "degradation",
        modelName: null,
      });
      alarms.push(events.map((e) => [e.tradeTime, e.details]));
    }
    expect(alarms[0]).toEqual(alarms[1]);
    expect((alarms[0] as unknown[]).length).toBeGreaterThan(0);
  });
});

describe("allocation", () => {
  it("ramps a new champion up step by step and lets the former one keep the rest", async () => {
    const system = await twoModels({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "30" });
    await system.write(rows({ from: 0, to: 505, steady: 50, better: 90 }));
    await system.evaluate();
    const shares: unknown[] = [];
    for (const to of [506, 541, 571, 601]) {
      const from = { 506: 505, 541: 506, 571: 541, 601: 571 }[to]!;
      await system.write(rows({ from, to, steady: 50, better: 90, seed: `ramp${to}` }));
      await system.evaluate();
      shares.push((await dataOf(readAllocation({}, system.ports))).weights);
    }
    expect(shares[0]).toEqual({ better: 0.1, steady: 0.9 });
    expect(shares[2]).toEqual({ better: 1 });
  });

  it("is the same in status, and answering it opens no ledger", async () => {
    const system = await twoModels({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "30" });
    await system.write(rows({ from: 0, to: 540, steady: 50, better: 90 }));
    await system.evaluate();
    const { weights } = await dataOf(readAllocation({}, system.ports));
    const { champion, archive } = await dataOf(readStatus(system.ports));
    expect({ better: champion?.allocation, steady: archive[0]?.allocation }).toEqual(weights);

    const closed = observed(system.memory, ledgerReads, (name) => {
      throw new Error(`a ledger was opened: ${name}`);
    });
    expect((await dataOf(readAllocation({}, { ...system.ports, state: closed }))).weights).toEqual(weights);
  });

  it("of a model whose reign has ended is forgotten with it", async () => {
    const system = await twoModels({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "30" });
    await system.write(rows({ from: 0, to: 560, steady: 50, better: 90 }));
    await system.evaluate();
    const caller = { actor: "tester", idempotency: null };
    await rollback(RollbackRequest.parse({ reason: "by hand" }), system.ports, caller);
    expect((await dataOf(readAllocation({}, system.ports))).weights).toEqual({ steady: 1 });
  });

  it("gives challengers at most epsilon by Thompson sampling, and every caller the same pick per signal", async () => {
    const system = await twoModels({ SHADOW_ALLOCATION: "thompson", SHADOW_EPSILON: "0.05" });
    await system.write(rows({ from: 0, to: 300, steady: 50, better: 70 }));
    await system.evaluate();
    const { weights, probability_best } = await dataOf(readAllocation({}, system.ports));
    const shares = Object.values(weights as Record<string, number>);
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect((weights as Record<string, number>).better).toBeGreaterThan(0);
    expect((weights as Record<string, number>).better).toBeLessThanOrEqual(0.05);
    expect((probability_best as Record<string, number>).better).toBeGreaterThan(0.5);
    const picks = await Promise.all(
      Array.from(
        { length: 400 },
        async (_, i) => (await dataOf(readAllocation({ signal_id: `s${i}` }, system.ports))).model_name,
      ),
    );
    const share = picks.filter((name) => (name as string) === "better").length / picks.length;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
    const again = (await dataOf(readAllocation({ signal_id: "s7" }, system.ports))).model_name;
    expect(again).toBe(picks[7]);
  });
});

describe("models that trade different signals", () => {
  const apart = (trades: WrittenTrade[]) => trades.map((t) => ({ ...t, id: `${t.model}-${t.id}` }));

  it("are compared by time buckets, fixed before the first look", async () => {
    const system = await twoModels();
    await system.write(apart(rows({ from: 0, to: 505, steady: 50, better: 130 })));
    const report = await system.evaluate();
    const [look] = await system.memory.listLooks({ model: "better", entry: 2 });
    expect(look?.evaluation.design).toBe("bucketed");
    expect(look?.n).toBe(500);
    expect(typesOf(report)).toEqual(["promotion"]);
  });

  it("answer no-data instead when some signals are common and many are missing", async () => {
    const system = await twoModels({ SHADOW_SETTLE_HOURS: "2" });
    const all = rows({ from: 0, to: 1300, steady: 50, better: 130 });
    await system.write(all.filter((t, i) => t.model === "steady" || i % 5 !== 0));
    await system.evaluate();
    const looks = await system.memory.listLooks({ model: "better", entry: 2 });
    expect(looks.length).toBeGreaterThan(0);
    expect(new Set(looks.map((look) => look.decision.verdict))).toEqual(new Set(["no-data"]));
  });
});

describe("a challenger that is proved worse", () => {
  it("is rejected before futility is due, and retired then, so that it does not hold its place for ever", async () => {
    const system = await twoModels();
    await system.write(rows({ from: 0, to: 1505, steady: 50, better: 0 }));
    await system.evaluate();
    const looks = await system.memory.listLooks({ model: "better", entry: 2 });
    expect(looks.map((look) => look.decision.verdict)).toEqual([...Array(10).fill("reject"), "retire"]);
    expect((await system.memory.loadRegistry()).departed[0]).toMatchObject({ name: "better", role: "retired" });
  });
});
