import { describe, expect, it } from "vitest";
import { metricsView } from "../../../shared/api/view.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { evaluateDue } from "../../../shared/pipeline/evaluate.ts";
import type { FaultRates } from "../../support/faults.ts";
import { plainFigures } from "../../support/plain-figures.ts";
import { models, type Simulated, simulate } from "../../support/simulation.ts";

/**
 * The invariants of DESIGN.md, 4, under injected faults, over the store in memory. The seed stands in the test's name: it replays from there.
 * Many more lives, below the production store and with more kinds of faults, are played by test/simulation.
 */

const seeds = ["calm", "a", "b", "c", "d"] as const;
const calm: FaultRates = { before: 0, after: 0, conflict: 0 };
const storm: FaultRates = { before: 0.05, after: 0.05, conflict: 0.15 };

const runs = new Map<string, Promise<Simulated>>();
function run(seed: string): Promise<Simulated> {
  const people = seed.startsWith("people");
  const started = runs.get(seed) ?? simulate({ seed, rates: seed === "calm" ? calm : storm, people });
  runs.set(seed, started);
  return started;
}

/**
 * Changes of the registry. An alarm of the monitor waits for every seated model to report, a rollback waits for nobody: where another
 * shard lags behind, the rollback comes first and the alarm, which would have come a moment earlier in trade time, is not raised.
 */
const changesOf = (w: Simulated) => w.events.filter((e) => e.registryVersion !== null && e.type !== "degradation");

const ledgerOf = async (system: Simulated, model: string) => system.memory.readRows(model, { closedAfter: null });

describe.each(seeds)("under faults of seed %s", (seed) => {
  it("is bad enough to be a test at all", async () => {
    const system = await run(seed);
    if (seed === "calm") expect(system.injected).toBe(0);
    else expect(system.injected).toBeGreaterThan(30);
  });

  it("invariant 1: after the first deployment there is exactly one champion at every read", async () => {
    const system = await run(seed);
    expect(system.reads).toBeGreaterThan(20);
    expect(system.faultyReads).toEqual([]);
    expect(system.registry.champion?.name).toBe("steady");
  });

  it("invariant 2: every valid trade counts exactly once, in the order in which its model wrote it", async () => {
    const system = await run(seed);
    for (const model of models) {
      const rows = await ledgerOf(system, model);
      const written = system.valid.get(model)!;
      expect(rows.tradeIds).toEqual(written.map((row) => row.id));
      expect([...rows.pnl]).toEqual(written.map((row) => row.pnl));
      const head = (await system.memory.loadHeads([model])).get(model)!;
      expect(head.count).toBe(written.length);
    }
  });

  it("invariant 3: every change of roles is in history once and was published at least once under its event id", async () => {
    const system = await run(seed);
    const changes = changesOf(system).map((e) => `${e.type} ${e.modelName}`);
    expect(changes).toEqual([
      "deployed steady",
      "deployed better",
      "deployed equal",
      "promotion better",
      "guard_unclear better",
      "rollback better",
    ]);
    const ids = system.events.map((e) => e.eventId);
    expect(new Set(ids).size).toBe(ids.length);
    const published = new Set(system.alerts.map((a) => a.attributes.event_id));
    expect(ids.filter((id) => !published.has(id))).toEqual([]);
    expect([...published].filter((id) => !ids.includes(id))).toEqual([]);
    expect(await system.memory.listUnpublished({ limit: 99 })).toEqual([]);
  });

  it("invariant 4: every look that became due was taken, with the numbers of a run without faults, and none is due any more", async () => {
    const system = await run(seed);
    const reference = await run("calm");
    const spoken = (w: Simulated) =>
      w.looks.map((l) => [l.challenger, l.reign, l.n, l.at, l.rowsHash, l.decision.verdict, l.decision.score]);
    expect(spoken(system).length).toBeGreaterThan(1);
    expect(spoken(system)).toEqual(spoken(reference));
    const settings = parseSettings({ SHADOW_N_BOOTSTRAP: "1000" });
    const again = await evaluateDue({
      state: system.memory,
      clock: { now: () => 0 },
      settings,
      hints: new Map(),
      standstills: new Map(),
    });
    expect(again).toMatchObject({ looks: 0, events: [], held: null });
  });

  it("invariant 5: a poison record blocks nothing and is kept, once, with its reasons", async () => {
    const system = await run(seed);
    const kept = system.memory.rejected;
    expect(kept.map((r) => r.sequence).sort()).toEqual([...system.poison].sort());
    for (const one of kept) {
      expect(one.reasons.length).toBeGreaterThan(0);
      expect(JSON.parse(one.image)).toMatchObject({ trade_id: one.tradeId });
    }
    const counts = await system.memory.listRejectionCounts(kept.map((r) => r.modelName));
    expect(counts.reduce((sum, c) => sum + c.count, 0)).toBe(system.poison.length);
  });

  it("invariant 6: figures of the ledger are those of the raw trades", async () => {
    const system = await run(seed);
    for (const model of models) {
      const pnl = system.valid.get(model)!.map((row) => Number(row.pnl));
      const { total_pnl, win_rate, max_drawdown, n_trades } = plainFigures(pnl);
      expect(metricsView(await ledgerOf(system, model), { trials: 2 })).toMatchObject({
        n_trades,
        win_rate: expect.closeTo(win_rate, 12),
        total_pnl: expect.closeTo(total_pnl, 6),
        mean_pnl: expect.closeTo(total_pnl / n_trades, 9),
        max_drawdown: expect.closeTo(max_drawdown, 6),
      });
    }
  });

  it("no alarm is raised that a run without faults does not raise", async () => {
    const alarmsOf = (w: Simulated) =>
      w.events.filter((e) => e.type === "degradation").map((e) => [e.tradeTime, e.summary, e.details]);
    const known = alarmsOf(await run("calm"));
    expect(known.length).toBeGreaterThan(0);
    for (const alarm of alarmsOf(await run(seed))) expect(known).toContainEqual(alarm);
  });

  it("the history is that of a run without faults, moment by moment of trade time", async () => {
    const historyOf = (w: Simulated) => changesOf(w).map((e) => [e.type, e.tradeTime, e.summary, e.reason]);
    const system = await run(seed);
    // Deployments take effect when they arrive, everything else in trade time.
    expect(historyOf(system).slice(3)).toEqual(historyOf(await run("calm")).slice(3));
  });
});

