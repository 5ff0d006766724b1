import { expect, it } from "vitest";
import type { DomainEvent } from "../../../shared/domain/event.ts";
import { NOON } from "../../support/samples.ts";
import { change, event, everything } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

const idsOf = (events: readonly DomainEvent[]) => events.map((e) => e.eventId);

export function historyCases(): void {
  it("gives events newest first, whatever the order they were written in", async () => {
    const [a, b, c] = [event(), event(), event()];
    await state.commit(change(1, { events: [b!, a!] }));
    await state.commit(change(2, { events: [c!] }));
    expect((await state.listHistory(everything)).events).toEqual([c, b, a]);
  });

  it("pages through all of them, each once, also when new ones come in meanwhile", async () => {
    const events = Array.from({ length: 23 }, () => event());
    await state.commit(change(1, { events: events.slice(0, 20) }));
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 9; page++) {
      const found = await state.listHistory({ ...everything, limit: 7, cursor });
      seen.push(...idsOf(found.events));
      cursor = found.cursor;
      if (page === 0) await state.commit(change(2, { events: events.slice(20) }));
      if (cursor === null) break;
    }
    expect(seen).toEqual(idsOf(events.slice(0, 20)).reverse());
  });

  it("says that there is no more when the last page is full", async () => {
    await state.commit(change(1, { events: [event(), event()] }));
    expect((await state.listHistory({ ...everything, limit: 2 })).cursor).toBeNull();
    expect((await state.listHistory({ ...everything, limit: 1 })).cursor).not.toBeNull();
  });

  it("filters by type and by model, over pages as well", async () => {
    const models = ["alpha", "beta", null];
    const events = Array.from({ length: 24 }, (_, i) =>
      event({ type: i % 4 === 0 ? "promotion" : "retired", modelName: models[i % 3]! }),
    );
    await state.commit(change(1, { events: events.slice(0, 12) }));
    await state.commit(change(2, { events: events.slice(12) }));
    const query = { ...everything, type: "promotion", modelName: "beta", limit: 1 };
    const expected = events.filter((e) => e.type === "promotion" && e.modelName === "beta").reverse();
    const seen: DomainEvent[] = [];
    let cursor: string | null = null;
    do {
      const page = await state.listHistory({ ...query, cursor });
      seen.push(...page.events);
      cursor = page.cursor;
    } while (cursor !== null && seen.length < 9);
    expect(expected.length).toBeGreaterThan(1);
    expect(seen).toEqual(expected);
    expect((await state.listHistory({ ...everything, type: "nothing" })).events).toEqual([]);
    expect((await state.listHistory({ ...everything, modelName: "alpha" })).events).toHaveLength(8);
  });

  it("holds an event id once: a second one is refused with all that comes with it", async () => {
    const first = event();
    await state.commit(change(1, { events: [first] }));
    expect(await state.commit(change(2, { events: [event(), first] }))).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(1);
    expect((await state.listHistory(everything)).events).toEqual([first]);
  });
}

export function outboxCases(): void {
  it("holds every event until its publication is confirmed, oldest first", async () => {
    const events = [event({ eventId: "z", at: NOON }), event({ eventId: "a", at: NOON + 5 }), event({ at: NOON + 9 })];
    await state.commit(change(1, { events: [...events].reverse() }));
    expect(idsOf(await state.listUnpublished({ limit: 9 }))).toEqual(idsOf(events));
    expect(idsOf(await state.listUnpublished({ limit: 2 }))).toEqual(["z", "a"]);
    await state.markPublished(events[1]!, NOON + 60);
    expect(idsOf(await store.other.listUnpublished({ limit: 9 }))).toEqual(["z", events[2]!.eventId]);
  });

  it("takes a second confirmation for what it is: nothing new", async () => {
    const [first, second] = [event({ eventId: "a" }), event()];
    await state.commit(change(1, { events: [first, second] }));
    await state.markPublished(first, NOON + 60);
    await state.markPublished(first, NOON + 90);
    expect(idsOf(await state.listUnpublished({ limit: 9 }))).toEqual([second.eventId]);
    const { published } = await store.other.listHistory(everything);
    expect(published).toEqual(new Map([["a", NOON + 60]]));
  });

  it("takes the confirmation of an event that has left it, and does not bring it back half", async () => {
    await state.markPublished({ eventId: "long published", at: NOON }, NOON + 60);
    expect(await state.listUnpublished({ limit: 9 })).toEqual([]);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });
}
