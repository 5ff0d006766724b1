import type { LedgerHead } from "./ledger.ts";
import type { ReigningRegistry } from "./registry.ts";

/**
 * Pace: whether a step waits for another model's ledger before it acts.
 *
 * Live, nobody is waited for: a rollback must not hang on a paper model's report. When history is replayed, ledgers are filled at
 * different speeds and trade time is all that counts; then a model that is still being filled is waited for, so that a replay
 * always does the same.
 */

/** Trades that arrive this long after they closed are history. */
const HISTORY_MS = 24 * 3_600_000;
/** A model whose newest trade arrived this much before the champion's has stopped reporting. */
const SILENT_MS = 10 * 60_000;

export function isWaitedFor(head: LedgerHead | undefined, champion: LedgerHead | undefined): boolean {
  if (head?.arrivedAt == null || champion?.arrivedAt == null || champion.clock === null) return false;
  const replayed = champion.arrivedAt - champion.clock > HISTORY_MS;
  return replayed && head.arrivedAt >= champion.arrivedAt - SILENT_MS;
}

/** The moment up to which all of these models have reported; -Infinity while one has reported nothing. */
export function commonClock(heads: readonly (LedgerHead | undefined)[]): number {
  return Math.min(...heads.map((head) => head?.clock ?? -Infinity));
}

/**
 * The moment of trade time before which everything is known: the champion has passed it, and in a replay so has every model that
 * is waited for.
 */
export function settledUntil(registry: ReigningRegistry, heads: ReadonlyMap<string, LedgerHead>): number {
  const champion = heads.get(registry.champion.name);
  const { guard } = registry.champion;
  const former = guard?.status === "watching" && guard.reference ? [guard.reference] : [];
  const waitedFor = [...registry.challengers.map((m) => m.name), ...former].flatMap((name) => {
    const head = heads.get(name);
    return head && isWaitedFor(head, champion) ? [head] : [];
  });
  return commonClock([champion, ...waitedFor]);
}
