import { type Due, guardDue, needsAction } from "../domain/consequences.ts";
import { type GuardReading, type GuardSettings, readGuard } from "../domain/guard.ts";
import { type LedgerHead, type LedgerRows, rowsInClosingOrder } from "../domain/ledger.ts";
import { formerWait, type Standstills } from "../domain/pace.ts";
import type { Champion, Registry, ReigningRegistry } from "../domain/registry.ts";
import { type ReverseShadow, reverseShadow } from "../domain/reverse-shadow.ts";
import type { Ports, StatePort } from "./ports.ts";

export type GuardStep = {
  /** what the guard calls for; null while it only watches */
  due: Due | null;
  /** up to which moment of trade time the former champion is known; Infinity: it is not waited for */
  formerUntil: number;
  /** ms after which to look again though nothing arrives, because the former champion may have fallen silent; null: no need */
  again: number | null;
};

/** The guard of the champion, at most up to what a former champion that is still being filled has reported. */
export async function guardStep(
  registry: ReigningRegistry,
  options: { heads: ReadonlyMap<string, LedgerHead> },
  ports: Ports & { standstills: Standstills },
): Promise<GuardStep> {
  const { champion } = registry;
  const { guard } = champion;
  const { settings, state } = ports;
  const rows = await guardRows(champion, registry, state);
  const former = rows?.former ? options.heads.get(guard!.reference!) : undefined;
  const wait = formerWait({
    former,
    champion: options.heads.get(champion.name),
    ahead: rows ? tradesAfter(rows.champion, former?.clock ?? null) : 0,
    standstills: ports.standstills,
    now: ports.clock.now(),
  });
  const idle: GuardStep = { due: null, formerUntil: wait.until, again: null };
  if (!guard || !rows) return idle;
  const reading = readGuard({ guard, trades: rows.champion, former: rows.former, settings, until: wait.until });
  if (!reading || !needsAction(reading)) {
    // Only what would follow from the former's silence is worth looking for again.
    const alone = wait.again === null ? null : readRows({ champion, rows, settings });
    return alone && needsAction(alone) ? { ...idle, again: wait.again } : idle;
  }
  // Up to the deciding trade and no further.
  const window = { before: reading.at + 1, settleMs: settings.settleMs };
  const shadow = await readReverseShadow(champion, window, state);
  const { marketBreaker } = settings;
  return { ...idle, due: guardDue(reading, { guard, registry, reverseShadow: shadow, marketBreaker }) };
}

/**
 * The champion's guard as it stands, over everything known: what the status page shows.
 * @returns null when the guard is not watching or the champion has not traded since its promotion
 */
export async function guardReading(
  champion: Champion,
  registry: Registry,
  { state, settings }: { state: StatePort; settings: GuardSettings },
): Promise<GuardReading | null> {
  const rows = await guardRows(champion, registry, state);
  return rows && readRows({ champion, rows, settings });
}

type GuardRows = { champion: LedgerRows; former: LedgerRows | null };

function readRows(options: { champion: Champion; rows: GuardRows; settings: GuardSettings }): GuardReading | null {
  const { settings, rows } = options;
  const until = Number.POSITIVE_INFINITY;
  return readGuard({ guard: options.champion.guard!, trades: rows.champion, former: rows.former, settings, until });
}

/** Both ledgers since the promotion; null when the guard does not watch any more. */
async function guardRows(champion: Champion, registry: Registry, state: StatePort): Promise<GuardRows | null> {
  const { guard, startAt } = champion;
  if (guard?.status !== "watching" && guard?.status !== "blind") return null;
  const reference = formerOf(champion, registry);
  const [own, former] = await Promise.all([
    state.readRows(champion.name, { closedAfter: startAt }),
    reference === null ? null : state.readRows(reference, { closedAfter: startAt }),
  ]);
  return { champion: rowsInClosingOrder(own, { after: startAt }), former };
}

/** The former champion while it can be restored; one that was restored by hand or dropped is none any more. */
export function formerOf(champion: Champion, registry: Registry): string | null {
  const reference = champion.guard?.reference ?? null;
  return registry.archive.some((m) => m.name === reference) ? reference : null;
}

function tradesAfter(rows: LedgerRows, clock: number | null): number {
  if (clock === null) return rows.count;
  let trades = 0;
  for (let i = 0; i < rows.count; i++) if (rows.took[i] === 1 && rows.closedAt[i]! > clock) trades += 1;
  return trades;
}

/**
 * The new champion against the former one, which goes on shadowing, on the same signals since the promotion.
 * @param options.before  trades closed at or after this moment of trade time are left out
 * @returns null when no promotion made this champion
 */
export async function readReverseShadow(
  champion: Champion,
  options: { before: number; settleMs: number },
  state: StatePort,
): Promise<ReverseShadow | null> {
  const { guard, startAt } = champion;
  if (!guard?.reference) return null;
  const [championRows, formerRows] = await Promise.all([
    state.readRows(champion.name, { closedAfter: startAt }),
    state.readRows(guard.reference, { closedAfter: startAt }),
  ]);
  return reverseShadow({ ...options, former: guard.reference, formerRows, championRows, startAt });
}
