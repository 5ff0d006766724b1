import { type Due, guardDue, needsAction } from "../domain/consequences.ts";
import { type GuardReading, type GuardSettings, isWatched, readGuard } from "../domain/guard.ts";
import { type LedgerHead, type LedgerRows, rowsInClosingOrder } from "../domain/ledger.ts";
import { formerWait, type Standstills } from "../domain/pace.ts";
import type { Champion, Registry, ReigningRegistry } from "../domain/registry.ts";
import { addCompleted, noShadow, type ReverseShadow, shadowOf } from "../domain/reverse-shadow.ts";
import type { Ports, StatePort } from "./ports.ts";
import { FIRST_ROWS, knownBefore, moreThan } from "./stretches.ts";

export type GuardStep = {
  /** what the guard calls for; null while it only watches */
  due: Due | null;
  /** up to which moment of trade time the former champion is known; Infinity: it is not waited for */
  formerUntil: number;
  /** ms after which to look again though nothing arrives, because the former champion may have fallen silent; null: no need */
  again: number | null;
};

type Heads = ReadonlyMap<string, LedgerHead>;
type GuardPorts = Ports & { standstills: Standstills };

/** The guard of the champion, at most up to what a former champion that is still being filled has reported. */
export async function guardStep(
  registry: ReigningRegistry,
  options: { heads: Heads },
  ports: GuardPorts,
): Promise<GuardStep> {
  const { champion } = registry;
  const { settings } = ports;
  if (!isWatched(champion.guard, settings)) return { due: null, formerUntil: Number.POSITIVE_INFINITY, again: null };
  for (let count = FIRST_ROWS; ; count = moreThan(count)) {
    const rows = await readGuardRows(champion, { registry, heads: options.heads, count }, ports);
    const { step, until } = stepOn(rows, { registry, heads: options.heads }, ports);
    const all = rows.known === Number.POSITIVE_INFINITY || rows.known > until;
    if (step.due || all || isOver(champion, rows)) return step;
  }
}

/** What follows from these rows, and up to when they may be read. */
function stepOn(
  rows: GuardRows,
  { registry, heads }: { registry: ReigningRegistry; heads: Heads },
  ports: GuardPorts,
): { step: GuardStep; until: number } {
  const { champion } = registry;
  const { settings } = ports;
  const guard = champion.guard!;
  const former = rows.former ? heads.get(guard.reference!) : undefined;
  const own = heads.get(champion.name);
  // Trades that arrived after the heads were read are left to the next call: the other steps of this one do not know them either.
  const arrived = own?.clock ?? Number.POSITIVE_INFINITY;
  const wait = formerWait({
    former,
    champion: own,
    ahead: tradesAfter(rows.champion, former?.clock ?? null),
    standstills: ports.standstills,
    now: ports.clock.now(),
  });
  const idle: GuardStep = { due: null, formerUntil: wait.until, again: null };
  const until = Math.min(wait.until, arrived);
  const reading = readRows({ champion, rows, settings, until });
  if (!reading || !needsAction(reading)) {
    // Only what would follow from the former's silence is worth looking for again.
    const alone = wait.again === null ? null : readRows({ champion, rows, settings, until: arrived });
    const again = alone && needsAction(alone) ? wait.again : null;
    return { step: { ...idle, again }, until };
  }
  const shadow = besideFormer(champion, rows, reading.at);
  const { marketBreaker } = settings;
  const due = guardDue(reading, { guard, registry, reverseShadow: shadow, marketBreaker });
  return { step: { ...idle, due }, until };
}

/** Both models up to the deciding trade and no further, from the rows the guard has in hand. */
function besideFormer(champion: Champion, rows: GuardRows, until: number): ReverseShadow | null {
  const reference = champion.guard?.reference ?? null;
  if (reference === null || rows.former === null) return null;
  const sides = { champion: rows.champion, former: rows.former };
  return shadowOf(reference, addCompleted(noShadow, { ...sides, startAt: champion.startAt, until }));
}

/**
 * The champion's guard as it stands, over everything known: what the status page shows.
 * @returns null when the guard is not watching or the champion has not traded since its promotion
 */
export async function guardReading(
  champion: Champion,
  registry: Registry,
  ports: { state: StatePort; settings: GuardSettings & { settleMs: number } },
): Promise<GuardReading | null> {
  if (!isWatched(champion.guard, ports.settings)) return null;
  for (let count = FIRST_ROWS; ; count = moreThan(count)) {
    const rows = await readGuardRows(champion, { registry, count }, ports);
    const reading = readRows({ champion, rows, settings: ports.settings, until: Number.POSITIVE_INFINITY });
    const speaks = reading !== null && needsAction(reading);
    if (speaks || rows.known === Number.POSITIVE_INFINITY || isOver(champion, rows)) return reading;
  }
}

/** Both ledgers since the promotion, as far as they were read. */
type GuardRows = {
  /** in closing order */
  champion: LedgerRows;
  former: LedgerRows | null;
  /** every row that closed before this moment of trade time is there; Infinity: all are */
  known: number;
};

function readRows(options: {
  champion: Champion;
  rows: GuardRows;
  settings: GuardSettings;
  until: number;
}): GuardReading | null {
  const { settings, rows } = options;
  // Of the moment itself more may follow.
  const until = Math.min(options.until, rows.known - 1);
  return readGuard({ guard: options.champion.guard!, trades: rows.champion, former: rows.former, settings, until });
}

/** The hard stop of a blind guard ends with its window; whatever comes later is not its business. */
function isOver({ guard }: Champion, { champion, known }: GuardRows): boolean {
  if (guard?.status !== "blind") return false;
  let trades = 0;
  for (let i = 0; i < champion.count; i++) if (champion.took[i] === 1 && champion.closedAt[i]! < known) trades += 1;
  return trades > guard.window;
}

async function readGuardRows(
  champion: Champion,
  options: { registry: Registry; heads?: Heads; count: number },
  { state, settings }: { state: StatePort; settings: { settleMs: number } },
): Promise<GuardRows> {
  const { startAt } = champion;
  const reference = formerOf(champion, options.registry);
  const read = (model: string) =>
    state.readStretch(model, { closedAfter: startAt, count: options.count, head: options.heads?.get(model) });
  const stretches = await Promise.all([read(champion.name), reference === null ? null : read(reference)]);
  const [own, former] = stretches;
  return {
    champion: rowsInClosingOrder(own.rows, { after: startAt }),
    former: former?.rows ?? null,
    known: knownBefore(stretches, settings),
  };
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
