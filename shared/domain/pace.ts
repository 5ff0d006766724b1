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
/** The same for the former champion, on whom a rollback may wait. */
const FORMER_SILENT_MS = 60_000;
/** Trades of the champion beyond the former's clock that end the wait for it, once its ledger has stood still that long. */
const AHEAD_TRADES = 10;
const STANDSTILL_MS = 5_000;

/** Whether a model's newest trade is history, not live. */
export function isReplayed({ arrivedAt, clock }: LedgerHead): boolean {
  return arrivedAt !== null && clock !== null && arrivedAt - clock > HISTORY_MS;
}

export function isWaitedFor(
  head: LedgerHead | undefined,
  champion: LedgerHead | undefined,
  options: { silentMs: number } = { silentMs: SILENT_MS },
): boolean {
  if (head?.arrivedAt == null || champion?.arrivedAt == null) return false;
  return isReplayed(champion) && head.arrivedAt >= champion.arrivedAt - options.silentMs;
}

/** Ledgers seen to stand still while the champion's runs ahead, by model: their count, and since when (epoch ms of the clock). */
export type Standstills = Map<string, { count: number; since: number }>;

/**
 * Up to which moment of trade time the guard may read, and when to look again though nothing arrives.
 *
 * In a replay two ledgers are filled by two shards, and for a moment one may be far ahead of the other without anybody being silent.
 * So ten trades beyond the former's clock end the wait only once its ledger was seen to stand still for five seconds.
 * @param options.ahead  champion's trades closed after the former's clock
 * @returns until Infinity: nobody is waited for
 */
export function formerWait(options: {
  former: LedgerHead | undefined;
  champion: LedgerHead | undefined;
  ahead: number;
  standstills: Standstills;
  now: number;
}): { until: number; again: number | null } {
  const { former, standstills } = options;
  const free = { until: Number.POSITIVE_INFINITY, again: null };
  if (!former || !isWaitedFor(former, options.champion, { silentMs: FORMER_SILENT_MS })) return free;
  const until = former.clock ?? Number.NEGATIVE_INFINITY;
  if (options.ahead < AHEAD_TRADES) return { until, again: null };
  const seen = standstills.get(former.model);
  if (seen?.count !== former.count) {
    standstills.set(former.model, { count: former.count, since: options.now });
    return { until, again: STANDSTILL_MS };
  }
  const left = STANDSTILL_MS - (options.now - seen.since);
  return left > 0 ? { until, again: left } : free;
}

/** The moment up to which all of these models have reported; -Infinity while one has reported nothing. */
export function commonClock(heads: readonly (LedgerHead | undefined)[]): number {
  return Math.min(...heads.map((head) => head?.clock ?? -Infinity));
}

/**
 * The moment of trade time before which everything is known: the champion has passed it, and in a replay so has every challenger that
 * is waited for, and the former champion.
 * @param options.formerUntil  up to which the former champion is known; Infinity: it is not waited for
 */
export function settledUntil(
  registry: ReigningRegistry,
  options: { heads: ReadonlyMap<string, LedgerHead>; formerUntil: number },
): number {
  const champion = options.heads.get(registry.champion.name);
  const waitedFor = registry.challengers.flatMap(({ name }) => {
    const head = options.heads.get(name);
    return head && isWaitedFor(head, champion) ? [head] : [];
  });
  return Math.min(commonClock([champion, ...waitedFor]), options.formerUntil);
}
