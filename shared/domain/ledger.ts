import type { Trade } from "./trade.ts";

/**
 * The ledger: a compact, append-only view of one model's valid trades in arrival order, cut into blocks.
 * The raw trade is the truth; a ledger can be rebuilt from it and compared with it.
 */

/** Rows a block holds; full blocks never change again, so readers may cache them. */
export const BLOCK_ROWS = 200;
/** Ids of deleted trades a head remembers, so that writing one again cannot count twice. */
export const DELETED_IDS_MAX = 200;

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

export type LedgerBlock = {
  index: number;
  rows: LedgerRows;
  /** latest closedAt in this and all earlier blocks: never decreases with the index */
  clock: number;
};

/** The newest point of a model's ledger: written by ingest alone, in the same transaction as the rows. */
export type LedgerHead = {
  model: string;
  /** trades counted so far */
  count: number;
  /** highest stream sequence number taken in; records at or below it were already counted */
  watermark: string;
  /** latest closedAt, epoch ms: the model's clock */
  clock: number | null;
  rejected: number;
  amended: number;
  deleted: number;
  deletedIds: string[];
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
    count: 0,
    watermark: "0",
    clock: null,
    rejected: 0,
    amended: 0,
    deleted: 0,
    deletedIds: [],
    incidentAt: null,
    arrivedAt: null,
    ingestedAt: null,
  };
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
  return {
    count: trades.length,
    tradeIds: trades.map((t) => t.tradeId),
    signalIds: trades.map((t) => t.signalId),
    pnl: Float64Array.from(trades, (t) => t.pnl),
    openedAt: Float64Array.from(trades, (t) => t.openedAt),
    closedAt: Float64Array.from(trades, (t) => t.closedAt),
    took: Uint8Array.from(trades, (t) => (t.took ? 1 : 0)),
    executed: Uint8Array.from(trades, (t) => (t.executed ? 1 : 0)),
    openedKnown: Uint8Array.from(trades, (t) => (t.openedKnown ? 1 : 0)),
    final: Uint8Array.from(trades, (t) => (t.final ? 1 : 0)),
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

/** The rows whose numbers are given, in that order. */
export function pickRows(rows: LedgerRows, indexes: readonly number[]): LedgerRows {
  return {
    count: indexes.length,
    tradeIds: indexes.map((i) => rows.tradeIds[i]!),
    signalIds: indexes.map((i) => rows.signalIds[i]!),
    pnl: Float64Array.from(indexes, (i) => rows.pnl[i]!),
    openedAt: Float64Array.from(indexes, (i) => rows.openedAt[i]!),
    closedAt: Float64Array.from(indexes, (i) => rows.closedAt[i]!),
    took: Uint8Array.from(indexes, (i) => rows.took[i]!),
    executed: Uint8Array.from(indexes, (i) => rows.executed[i]!),
    openedKnown: Uint8Array.from(indexes, (i) => rows.openedKnown[i]!),
    final: Uint8Array.from(indexes, (i) => rows.final[i]!),
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

/**
 * Appends trades: the blocks that change and the clock after it.
 * @param options.count  trades already in the ledger
 * @param options.lastBlock  the block that is not full yet, or null when the ledger ends on a block's edge
 */
export function appendToBlocks(options: {
  count: number;
  clock: number | null;
  lastBlock: LedgerBlock | null;
  trades: readonly Trade[];
}): { blocks: LedgerBlock[]; clock: number | null } {
  const expected = options.count % BLOCK_ROWS;
  if ((options.lastBlock?.rows.count ?? 0) !== expected) {
    throw new Error(`ledger block holds ${options.lastBlock?.rows.count ?? 0} rows where ${expected} are due`);
  }
  const blocks: LedgerBlock[] = [];
  let open = options.lastBlock?.rows ?? emptyRows();
  let index = Math.floor(options.count / BLOCK_ROWS);
  let clock = options.clock;
  let at = 0;
  while (at < options.trades.length) {
    const taken = options.trades.slice(at, at + BLOCK_ROWS - open.count);
    at += taken.length;
    for (const trade of taken) clock = Math.max(clock ?? trade.closedAt, trade.closedAt);
    blocks.push({ index, rows: joinRows([open, rowsOf(taken)]), clock: clock! });
    open = emptyRows();
    index += 1;
  }
  return { blocks, clock };
}
