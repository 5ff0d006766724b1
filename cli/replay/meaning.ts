import { count, list, plural } from "../terminal/figures.ts";
import { gateWords } from "../terminal/gate-words.ts";
import type { ModelReport, ReplayReport } from "./report-shape.ts";

/** The outcome of a replay in plain words. */
export function explain(report: ReplayReport): string {
  return [whatChanged(report), ...unlessEmpty(whoWaits(report)), ...unlessEmpty(whatWasLost(report))].join(" ");
}

function unlessEmpty(text: string): string[] {
  return text === "" ? [] : [text];
}

function whatChanged(report: ReplayReport): string {
  const { promotions, rollbacks, models, market_falls: falls } = report;
  if (promotions.length > 0) {
    const words = promotions.map(
      (p) => `${p.model_name} replaced ${p.details.former} after ${count(p.details.n)} common signals`,
    );
    const undone = rollbacks.map((r) => `${r.model_name} was rolled back`);
    const now = `${report.champion} is champion now`;
    const spared = falls.map((f) => ` ${f.summary}`).join("");
    return `${list([...words, ...undone])}; ${now}.${spared}`;
  }
  if (models.length === 1) return `${models[0]!.model_name} is alone: with one model there is nothing to compare.`;
  const looks = models.flatMap((m) => m.looks);
  if (looks.length === 0) return noLooks(report);
  const tested = models.filter((m) => m.looks.length > 0);
  const retired = models.filter((m) => m.role === "retired");
  const left = retired.length > 0 ? ` ${list(retired.map((m) => m.model_name))} left: ${causesOf(retired)}.` : "";
  return `No challenger was promoted over ${report.champion}: ${plural(looks.length, "look")} at ${plural(tested.length, "challenger")}.${left}`;
}

/** In the order in which they are named. */
const causes: Readonly<Record<NonNullable<ModelReport["retired_because"]>, string>> = {
  futility: "no sign of being better after the rows at which one would show",
  horizon: "the horizon came without proof",
  request: "a person took it out",
  "archive-full": "newer former champions took its place in the archive",
};

function causesOf(retired: readonly ModelReport[]): string {
  return Object.entries(causes)
    .filter(([why]) => retired.some((m) => m.retired_because === why))
    .map(([, words]) => words)
    .join("; or ");
}

/** Why nothing could be judged: too few common signals. */
function noLooks(report: ReplayReport): string {
  const pairs = report.models.flatMap((m) => (m.pairs === null ? [] : [m.pairs]));
  const most = pairs.length > 0 ? Math.max(...pairs) : 0;
  return (
    `Nothing was decided, as it should be: the first look needs ${count(report.settings.min_trades)} common signals, ` +
    `and no challenger has ${most === 0 ? "any" : `more than ${count(most)}`} with ${report.champion}.`
  );
}

function whoWaits(report: ReplayReport): string {
  const open = report.models.filter(
    (m) => m.role === "challenger" && m.promotion_status !== null && m.looks.length > 0,
  );
  const review = open.filter((m) => m.promotion_status === "MANUAL_REVIEW" || m.promotion_status === "APPROVED");
  const worse = open.filter((m) => m.promotion_status === "REJECTED");
  const words: string[] = [];
  if (review.length > 0) {
    const why = review.map(
      (m) => `${m.model_name}${m.blocking_criterion ? ` (held back by ${gateWords(m.blocking_criterion)})` : ""}`,
    );
    words.push(`A person must decide about ${list(why)}, proved better by the numbers.`);
  }
  if (worse.length > 0) words.push(`${list(worse.map((m) => m.model_name))}: proved worse or not worth it, rejected.`);
  return words.join(" ");
}

function whatWasLost({ quarantined, rows, not_deployed: refused }: ReplayReport): string {
  const words: string[] = [];
  if (quarantined.total > 0) words.push(`${plural(quarantined.total, "row")} went to quarantine and count nowhere.`);
  if (rows.unsent > 0) words.push(`${plural(rows.unsent, "row")} could not be sent.`);
  if (refused.length > 0) words.push(`Not deployed: ${list(refused.map((m) => m.model_name))}.`);
  return words.join(" ");
}
