import type { LedgerRows } from "../domain/ledger.ts";
import { computeMetrics, type Metrics } from "../stats/metrics.ts";

/** How things look from outside: snake_case names, times as ISO-8601. */

/** The same value with every key in snake_case. */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeName(key), snakeCase(inner)]));
}

function snakeName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A model's figures over some rows of its ledger, abstentions left out. */
export function metricsView(rows: LedgerRows, o: { trials: number }): unknown {
  const taken = rows.pnl.filter((_, i) => rows.took[i] === 1);
  const metrics: Metrics = computeMetrics({ pnl: taken, trials: Math.max(1, o.trials), correlation: null });
  const newest = rows.count > 0 ? rows.closedAt.reduce((latest, at) => Math.max(latest, at), 0) : null;
  return { ...(snakeCase(metrics) as object), last_updated: isoTime(newest) };
}
