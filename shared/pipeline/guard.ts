import { type GuardReading, readGuard } from "../domain/guard.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import type { Champion } from "../domain/registry.ts";
import { type ReverseShadow, reverseShadow } from "../domain/reverse-shadow.ts";
import { isWaitedFor } from "./pace.ts";
import type { StatePort } from "./ports.ts";

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
