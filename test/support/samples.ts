import type { DomainEvent, EventType } from "../../shared/domain/event.ts";
import type { TradeRecord } from "../../shared/domain/ingest.ts";
import { BLOCK_ROWS, type LedgerBlock, type LedgerRows, rowsOf } from "../../shared/domain/ledger.ts";
import type { Trade } from "../../shared/domain/trade.ts";

/** Small things most domain tests need, with every field filled in. */

export const NOON = Date.UTC(2026, 0, 5, 12);
export const MINUTE = 60_000;

export function aTrade(changes: Partial<Trade> = {}): Trade {
  const tradeId = changes.tradeId ?? changes.signalId ?? "t1";
  return {
    tradeId,
    signalId: tradeId,
    modelName: "alpha",
    pnl: 1,
    openedAt: changes.closedAt ?? NOON,
    closedAt: NOON,
    took: true,
    executed: false,
    ...changes,
  };
}

/** n trades of one model, a minute apart. */
export function trades(n: number, from = 0): Trade[] {
  return Array.from({ length: n }, (_, i) =>
    aTrade({ tradeId: `t${String(from + i).padStart(5, "0")}`, pnl: from + i, closedAt: NOON + (from + i) * MINUTE }),
  );
}

/** A stream record of a trade: what its row says, and what the row said before. */
export function aRecord(changes: Partial<TradeRecord> & { row?: Record<string, unknown> } = {}): TradeRecord {
  const { row, ...record } = changes;
  const tradeId = record.tradeId ?? "t1";
  const image = { model_name: "alpha", trade_id: tradeId, pnl: 1, closed_at: new Date(NOON).toISOString(), ...row };
  return {
    sequence: "1",
    change: "insert",
    expired: false,
    modelName: "alpha",
    tradeId,
    newImage: record.change === "remove" ? null : image,
    oldImage: record.change === "remove" ? image : null,
    arrivedAt: NOON,
    ...record,
  };
}

/** All rows of blocks that may have been written several times: the newest version of each. */
export function ledgerOf(written: readonly LedgerBlock[]): { rows: LedgerRows[]; newest: LedgerBlock[] } {
  const newest: LedgerBlock[] = [];
  for (const block of written) newest[block.index] = block;
  return { rows: newest.map((block) => block.rows), newest };
}

/** The block a ledger of these trades ends with, null on a block's edge. */
export function lastBlockOf(all: readonly Trade[]): LedgerBlock | null {
  const rest = all.length % BLOCK_ROWS;
  if (rest === 0) return null;
  const clock = Math.max(...all.map((trade) => trade.closedAt));
  return { index: Math.floor(all.length / BLOCK_ROWS), rows: rowsOf(all.slice(all.length - rest)), clock };
}

export function anEvent(type: EventType, changes: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: `00000007-0-${type}`,
    type,
    at: NOON,
    tradeTime: NOON - MINUTE,
    modelName: "alpha",
    summary: "alpha did something.",
    actor: "understudy",
    reason: "a reason",
    registryVersion: 7,
    details: {},
    ...changes,
  };
}
