import type { MetricsAnswer } from "../../shared/api/contract/metrics.ts";
import { metricsView } from "../../shared/api/view.ts";
import { rowsInClosingOrder, rowsWhere } from "../../shared/domain/ledger.ts";
import { findModel, type Registry } from "../../shared/domain/registry.ts";
import type { StatePort } from "../../shared/pipeline/ports.ts";

/** What a model has done, as its ledger has it: the rows status makes its figures of, so that both agree. */
export type Life = {
  model: string;
  role: string;
  version: string;
  description: string;
  /** null: nothing was taken yet */
  metrics: MetricsAnswer | null;
  /** of the trades taken, in closing order: account currency */
  pnl: Float64Array;
  /** of the same trades: epoch ms */
  closedAt: Float64Array;
  abstained: number;
  /** which trades these are, in words */
  basis: string;
  /** what the latest look said of it; null: it is no challenger, or none was taken */
  lookReason: string | null;
};

export async function readLife(name: string, registry: Registry, state: Pick<StatePort, "readRows">): Promise<Life> {
  const entry = findModel(registry, name);
  if (!entry) throw new Error(`${name} has no entry`);
  const challenger = entry.role === "challenger" ? entry : null;
  // A challenger's figures begin with its test, as everywhere: what it did before is no evidence.
  const after = challenger?.startAt ?? null;
  const rows = rowsInClosingOrder(await state.readRows(name, { closedAfter: after }), { after });
  const taken = rowsWhere(rows, (i) => rows.took[i] === 1);
  return {
    model: name,
    role: entry.role,
    version: entry.version,
    description: entry.description,
    metrics: metricsView(rows, { trials: registry.trials }),
    pnl: taken.pnl,
    closedAt: taken.closedAt,
    abstained: rows.count - taken.count,
    basis: after === null ? "all trades counted" : "trades since its test began",
    lookReason: challenger?.lastLook?.reason ?? null,
  };
}
