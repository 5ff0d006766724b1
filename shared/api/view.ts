import type { LedgerRows } from "../domain/ledger.ts";
import { snakeCase, snakeName } from "../domain/snake-case.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import { computeMetrics, type Metrics } from "../stats/report/metrics.ts";
import type { FiguresAnswer, MetricsAnswer } from "./contract/metrics.ts";

/** How things look from outside: snake_case names, times as ISO-8601, every figure a number. */

export function isoTime(at: number): string;
export function isoTime(at: number | null): string | null;
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

type Numbers<T> = { [Name in keyof T]: Exclude<T[Name], null> };

const noCorrelation = { code: "NOT_MEASURED", reason: "Only a challenger on common signals has one." } as const;

/** A model's figures, all of them numbers; null when no trade was taken. */
export function figuresView(metrics: Metrics): FiguresAnswer | null {
  if (metrics.nTrades === 0) return null;
  const { reasons, ...figures } = metrics;
  const missing = Object.entries(figures).flatMap(([name, value]) => (value === null ? [name] : []));
  const numbers = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value ?? 0]));
  return {
    ...snakeCase(numbers as Numbers<typeof figures>),
    undefined_metrics: missing.map((name) => {
      const { code, reason } = reasons[name] ?? noCorrelation;
      return { metric: snakeName(name), code, reason };
    }),
  };
}

/** The figures over some rows of a model's ledger, abstentions left out; null when no trade was taken. */
export function metricsView(rows: LedgerRows, options: { trials: number }): MetricsAnswer | null {
  const taken = takenOnly(rows);
  const figures = figuresView(computeMetrics({ pnl: taken, trials: Math.max(1, options.trials), correlation: null }));
  if (!figures) return null;
  const newest = rows.closedAt.reduce((latest, at) => Math.max(latest, at), 0);
  return { ...figures, last_updated: isoTime(newest) };
}
