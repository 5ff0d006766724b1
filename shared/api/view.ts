import type { LedgerRows } from "../domain/ledger.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { computeMetrics, type Metrics } from "../stats/report/metrics.ts";

/** How things look from outside: snake_case names, times as ISO-8601. */

export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A model's figures over some rows of its ledger, abstentions left out. */
export function metricsView(rows: LedgerRows, o: { trials: number }): unknown {
  const taken = rows.pnl.filter((_, i) => rows.took[i] === 1);
  const metrics: Metrics = computeMetrics({ pnl: taken, trials: Math.max(1, o.trials), correlation: null });
  const newest = rows.count > 0 ? rows.closedAt.reduce((latest, at) => Math.max(latest, at), 0) : null;
  return { ...snakeCase(metrics), last_updated: isoTime(newest) };
}
