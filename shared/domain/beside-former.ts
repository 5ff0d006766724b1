import type { DomainEvent, MonitorFinding } from "./event.ts";
import { lostOrMade, rounded, roundedGain } from "./number-words.ts";
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
  if (change === null) return `no common signals compare it with ${former}.`;
  return `over the same ${n} signals ${former} earned ${roundedGain(-change, 2)} a signal compared with the new champion.`;
}

function shadowWords(shadow: ReverseShadow | null): string {
  if (shadow === null) return "there is none whose trades could be compared.";
  const { former, pairs, totalDifference } = shadow;
  if (pairs === 0) return `${former} has answered none of the same signals.`;
  const more = totalDifference <= 0;
  return `over the same ${pairs} signals ${former} earned ${rounded(Math.abs(totalDifference), 2)} ${more ? "more" : "less"} than the champion.`;
}

function monitorWords({ former, pairs, championPnl, formerPnl }: MonitorFinding): string {
  if (former === null) return "there is none whose trades could be compared.";
  if (championPnl === null || formerPnl === null) return `${former} has answered none of the same signals.`;
  return `over the same ${pairs} signals ${former} ${lostOrMade(formerPnl)}, the champion ${lostOrMade(championPnl)}.`;
}
