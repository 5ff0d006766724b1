import type { DomainEvent, MonitorFinding } from "./event.ts";
import { lostOrMade, rounded } from "./number-words.ts";
import type { ReverseShadow } from "./reverse-shadow.ts";

/**
 * What the former champion did on the same signals, for whoever has to decide: an alert about a champion without it would leave the
 * most important question open. Null where an event is about nobody who replaced anybody.
 */
export function besideFormer(event: DomainEvent): string | null {
  if (event.type === "promotion") return promisedBeside(event.details);
  if (event.type === "degradation" && !("guard" in event.details)) return monitorWords(event.details);
  return "reverseShadow" in event.details ? shadowWords(event.details.reverseShadow) : null;
}

function promisedBeside(details: { former: string; n: number; meanPnlChange: number | null }): string {
  const { former, n, meanPnlChange: change } = details;
  if (change === null) return `${former} and the new champion have answered no common signals.`;
  return `over the same ${n} signals ${former} earned ${moreOrLess(-change)} a signal than the new champion.`;
}

function shadowWords(shadow: ReverseShadow | null): string {
  if (shadow === null) return "there is none whose trades could be compared.";
  const { former, pairs, totalDifference } = shadow;
  if (pairs === 0) return `${former} has answered none of the same signals.`;
  if (rounded(totalDifference, 2) === "0.00")
    return `over the same ${pairs} signals ${former} earned as much as the champion.`;
  return `over the same ${pairs} signals ${former} earned ${moreOrLess(-totalDifference)} than the champion.`;
}

const moreOrLess = (by: number): string => `${rounded(Math.abs(by), 2)} ${by < 0 ? "less" : "more"}`;

function monitorWords({ former, pairs, championPnl, formerPnl }: MonitorFinding): string {
  if (former === null) return "there is none whose trades could be compared.";
  if (championPnl === null || formerPnl === null) return `${former} has answered none of the same signals.`;
  return `over the same ${pairs} signals ${former} ${lostOrMade(formerPnl)}, the champion ${lostOrMade(championPnl)}.`;
}
