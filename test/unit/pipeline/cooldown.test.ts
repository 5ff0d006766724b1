import { describe, expect, it } from "vitest";
import { pickRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { freshMonitor } from "../../../shared/domain/monitor.ts";
import { emptyRegistry, type Registry } from "../../../shared/domain/registry.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { readCooldown } from "../../../shared/pipeline/cooldown.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { MINUTE, NOON, trades } from "../../support/samples.ts";

const settings = parseSettings({ SHADOW_SETTLE_HOURS: "1" });
const at = (minute: number) => NOON + minute * MINUTE;

/** A champion restored one minute before its first trade, and a trade every minute since. */
const registry = {
  ...emptyRegistry,
  rolledBackAt: at(-1),
  champion: { name: "chief", startAt: at(-1), monitor: freshMonitor(null, null) },
} as unknown as Registry;

function ledgerOf(n: number) {
  const all = rowsOf(trades(n));
  const read: number[] = [];
  const readStretch: StatePort["readStretch"] = async (_model, { count }) => {
    const rows = pickRows(all, [...Array(Math.min(count, n)).keys()]);
    read.push(rows.count);
    return { rows, clock: rows.closedAt.at(-1)!, complete: rows.count === n };
  };
  return { ports: { state: { readStretch } as StatePort, settings }, read };
}

describe("the read of a cooldown", () => {
  it("ends with the trades that end it, however long the reign", async () => {
    const { ports, read } = ledgerOf(20_000);
    expect(await readCooldown(registry, { at: Number.POSITIVE_INFINITY }, ports)).toBe(0);
    expect(read).toEqual([1000]);
  });

  it("of a moment in the middle of it ends soon behind that moment, however much follows", async () => {
    const { ports, read } = ledgerOf(20_000);
    expect(await readCooldown(registry, { at: at(199) }, ports)).toBe(settings.cooldownTrades - 200);
    expect(read).toEqual([1000]);
  });
});
