import { describe, expect, it } from "vitest";
import { readAllocation } from "../../../shared/api/allocation.ts";
import { pauseOrResume } from "../../../shared/api/pause.ts";
import { readReport } from "../../../shared/api/report.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { evaluateDue } from "../../../shared/pipeline/evaluate.ts";
import {
  DAY_ONE,
  dataOf,
  HOUR,
  type System,
  tradesOfTwo,
  twoModels,
  typesOf,
  type WrittenTrade,
} from "../../support/pipeline.ts";

/** The guard over real ledgers: markets that fall, models that collapse, a former champion that falls silent. */

/** A champion that was promoted over `steady` on 505 common signals. */
async function promoted(environment: Record<string, string> = {}): Promise<System> {
  const system = await twoModels(environment);
  await system.write(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 90 }));
  expect(typesOf(await system.evaluate())).toEqual(["promotion"]);
  return system;
}

const championOf = async (system: System) => (await system.memory.loadRegistry()).champion!;
const collapse = { from: 505, to: 640, steady: 50, better: -60, seed: "fall" };
const marketFall = { from: 505, to: 640, steady: -90, better: -60, seed: "market" };

describe("a market that falls on both models", () => {
  it("swaps nothing: people read what each of them lost, once", async () => {
    const system = await promoted();
    await system.write(tradesOfTwo(marketFall));
    const report = await system.evaluate();
    const market = report.events.filter((e) => e.type === "market");
    expect(market).toHaveLength(1);
    expect(market[0]!.summary).toMatch(
      /the market changed, not the model: over the same \d+ signals the champion lost \d+\.\d\d, steady lost \d+\.\d\d; rolling back would not have helped/,
    );
    expect(typesOf(report)).not.toContain("rollback");
    expect(await championOf(system)).toMatchObject({ name: "better", guard: { status: "market" } });
    expect(typesOf(await system.evaluate())).toEqual([]);
  });

  it("rolls back to a model that lost more only where a user insists on the promise", async () => {
    const system = await promoted({ SHADOW_GUARD: "promise" });
    await system.write(tradesOfTwo(marketFall));
    expect(typesOf(await system.evaluate())).toContain("rollback");
  });

  it("leaves the money alone by default, and cuts or pauses it where a user wants that, until somebody resumes", async () => {
    const shares = async (system: System) => (await dataOf(readAllocation({}, system.ports))).weights;
    const plain = await promoted();
    await plain.write(tradesOfTwo(marketFall));
    await plain.evaluate();
    expect(await shares(plain)).toEqual({ better: 1 });
    for (const [breaker, share] of [
      ["pause", 0],
      ["cut:0.5", 0.5],
    ] as const) {
      const system = await promoted({ SHADOW_MARKET_BREAKER: breaker });
      await system.write(tradesOfTwo(marketFall));
      await system.evaluate();
      expect(await shares(system)).toEqual({ better: share });
      const answer = await dataOf(readAllocation({ signal_id: "s1" }, system.ports));
      expect(answer.reason).toContain("the market changed, not the model");
      if (share === 0) expect(answer.model_name).toBeNull();
      await pauseOrResume("resume", system.ports, { actor: "tester", reason: "over", idempotency: null });
      expect(await shares(system)).toEqual({ better: 1 });
    }
  });
});

describe("a model that collapses alone", () => {
  it("is rolled back to the model that earned more on the same signals", async () => {
    const system = await promoted();
    await system.write(tradesOfTwo(collapse));
    const event = (await system.evaluate()).events.find((e) => e.type === "rollback")!;
    const { guard } = event.details as { guard: { mode: string; paired: { championPnl: number; formerPnl: number } } };
    expect(guard.mode).toBe("paired");
    expect(guard.paired.formerPnl).toBeGreaterThan(guard.paired.championPnl);
    expect((await championOf(system)).name).toBe("steady");
  });

  it("is set beside the former champion on the same signals", async () => {
    const system = await promoted();
    await system.write(tradesOfTwo({ from: 505, to: 605, steady: 50, better: -60, seed: "fall" }));
    const report = await system.evaluate();
    const event = report.events.find((e) => e.type === "rollback")!;
    expect(event.details.reverseShadow).toMatchObject({ former: "steady" });
    const shadow = event.details.reverseShadow!;
    expect(shadow.pairs).toBeGreaterThan(15);
    expect(shadow.meanDifference).toBeLessThan(-50);
  });

  it("shows mode, both figures and the verdict in the status meanwhile", async () => {
    const system = await promoted();
    await system.write(tradesOfTwo({ ...collapse, to: 510 }));
    const { champion } = await dataOf(readStatus(system.ports));
    expect(champion!.guard).toMatchObject({
      mode: "paired",
      former_champion: "steady",
      reading: { verdict: "watching", trades: 10, pairs: 10, paired: { champion_pnl: expect.any(Number) } },
    });
    expect(champion!.guard!.in_words).toMatch(/over the same 10 signals the champion .*, steady /);
  });
});

