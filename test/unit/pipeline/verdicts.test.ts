import { describe, expect, it } from "vitest";
import { tradesOfTwo, twoModels, typesOf, type WrittenTrade } from "../../support/pipeline.ts";

/** What becomes of a challenger's looks: by which design, with which verdict. */

describe("models that trade different signals", () => {
  const apart = (trades: WrittenTrade[]) => trades.map((t) => ({ ...t, id: `${t.model}-${t.id}` }));

  it("are compared by time buckets, fixed before the first look", async () => {
    const system = await twoModels();
    await system.write(apart(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 130 })));
    const report = await system.evaluate();
    const [look] = await system.memory.listLooks({ model: "better", entry: 2 });
    expect(look?.evaluation.design).toBe("bucketed");
    expect(look?.n).toBe(500);
    expect(typesOf(report)).toEqual(["promotion"]);
  });

  it("answer no-data instead when some signals are common and many are missing", async () => {
    const system = await twoModels({ SHADOW_SETTLE_HOURS: "2" });
    const all = tradesOfTwo({ from: 0, to: 1300, steady: 50, better: 130 });
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
    await system.write(tradesOfTwo({ from: 0, to: 1505, steady: 50, better: 0 }));
    await system.evaluate();
    const looks = await system.memory.listLooks({ model: "better", entry: 2 });
    expect(looks.map((look) => look.decision.verdict)).toEqual([...Array(10).fill("reject"), "retire"]);
    expect((await system.memory.loadRegistry()).departed[0]).toMatchObject({ name: "better", role: "retired" });
  });
});
