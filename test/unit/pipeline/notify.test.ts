import { describe, expect, it } from "vitest";
import type { Alert } from "../../../shared/domain/alert.ts";
import { notify } from "../../../shared/pipeline/notify.ts";
import { withMethod } from "../../support/faults.ts";
import { createSystem, type System } from "../../support/pipeline.ts";

async function withEvents(): Promise<System> {
  const system = createSystem();
  for (const name of ["alpha", "beta", "gamma"]) await system.deploy(name);
  return system;
}

function inbox(fails: (alert: Alert) => boolean = () => false) {
  const alerts: Alert[] = [];
  const publish = async (alert: Alert) => {
    if (fails(alert)) throw new Error("SNS is down");
    alerts.push(alert);
  };
  return { alerts, publish };
}

const waiting = (system: System) => system.memory.listUnpublished({ limit: 99 });

describe("publishing events", () => {
  it("publishes each under its own id and notes that it happened", async () => {
    const system = await withEvents();
    const events = await waiting(system);
    const box = inbox();
    const { published, failed } = await notify(events, { ...system.ports, alerts: box }, { environment: "test" });
    expect(box.alerts.map((a) => a.attributes.event_id)).toEqual(events.map((e) => e.eventId));
    expect(box.alerts[0]!.attributes).toMatchObject({ environment: "test", event_type: "deployed" });
    expect([published.length, failed]).toEqual([3, []]);
    expect(await waiting(system)).toEqual([]);
  });

  it("hands on what each was caused by", async () => {
    const system = await withEvents();
    const events = await waiting(system);
    const box = inbox();
    const correlationIds = new Map([[events[1]!.eventId, "ticket-17"]]);
    await notify(events, { ...system.ports, alerts: box }, { environment: "test", correlationIds });
    expect(box.alerts.map((a) => a.attributes.correlation_id)).toEqual([undefined, "ticket-17", undefined]);
  });

  it("that fails for one holds up no other, and the one stays to be published", async () => {
    const system = await withEvents();
    const events = await waiting(system);
    const box = inbox((alert) => alert.attributes.model_name === "beta");
    const { failed } = await notify(events, { ...system.ports, alerts: box }, { environment: "test" });
    expect(failed).toEqual([{ eventId: events[1]!.eventId, error: "SNS is down" }]);
    expect(box.alerts.map((a) => a.attributes.model_name)).toEqual(["alpha", "gamma"]);
    expect((await waiting(system)).map((e) => e.modelName)).toEqual(["beta"]);
  });

  it("is not noted before it has happened: a crash in between publishes twice, never not at all", async () => {
    const system = await withEvents();
    const events = (await waiting(system)).slice(0, 1);
    const box = inbox();
    const state = withMethod(system.memory, "markPublished", () => async () => {
      throw new Error("crash");
    });
    const first = await notify(events, { ...system.ports, state, alerts: box }, { environment: "test" });
    expect(first.failed).toHaveLength(1);
    expect((await waiting(system))[0]).toEqual(events[0]);
    await notify(events, { ...system.ports, alerts: box }, { environment: "test" });
    expect(box.alerts.map((a) => a.attributes.event_id)).toEqual([events[0]!.eventId, events[0]!.eventId]);
    expect(await waiting(system)).toHaveLength(2);
  });
});
