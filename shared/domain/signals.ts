import type { LedgerRows } from "./ledger.ts";

/** One signal as a model answered it. */
export type CompletedSignal = {
  signalId: string;
  /** the trade that completed it */
  tradeId: string;
  /** account currency */
  pnl: number;
  /** 1: traded, 0: abstained */
  took: number;
  /** epoch ms */
  closedAt: number;
};

/** A model's signals in closing order; several fills of one signal are one, closed with the last of them. */
export function signalsOf(rows: LedgerRows): CompletedSignal[] {
  const signals = new Map<string, CompletedSignal>();
  for (let i = 0; i < rows.count; i++) {
    const fill = { pnl: rows.pnl[i]!, took: rows.took[i]!, closedAt: rows.closedAt[i]!, tradeId: rows.tradeIds[i]! };
    const signalId = rows.signalIds[i]!;
    const before = signals.get(signalId);
    if (!before) signals.set(signalId, { ...fill, signalId });
    else {
      before.pnl += fill.pnl;
      before.took = Math.max(before.took, fill.took);
      if (fill.closedAt >= before.closedAt) Object.assign(before, { closedAt: fill.closedAt, tradeId: fill.tradeId });
    }
  }
  return [...signals.values()].sort((a, b) => a.closedAt - b.closedAt || (a.tradeId < b.tradeId ? -1 : 1));
}
