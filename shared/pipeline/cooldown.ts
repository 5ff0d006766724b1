import { cooldownLeft, hasCooled, mayCool } from "../domain/cooldown.ts";
import type { LedgerRows } from "../domain/ledger.ts";
import type { Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import type { StatePort } from "./ports.ts";
import { FIRST_ROWS, readEnough } from "./stretches.ts";

/**
 * Trades the champion still has to close before anything is promoted by itself; 0: no cooldown lasts.
 * @param options.at  moment of trade time that is asked about, epoch ms; Infinity: now
 */
export async function readCooldown(
  registry: Registry,
  options: { at: number },
  { state, settings }: { state: StatePort; settings: Settings },
): Promise<number> {
  const { cooldownTrades, settleMs } = settings;
  if (!mayCool(registry) || hasCooled(registry, { ...options, cooldownTrades })) return 0;
  const { name, startAt } = registry.champion;
  const leftAfter = (rows: LedgerRows) => cooldownLeft(registry, { rows, ...options, cooldownTrades });
  const count = Math.max(FIRST_ROWS, 2 * cooldownTrades);
  // Of a moment long past nothing more is to come, however much follows.
  const passed = (rows: LedgerRows) => rows.closedAt.some((closedAt) => closedAt > options.at + settleMs);
  const enough = (rows: LedgerRows) => leftAfter(rows) === 0 || passed(rows);
  return leftAfter(await readEnough(name, { closedAfter: startAt, count, enough }, state));
}
