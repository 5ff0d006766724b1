import { roundedCount, roundedGain, roundedPercent } from "../domain/number-words.ts";
import type { Report } from "../domain/report.ts";

/** The report in a few sentences: what was tested, what came of it, and whether it was worth it. */
export function reportInWords(report: Report): string {
  return [periodWords(report), ...promotionWords(report), rollbackWords(report), retirementWords(report)].join(" ");
}

const number = (n: number, one: string, many = `${one}s`): string => `${roundedCount(n)} ${n === 1 ? one : many}`;

function periodWords({ from, to, modelsTested }: Report): string {
  const moment = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const since = from === null ? "From the beginning" : `From ${moment(from)}`;
  const until = to === null ? "until now" : `to ${moment(to)}`;
  return `${since} ${until}, by the wall clock: ${number(modelsTested, "challenger")} tested.`;
}

function promotionWords(report: Report): string[] {
  const { promotions, forcedPromotions: forced, meanPnlChange, testsBegun, expectedFalsePromotions: chance } = report;
  const measured =
    meanPnlChange === null ? "" : `, on average ${roundedGain(meanPnlChange, 2)} a signal over the former champion`;
  const byForce = forced > 0 ? ` (${roundedCount(forced)} by force)` : "";
  const expected = `Of ${number(testsBegun, "test")} begun, at most ${roundedGain(chance, 2).slice(1)} promotions were to be expected if no challenger were better.`;
  return [`${number(promotions, "promotion")}${byForce}${measured}.`, ...(testsBegun > 0 ? [expected] : [])];
}

function rollbackWords(report: Report): string {
  const { rollbacks, automaticRollbacks, failedRollbacks, rollbackRate, rollbacksJudged, harmfulRollbacks } = report;
  const rate = rollbackRate === null ? "" : `, ${roundedPercent(rollbackRate)} of the promotions`;
  const failed = failedRollbacks > 0 ? ` ${number(failedRollbacks, "rollback")} could not be done.` : "";
  const judged =
    rollbacksJudged > 0
      ? ` ${roundedCount(harmfulRollbacks)} of ${roundedCount(rollbacksJudged)} judged afterwards did harm.`
      : "";
  return `${number(rollbacks, "rollback")} (${roundedCount(automaticRollbacks)} automatic${rate}).${failed}${judged}`;
}

function retirementWords({ retired, rejectedAsWorse, paperLossAvoided }: Report): string {
  const net =
    paperLossAvoided < 0
      ? `would have earned ${roundedGain(-paperLossAvoided, 2).slice(1)} more than the champion`
      : `would have lost ${roundedGain(paperLossAvoided, 2).slice(1)} against the champion`;
  const money = retired > 0 ? ` On paper those the rule retired ${net}, net.` : "";
  return `${number(retired, "challenger")} retired, ${roundedCount(rejectedAsWorse)} of them proved worse.${money}`;
}
