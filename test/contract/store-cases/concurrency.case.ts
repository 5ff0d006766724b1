import { expect, it } from "vitest";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { someDetails, trades } from "../../support/samples.ts";
import { appendOf, change, enrol, event, everything, headNow, registryAt } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

export function concurrencyCases(): void {
  const twenty = <T>(run: (i: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, i) => run(i)));

  it("let exactly one of twenty commits through, round after round", async () => {
    for (let version = 1; version <= 5; version++) {
      const outcomes = await twenty((i) =>
        (i % 2 ? state : store.other).commit(
          change(version, {
            registry: registryAt(version, { trials: i }),
            events: [event({ details: { ...someDetails.deployed, version: `by ${i}` } })],
            enrolled: { name: `m${i}`, version: String(version) },
          }),
        ),
      );
      const winner = outcomes.indexOf("written");
      expect(outcomes.filter((o) => o === "written")).toHaveLength(1);
      expect(await state.loadRegistry()).toEqual(registryAt(version, { trials: winner }));
      const { events } = await state.listHistory(everything);
      expect(events).toHaveLength(version);
      expect(events[0]!.details).toMatchObject({ version: `by ${winner}` });
      expect(await state.loadUsedVersions(`m${winner}`)).toContain(String(version));
    }
  });

  it("let exactly one of twenty appends through, round after round", async () => {
    await enrol();
    for (let round = 0; round < 4; round++) {
      const head = await headNow();
      const outcomes = await twenty((i) =>
        (i % 2 ? state : store.other).appendToLedger(appendOf(head, trades(3, 3 * round))),
      );
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
      expect(await headNow()).toMatchObject({ count: head.count + 3 });
    }
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(12)));
  });

  it("give every reader a registry of one version, never a mixture", async () => {
    const whole = (v: number) => registryAt(v, { reign: v, trials: v, nextEntry: v });
    await state.commit(change(1, { registry: whole(1) }));
    const reading = twenty(async () => {
      for (let i = 0; i < 5; i++) {
        const { version, reign, trials, nextEntry } = await store.other.loadRegistry();
        expect(new Set([version, reign, trials, nextEntry]).size).toBe(1);
      }
    });
    for (let v = 2; v <= 10; v++) await state.commit(change(v, { registry: whole(v) }));
    await reading;
    expect((await state.loadRegistry()).version).toBe(10);
  });
}
