import { describe, expect, it } from "vitest";
import { promoteRequest, rollbackRequest } from "../../../shared/api/contract/requests.ts";
import { promote } from "../../../shared/api/promote.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { evaluateDue } from "../../../shared/pipeline/evaluate.ts";
import { commonSignals, dataOf, tester, tradesOfTwo, twoModels, typesOf } from "../../support/pipeline.ts";

describe("automatic action", () => {
  it("leaves an approved challenger to a person when it may not promote by itself", async () => {
    const system = await twoModels({ SHADOW_AUTO_PROMOTE: "false" });
    await system.write(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 90 }));
    expect(typesOf(await system.evaluate())).toEqual(["manual_review"]);
    const { challengers } = await dataOf(readStatus(system.ports));
    expect(challengers[0]).toMatchObject({ promotion_status: "APPROVED", blocking_criterion: null });
    const answer = await promote(
      "better",
      promoteRequest().parse({ reason: "agreed in the morning meeting" }),
      system.ports,
      tester,
    );
    expect(answer).toMatchObject({ status: 200, body: { data: { champion: "better", forced: false } } });
    const { events } = await system.memory.listHistory({ limit: 1, cursor: null, type: "promotion", modelName: null });
    expect(events[0]).toMatchObject({ actor: "tester", reason: "agreed in the morning meeting" });
  });

  it("is switched off by ENABLE_SHADOW_MODELS=false while trades go on being kept, and catches up", async () => {
    const system = await twoModels();
    const settings = { ...system.ports.settings, enabled: false };
    await system.write(tradesOfTwo({ from: 0, to: 505, steady: 50, better: 90 }));
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
    await system.write(tradesOfTwo({ from: 0, to: 100, steady: 50, better: 60 }));
    await promote("better", promoteRequest().parse({ force: true, reason: "drill" }), system.ports, tester);
    await rollback(rollbackRequest().parse({ reason: "drill" }), system.ports, tester);
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
