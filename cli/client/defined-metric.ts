import type { FiguresAnswer } from "../../shared/api/contract/metrics.ts";

/** A model's figure for people: null where the interface gives 0 because the trades do not define it. */
export function definedMetric(
  metrics: FiguresAnswer | null,
  name: Exclude<keyof FiguresAnswer, "undefined_metrics">,
): number | null {
  if (!metrics || metrics.undefined_metrics.some(({ metric }) => metric === name)) return null;
  return metrics[name];
}
