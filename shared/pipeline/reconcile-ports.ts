/** The raw trades, as they lie in the trades table. */
export interface TradesPort {
  /** A page of a model's trades by trade id; `next` begins the page after it. */
  page(model: string, after: string | null): Promise<{ rows: unknown[]; next: string | null }>;
}

/** All pages of a model's trades, one after the other. */
export async function* pagesOf(
  trades: TradesPort,
  model: string,
  options: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<unknown[]> {
  let after: string | null = null;
  do {
    options.signal?.throwIfAborted();
    const page: Awaited<ReturnType<TradesPort["page"]>> = await trades.page(model, after);
    yield page.rows;
    after = page.next;
  } while (after !== null);
}

/** When a model was compared last, and what was found: so that the same finding is reported once. */
export type Reconciliation = { model: string; at: number; finding: string | null };

export interface ReconciliationsPort {
  load(model: string): Promise<Reconciliation | null>;
  save(reconciliation: Reconciliation): Promise<void>;
}
