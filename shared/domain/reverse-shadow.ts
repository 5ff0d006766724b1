import { Fills } from "./fills.ts";
import type { LedgerRows } from "./ledger.ts";

/**
 * Reverse shadow: after a promotion the former champion goes on trading on paper, so the new champion can be compared with it on
 * the same signals. It is kept as running sums of fixed size, so that a long reign costs no more than a short one. A signal
 * counts from the moment both have answered it for good; one that only one of them answered holds nothing back.
 */
export type ReverseShadow = {
  former: string;
  pairs: number;
  /** new champion minus former, account currency per common signal; null without pairs */
  meanDifference: number | null;
  totalDifference: number;
  /** mean difference over its standard error by batch means; null with too few pairs or no variance */
  z: number | null;
};

/** Sums over common signals in order of completion. A plain object. */
export type ShadowSums = {
  /** signals completed at or before this moment of trade time are in, epoch ms; null: none yet */
  upTo: number | null;
  pairs: number;
  total: number;
  /** sums of consecutive batches of `size` differences, oldest first, and the batch that is not full yet */
  size: number;
  batches: readonly number[];
  rest: { count: number; sum: number };
};

export const noShadow: ShadowSums = {
  upTo: null,
  pairs: 0,
  total: 0,
  size: 1,
  batches: [],
  rest: { count: 0, sum: 0 },
};

/** Batches kept; when they are full, neighbours are joined and the size doubles. */
const BATCHES_MAX = 64;
/** Fewer say nothing about the spread. */
const BATCHES_MIN = 10;

type Side = "champion" | "former";
type SignalFills = { champion: Fills; former: Fills; complete: boolean };

/**
 * Sums with the signals that were completed after `sums.upTo` and at or before `until`.
 * A fill that closes after its signal was completed is left out: nobody knew of it.
 * @param options.champion,options.former  rows that hold every answer to a signal completed in that time, in any order
 * @param options.startAt  signals opened after this moment of trade time count, epoch ms; null: all
 * Cost: O(n log n) in the rows given.
 */
export function addCompleted(
  sums: ShadowSums,
  options: { champion: LedgerRows; former: LedgerRows; startAt: number | null; until: number },
): ShadowSums {
  const batches = [...sums.batches];
  let { pairs, total, size, upTo } = sums;
  const rest = { ...sums.rest };
  for (const { at, difference } of completed(options)) {
    if (sums.upTo !== null && at <= sums.upTo) continue;
    pairs += 1;
    total += difference;
    upTo = at;
    rest.count += 1;
    rest.sum += difference;
    if (rest.count < size) continue;
    batches.push(rest.sum);
    Object.assign(rest, { count: 0, sum: 0 });
    if (batches.length < BATCHES_MAX) continue;
    for (let i = 0; i < BATCHES_MAX / 2; i++) batches[i] = batches[2 * i]! + batches[2 * i + 1]!;
    batches.length = BATCHES_MAX / 2;
    size *= 2;
  }
  if (Number.isFinite(options.until)) upTo = Math.max(upTo ?? options.until, options.until);
  return { upTo, pairs, total, size, batches, rest };
}

/** Signals both have answered, in the order in which the later of the two did. */
function completed(options: Parameters<typeof addCompleted>[1]): { at: number; difference: number }[] {
  const { startAt, until } = options;
  const reports: { side: Side; row: number; at: number }[] = [];
  for (const side of ["champion", "former"] as const) {
    const rows = options[side];
    for (let row = 0; row < rows.count; row++) {
      const at = rows.closedAt[row]!;
      if (at <= until && (startAt === null || rows.openedAt[row]! > startAt)) reports.push({ side, row, at });
    }
  }
  const trade = ({ side, row }: (typeof reports)[number]) => options[side].tradeIds[row]!;
  reports.sort(
    (a, b) => a.at - b.at || (trade(a) < trade(b) ? -1 : trade(a) > trade(b) ? 1 : a.side < b.side ? -1 : 1),
  );
  const signals = new Map<string, SignalFills>();
  const pairs: { at: number; difference: number }[] = [];
  for (const { side, row, at } of reports) {
    const rows = options[side];
    const id = rows.signalIds[row]!;
    const signal = signals.get(id) ?? { champion: new Fills(), former: new Fills(), complete: false };
    signals.set(id, signal);
    const other = signal[side === "champion" ? "former" : "champion"];
    // Said after the result was known, "no trade" is hindsight: the side stays silent.
    if (signal.complete || (rows.took[row] !== 1 && other.firstClose < at)) continue;
    signal[side].add(rows, row);
    const { champion, former } = signal;
    if (!champion.settled || !former.settled || !(champion.took || former.took)) continue;
    signal.complete = true;
    pairs.push({ at, difference: champion.pnl - former.pnl });
  }
  return pairs;
}

/**
 * The sums as people read them.
 * Definition of z: mean of the batch sums over sqrt(var(batch sums)/m), m full batches.
 * Degenerate: fewer than 10 full batches, or batches that do not vary -> z null.
 * Source: method of batch means, A. Law & D. Kelton (2000), Simulation Modeling and Analysis, 3rd ed., section 9.5.3; the batches
 *   double instead of being fixed beforehand, so that there are always 32 to 63 of them.
 */
export function shadowOf(former: string, { pairs, total, batches }: ShadowSums): ReverseShadow {
  const m = batches.length;
  const mean = batches.reduce((sum, b) => sum + b, 0) / m;
  const variance = batches.reduce((sum, b) => sum + (b - mean) ** 2, 0) / (m - 1);
  return {
    former,
    pairs,
    meanDifference: pairs > 0 ? total / pairs : null,
    totalDifference: total,
    z: m >= BATCHES_MIN && variance > 0 ? mean / Math.sqrt(variance / m) : null,
  };
}
