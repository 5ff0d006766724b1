import { type GuardReading, type GuardState, readGuard } from "../domain/guard.ts";
import { type LedgerRows, pickRows, rowsInClosingOrder, rowsWhere } from "../domain/ledger.ts";
import type { Champion } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { FIRST_ROWS, readUntil } from "../pipeline/stretches.ts";
import { runningTotal } from "../stats/report/courses.ts";
import { PAIRED_ALERT_SD, PAIRED_ROLLBACK_SD } from "../stats/watch/paired-guard.ts";
import { POINTS_MAX } from "./contract/drawn-lines.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { drawn } from "./tag.ts";
import type { WatchPorts } from "./watch-rows.ts";

/** The guard as a race: what was promised, what the champion does, and what the former one would have done. */

/**
 * The first trades since the promotion, however long ago that is, beside what was promised and what the former champion made of the
 * same signals.
 * @returns null when no promise was made
 */
export async function readRace(
  champion: Champion,
  reference: string | null,
  { state, settings }: WatchPorts,
): Promise<WatchAnswer["race"]> {
  const { name, startAt, guard } = champion;
  if (!guard?.baseline) return null;
  const count = Math.max(FIRST_ROWS, 4 * guard.window);
  const own = await state.readStretch(name, { closedAfter: startAt, count });
  const until = own.complete ? Number.POSITIVE_INFINITY : own.clock;
  const range = { closedAfter: startAt, until, settleMs: settings.settleMs };
  const formerRows = reference === null ? null : await readUntil(reference, range, state);
  return raceOf(guard, {
    reign: rowsInClosingOrder(own.rows, { after: startAt }),
    former: formerRows && rowsInClosingOrder(formerRows, { after: startAt }),
    promised: guard.baseline.meanPnl,
    settings,
  });
}

function raceOf(
  guard: GuardState,
  options: { reign: LedgerRows; former: LedgerRows | null; promised: number; settings: Settings },
): WatchAnswer["race"] {
  const { reign, promised, settings } = options;
  const taken = rowsWhere(reign, (i) => reign.took[i] === 1);
  // A guard may be prolonged once, to twice its window.
  const shown = Math.min(taken.count, 2 * guard.window, POINTS_MAX);
  const trades = pickRows(
    taken,
    Array.from({ length: shown }, (_, i) => i),
  );
  const former = options.former && answersTo(trades.signalIds, options.former);
  return {
    window: guard.window,
    former: guard.reference,
    trade: Array.from({ length: shown }, (_, i) => i + 1),
    promise: Array.from({ length: shown }, (_, i) => drawn(promised * (i + 1))),
    champion: [...runningTotal(trades.pnl)].map(drawn),
    former_champion: onSameSignals(trades, former),
    figures: figuresOf(guard, { trades, former, settings }),
  };
}

/** A model's trades on these signals, in closing order. */
function answersTo(signalIds: readonly string[], rows: LedgerRows): LedgerRows {
  const asked = new Set(signalIds);
  return rowsWhere(rows, (i) => asked.has(rows.signalIds[i]!));
}

/** What the former champion made of these trades' signals, added up; null before the first it answered. */
function onSameSignals(trades: LedgerRows, former: LedgerRows | null): (number | null)[] {
  const answers = new Map<string, number>();
  for (let i = 0; former && i < former.count; i++)
    answers.set(former.signalIds[i]!, (answers.get(former.signalIds[i]!) ?? 0) + former.pnl[i]!);
  let sum: number | null = null;
  return trades.signalIds.map((id) => {
    const pnl = answers.get(id);
    if (pnl !== undefined) sum = (sum ?? 0) + pnl;
    return sum === null ? null : drawn(sum);
  });
}

type Figure = NonNullable<WatchAnswer["race"]>["figures"][number];

/** The guard's own reading after every trade: the very function that decides. */
function figuresOf(
  begun: GuardState,
  options: { trades: LedgerRows; former: LedgerRows | null; settings: Settings },
): Figure[] {
  // Read as if it still watched and everybody knew everything, so that no reading ends before its trade.
  const known = {
    alerted: true,
    reported: ["market", "unclear", "max-loss"],
    modeAt: Number.POSITIVE_INFINITY,
  } as const;
  const guard: GuardState = { ...begun, ...known, status: "watching" };
  const settings = { ...options.settings, guardMaxLoss: null };
  const readings = [...options.trades.closedAt.subarray(0, begun.window)].map((until) =>
    readGuard({ guard, trades: options.trades, former: options.former, settings, until }),
  );
  const column = (pick: (reading: GuardReading) => number | undefined) =>
    readings.map((reading) => {
      const x = reading ? pick(reading) : undefined;
      return x === undefined || !Number.isFinite(x) ? null : drawn(x);
    });
  const own: Figure[] = [
    {
      figure: "wins_short",
      value: column((r) => r.deficit),
      alert: column((r) => r.deficitAlert),
      boundary: column((r) => r.deficitRollback),
    },
    { figure: "drawdown", value: column((r) => r.drawdown), alert: [], boundary: column((r) => r.drawdownRollback) },
  ];
  if (readings.every((reading) => !reading?.paired)) return own;
  const paired = (figure: string, pick: (reading: GuardReading) => number | undefined): Figure => ({
    figure,
    value: column(pick),
    alert: readings.map(() => PAIRED_ALERT_SD),
    boundary: readings.map(() => PAIRED_ROLLBACK_SD),
  });
  return [
    paired("pnl_short_of_former", (r) => r.paired?.zPnl),
    paired("wins_short_of_former", (r) => r.paired?.zWins),
    ...own,
  ];
}
