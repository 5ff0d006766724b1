import type { DomainEvent, EventDetails, EventOf } from "./event.ts";
import type { GuardReading } from "./guard.ts";
import { floored, rounded, roundedCount, roundedGain, roundedPercent } from "./number-words.ts";
import { plainText } from "./plain-text.ts";

/**
 * The facts of an event that are worth a line to a person, besides what its sentence says already. Machines get every detail
 * under its own name; a person gets few, named and rounded as everywhere else.
 */

export type Fact = [name: string, value: string];

export function factsOf(event: DomainEvent): Fact[] {
  const facts: Fact[] = [["By", event.actor]];
  if (event.tradeTime !== null) facts.push(["Trade time", timeOf(event.tradeTime)]);
  return [...facts, ...ownFacts(event)].map(([name, value]) => [name, plainText(value)]);
}

/** 2026-01-05 12:24:01 UTC */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function ownFacts(event: DomainEvent): Fact[] {
  switch (event.type) {
    case "deployed":
      return [["Version", event.details.version]];
    case "queued":
      return [
        ["Version", event.details.version],
        ["Place in the queue", String(event.details.position)],
      ];
    case "promotion":
      return promotionFacts(event);
    case "rollback":
      return [
        ["Version", event.details.demotedVersion],
        ...restarted(event.details.restarted),
        ...findingFacts(event.details),
      ];
    case "rollback_failed": {
      const { archive } = event.details;
      return [["Former champions that could be restored", archive.length > 0 ? archive.join(", ") : "none"]];
    }
    case "manual_review":
      return [
        ["Version", event.details.version],
        ["Score", score(event.details.score)],
      ];
    case "retired":
      return retiredFacts(event);
    case "trade_rejected":
    case "data_integrity": {
      const { tradeId, byKind } = event.details;
      const kinds = Object.entries(byKind).map(([kind, count]) => `${roundedCount(count)} ${kind}`);
      return [...(tradeId ? [["Latest example", `trade ${tradeId}`] as Fact] : []), ["So far", kinds.join(", ")]];
    }
    case "new_stream":
      return [
        ["Stream before", event.details.former],
        ["Trades counted so far", roundedCount(event.details.trades)],
      ];
    case "degradation":
    case "guard_passed":
    case "guard_mode":
    case "guard_unclear":
    case "market":
    case "rollback_advised":
    case "hard_stop":
      return findingFacts(event.details);
    case "rollback_judged":
    case "paused":
    case "resumed":
      return [];
  }
}

function promotionFacts({ details }: EventOf<"promotion">): Fact[] {
  const { version, winRateChange, meanPnlChange, guard } = details;
  const facts: Fact[] = [["Version", version]];
  if (details.score !== null) facts.push(["Score", score(details.score)]);
  if (winRateChange !== null)
    facts.push(["Win rate beside the former champion's", `${roundedGain(100 * winRateChange, 1)} points`]);
  if (meanPnlChange !== null) facts.push(["PnL a signal beside the former champion's", roundedGain(meanPnlChange, 2)]);
  if (guard.status === "watching") facts.push(["Guarded over", `the next ${guard.window} trades`]);
  return [...facts, ...restarted(details.restarted)];
}

const restarted = (challengers = 0): Fact[] =>
  challengers > 0 ? [["Challengers whose test starts anew", String(challengers)]] : [];

function retiredFacts({ details }: EventOf<"retired">): Fact[] {
  const facts: Fact[] = [["Version", details.version]];
  if (!("score" in details)) return facts;
  facts.push(["Score", score(details.score)]);
  if (details.paperDifference !== null)
    facts.push(["PnL beside the champion's, on paper", roundedGain(details.paperDifference, 2)]);
  return facts;
}

/** What guard or monitor measured, where one of them spoke. */
function findingFacts(details: EventDetails["degradation"] | EventDetails["rollback"]): Fact[] {
  if ("guard" in details && "automatic" in details) return guardFacts(details.guard);
  if ("charts" in details && details.baselineWinRate !== null && details.baselineMeanPnl !== null)
    return [
      ["Promised", `${roundedPercent(details.baselineWinRate)} won, ${rounded(details.baselineMeanPnl, 2)} a trade`],
    ];
  return [];
}

function guardFacts(reading: GuardReading): Fact[] {
  const facts: Fact[] = [
    ["Trades since the promotion", `${reading.trades}, ${roundedPercent(reading.winRate)} of them won`],
    [
      "Drawdown since the promotion",
      `${rounded(reading.drawdown, 2)} (promised: at most ${rounded(reading.drawdownRollback, 2)})`,
    ],
  ];
  if (reading.paired)
    facts.push(["Volatility of the market", `${rounded(reading.volatilityRatio, 2)} times that of its test`]);
  return facts;
}

const score = (points: number): string => `${floored(points, 1)} of 100`;
