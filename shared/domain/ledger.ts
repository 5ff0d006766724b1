import { flagColumn, floatColumn } from "../stats/numeric/columns.ts";
import type { Trade } from "./trade.ts";

/**
 * The ledger: a compact, append-only view of one model's valid trades. The newest rows lie in the head itself, the tail; when that is
 * full it is sealed as a block, which never changes again. Every block names the one before it and the head names the newest, so a
 * block counts only where the chain from the head reaches it: what a crashed attempt left behind is no part of the ledger.
 * The raw trade is the truth; a ledger can be rebuilt from it and compared with it.
 */

/** Streams whose watermarks a head remembers: one, but for days on which a stream is replaced. */
export const STREAMS_MAX = 4;

/** Columns of n trades of one model; all arrays have length `count`. */
export type LedgerRows = {
  count: number;
  tradeIds: string[];
  signalIds: string[];
  /** account currency */
  pnl: Float64Array;
  /** epoch ms */
  openedAt: Float64Array;
  /** epoch ms */
  closedAt: Float64Array;
  /** 1: traded, 0: abstained */
  took: Uint8Array;
  executed: Uint8Array;
  /** 1: the ensemble said when the trade opened */
  openedKnown: Uint8Array;
  /** 0: more fills on the signal were announced */
  final: Uint8Array;
};

/** Rows that never change again. */
export type LedgerBlock = {
  /** says where it lies, in the order of the chain, and what it holds: two different blocks never have one name */
  name: string;
  /** rows of the ledger before it */
  first: number;
  rows: LedgerRows;
  /** latest closedAt in this and all earlier blocks: never decreases along the chain */
  clock: number;
  /** name of the block before it */
  previous: string | null;
  /** which making of the ledger it belongs to: what a rebuild replaces stays in the table; absent: the first */
  chain?: string | undefined;
};

/** How far a stream of the trades table has been taken in. */
export type StreamPosition = { stream: string; watermark: string };

/** The record by which a counted trade was last changed or deleted. */
export type ChangeMark = { stream: string; sequence: string };

/** The newest point of a model's ledger with its newest rows: written by ingest alone. */
export type LedgerHead = {
  model: string;
  /** each write adds one: the fence against other writers */
  revision: number;
  /** trades counted so far */
  count: number;
  /** highest sequence number taken in of each stream, newest stream first: a later one was not taken in before */
  streams: StreamPosition[];
  /** streams there ever were */
  streamsSeen: number;
  /**
   * A counted trade may come in again under a new sequence number: from another stream, or because it expired and was written again.
   * Then every trade that is not newer than the clock is looked up.
   */
  mayReappear: boolean;
  /** latest closedAt, epoch ms: the model's clock. A trade that closed later has not been counted yet. */
  clock: number | null;
  /** by how much the latest trade to come in came too late: closedAt lay at most this far behind the clock, ms */
  lateMs: number;
  /** which making of the ledger this is; absent: the first */
  chain?: string | undefined;
  /** newest sealed block */
  sealed: { name: string; clock: number } | null;
  /** rows after it */
  tail: LedgerRows;
  /** rows closed after startAt, while the model is a challenger: what its next look can be made of at most */
  evidence: { startAt: number | null; rows: number } | null;
  rejected: number;
  amended: number;
  deleted: number;
  /** trade time of the latest amended or deleted trade: evidence that contains it is not trusted */
  incidentAt: number | null;
  /** when the newest record reached the table, epoch ms */
  arrivedAt: number | null;
  /** when ingest committed it, epoch ms */
  ingestedAt: number | null;
};

export function emptyHead(model: string): LedgerHead {
  return {
    model,
    revision: 0,
    count: 0,
    streams: [],
    streamsSeen: 0,
    mayReappear: false,
    clock: null,
    lateMs: 0,
    sealed: null,
    tail: emptyRows(),
    evidence: null,
    rejected: 0,
    amended: 0,
    deleted: 0,
    incidentAt: null,
    arrivedAt: null,
    ingestedAt: null,
  };
}

/** The latest moment of trade time any of these ledgers has reached; null before any trade. */
export function latestClock(heads: ReadonlyMap<string, LedgerHead>): number | null {
  const clocks = [...heads.values()].flatMap((head) => (head.clock === null ? [] : [head.clock]));
  return clocks.length > 0 ? Math.max(...clocks) : null;
}

