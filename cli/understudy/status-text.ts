import type { ModelAnswer, StatusAnswer } from "../../shared/api/contract/status.ts";
import type { HealthAnswer } from "../../shared/api/contract/system.ts";
import { definedMetric } from "../client/defined-metric.ts";
import { seatedModels } from "../client/seated-models.ts";
import { count, decimal, money, percent, points, winRate } from "../terminal/figures.ts";
import { wrap } from "../terminal/wrap.ts";
import { table } from "./output.ts";

/** Who is what, how each does, and what happens next. */
export function statusText(status: StatusAnswer, health: HealthAnswer): string {
  if (!status.champion) return "Nobody is champion yet: the first model deployed becomes it (understudy deploy MODEL).";
  const header = ["model", "role", "money", "trades", "win rate", "mean", "Sharpe", "score", "state"];
  const rows = seatedModels(status).map(rowOf);
  return [
    ...wrap(status.in_words),
    "",
    ...table([header, ...rows], { right: [2, 3, 4, 5, 6, 7] }),
    "",
    ...notesOf(status, health).flatMap((note) => wrap(note, { hang: 2 })),
  ].join("\n");
}

function rowOf(model: ModelAnswer): string[] {
  const { metrics } = model;
  return [
    model.model_name,
    model.role,
    percent(model.allocation, { digits: 0 }),
    count(model.trade_count),
    winRate(definedMetric(metrics, "win_rate")),
    money(definedMetric(metrics, "mean_pnl")),
    decimal(definedMetric(metrics, "sharpe_ratio")),
    `${model.provisional ? "~" : ""}${points(model.promotion_score)}`,
    model.promotion_status.toLowerCase().replaceAll("_", " "),
  ];
}

function notesOf(status: StatusAnswer, health: HealthAnswer): string[] {
  const notes: string[] = [];
  for (const problem of health.problems) notes.push(`Health: ${problem}`);
  const { guard } = status.champion!;
  // While it watches, the words above say so; how it ended they do not.
  if (guard && guard.status !== "watching") notes.push(`Guard of ${status.champion!.model_name}: ${guard.in_words}`);
  for (const model of status.departed) notes.push(`${model.model_name} (${model.role}): ${model.reason}`);
  const rejected = status.rejected.reduce((sum, { count: n }) => sum + n, 0);
  if (rejected > 0)
    notes.push(`Quarantine: ${count(rejected)} trades were refused (understudy history --type trade_rejected).`);
  return notes;
}
