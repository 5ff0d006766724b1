import type { EventAnswer } from "../../shared/api/contract/event.ts";
import type { ReportAnswer } from "../../shared/api/contract/system.ts";
import { count, decimal, minuteOf, money, percent } from "../terminal/figures.ts";
import { wrap } from "../terminal/wrap.ts";
import { table } from "./output.ts";

/** The success criteria, measured. */
export function reportText(report: ReportAnswer): string {
  const rows: [string, string][] = [
    ["challengers tested", count(report.models_tested)],
    ["promotions", `${count(report.promotions)}, ${count(report.forced_promotions)} of them forced`],
    ["rollbacks", `${count(report.rollbacks)}, ${count(report.automatic_rollbacks)} of them automatic`],
    ["rollbacks per promotion", percent(report.rollback_rate)],
    ["rollbacks that failed", count(report.failed_rollbacks)],
    [
      "harmful rollbacks",
      `${count(report.harmful_rollbacks)} of ${count(report.rollbacks_judged)} judged, cost ${money(report.harmful_rollback_cost)}`,
    ],
    ["falls of the whole market", count(report.market_falls)],
    ["retired", `${count(report.retired)}, ${count(report.rejected_as_worse)} of them proved worse`],
    ["waiting for a person", count(report.manual_reviews)],
    ["degradation alerts", count(report.degradations)],
    [
      "win rate won by promotion",
      report.mean_win_rate_change === null ? "–" : `${decimal(100 * report.mean_win_rate_change, 1)} points`,
    ],
    ["PnL won by promotion", `${money(report.mean_pnl_change)} a signal`],
    [
      "promotions the former would have beaten",
      `${count(report.promotions_worse_than_former)} of ${count(report.promotions_judged)} judged`,
    ],
    ["signals to a decision", report.mean_signals_to_decision === null ? "–" : count(report.mean_signals_to_decision)],
    ["false promotions to expect at most", decimal(report.expected_false_promotions, 2)],
  ];
  const period = report.from || report.to ? `from ${minuteOf(report.from)} to ${minuteOf(report.to)}` : "of all time";
  const incomplete = report.complete ? [] : ["Not all events of the period were read; the figures are too low."];
  return [`Report ${period}`, ...wrap(report.in_words), "", ...table(rows, { indent: "  " }), ...incomplete].join("\n");
}

/** Events, newest first, one paragraph each. */
export function historyText(events: readonly EventAnswer[]): string {
  if (events.length === 0) return "No such events.";
  return events
    .flatMap((event) => wrap(`${minuteOf(event.at)}  ${event.priority.padEnd(8)}  ${event.summary}`, { hang: 28 }))
    .join("\n");
}