/** Compares two stream sequence numbers: decimal texts of up to 40 digits, too long for a JavaScript number. */
export function compareSequence(a: string, b: string): number {
  const x = a.replace(/^0+(?=\d)/, "");
  const y = b.replace(/^0+(?=\d)/, "");
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

export function emptyRows(): LedgerRows {
  return rowsOf([]);
}

/** Columns of trades, in the given order. */
export function rowsOf(trades: readonly Trade[]): LedgerRows {
  const count = trades.length;
  return {
    count,
    tradeIds: trades.map((t) => t.tradeId),
    signalIds: trades.map((t) => t.signalId),
    pnl: floatColumn(count, (i) => trades[i]!.pnl),
    openedAt: floatColumn(count, (i) => trades[i]!.openedAt),
    closedAt: floatColumn(count, (i) => trades[i]!.closedAt),
    took: flagColumn(count, (i) => trades[i]!.took),
    executed: flagColumn(count, (i) => trades[i]!.executed),
    openedKnown: flagColumn(count, (i) => trades[i]!.openedKnown),
    final: flagColumn(count, (i) => trades[i]!.final),
  };
}

/** Several columns end to end. */
export function joinRows(parts: readonly LedgerRows[]): LedgerRows {
  const count = parts.reduce((n, p) => n + p.count, 0);
  const floats = (pick: (r: LedgerRows) => Float64Array) => {
    const out = new Float64Array(count);
    let at = 0;
    for (const part of parts) {
      out.set(pick(part), at);
      at += part.count;
    }
    return out;
  };
  const bytes = (pick: (r: LedgerRows) => Uint8Array) => {
    const out = new Uint8Array(count);
    let at = 0;
    for (const part of parts) {
      out.set(pick(part), at);
      at += part.count;
    }
    return out;
  };
  return {
    count,
    tradeIds: parts.flatMap((p) => p.tradeIds),
    signalIds: parts.flatMap((p) => p.signalIds),
    pnl: floats((r) => r.pnl),
    openedAt: floats((r) => r.openedAt),
    closedAt: floats((r) => r.closedAt),
    took: bytes((r) => r.took),
    executed: bytes((r) => r.executed),
    openedKnown: bytes((r) => r.openedKnown),
    final: bytes((r) => r.final),
  };
}

/** The rows of which a condition on their number holds, in their order. */
export function rowsWhere(rows: LedgerRows, holds: (i: number) => boolean): LedgerRows {
  const indexes: number[] = [];
  for (let i = 0; i < rows.count; i++) if (holds(i)) indexes.push(i);
  return pickRows(rows, indexes);
}

/** The rows whose numbers are given, in that order. */
export function pickRows(rows: LedgerRows, indexes: readonly number[]): LedgerRows {
  const count = indexes.length;
  return {
    count,
    tradeIds: indexes.map((i) => rows.tradeIds[i]!),
    signalIds: indexes.map((i) => rows.signalIds[i]!),
    pnl: floatColumn(count, (i) => rows.pnl[indexes[i]!]!),
    openedAt: floatColumn(count, (i) => rows.openedAt[indexes[i]!]!),
    closedAt: floatColumn(count, (i) => rows.closedAt[indexes[i]!]!),
    took: flagColumn(count, (i) => rows.took[indexes[i]!] === 1),
    executed: flagColumn(count, (i) => rows.executed[indexes[i]!] === 1),
    openedKnown: flagColumn(count, (i) => rows.openedKnown[indexes[i]!] === 1),
    final: flagColumn(count, (i) => rows.final[indexes[i]!] === 1),
  };
}

/**
 * Rows that belong to a period of trade time, in closing order (ties: opening time, then trade id).
 * @param options.after  rows must have opened after this, epoch ms; null: all
 * @param options.closedAfter  and closed after this; left out: all
 */
export function rowsInClosingOrder(
  rows: LedgerRows,
  options: { after: number | null; closedAfter?: number },
): LedgerRows {
  const indexes: number[] = [];
  for (let i = 0; i < rows.count; i++) {
    const opened = options.after === null || rows.openedAt[i]! > options.after;
    if (opened && (options.closedAfter === undefined || rows.closedAt[i]! > options.closedAfter)) indexes.push(i);
  }
  indexes.sort(
    (i, j) =>
      rows.closedAt[i]! - rows.closedAt[j]! ||
      rows.openedAt[i]! - rows.openedAt[j]! ||
      (rows.tradeIds[i]! < rows.tradeIds[j]! ? -1 : 1),
  );
  return pickRows(rows, indexes);
}
