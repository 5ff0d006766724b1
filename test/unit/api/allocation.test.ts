import { describe, expect, it } from "vitest";
import { readAllocation } from "../../../shared/api/allocation.ts";
import { rollbackRequest } from "../../../shared/api/contract/requests.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { ledgerReads, observed } from "../../support/faults.ts";
import { dataOf, tester, tradesOfTwo, twoModels } from "../../support/pipeline.ts";

describe("the allocation", () => {
  it("ramps a new champion up step by step and lets the former one keep the rest", async () => {
    const system = await twoModels({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "30" });
    await system.write(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 90 }));
    await system.evaluate();
    const shares: unknown[] = [];
    for (const to of [506, 541, 571, 601]) {
      const from = { 506: 505, 541: 506, 571: 541, 601: 571 }[to]!;
      await system.write(tradesOfTwo({ from, to, steady: 50, better: 90, seed: `ramp${to}` }));
      await system.evaluate();
      shares.push((await dataOf(readAllocation({}, system.ports))).weights);
    }
    expect(shares[0]).toEqual({ better: 0.1, steady: 0.9 });
    expect(shares[2]).toEqual({ better: 1 });
  });

  it("is the same in status, and answering it opens no ledger", async () => {
    const system = await twoModels({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "30" });
    await system.write(tradesOfTwo({ from: 0, to: 540, steady: 50, better: 90 }));
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
    await system.write(tradesOfTwo({ from: 0, to: 560, steady: 50, better: 90 }));
    await system.evaluate();
    await rollback(rollbackRequest().parse({ reason: "by hand" }), system.ports, tester);
    expect((await dataOf(readAllocation({}, system.ports))).weights).toEqual({ steady: 1 });
  });

  it("gives challengers at most epsilon by Thompson sampling, and every caller the same pick per signal", async () => {
    const system = await twoModels({ SHADOW_ALLOCATION: "thompson", SHADOW_EPSILON: "0.05" });
    await system.write(tradesOfTwo({ from: 0, to: 300, steady: 50, better: 70 }));
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
