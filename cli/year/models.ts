import { normalCdf } from "../../shared/stats/numeric/distributions.ts";
import type { MarketModel } from "../market/market.ts";
import type { Profile } from "../market/pnl.ts";

/** Who comes in the scripted year, and what each is in truth. The truth is known here and nowhere else. */

export type Truth = "better" | "equal" | "worse";

/** A candidate of the year; means are absolute, so "better" means better than the champion it meets. */
export type Candidate = {
  name: string;
  profile: Profile;
  /** its edge goes away soon after its promotion */
  collapses: boolean;
  /** the market falls soon after its promotion, on every model */
  fallFollows: boolean;
};

const HOLD_MS = 20 * 60_000;
const SD = 120;

/** Win rates move with the mean, as they would for a normal PnL. */
const profileOf = (meanPnl: number): Profile => ({ winRate: normalCdf(meanPnl / SD) - 0.01, meanPnl, sdPnl: SD });

export const firstChampion: Candidate = {
  name: "champion_v1",
  profile: profileOf(20),
  collapses: false,
  fallFollows: false,
};

/** Mean PnL of the 26 challengers in the order in which they are deployed. */
const means = [20, 5, 40, 20, 15, 42, 20, -10, 60, 30, 40, 62, 40, 10, 62, 78, 60, 50, 30, 78, 60, 80, 65, 20, 98, 80];
/** Promoted models whose edge goes away soon after, theirs alone. */
const collapsing = new Set([9, 16, 20]);
/** Promoted models after which the market falls on everybody. */
const beforeFall = new Set([3, 6, 12, 13, 15, 22, 25]);

export const candidates: readonly Candidate[] = means.map((mean, i) => ({
  name: `model_${String(i + 1).padStart(2, "0")}`,
  profile: profileOf(mean),
  collapses: collapsing.has(i + 1),
  fallFollows: beforeFall.has(i + 1),
}));

/** What is left of a model after its edge has collapsed. */
export const collapsed: Profile = { winRate: 0.38, meanPnl: -25, sdPnl: SD };

/** A market fall takes as much from every model: the order among them stays. */
const FALL = { winRate: 0.2, meanPnl: 50 };

const fallen = (p: Profile): Profile => ({
  ...p,
  winRate: p.winRate - FALL.winRate,
  meanPnl: p.meanPnl - FALL.meanPnl,
});

export function truthOf(candidate: Candidate, champion: Candidate): Truth {
  const edge = candidate.profile.meanPnl - champion.profile.meanPnl;
  return edge > 0 ? "better" : edge < 0 ? "worse" : "equal";
}

/** Mean PnL of a model at a signal, market falls left out: they take the same from all. */
export const meanAt = (
  c: Candidate,
  options: { signal: number; collapsesFrom: ReadonlyMap<string, number> },
): number =>
  options.signal >= (options.collapsesFrom.get(c.name) ?? Number.POSITIVE_INFINITY)
    ? collapsed.meanPnl
    : c.profile.meanPnl;

/**
 * The models as they are at one signal.
 * @param options.collapsesFrom  per model the signal from which its edge is collapsed
 * @param options.falling  the market falls: every model whose edge is not collapsed earns less
 */
export function marketModels(options: {
  signal: number;
  collapsesFrom: ReadonlyMap<string, number>;
  falling: boolean;
}): MarketModel[] {
  return [firstChampion, ...candidates].map(({ name, profile }) => {
    const hasCollapsed = options.signal >= (options.collapsesFrom.get(name) ?? Number.POSITIVE_INFINITY);
    // A collapsed model earns so little that the fall takes nothing more from it: the former's fall is its own.
    const now = hasCollapsed ? collapsed : options.falling ? fallen(profile) : profile;
    return { name, profile: now, abstains: 0, holdMs: HOLD_MS };
  });
}