describe("a former champion that is silent", () => {
  const alone = (trades: WrittenTrade[]) => trades.filter((t) => t.model === "better");
  const losing = alone(tradesOfTwo({ ...collapse, to: 545 })).map((t) => ({ ...t, pnl: -1 }));

  it("holds up nothing live: a champion that loses every trade is rolled back, and the mode was announced before", async () => {
    const system = await promoted();
    const shift = Date.UTC(2026, 6, 1) - 560 * HOUR - DAY_ONE;
    const live = (time: unknown) => new Date(Date.parse(String(time)) + shift).toISOString();
    await system.write(
      losing.map((t) => ({ ...t, closedAt: live(t.closedAt), opened_at: live((t as WrittenTrade).opened_at) })),
    );
    const types = typesOf(await evaluateDue(system.ports));
    expect(types.indexOf("guard_mode")).toBeGreaterThanOrEqual(0);
    expect(types.indexOf("rollback")).toBeGreaterThan(types.indexOf("guard_mode"));
    expect((await championOf(system)).name).toBe("steady");
  });

  it("is waited for in a replay for seconds only", async () => {
    const system = await promoted();
    await system.write(losing);
    const first = await evaluateDue(system.ports);
    expect(first).toMatchObject({ events: [], again: 5000 });
    const types = typesOf(await system.evaluate());
    expect(types).toContain("guard_mode");
    expect(types).toContain("rollback");
  });

  it("is waited for while its ledger is being filled: what it reports late decides as if it had come in time", async () => {
    const system = await promoted();
    const fall = tradesOfTwo(marketFall);
    await system.write(alone(fall));
    expect((await evaluateDue(system.ports)).events).toEqual([]);
    await system.write(fall.filter((t) => t.model === "steady"));
    const types = typesOf(await system.evaluate());
    expect(types).toContain("market");
    expect(types).not.toContain("guard_mode");
    expect(types).not.toContain("rollback");
  });
});

describe("the hard stop", () => {
  it("takes the money away, whoever is to blame, and says how to go on", async () => {
    const system = await promoted({ SHADOW_GUARD_MAX_LOSS: "500" });
    await system.write(tradesOfTwo({ ...marketFall, to: 530 }));
    const report = await system.evaluate();
    expect(typesOf(report).filter((t) => t === "hard_stop")).toHaveLength(1);
    expect((await dataOf(readAllocation({}, system.ports))).weights).toEqual({ better: 0 });
    expect((await championOf(system)).breaker).toMatchObject({ share: 0, why: "max-loss" });
  });
});

describe("a rollback", () => {
  const following = (o: { steady: number; better: number; count?: number }) =>
    tradesOfTwo({ from: 535, to: 535 + (o.count ?? 70), ...o, seed: "after" });

  async function rolledBack(): Promise<System> {
    const system = await promoted({ SHADOW_COOLDOWN_TRADES: "50" });
    await system.write(tradesOfTwo({ ...collapse, to: 535 }));
    expect(typesOf(await system.evaluate())).toContain("rollback");
    return system;
  }

  it("is judged once, over the signals that follow: right when the quarantined model goes on losing", async () => {
    const system = await rolledBack();
    await system.write(following({ steady: 50, better: -60 }));
    const judged = (await system.evaluate()).events.filter((e) => e.type === "rollback_judged");
    expect(judged).toHaveLength(1);
    expect(judged[0]!.details).toMatchObject({ restored: "steady", quarantined: "better", harmful: false, cost: 0 });
    expect((await system.memory.loadRegistry()).judgements).toEqual([]);
    await system.write(tradesOfTwo({ from: 605, to: 690, steady: 50, better: 0, seed: "later" }));
    expect(typesOf(await system.evaluate())).not.toContain("rollback_judged");
  });

  it("counts as harmful, with what it cost, when the quarantined model would have earned more", async () => {
    const system = await rolledBack();
    // What follows the collapse at once is judged; the model recovers the very same day.
    await system.write(following({ steady: 0, better: 400 }));
    await system.evaluate();
    const report = await dataOf(readReport({}, system.ports));
    expect(report).toMatchObject({ rollbacks_judged: 1, harmful_rollbacks: 1 });
    expect(report.harmful_rollback_cost).toBeGreaterThan(0);
  });
});
