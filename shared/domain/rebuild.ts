import { createHash } from "node:crypto";
import { tradeAt } from "./judge-record.ts";
import { emptyHead, type LedgerBlock, type LedgerHead, type LedgerRows } from "./ledger.ts";
import { appendTrades } from "./ledger-append.ts";
import type { Trade } from "./trade.ts";

/** Trades sealed into one block at most. */
const CHUNK = 400;

/** A ledger made anew: blocks that nobody reads yet, and the head that names them. */
export type Rebuilt = { blocks: LedgerBlock[]; head: LedgerHead };

/**
 * A model's ledger from its trades, in the order in which they closed.
 * @param options.head  the present one: what it counts besides rows (rejected, changed, streams) stays
 */
export function rebuildLedger(options: { head: LedgerHead; trades: readonly Trade[] }): Rebuilt {
  const trades = options.trades.toSorted(
    (a, b) => a.closedAt - b.closedAt || a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1),
  );
  const blocks: LedgerBlock[] = [];
  const chain = chainOf(options.head, trades);
  let grown: LedgerHead = { ...emptyHead(options.head.model), chain };
  for (let from = 0; from < trades.length; from += CHUNK) {
    const { head, block } = appendTrades(grown, trades.slice(from, from + CHUNK));
    if (block) blocks.push(block);
    grown = { ...grown, ...head };
  }
  const { count, clock, lateMs, sealed, tail } = grown;
  return {
    blocks,
    head: {
      ...options.head,
      ...{ count, clock, lateMs, sealed, tail, chain },
      revision: options.head.revision + 1,
      // A trade may still come through the stream that is in the ledger now.
      mayReappear: true,
      evidence: null,
    },
  };
}

/** Tells this making of the ledger from every other, also from an attempt that was not put in place. */
function chainOf({ revision }: LedgerHead, trades: readonly Trade[]): string {
  const hash = createHash("sha256").update(String(revision));
  for (const { tradeId, pnl, closedAt } of trades) hash.update(`\n${tradeId} ${pnl} ${closedAt}`);
  return hash.digest("hex").slice(0, 16);
}

/** The trade a row was made of. */
export function tradeOfRow(model: string, rows: LedgerRows, i: number): Trade {
  return {
    ...tradeAt(rows, i),
    modelName: model,
    tradeId: rows.tradeIds[i]!,
    openedKnown: rows.openedKnown[i] === 1,
  };
}