describe.each(["people 1", "people 2", "people 3"])("with %s interfering", (seed) => {
  it("invariants 1 and 7: there is one champion at every read, and nobody who was rolled back comes back", async () => {
    const system = await run(seed);
    expect(system.faultyReads).toEqual([]);
    expect(system.registry.champion).not.toBeNull();
    const rolledBack = system.events.filter((e) => e.type === "rollback").map((e) => e.details.demoted);
    const { champion, challengers, archive } = system.registry;
    const seated = [champion!, ...challengers, ...archive].map((m) => m.name);
    expect(seated.filter((name) => rolledBack.includes(name))).toEqual([]);
  });

  it("invariants 2 and 5: every trade counts once, or is kept once with its reasons", async () => {
    const system = await run(seed);
    for (const model of models)
      expect((await ledgerOf(system, model)).tradeIds).toEqual(system.valid.get(model)!.map((row) => row.id));
    expect(system.memory.rejected.map((r) => r.sequence).sort()).toEqual([...system.poison].sort());
  });

  it("invariant 3: each command is in history at most once, in the order of versions, and is published", async () => {
    const system = await run(seed);
    const changes = system.events.filter((e) => e.registryVersion !== null);
    expect(changes.length).toBeGreaterThan(5);
    const versions = changes.map((e) => e.registryVersion!);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    const published = new Set(system.alerts.map((a) => a.attributes.event_id));
    expect(system.events.filter((e) => !published.has(e.eventId))).toEqual([]);
    // Paused and resumed take turns: neither was carried out twice.
    const pauses = changes.filter((e) => e.type === "paused" || e.type === "resumed").map((e) => e.type);
    expect(pauses.every((type, i) => type === (i % 2 ? "resumed" : "paused"))).toBe(true);
  });
});
