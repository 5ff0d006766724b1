import { definedMetric } from "../client/defined-metric.ts";
import { styled } from "../terminal/command-line.ts";
import { count, decimal, duration, minuteOf, money, plural, points, winRate } from "../terminal/figures.ts";
import { gateWords } from "../terminal/gate-words.ts";
import { wrap } from "../terminal/wrap.ts";
import type { ModelReport, ReplayReport, RoleChange } from "./report-shape.ts";

/** The closing report for a terminal, within 80 columns wherever names allow it. */

/** The status computes a champion's figures over that many trades at most. */
const NEWEST = 5000;

export function reportText(report: ReplayReport): string {
  const { rows, seconds } = report;
  const lines = [
    "",
    styled("bold", `${report.file}: ${plural(rows.sent, "trade")} of ${plural(report.models.length, "model")}`),
    `in ${duration(seconds * 1000)}, ${count(report.trades_per_second)} trades/s from the file to the last decision`,
    ...(rows.known_before > 0
      ? [`${plural(rows.known_before, "trade")} stood there before and counted no second time`]
      : []),
    ...(rows.repeated_in_file > 0
      ? [`${plural(rows.repeated_in_file, "row")} of the file repeat an earlier trade_id`]
      : []),
    "",
    ...modelTable(report.models),
    ...lookLines(report.models),
    ...changeLines(report),
    ...guardLines(report),
    ...alertLines(report),
    ...lostLines(report),
    "",
    ...wrap(report.meaning).map((line) => styled("bold", line)),
  ];
  return `${lines.join("\n")}\n`;
}

function modelTable(models: readonly ModelReport[]): string[] {
  const width = Math.max(5, ...models.map((m) => m.model_name.length));
  const row = (name: string, ...cells: string[]) =>
    [
      name.padEnd(width),
      cells[0]!.padEnd(11),
      ...cells.slice(1).map((cell, i) => cell.padStart([8, 9, 10, 8, 9][i]!)),
    ].join(" ");
  const lines = [styled("dim", row("model", "role", "trades", "win rate", "mean PnL", "Sharpe", "max DD"))];
  for (const m of models) {
    const trades = m.trades_counted === null ? "–" : count(m.trades_counted);
    const cells = [
      winRate(definedMetric(m.metrics, "win_rate")),
      money(definedMetric(m.metrics, "mean_pnl")),
      decimal(definedMetric(m.metrics, "sharpe_ratio"), 3),
      m.metrics ? count(m.metrics.max_drawdown) : "–",
    ];
    const line = row(m.model_name, m.role, trades, ...cells);
    lines.push(m.role === "champion" ? styled("green", line) : line);
  }
  const notes = notesOf(models);
  if (notes !== "") lines.push(...wrap(notes).map((line) => styled("dim", line)));
  return lines;
}

/** Over which trades the figures are. */
function notesOf(models: readonly ModelReport[]): string {
  const notes: string[] = [];
  if (models.some((m) => m.metrics_of === "evidence")) notes.push("Challengers' figures are over their evidence.");
  if (models.some((m) => m.metrics_of === "last look"))
    notes.push("Departed models' figures are those of their last look.");
  const long = models.find((m) => m.metrics_of === "ledger" && (m.trades_counted ?? 0) > NEWEST);
  if (long) notes.push(`${long.model_name}'s figures are over its newest ${count(NEWEST)} trades.`);
  return notes.join(" ");
}

function lookLines(models: readonly ModelReport[]): string[] {
  const tested = models.filter((m) => m.looks.length > 0);
  if (tested.length === 0) return [];
  const lines = ["", styled("bold", "Looks")];
  for (const model of tested) {
    for (const [champion, looks] of Map.groupBy(model.looks, (look) => look.champion)) {
      lines.push(`${model.model_name} against ${champion}`);
      for (const run of runsOf(looks)) lines.push(...wrap(describeRun(run), { indent: 2, hang: 15 }));
    }
  }
  return lines;
}

type ReportedLook = ModelReport["looks"][number];

