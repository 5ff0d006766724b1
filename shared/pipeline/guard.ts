import { type GuardReading, readGuard } from "../domain/guard.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import type { Champion } from "../domain/registry.ts";
import { type ReverseShadow, reverseShadow } from "../domain/reverse-shadow.ts";
import type { StatePort } from "./ports.ts";

/**
 * The champion's guard as it stands: one reading for the automatic rollback and for the status page alike.
 * @returns null when the guard is not watching or the champion has not traded since its promotion
 */
export async function guardReading(champion: Champion, state: StatePort): Promise<GuardReading | null> {
  const { guard, startAt } = champion;
  if (guard?.status !== "watching") return null;
  const [own, former] = await Promise.all([
    state.readRows(champion.name, { closedAfter: startAt }),
    guard.reference ? state.readRows(guard.reference, { closedAfter: startAt }) : null,
  ]);
  return readGuard({
    guard,
    trades: rowsInClosingOrder(own, { after: startAt }),
    reference: former ? rowsInClosingOrder(former, { after: startAt }) : null,
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
