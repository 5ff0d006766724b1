/** The raw trades, as they lie in the trades table. */
export interface TradesPort {
  /** A page of a model's trades by trade id; `next` begins the page after it. */
  page(model: string, after: string | null): Promise<{ rows: unknown[]; next: string | null }>;
}

/** When a model was compared last, and what was found: so that the same finding is reported once. */
export type Reconciliation = { model: string; at: number; finding: string | null };

export interface ReconciliationsPort {
  load(model: string): Promise<Reconciliation | null>;
  save(reconciliation: Reconciliation): Promise<void>;
}
