import { tradeAt } from "./judge-record.ts";
import type { LedgerHead, LedgerRows } from "./ledger.ts";
import type { MismatchKind } from "./mismatch.ts";
import type { Trade } from "./trade.ts";
import { sameTrade } from "./trade-record.ts";

/**
 * Reconciliation: the raw trades of a model against its ledger. The raw trade is the truth; whatever is not equal is named by its
 * trade id.
 */

/** Time-to-live removes items within a few days of their time, in no order. */
export const EXPIRY_SPREAD_MS = 3 * 24 * 3_600_000;

export type Figures = { trades: number; totalPnl: number; clock: number | null };

export type Compared = {
  /** trades of the model in the trades table, and how many of them may not count */
  raw: number;
  invalid: number;
  /** rows whose trade is no longer there because its time to live had passed */
  expired: number;
  /** trade ids by what is wrong with them */
  ids: Record<MismatchKind, string[]>;
  /** what the head says about its rows that is not so */
  head: string[];
  /** the same figures of both: of the valid trades, and of the ledger's rows */
  figures: { raw: Figures; ledger: Figures };
};

/** Compares one model: its ledger whole, its raw trades one by one, in any order. */
export class LedgerComparison {
  readonly #head: LedgerHead;
  readonly #rows: LedgerRows;
  /** first row of a trade id */
  readonly #rowOf = new Map<string, number>();
  readonly #seen: Uint8Array;
  readonly #ids: Record<MismatchKind, string[]> = { missing: [], extra: [], different: [], double: [] };
  readonly #valid = noFigures();
  #raw = 0;
  #invalid = 0;
  #oldestClose = Number.POSITIVE_INFINITY;
  #expires = false;

  constructor(head: LedgerHead, rows: LedgerRows) {
    this.#head = head;
    this.#rows = rows;
    this.#seen = new Uint8Array(rows.count);
    for (const [i, id] of rows.tradeIds.entries()) {
      if (!this.#rowOf.has(id)) this.#rowOf.set(id, i);
      else {
        this.#seen[i] = 1;
        this.#ids.double.push(id);
      }
    }
  }

  takeInvalid(): void {
    this.#raw += 1;
    this.#invalid += 1;
  }

  /**
   * @param options.expires  whether the trade has a time to live
   * @returns whether it is in the ledger
   */
  take(trade: Trade, options: { expires: boolean }): boolean {
    this.#raw += 1;
    this.#expires ||= options.expires;
    this.#oldestClose = Math.min(this.#oldestClose, trade.closedAt);
    add(this.#valid, trade.pnl, trade.closedAt);
    const row = this.#rowOf.get(trade.tradeId);
    if (row === undefined) {
      this.#ids.missing.push(trade.tradeId);
      return false;
    }
    this.#seen[row] = 1;
    if (!sameTrade(tradeAt(this.#rows, row), trade)) this.#ids.different.push(trade.tradeId);
    return true;
  }

  /** Call it once, after the last trade. */
  finish(): Compared {
    const rows = this.#rows;
    const ledger = noFigures();
    let expired = 0;
    for (let i = 0; i < rows.count; i++) {
      add(ledger, rows.pnl[i]!, rows.closedAt[i]!);
      if (this.#seen[i]) continue;
      // Of trades without a time to live none can have expired.
      if (this.#expires && rows.closedAt[i]! < this.#oldestClose + EXPIRY_SPREAD_MS) expired += 1;
      else this.#ids.extra.push(rows.tradeIds[i]!);
    }
    return {
      raw: this.#raw,
      invalid: this.#invalid,
      expired,
      ids: this.#ids,
      head: faultsOf(this.#head, ledger),
      figures: { raw: this.#valid, ledger },
    };
  }
}

function faultsOf(head: LedgerHead, ledger: Figures): string[] {
  const faults: string[] = [];
  if (head.count !== ledger.trades) faults.push(`it counts ${head.count} trades and its rows are ${ledger.trades}`);
  if (head.clock !== ledger.clock)
    faults.push(`its clock is ${head.clock} and its latest row closed at ${ledger.clock}`);
  return faults;
}

const noFigures = (): Figures => ({ trades: 0, totalPnl: 0, clock: null });

function add(figures: Figures, pnl: number, closedAt: number): void {
  figures.trades += 1;
  figures.totalPnl += pnl;
  figures.clock = Math.max(figures.clock ?? closedAt, closedAt);
}
