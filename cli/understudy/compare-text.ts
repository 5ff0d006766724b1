import type { ComparisonAnswer } from "../../shared/api/contract/comparison.ts";
import type { FiguresAnswer } from "../../shared/api/contract/metrics.ts";
import { definedMetric } from "../client/defined-metric.ts";
import { count, decimal, money, points, winRate } from "../terminal/figures.ts";
import { wrap } from "../terminal/wrap.ts";
import { table } from "./output.ts";

/** Both sides on the same signals, the criteria, and the sentence that sums it up. */
export function compareText(comparison: ComparisonAnswer): string {
  const { challenger, now, last_look: look } = comparison;
  // The last look of a former challenger was against whoever was champion then.
  const champion = now ? comparison.champion : (look?.champion ?? null);
  const evaluation = now?.evaluation ?? look?.evaluation;
  const decision = now?.decision ?? look?.decision;
  if (!evaluation || !decision) return comparison.in_words;
  const sides = [evaluation.champion, evaluation.challenger] as const;
  const row = (title: string, show: (figures: FiguresAnswer | null) => string) => [title, ...sides.map(show)];
  const figures = [
    [`${count(evaluation.n)} common signals`, champion ?? "champion", challenger],
    row("mean a trade", (f) => money(definedMetric(f, "mean_pnl"))),
    row("total", (f) => money(definedMetric(f, "total_pnl"), 0)),
    row("win rate", (f) => winRate(definedMetric(f, "win_rate"))),
    row("Sharpe a trade", (f) => decimal(definedMetric(f, "sharpe_ratio"))),
    row("largest drawdown", (f) => (f ? count(f.max_drawdown) : "–")),
  ];
  const gates = decision.gates.map((gate) => [gate.state, gate.kind, gate.gate]);
  return [
    ...wrap(comparison.in_words),
    "",
    ...table(figures, { right: [1, 2] }),
    "",
    `${now ? "At this moment (only looks decide)" : `At the last look`}: ${decision.verdict}, score ${points(decision.score)} of 100`,
    ...(evaluation.n >= evaluation.scales.first_look ? table(gates, { indent: "  " }) : []),
    "",
    ...wrap(decision.reason),
    `The decision as a story: understudy why ${challenger}`,
  ].join("\n");
}
