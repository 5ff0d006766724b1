/** A trade as the trades table takes it. */

/** What one model did with a signal. */
export type Decision = {
  /** account currency, after fees; 0 with prediction 0 for a model that abstained */
  pnl: number;
  closedAt: Date;
  openedAt?: Date;
  /** 1 long, -1 short, 0 abstained */
  prediction?: -1 | 0 | 1;
  actualOutcome?: 0 | 1;
  confidence?: number;
  /** made with real money */
  executed?: boolean;
  symbol?: string;
  /** unique per model; left out, the signal's id */
  tradeId?: string;
  /** false: more fills of this model on this signal will follow */
  final?: boolean;
};

export type Trade = { modelName: string; signalId: string; decision: Decision };

export type Item = { model_name: string; trade_id: string; pnl: number | string; [attribute: string]: unknown };

/** Attributes as the table's contract names them; what is not said is left out. */
export function itemOf({ modelName, signalId, decision }: Trade): Item {
  const said = {
    model_name: modelName,
    trade_id: decision.tradeId ?? signalId,
    signal_id: signalId,
    // DynamoDB takes no NaN and no infinity. As text such a trade still arrives, and is put into quarantine with its
    // reason; dropped here, nobody would ever know that the ensemble computes nonsense.
    pnl: Number.isFinite(decision.pnl) ? decision.pnl : String(decision.pnl),
    closed_at: decision.closedAt.toISOString(),
    opened_at: decision.openedAt?.toISOString(),
    prediction: decision.prediction,
    actual_outcome: decision.actualOutcome,
    confidence: decision.confidence,
    executed: decision.executed,
    symbol: decision.symbol,
    final: decision.final,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Item;
}
