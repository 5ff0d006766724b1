import { describe, expect, it } from "vitest";
import { cooldownLeft, cooldownWords, hasCooled, mayCool } from "../../../shared/domain/cooldown.ts";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { isReigning, type ReigningRegistry } from "../../../shared/domain/registry.ts";
import { fullRegistryRun } from "../../support/registry-run.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

/** A registry whose reign began at noon; a rollback happened then or at another time. */
function restored(rolledBackAt: number | null): ReigningRegistry {
  const { registry } = fullRegistryRun();
  if (!isReigning(registry)) throw new Error("a full run has a champion");
  return { ...registry, rolledBackAt, champion: { ...registry.champion, startAt: NOON } };
}

/** trades a minute apart, from a minute after the rollback on; the first is an abstention */
const rows = (n: number) =>
  rowsOf(
    Array.from({ length: n }, (_, i) => aTrade({ tradeId: `t${i}`, closedAt: NOON + (i + 1) * MINUTE, took: i !== 0 })),
  );

describe("the cooldown", () => {
  const left = (n: number, at = Infinity) => cooldownLeft(restored(NOON), { rows: rows(n), at, cooldownTrades: 10 });

  it("lasts until the restored champion has taken enough trades; abstentions do not count", () => {
    expect([0, 1, 2, 10, 11, 12].map((n) => left(n))).toEqual([10, 10, 9, 1, 0, 0]);
  });

  it("is asked about a moment: later trades do not end it before", () => {
    expect(left(50, NOON + 10 * MINUTE)).toBe(1);
    expect(left(50, NOON + 11 * MINUTE)).toBe(0);
  });

  it("does not exist where the reign did not begin with a rollback", () => {
    for (const at of [null, NOON - 1]) {
      expect(mayCool(restored(at))).toBe(false);
      expect(cooldownLeft(restored(at), { rows: rows(0), at: NOON, cooldownTrades: 10 })).toBe(0);
    }
  });

  it("is over by the monitor's checkpoint alone, once that lies behind the moment asked about", () => {
    const watched = (trades: number): ReigningRegistry => {
      const registry = restored(NOON);
      const { monitor } = registry.champion;
      const state = { ...monitor, upTo: NOON + 30 * MINUTE, charts: { ...monitor.charts, trades } };
      return { ...registry, champion: { ...registry.champion, monitor: state } };
    };
    expect(hasCooled(watched(10), { at: Infinity, cooldownTrades: 10 })).toBe(true);
    expect(hasCooled(watched(9), { at: Infinity, cooldownTrades: 10 })).toBe(false);
    expect(hasCooled(watched(10), { at: NOON + 29 * MINUTE, cooldownTrades: 10 })).toBe(false);
  });

  it("says what it waits for", () => {
    expect(cooldownWords("chief", 1)).toBe(
      "Cooldown after a rollback: nothing is promoted by itself until chief has closed 1 more trade.",
    );
  });
});
