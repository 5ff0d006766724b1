import { normalCdf } from "../../shared/stats/numeric/distributions.ts";
import type { MarketModel } from "../market/market.ts";
import type { Profile } from "../market/pnl.ts";

/** Who comes in the scripted year, and what each is in truth. The truth is known here and nowhere else. */

export type Truth = "better" | "equal" | "worse";

/** A candidate of the year; means are absolute, so "better" means better than the champion it meets. */
export type Candidate = { name: string; profile: Profile; collapses: boolean };

const HOLD_MS = 20 * 60_000;
const SD = 120;

/** Win rates move with the mean, as they would for a normal PnL. */
const profileOf = (meanPnl: number): Profile => ({ winRate: normalCdf(meanPnl / SD) - 0.01, meanPnl, sdPnl: SD });

export const firstChampion: Candidate = { name: "champion_v1", profile: profileOf(20), collapses: false };

/** Mean PnL of the 26 challengers in the order in which they are deployed. */
const means = [20, 5, 40, 20, 15, 42, 20, -10, 60, 30, 40, 62, 40, 10, 62, 78, 60, 50, 30, 78, 60, 80, 65, 20, 98, 80];
/** Promoted models whose market goes away soon after. */
const collapsing = new Set([9, 16]);

export const candidates: readonly Candidate[] = means.map((mean, i) => ({
  name: `model_${String(i + 1).padStart(2, "0")}`,
  profile: profileOf(mean),
  collapses: collapsing.has(i + 1),
}));

/** What is left of a model after its market has gone. */
export const gone: Profile = { winRate: 0.38, meanPnl: -25, sdPnl: SD };

export function truthOf(candidate: Candidate, champion: Candidate): Truth {
  const edge = candidate.profile.meanPnl - champion.profile.meanPnl;
  return edge > 0 ? "better" : edge < 0 ? "worse" : "equal";
}

/** @param goneFrom  per model the signal from which its market is gone */
export function marketModels(goneFrom: ReadonlyMap<string, number>): MarketModel[] {
  return [firstChampion, ...candidates].map(({ name, profile }) => {
    const from = goneFrom.get(name);
    const model = { name, profile, abstains: 0, holdMs: HOLD_MS };
    return from === undefined ? model : { ...model, breaks: [{ fromSignal: from, profile: gone }] };
  });
}
