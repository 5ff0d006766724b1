import { flagColumn, floatColumn } from "../stats/numeric/columns.ts";
import { Fills } from "./fills.ts";
import type { LedgerRows } from "./ledger.ts";
import { OverlapMeter } from "./overlap.ts";
import type { PairedWindow } from "./rows.ts";

/**
 * Pairing: which signals count as evidence, in which order, and at which moment of trade time a look is due.
 *
 * A model answers a signal with one trade, with several fills (summed), or with an abstention said before the other side
 * closed; saying nothing is no abstention. A signal opened after the start is *both* once champion and challenger have
 * answered it, *open* while one has not and the deadline has not passed, and *missing* after the deadline (openedAt +
 * settleMs) until the answer comes: then it is a row, at its real PnL and in its place. At a moment T only trades closed at or
 * before T are known; the usable rows are the signals in opening order up to the first open one.
 * The look of n rows is taken at the first T with n usable rows, and only once both models have reported something later
 * than T. So it does not depend on how fast which ledger was filled: a replay takes the same rows.
 */

export type PairingOptions = {
  /** signals must have opened after this moment of trade time (epoch ms); null: all */
  startAt: number | null;
  settleMs: number;
  /** what a missing side means: leave the signal out, or count the silent side as 0 */
  unreported: "exclude" | "abstain";
  /** trades closed at or after this moment are not looked at: the later reports may still be under way */
  before: number;
};

type Signal = {
  id: string;
  /** as the side says that closes first, epoch ms */
  openedAt: number;
  champion: Fills;
  challenger: Fills;
  /** past its deadline */
  expired: boolean;
  state: "unseen" | "open" | "both" | "missing";
  /** counts as a usable row at present */
  usable: boolean;
  order: number;
};

