import { describe, expect, it } from "vitest";
import type { Alert } from "../../../shared/domain/alert.ts";
import { SWEPT_MAX, sweep } from "../../../shared/pipeline/sweep.ts";
import { createSystem, type System } from "../../support/pipeline.ts";

const MINUTE = 60_000;

async function withEvents(...names: string[]): Promise<System> {
  const system = createSystem();
  for (const name of names) await system.deploy(name);
  return system;
}

/** Sweeps at a moment after the latest event; `fails` says which alerts the topic refuses. */
async function sweepLater(system: System, ms: number, fails: (alert: Alert) => boolean = () => false) {
  const published: Alert[] = [];
  const alerts = {
    publish: async (alert: Alert) => {
      if (fails(alert)) throw new Error("SNS is down");
      published.push(alert);
    },
  };
  const events = await system.memory.listUnpublished({ limit: 99 });
  const now = Math.max(0, ...events.map((event) => event.at)) + ms;
  const report = await sweep({ state: system.memory, alerts, clock: { now: () => now } }, { environment: "test" });
  return { report, ids: published.map((alert) => alert.attributes.event_id) };
}

describe("the sweep", () => {
  it("publishes what has waited for more than a minute, oldest first, under the ids the history has", async () => {
    const system = await withEvents("alpha", "beta", "gamma");
    const committed = (await system.memory.listHistory({ limit: 9, cursor: null, type: null, modelName: null })).events;
    const { report, ids } = await sweepLater(system, 2 * MINUTE);
    expect(ids).toEqual(committed.map((event) => event.eventId).reverse());
    expect(report).toMatchObject({ failed: [], waiting: 0 });
    expect((await sweepLater(system, 3 * MINUTE)).ids).toEqual([]);
  });

  it("leaves alone what the stream is about to bring", async () => {
    const system = await withEvents("alpha");
    const { report, ids } = await sweepLater(system, MINUTE);
    expect([ids, report.waiting]).toEqual([[], 1]);
  });

  it("tries again at the next run what the topic refused, and does not hold up the others", async () => {
    const system = await withEvents("alpha", "beta", "gamma");
    const first = await sweepLater(system, 2 * MINUTE, (alert) => alert.attributes.model_name === "alpha");
    expect(first.report.failed).toMatchObject([{ error: "SNS is down" }]);
    expect(first.ids).toHaveLength(2);
    const second = await sweepLater(system, 2 * MINUTE);
    expect(second.ids).toEqual(first.report.failed.map(({ eventId }) => eventId));
  });

  it("publishes a bounded number a run and reaches all of them in the end", async () => {
    const system = createSystem();
    const [example] = await (await withEvents("alpha")).memory.listUnpublished({ limit: 1 });
    const events = Array.from({ length: SWEPT_MAX + 50 }, (_, i) => ({
      ...example!,
      eventId: `e${String(i).padStart(4, "0")}`,
      at: example!.at + i,
    }));
    await system.memory.commit({ fromVersion: 0, registry: null, events });
    const first = await sweepLater(system, 2 * MINUTE);
    const second = await sweepLater(system, 2 * MINUTE);
    expect([first.ids.length, second.ids.length]).toEqual([SWEPT_MAX, 50]);
    expect([...first.ids, ...second.ids]).toEqual(events.map((event) => event.eventId));
  });
});
