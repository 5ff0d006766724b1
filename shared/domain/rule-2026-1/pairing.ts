import type { LedgerRows } from "../ledger.ts";
import type { PairingOptions } from "../pairing.ts";
import type { PairedRows } from "../rows.ts";

/**
 * Pairing as rule 2026.1 had it: a model's first trade on a signal counts and its further ones do not, a report after the
 * deadline is never seen, silence costs coverage only. Kept to take the looks of that rule again as they were.
 */

type OldWindow = PairedRows & {
  /** epoch ms */
  at: number;
  n: number;
  signalIds: string[];
  /** signals only one side reported in time */
  missing: number;
  championOnMissing: Float64Array;
};

type Signal = {
  id: string;
  openedAt: number;
  /** row number per side, -1 while unreported */
  champion: number;
  challenger: number;
  state: "unseen" | "open" | "both" | "missing";
  order: number;
};

/** Counts of usable rows over the opening order, with cheap updates (Fenwick, 1994). */
class PrefixCounts {
  readonly #tree: Int32Array;
  constructor(n: number) {
    this.#tree = new Int32Array(n + 1);
  }
  add(index: number, by: number): void {
    for (let i = index + 1; i < this.#tree.length; i += i & -i) this.#tree[i]! += by;
  }
  /** rows at positions below `end` */
  before(end: number): number {
    let sum = 0;
    for (let i = end; i > 0; i -= i & -i) sum += this.#tree[i]!;
    return sum;
  }
}

type SideReport = { at: number; side: "champion" | "challenger"; row: number; signal: Signal };

/** The evidence of one champion and one challenger, followed through trade time. */
export class Pairing20261 {
  readonly #champion: LedgerRows;
  readonly #challenger: LedgerRows;
  readonly #options: PairingOptions;
  readonly #signals: Signal[];
  readonly #reports: SideReport[];
  readonly #usable: PrefixCounts;
  #next = 0;
  #firstOpen = 0;
  #at: number | null = null;

  constructor(champion: LedgerRows, challenger: LedgerRows, options: PairingOptions) {
    this.#champion = champion;
    this.#challenger = challenger;
    this.#options = options;
    const { signals, reports } = collectReports(champion, challenger, options);
    this.#signals = signals;
    this.#reports = reports;
    this.#usable = new PrefixCounts(signals.length);
  }

  /** Goes forward to the first moment with at least n usable rows; null when the known trades do not reach it. */
  windowOf(n: number): OldWindow | null {
    if (this.#at !== null && this.#count() >= n) return this.#window(n);
    while (this.#next < this.#reports.length) {
      this.#advance();
      if (this.#count() >= n) return this.#window(n);
    }
    return null;
  }

  #count(): number {
    return this.#usable.before(this.#firstOpen);
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
    while (this.#firstOpen < this.#signals.length) {
      const signal = this.#signals[this.#firstOpen]!;
      if (signal.state === "open" && at > signal.openedAt + this.#options.settleMs) this.#expire(signal);
      else if (signal.state === "open") break;
      this.#firstOpen += 1;
    }
  }

  #take(report: SideReport): void {
    const { signal } = report;
    signal[report.side] = report.row;
    if (signal.state === "unseen") {
      signal.state = "open";
      if (signal.order < this.#firstOpen) this.#firstOpen = signal.order;
    } else if (signal.state === "open") {
      signal.state = "both";
      if (this.#traded(signal)) this.#usable.add(signal.order, 1);
    }
  }

  #expire(signal: Signal): void {
    signal.state = "missing";
    if (this.#options.unreported === "abstain" && this.#traded(signal)) this.#usable.add(signal.order, 1);
  }

  #traded(signal: Signal): boolean {
    const champion = signal.champion >= 0 && this.#champion.took[signal.champion] === 1;
    const challenger = signal.challenger >= 0 && this.#challenger.took[signal.challenger] === 1;
    return champion || challenger;
  }

  #window(n: number): OldWindow {
    const champion = new Float64Array(n);
    const challenger = new Float64Array(n);
    const championTook = new Uint8Array(n);
    const challengerTook = new Uint8Array(n);
    const signalIds: string[] = [];
    const championOnMissing: number[] = [];
    let missing = 0;
    let k = 0;
    for (let i = 0; i < this.#firstOpen && k < n; i++) {
      const s = this.#signals[i]!;
      const lost = s.state === "missing" && this.#options.unreported === "exclude";
      if (lost) {
        missing += 1;
        if (s.champion >= 0) championOnMissing.push(this.#champion.pnl[s.champion]!);
      }
      if (lost || (s.state !== "both" && s.state !== "missing") || !this.#traded(s)) continue;
      if (s.champion >= 0) {
        champion[k] = this.#champion.pnl[s.champion]!;
        championTook[k] = this.#champion.took[s.champion]!;
      }
      if (s.challenger >= 0) {
        challenger[k] = this.#challenger.pnl[s.challenger]!;
        challengerTook[k] = this.#challenger.took[s.challenger]!;
      }
      signalIds.push(s.id);
      k += 1;
    }
    return {
      kind: "paired",
      at: this.#at ?? 0,
      n,
      champion,
      challenger,
      championTook,
      challengerTook,
      signalIds,
      missing,
      championOnMissing: Float64Array.from(championOnMissing),
    };
  }
}

/** All reports that may count, in closing order, and their signals in opening order. */
function collectReports(
  champion: LedgerRows,
  challenger: LedgerRows,
  options: PairingOptions,
): { signals: Signal[]; reports: SideReport[] } {
  const byId = new Map<string, Signal>();
  const reports: SideReport[] = [];
  const candidates: (Omit<SideReport, "signal"> & { openedAt: number; id: string; trade: string })[] = [];
  for (const [side, rows] of [
    ["champion", champion],
    ["challenger", challenger],
  ] as const) {
    for (let row = 0; row < rows.count; row++) {
      const openedAt = rows.openedAt[row]!;
      const at = rows.closedAt[row]!;
      if (at >= options.before || (options.startAt !== null && openedAt <= options.startAt)) continue;
      candidates.push({ at, openedAt, side, row, id: rows.signalIds[row]!, trade: rows.tradeIds[row]! });
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
  for (const { at, openedAt, side, row, id } of candidates) {
    let signal = byId.get(id);
    if (!signal) {
      // The side that closes first fixes when the signal opened.
      signal = { id, openedAt, champion: -1, challenger: -1, state: "unseen", order: 0 };
      byId.set(id, signal);
      reports.push({ at, side, row, signal });
      signal[side] = row;
    } else if (signal[side] < 0 && at <= signal.openedAt + options.settleMs) {
      reports.push({ at, side, row, signal });
      signal[side] = row;
    }
    // A further trade of that side does not count, and a report after the deadline comes too late.
  }
  const signals = [...byId.values()].sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id));
  for (const [order, signal] of signals.entries()) {
    signal.order = order;
    signal.champion = -1;
    signal.challenger = -1;
  }
  return { signals, reports };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