/** Looks in a row that said the same thing for the same cause. */
function runsOf(looks: readonly ReportedLook[]): ReportedLook[][] {
  const runs: ReportedLook[][] = [];
  for (const look of looks) {
    const last = runs[runs.length - 1]?.[0];
    if (last && last.verdict === look.verdict && last.blocking === look.blocking) runs[runs.length - 1]!.push(look);
    else runs.push([look]);
  }
  return runs;
}

function describeRun(run: readonly ReportedLook[]): string {
  const first = run[0]!;
  const last = run[run.length - 1]!;
  const rows = run.length === 1 ? count(first.n) : `${count(first.n)}–${count(last.n)}`;
  const scores = run.map((look) => look.score);
  const [low, high] = [points(Math.min(...scores)), points(Math.max(...scores))];
  const times = run.length === 1 ? "" : ` × ${run.length}`;
  const blocked = first.blocking === null ? "" : `, held back by ${gateWords(first.blocking)}`;
  return `${rows.padEnd(12)} ${first.verdict}${times}${blocked} (score ${low === high ? low : `${low}–${high}`})`;
}

function changeLines({ promotions, rollbacks }: ReplayReport): string[] {
  if (promotions.length + rollbacks.length === 0) return ["", "No promotion, no rollback."];
  const lines = ["", styled("bold", "Promotions and rollbacks")];
  const all = [...promotions.map((c) => [c, "green"] as const), ...rollbacks.map((c) => [c, "red"] as const)];
  const time = (c: RoleChange<"promotion"> | RoleChange<"rollback">) => c.trade_time ?? c.at;
  all.sort(([a], [b]) => (time(a) < time(b) ? -1 : 1));
  for (const [change, colour] of all) {
    const headline = wrap(`${minuteOf(time(change))}  ${change.summary}`, { hang: 2 });
    lines.push(...headline.map((line) => styled(colour, line)), ...wrap(change.reason, { indent: 2 }));
  }
  return lines;
}

/** What the guard said without a change of roles. */
function guardLines({ market_falls: falls, advised }: ReplayReport): string[] {
  const notices = [...falls, ...advised];
  if (notices.length === 0) return [];
  const time = (n: (typeof notices)[number]) => n.trade_time ?? n.at;
  const lines = notices
    .sort((a, b) => (time(a) < time(b) ? -1 : 1))
    .flatMap((n) => wrap(`${minuteOf(time(n))}  ${n.summary}`, { hang: 2 }));
  return ["", styled("bold", "Guard"), ...lines.map((line) => styled("yellow", line))];
}

function alertLines({ alerts }: ReplayReport): string[] {
  const types = Object.entries(alerts.by_type).map(
    ([type, options]) => `${options.count} ${type} (${options.priority})`,
  );
  if (types.length === 0) return [];
  const waiting = alerts.waiting ? `, ${alerts.waiting} not published yet` : "";
  return ["", ...wrap(`Alerts: ${types.join(", ")}${waiting}`, { hang: 8 })];
}

function lostLines({ quarantined, unsent_rows: unsent, rows, not_deployed: refused }: ReplayReport): string[] {
  const lines: string[] = [];
  for (const q of quarantined.by_model) {
    const kinds = Object.entries(q.by_kind).map(([kind, n]) => `${n} ${kind}`);
    lines.push(
      ...wrap(
        `Quarantine: ${plural(q.count, "row")} of ${q.model_name} (${kinds.join(", ")}); the last one: ${q.last_reason}`,
        { hang: 2 },
      ),
    );
  }
  for (const { line, reason } of unsent.slice(0, 10))
    lines.push(...wrap(`Not sent: line ${line}: ${reason}`, { hang: 2 }));
  if (rows.unsent > 10) lines.push(`Not sent: ${plural(rows.unsent - 10, "further row")} (--json names more)`);
  for (const m of refused) lines.push(...wrap(`Not deployed: ${m.model_name}: ${m.reason}`, { hang: 2 }));
  return lines.length > 0 ? ["", ...lines] : [];
}
