import { type Due, guardDue, needsAction } from "../domain/consequences.ts";
import { type GuardReading, readGuard } from "../domain/guard.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import { isWaitedFor } from "../domain/pace.ts";
import type { Champion, ReigningRegistry } from "../domain/registry.ts";
import { type ReverseShadow, reverseShadow } from "../domain/reverse-shadow.ts";
import type { Ports, StatePort } from "./ports.ts";

/** What the champion's guard calls for; null while it only watches. */
export async function guardStep(registry: ReigningRegistry, { state, settings }: Ports): Promise<Due | null> {
  const { champion } = registry;
  const { guard } = champion;
  const reading = await guardReading(champion, state);
  // Mostly there is nothing to report; then the former champion's trades need not be paired either.
  if (!guard || !reading || reading.at === null || !needsAction(reading, guard)) return null;
  // Up to the deciding trade and no further.
  const window = { before: reading.at + 1, settleMs: settings.settleMs };
  const reverseShadow = await readReverseShadow(champion, window, state);
  return guardDue(reading, { guard, registry, reverseShadow });
}

/**
 * The champion's guard as it stands: one reading for the automatic rollback and for the status page alike.
 * @returns null when the guard is not watching or the champion has not traded since its promotion
 */
export async function guardReading(champion: Champion, state: StatePort): Promise<GuardReading | null> {
  const { guard, startAt } = champion;
  if (guard?.status !== "watching") return null;
  // Heads first: the rows read after them hold at least what the former champion's clock promises.
  const heads = await state.loadHeads([champion.name, ...(guard.reference ? [guard.reference] : [])]);
  const [own, former] = await Promise.all([
    state.readRows(champion.name, { closedAfter: startAt }),
    guard.reference ? state.readRows(guard.reference, { closedAfter: startAt }) : null,
  ]);
  const formerHead = guard.reference ? heads.get(guard.reference) : undefined;
  const waits = isWaitedFor(formerHead, heads.get(champion.name));
  return readGuard({
    guard,
    trades: rowsInClosingOrder(own, { after: startAt }),
    reference: former ? rowsInClosingOrder(former, { after: startAt }) : null,
    ...(waits ? { referenceClock: formerHead?.clock ?? Number.NEGATIVE_INFINITY } : {}),
  });
}

/**
 * The new champion against the former one, which goes on shadowing, on the same signals since the promotion.
 * @param o.before  trades closed at or after this moment of trade time are left out
 * @returns null when no promotion made this champion
 */
export async function readReverseShadow(
  champion: Champion,
  o: { before: number; settleMs: number },
  state: StatePort,
): Promise<ReverseShadow | null> {
  const { guard, startAt } = champion;
  if (!guard?.reference) return null;
  const [championRows, formerRows] = await Promise.all([
    state.readRows(champion.name, { closedAfter: startAt }),
    state.readRows(guard.reference, { closedAfter: startAt }),
  ]);
  return reverseShadow({ ...o, former: guard.reference, formerRows, championRows, startAt });
}
