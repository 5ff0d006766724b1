import { describe, expect, it } from "vitest";
import { tradesOfTwo, twoModels, typesOf } from "../../support/pipeline.ts";

describe("the degradation monitor", () => {
  it("alerts once per episode when the champion wears out, suggests the nearest challenger and swaps nobody", async () => {
    const system = await twoModels({ SHADOW_MAX_CHALLENGERS: "1" });
    await system.write(tradesOfTwo({ from: 0, to: 700, steady: 50, better: 50 }));
    expect(typesOf(await system.evaluate())).toEqual([]);
    await system.write(tradesOfTwo({ from: 700, to: 1400, steady: -20, better: -20, seed: "worn" }));
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
      ...tradesOfTwo({ from: 0, to: 700, steady: 50, better: 50 }),
      ...tradesOfTwo({ from: 700, to: 1100, steady: -20, better: -20, seed: "worn" }),
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
