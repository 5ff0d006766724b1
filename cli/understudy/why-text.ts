import type * as z from "zod";
import type { ComparisonAnswer } from "../../shared/api/contract/comparison.ts";
import type { Decision } from "../../shared/api/contract/evaluation.ts";
import type { EventAnswer } from "../../shared/api/contract/event.ts";
import type { ChallengerAnswer, StatusAnswer } from "../../shared/api/contract/status.ts";
import { definedMetric } from "../client/defined-metric.ts";
import { count, decimal, minuteOf, money, plural, points, winRate } from "../terminal/figures.ts";
import { gateWords } from "../terminal/gate-words.ts";
import { wrap } from "../terminal/wrap.ts";
import { table } from "./output.ts";

/** A decision as a short story: what was seen, what stands in the way, what comes next, and how it came to this. */

export type WhySource = {
  model: string;
  status: StatusAnswer;
  /** null: no look ever compared the model with a champion */
  comparison: ComparisonAnswer | null;
  /** about this model, oldest first */
  events: readonly EventAnswer[];
};

/** Events shown at most; the newest ones. */
const EVENTS_MAX = 12;
/** Closer than this, the clock's time says enough. */
const HOUR_MS = 3_600_000;

export function whyText(source: WhySource): string {
  const { status, comparison, model } = source;
  const challenger = status.challengers.find((m) => m.model_name === model);
  const parts: string[][] = [];
  if (status.champion?.model_name === model) parts.push(championStory(status.champion));
  if (challenger && comparison) parts.push(challengerStory(challenger, comparison));
  else if (comparison) parts.push([comparison.in_words]);
  const departed = status.departed.find((m) => m.model_name === model);
  if (departed)
    parts.push([`${model} is ${departed.role} since ${minuteOf(departed.since)} by the clock: ${departed.reason}`]);
  const queued = status.queue.find((m) => m.model_name === model);
  if (queued) parts.push([`${model} waits for a free place, number ${queued.queue_position} in the queue.`]);
  if (comparison && comparison.path.length > 0) parts.push(lookLines(comparison));
  if (source.events.length > 0) parts.push(eventLines(source.events));
  return parts.map((part) => part.flatMap((line) => wrapped(line)).join("\n")).join("\n\n");
}

/** Tables keep their columns; sentences wrap. */
function wrapped(line: string): string[] {
  return line.startsWith("  ") ? [line] : wrap(line);
}

function championStory(champion: NonNullable<StatusAnswer["champion"]>): string[] {
  const { metrics } = champion;
  const lines = [
    `${champion.model_name} is the champion since ${minuteOf(champion.since)} by the clock and trades real money.`,
    metrics
      ? `Since then ${plural(champion.trade_count, "trade")}: win rate ${winRate(definedMetric(metrics, "win_rate"))}, mean ${money(definedMetric(metrics, "mean_pnl"))} a trade.`
      : "It has not traded yet.",
  ];
  if (champion.guard) lines.push(`Guard: ${champion.guard.in_words}`);
  return lines;
}

function challengerStory(challenger: ChallengerAnswer, comparison: ComparisonAnswer): string[] {
  const { model_name: name } = challenger;
  const now = comparison.now;
  const lines = [
    `${name} challenges ${comparison.champion} on paper${challenger.evidence_since ? `; its evidence counts since ${minuteOf(challenger.evidence_since)} of trade time` : ""}.`,
    comparison.in_words,
  ];
  if (!now) return lines;
  const { evaluation, decision } = now;
  const mean = evaluation.difference.mean_pnl;
  if (mean !== null) {
    const t = evaluation.tests.t;
    const paired = t.kind === "defined" ? t.paired : null;
    const interval =
      paired?.kind === "defined" ? `, at one look 95 % from ${money(paired.low95)} to ${money(paired.high95)}` : "";
    lines.push(
      `On ${plural(now.pairs, "common signal")} it earned ${decimal(Math.abs(mean))} a signal ${mean < 0 ? "less" : "more"} than the champion${interval}.`,
    );
  }
  const judged = now.pairs >= evaluation.scales.first_look;
  const open = decision.gates.filter((gate) => gate.state !== "pass");
  // Before the first look a criterion that does not hold yet is no news, and would only look like a fault.
  if (!judged) lines.push(`Before ${count(evaluation.scales.first_look)} common signals nothing is judged.`);
  else if (open.length === 0) lines.push("", "Nothing stands in the way: every criterion holds.");
  else lines.push("", "What stands in the way:", ...gateLines(open));
  lines.push("", nextWords(challenger));
  const erasing = evaluation.erasing_loss;
  if (erasing)
    lines.push(
      `A loss of ${money(-Math.abs(erasing.loss))} in one of ${count(erasing.trades)} trades would erase the advantage.`,
    );
  return lines;
}

/** A criterion that does not hold: its state and name, and its reason below. */
function gateLines(gates: z.output<typeof Decision>["gates"]): string[] {
  return gates.flatMap((gate) => [`  ${gate.gate} (${gate.state})`, ...wrap(gate.reason, { indent: 6 })]);
}

function nextWords(challenger: ChallengerAnswer): string {
  const soonest = [challenger.trades_left?.mean.n50, challenger.trades_left?.sharpe.n50].filter((n) => n != null);
  const half =
    soonest.length > 0
      ? ` As things stand, half of such challengers are proved within ${count(Math.min(...soonest))} more common signals.`
      : "";
  return `Next look at ${count(challenger.next_look)} common signals, ${count(challenger.pairs_to_next_look)} from now.${half}`;
}

function lookLines({ path }: ComparisonAnswer): string[] {
  const rows = path.map((look) => [
    `at ${count(look.n)}`,
    minuteOf(look.at),
    look.verdict,
    `score ${points(look.score)}`,
    look.blocking === null ? "" : `stopped by ${gateWords(look.blocking)}`,
  ]);
  return ["Looks so far, in trade time:", ...table(rows, { indent: "  ", right: [0, 3] })];
}

function eventLines(events: readonly EventAnswer[]): string[] {
  const shown = events.slice(-EVENTS_MAX);
  const hidden = events.length - shown.length;
  return [
    hidden > 0
      ? `What happened, by the clock (${count(hidden)} earlier events left out):`
      : "What happened, by the clock:",
    ...shown.flatMap((event) =>
      wrap(`${minuteOf(event.at)}  ${event.summary}${inTradeTime(event)}`, { indent: 2, hang: 18 }),
    ),
  ];
}

/** Only a live stream's trades close when the clock says so: in a replay the two lie months apart. */
function inTradeTime({ at, trade_time: tradeTime }: EventAnswer): string {
  const apart = tradeTime === null ? 0 : Math.abs(Date.parse(at) - Date.parse(tradeTime));
  return apart < HOUR_MS ? "" : ` (trade time ${minuteOf(tradeTime)})`;
}
