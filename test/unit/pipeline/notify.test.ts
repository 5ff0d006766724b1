import { describe, expect, it } from "vitest";
import type { Alert } from "../../../shared/domain/alert.ts";
import { notify } from "../../../shared/pipeline/notify.ts";
import { withMethod } from "../../support/faults.ts";
import { createWorld, type World } from "../../support/pipeline.ts";

async function withEvents(): Promise<World> {
  const world = createWorld();
  for (const name of ["alpha", "beta", "gamma"]) await world.deploy(name);
  return world;
}

function inbox(fails: (alert: Alert) => boolean = () => false) {
  const alerts: Alert[] = [];
  const publish = async (alert: Alert) => {
    if (fails(alert)) throw new Error("SNS is down");
    alerts.push(alert);
  };
  return { alerts, publish };
}

const waiting = (world: World) => world.memory.listUnpublished({ limit: 99 });

describe("publishing events", () => {
  it("publishes each under its own id and notes that it happened", async () => {
    const world = await withEvents();
    const events = await waiting(world);
    const box = inbox();
    const { published, failed } = await notify(events, { ...world.ports, alerts: box }, { environment: "test" });
    expect(box.alerts.map((a) => a.attributes.event_id)).toEqual(events.map((e) => e.eventId));
    expect(box.alerts[0]!.attributes).toMatchObject({ environment: "test", event_type: "deployed" });
    expect([published.length, failed]).toEqual([3, []]);
    expect(await waiting(world)).toEqual([]);
  });

  it("hands on what each was caused by", async () => {
    const world = await withEvents();
    const events = await waiting(world);
    const box = inbox();
    const correlationIds = new Map([[events[1]!.eventId, "ticket-17"]]);
    await notify(events, { ...world.ports, alerts: box }, { environment: "test", correlationIds });
    expect(box.alerts.map((a) => a.attributes.correlation_id)).toEqual([undefined, "ticket-17", undefined]);
  });

  it("that fails for one holds up no other, and the one stays to be published", async () => {
    const world = await withEvents();
    const events = await waiting(world);
    const box = inbox((alert) => alert.attributes.model_name === "beta");
    const { failed } = await notify(events, { ...world.ports, alerts: box }, { environment: "test" });
    expect(failed).toEqual([{ eventId: events[1]!.eventId, error: "SNS is down" }]);
    expect(box.alerts.map((a) => a.attributes.model_name)).toEqual(["alpha", "gamma"]);
    expect((await waiting(world)).map((e) => e.modelName)).toEqual(["beta"]);
  });

  it("is not noted before it has happened: a crash in between publishes twice, never not at all", async () => {
    const world = await withEvents();
    const events = (await waiting(world)).slice(0, 1);
    const box = inbox();
    const state = withMethod(world.memory, "markPublished", () => async () => {
      throw new Error("crash");
    });
    const first = await notify(events, { ...world.ports, state, alerts: box }, { environment: "test" });
    expect(first.failed).toHaveLength(1);
    expect((await waiting(world))[0]).toEqual(events[0]);
    await notify(events, { ...world.ports, alerts: box }, { environment: "test" });
    expect(box.alerts.map((a) => a.attributes.event_id)).toEqual([events[0]!.eventId, events[0]!.eventId]);
    expect(await waiting(world)).toHaveLength(2);
  });
});