/** Counts over the opening order, with cheap updates (Fenwick, 1994). */
class PrefixCounts {
  readonly #tree: Int32Array;
  constructor(n: number) {
    this.#tree = new Int32Array(n + 1);
  }
  add(index: number, by: number): void {
    for (let i = index + 1; i < this.#tree.length; i += i & -i) this.#tree[i]! += by;
  }
  /** what was counted at positions below `end` */
  before(end: number): number {
    let sum = 0;
    for (let i = end; i > 0; i -= i & -i) sum += this.#tree[i]!;
    return sum;
  }

  /** The first position that counts; the number of positions when none does. */
  first(): number {
    const { length } = this.#tree;
    let position = 0;
    for (let step = 2 ** Math.floor(Math.log2(length)); step >= 1; step /= 2) {
      const next = position + step;
      if (next < length && this.#tree[next] === 0) position = next;
    }
    return position;
  }
}

type SideName = "champion" | "challenger";
type SideReport = { at: number; side: SideName; row: number; signal: Signal };

/** Reasons shown of trades that cannot be summed; beyond that their number says enough. */
const REASONS_SHOWN = 3;

/** The evidence of one champion and one challenger, followed through trade time. */
export class Pairing {
  readonly #ledgers: Record<SideName, LedgerRows>;
  readonly #options: PairingOptions;
  readonly #signals: Signal[];
  readonly #reports: SideReport[];
  readonly #usable: PrefixCounts;
  readonly #open: PrefixCounts;
  /** signals whose reports all came after one that opened before the start: an earlier report may still show it opened later */
  readonly #passedOver: number;
  /** signals each side has answered for good */
  readonly #answered: Record<SideName, number> = { champion: 0, challenger: 0 };
  #next = 0;
  #at: number | null = null;

  constructor(champion: LedgerRows, challenger: LedgerRows, options: PairingOptions) {
    this.#ledgers = { champion, challenger };
    this.#options = options;
    const { signals, reports, passedOver } = collectReports(this.#ledgers, options);
    this.#passedOver = passedOver;
    this.#signals = signals;
    this.#reports = reports;
    this.#usable = new PrefixCounts(signals.length);
    this.#open = new PrefixCounts(signals.length);
  }

  /** Goes forward to the first moment with at least n usable rows; null when the known trades do not reach it. */
  windowOf(n: number): PairedWindow | null {
    if (this.#at !== null && this.#count() >= n) return this.#window(n);
    while (this.#next < this.#reports.length) {
      this.#advance();
      if (this.#count() >= n) return this.#window(n);
    }
    return null;
  }

  /** Goes to the end of the known trades and takes every usable row. */
  latest(): PairedWindow {
    while (this.#next < this.#reports.length) this.#advance();
    return this.#window(this.#count());
  }

  /**
   * Trades each side needs at the least before n rows can be usable; negative: none. Call it after `windowOf` returned null.
   * A row needs an answer of both sides, so a signal a side has not answered costs it a trade; every signal it has answered may
   * still become a row without it: even a missing one can be completed by a trade of the other side that arrives late.
   */
  shortOf(n: number): { champion: number; challenger: number } {
    const { champion, challenger } = this.#answered;
    return { champion: n - champion - this.#passedOver, challenger: n - challenger - this.#passedOver };
  }

  #count(): number {
    return this.#usable.before(this.#open.first());
  }

  /** Takes in all reports of the next moment: trades that closed at the same time are one step. */
  #advance(): void {
    const at = this.#reports[this.#next]!.at;
    this.#at = at;
    while (this.#next < this.#reports.length && this.#reports[this.#next]!.at === at) {
      this.#take(this.#reports[this.#next]!);
      this.#next += 1;
    }
    // Deadlines follow opening order, so only the first open signal can be the next to expire.
    for (;;) {
      const signal = this.#signals[this.#open.first()];
      if (signal === undefined || at <= signal.openedAt + this.#options.settleMs) return;
      signal.expired = true;
      this.#settle(signal);
    }
  }

  #take({ at, side, row, signal }: SideReport): void {
    const ledger = this.#ledgers[side];
    const other = signal[side === "champion" ? "challenger" : "champion"];
    // Said after the result was known, "no trade" is hindsight: the side stays silent.
    if (ledger.took[row] !== 1 && other.firstClose < at) return;
    const own = signal[side];
    const settled = own.settled;
    own.add(ledger, row);
    if (own.settled && !settled) this.#answered[side] += 1;
    this.#settle(signal);
  }

  /** What the signal is now, after a report or its deadline. */
  #settle(signal: Signal): void {
    const { champion, challenger } = signal;
    const both = champion.settled && challenger.settled;
    const state = both ? "both" : signal.expired ? "missing" : "open";
    if ((state === "open") !== (signal.state === "open")) this.#open.add(signal.order, state === "open" ? 1 : -1);
    signal.state = state;
    const assumed = signal.state === "missing" && this.#options.unreported === "abstain";
    const usable = (both || assumed) && (champion.took || challenger.took);
    if (usable !== signal.usable) this.#usable.add(signal.order, usable ? 1 : -1);
    signal.usable = usable;
  }

  #window(n: number): PairedWindow {
    const rows: Signal[] = [];
    const silent = { champion: [] as number[], challenger: [] as number[] };
    let missingBeforeFirst: number | null = null;
    const counted = this.#options.unreported === "exclude";
    const firstOpen = this.#open.first();
    for (let i = 0; i < firstOpen; i++) {
      const s = this.#signals[i]!;
      // Up to the row after the last one: what is missing behind the last row was missing at this look, too.
      if (s.usable && rows.length === n) break;
      if (s.challenger.settled) missingBeforeFirst ??= silent.challenger.length;
      if (s.usable) rows.push(s);
      else if (!counted || s.state !== "missing") continue;
      else if (s.champion.settled) silent.challenger.push(s.champion.pnl);
      else if (s.challenger.settled) silent.champion.push(s.challenger.pnl);
    }
    const overlap = new OverlapMeter();
    for (const s of rows) overlap.add({ champion: s.champion.position, challenger: s.challenger.position });
    const contradictions = rows.filter((s) => s.champion.contradicts || s.challenger.contradicts);
    return {
      kind: "paired",
      at: this.#at ?? 0,
      n,
      champion: floatColumn(rows.length, (i) => rows[i]!.champion.pnl),
      challenger: floatColumn(rows.length, (i) => rows[i]!.challenger.pnl),
      championTook: flagColumn(rows.length, (i) => rows[i]!.champion.took),
      challengerTook: flagColumn(rows.length, (i) => rows[i]!.challenger.took),
      signalIds: rows.map((s) => s.id),
      overlap: overlap.read(),
      missing: silent.challenger.length,
      missingBeforeFirst: missingBeforeFirst ?? silent.challenger.length,
      championOnMissing: Float64Array.from(silent.challenger),
      challengerOnMissing: Float64Array.from(silent.champion),
      open: this.#signals.reduce((sum, s) => sum + (s.state === "open" ? 1 : 0), 0),
      summed: rows.reduce((sum, s) => sum + Number(s.champion.count > 1 || s.challenger.count > 1), 0),
      unsummed: {
        signals: contradictions.length,
        reasons: contradictions.slice(0, REASONS_SHOWN).map((s) => {
          const who = s.champion.contradicts ? "champion" : "challenger";
          return `${s.id}: the ${who} reported both a trade and an abstention`;
        }),
      },
      assumed: rows.reduce((sum, s) => sum + Number(s.state === "missing"), 0),
    };
  }
}

/** All reports that may count, in closing order, and their signals in opening order. */
function collectReports(
  ledgers: Record<SideName, LedgerRows>,
  options: PairingOptions,
): { signals: Signal[]; reports: SideReport[]; passedOver: number } {
  const candidates: (Omit<SideReport, "signal"> & { openedAt: number; id: string; trade: string })[] = [];
  for (const side of ["champion", "challenger"] as const) {
    const rows = ledgers[side];
    for (let row = 0; row < rows.count; row++) {
      const at = rows.closedAt[row]!;
      if (at >= options.before || (options.startAt !== null && at <= options.startAt)) continue;
      candidates.push({
        at,
        openedAt: rows.openedAt[row]!,
        side,
        row,
        id: rows.signalIds[row]!,
        trade: rows.tradeIds[row]!,
      });
    }
  }
  candidates.sort(
    (a, b) =>
      a.at - b.at ||
      a.openedAt - b.openedAt ||
      compareText(a.id, b.id) ||
      compareText(a.side, b.side) ||
      compareText(a.trade, b.trade),
  );
  const byId = new Map<string, Signal>();
  const reports: SideReport[] = [];
  for (const { at, openedAt, side, row, id } of candidates) {
    const signal = byId.get(id) ?? newSignal(id, openedAt);
    byId.set(id, signal);
    // A signal opened before the start is nobody's evidence, whichever of its trades came later.
    if (options.startAt === null || signal.openedAt > options.startAt) reports.push({ at, side, row, signal });
  }
  const signals = [...byId.values()]
    .filter((s) => options.startAt === null || s.openedAt > options.startAt)
    .sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id));
  for (const [order, signal] of signals.entries()) signal.order = order;
  return { signals, reports, passedOver: byId.size - signals.length };
}

function newSignal(id: string, openedAt: number): Signal {
  return {
    id,
    openedAt,
    champion: new Fills(),
    challenger: new Fills(),
    expired: false,
    state: "unseen",
    usable: false,
    order: 0,
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
