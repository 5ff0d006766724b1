import { escaped } from "../../calibration/markup.ts";
import { isoTime } from "../../shared/api/view.ts";
import { ROLLING_WINDOW } from "../../shared/stats/numeric/wins.ts";
import { rollingFigures, runningTotal, underwater } from "../../shared/stats/report/courses.ts";
import { definedMetric } from "../client/defined-metric.ts";
import { count, decimal, minuteOf, money, percent, winRate } from "../terminal/figures.ts";
import type { Life } from "./life.ts";
import { plotOf } from "./plot.ts";

/** One model on one page: figures, equity, drawdown, rolling win rate, months. HTML without scripts, complete in itself. */
export function tearsheet(life: Life): string {
  const { model, role, version, description, pnl, closedAt, basis, lookReason } = life;
  const first = closedAt[0];
  const last = closedAt[closedAt.length - 1];
  const period =
    first === undefined || last === undefined
      ? "no trades yet"
      : `${minuteOf(isoTime(first))} to ${minuteOf(isoTime(last))} (trade time, UTC)`;
  const equity = runningTotal(pnl);
  const rolling = rollingFigures(pnl, { window: ROLLING_WINDOW });
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    `<title>${escaped(model)}: tearsheet</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(model)}</h1>`,
    `<p>${escaped(role)}, version ${escaped(version)}${description ? `. ${escaped(description)}` : ""}</p>`,
    `<p>${count(pnl.length)} trades taken, ${count(life.abstained)} abstentions; ${escaped(basis)}; ${escaped(period)}.</p>`,
    ...(lookReason === null ? [] : [`<p><strong>The latest look:</strong> ${escaped(lookReason)}</p>`]),
    figuresTable(life),
    plotOf({ title: "Equity, account currency", values: equity, from: 1, show: (v) => money(v, 0), level: 0 }),
    plotOf({
      title: "Drawdown, account currency",
      values: underwater(equity),
      from: 1,
      show: (v) => money(v, 0),
      level: 0,
    }),
    plotOf({
      title: `Win rate over ${ROLLING_WINDOW} trades`,
      values: rolling.winRate,
      from: rolling.from + 1,
      show: (v) => percent(v, { digits: 0 }),
      level: 0.5,
    }),
    monthsTable(pnl, closedAt),
    '<p class="note">Figures are per trade taken and not annualised. What decides a promotion is the comparison on common signals, not this page.</p>',
    "</body></html>",
    "",
  ].join("\n");
}

const figureNames = [
  ["Win rate", "win_rate", winRate],
  ["Mean PnL a trade", "mean_pnl", money],
  ["Standard deviation", "std_pnl", decimal],
  ["Total PnL", "total_pnl", money],
  ["Sharpe ratio a trade", "sharpe_ratio", decimal],
  ["Sortino ratio a trade", "sortino_ratio", decimal],
  ["Largest drawdown", "max_drawdown", decimal],
  ["Calmar ratio", "calmar_ratio", decimal],
  ["Profit factor", "profit_factor", decimal],
  ["Average win", "average_win", decimal],
  ["Average loss", "average_loss", decimal],
  ["Longest losing run", "longest_losing_run", count],
  ["Value at risk, 95 %", "value_at_risk95", decimal],
  ["Expected shortfall, 95 %", "expected_shortfall95", decimal],
  ["Skew", "skew", decimal],
  ["Kurtosis", "kurtosis", decimal],
  ["P(true Sharpe ratio > 0)", "probabilistic_sharpe", percent],
  ["Deflated Sharpe ratio", "deflated_sharpe", percent],
] as const;

function figuresTable({ metrics }: Life): string {
  if (!metrics) return "<p>No trade was taken yet: there are no figures.</p>";
  const cells = figureNames.map(([title, name, show]) => {
    const value = definedMetric(metrics, name);
    return `<tr><th>${title}</th><td>${value == null ? "–" : escaped(show(value))}</td></tr>`;
  });
  const half = Math.ceil(cells.length / 2);
  const table = (rows: readonly string[]) => `<table>${rows.join("")}</table>`;
  return `<section class="figures">${table(cells.slice(0, half))}${table(cells.slice(half))}</section>`;
}

/** PnL, trades and win rate of each month of trade time. */
function monthsTable(pnl: Float64Array, closedAt: Float64Array): string {
  const months = new Map<string, { sum: number; trades: number; wins: number }>();
  for (let i = 0; i < pnl.length; i++) {
    const name = isoTime(closedAt[i]!).slice(0, 7);
    const month = months.get(name) ?? { sum: 0, trades: 0, wins: 0 };
    months.set(name, {
      sum: month.sum + pnl[i]!,
      trades: month.trades + 1,
      wins: month.wins + (pnl[i]! > 0 ? 1 : 0),
    });
  }
  const rows = [...months].map(
    ([name, { sum, trades, wins }]) =>
      `<tr><th>${name}</th><td class="${sum < 0 ? "loss" : "gain"}">${escaped(money(sum))}</td><td>${count(trades)}</td><td>${winRate(wins / trades)}</td></tr>`,
  );
  const head = "<tr><th>Month</th><th>PnL</th><th>Trades</th><th>Win rate</th></tr>";
  return rows.length === 0 ? "" : `<table class="months">${head}${rows.join("")}</table>`;
}

const STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:880px;margin:2rem auto;padding:0 1rem}" +
  "h1{margin:0}figure{margin:1.5rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}svg text{font-size:11px;fill:#555}" +
  ".grid{stroke:#e3e3e3}.level{stroke:#888}.course{fill:none;stroke:#0b5cad;stroke-width:1.5}.area{fill:#0b5cad;opacity:.12}" +
  ".figures{display:flex;gap:3rem;flex-wrap:wrap}table{border-collapse:collapse}th{text-align:left;font-weight:500;padding:.15rem 1.5rem .15rem 0}" +
  "td{text-align:right;font-variant-numeric:tabular-nums;padding:.15rem .5rem}.loss{color:#a4260b}.note{color:#555}";
