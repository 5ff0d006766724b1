import { type LedgerRows, rowsInClosingOrder } from "./ledger.ts";
import type { Registry, ReigningRegistry } from "./registry.ts";

/** Cooldown: a champion restored by a rollback trades for a while before anything is promoted by itself again. */

/** The present reign began with a rollback; otherwise no ledger needs to be read for the cooldown. */
export function mayCool(registry: Registry): registry is ReigningRegistry {
  return registry.rolledBackAt !== null && registry.rolledBackAt === registry.champion?.startAt;
}

/** The monitor's checkpoint alone says that the cooldown is over: a long reign is not read again. */
export function hasCooled({ champion }: ReigningRegistry, options: { at: number; cooldownTrades: number }): boolean {
  const { upTo, charts } = champion.monitor;
  return upTo !== null && upTo <= options.at && charts.trades >= options.cooldownTrades;
}

/**
 * Trades the restored champion still has to take.
 * @param options.rows  its ledger since its reign began
 * @param options.at  moment of trade time that is asked about, epoch ms; Infinity: now
 * @returns 0 when no cooldown lasts
 */
export function cooldownLeft(
  registry: Registry,
  options: { rows: LedgerRows; at: number; cooldownTrades: number },
): number {
  if (!mayCool(registry)) return 0;
  const rows = rowsInClosingOrder(options.rows, { after: registry.rolledBackAt });
  let trades = 0;
  for (let i = 0; i < rows.count; i++) if (rows.took[i] === 1 && rows.closedAt[i]! <= options.at) trades += 1;
  return Math.max(0, options.cooldownTrades - trades);
}

/** Why nothing is promoted by itself; null: it may be. */
export function promotionHeld(champion: string, options: { autoPromote: boolean; left: number }): string | null {
  if (!options.autoPromote) return "Promotion by itself is off (SHADOW_AUTO_PROMOTE=false): a person decides.";
  return options.left > 0 ? cooldownWords(champion, options.left) : null;
}

/** What a cooldown means, in words. */
export function cooldownWords(champion: string, left: number): string {
  return `Cooldown after a rollback: nothing is promoted by itself until ${champion} has closed ${left} more ${left === 1 ? "trade" : "trades"}.`;
}
