import { isConstant, momentsOf } from "../numeric/moments.ts";
import type { RobustScale } from "../numeric/robust.ts";
import type { RobustSides } from "./clip.ts";
import { meanPaired, meanPerSide } from "./mean-difference.ts";
import { sharpeDifference } from "./sharpe-difference.ts";
import type { Sides } from "./sides.ts";

/** Wild rows: so far out that a wrong unit is likelier than a trade. They may not carry a proof. */

/** A row is wild when a side lies more than this many robust standard deviations from its own median. */
export const WILD_ROBUST_SD = 25;
/** Fewest rows without the wild ones from which anything is said. */
const FEWEST_TAME = 100;

export type WildRows = {
  /** indexes per side of the values beyond 25 robust sd */
  champion: number[];
  challenger: number[];
  /** rows in which any side is wild: signals when paired, rows of both sides together when not */
  count: number;
  /** the routes' HAC z without these rows (Sharpe: unclipped); null when there are none; 0 when too little is left */
  zMean: number | null;
  zSharpe: number | null;
};

function beyond(x: Float64Array, { median, scale }: RobustScale): number[] {
  const out: number[] = [];
  const reach = WILD_ROBUST_SD * scale;
  for (let i = 0; i < x.length; i++) if (!(Math.abs(x[i]! - median) <= reach)) out.push(i);
  return out;
}

function without(x: Float64Array, rows: ReadonlySet<number>): Float64Array {
  return rows.size === 0 ? x : x.filter((_, i) => !rows.has(i));
}

/**
 * Rows so far out that the unit should be checked, and what both routes say without them.
 * Definition: a value is wild when |x - median| > 25 r, r as `robustScale` of its own side. Paired rows leave together.
 * @param options.paired  false: each side leaves out its own
 * Degenerate: fewer than 100 rows left, or nothing left that varies -> z = 0.
 * Cost O(n), and O(n L) where there are wild rows.
 */
export function wildRows(options: Sides & { paired: boolean; lagFloor: number; robust: RobustSides }): WildRows {
  const champion = beyond(options.champion, options.robust.champion);
  const challenger = beyond(options.challenger, options.robust.challenger);
  if (champion.length + challenger.length === 0) return { champion, challenger, count: 0, zMean: null, zSharpe: null };
  const both = new Set([...champion, ...challenger]);
  const tame = {
    champion: without(options.champion, options.paired ? both : new Set(champion)),
    challenger: without(options.challenger, options.paired ? both : new Set(challenger)),
  };
  const count = options.paired ? both.size : champion.length + challenger.length;
  if (Math.min(tame.champion.length, tame.challenger.length) < FEWEST_TAME)
    return { champion, challenger, count, zMean: 0, zSharpe: 0 };
  if (isConstant(momentsOf(tame.champion)) || isConstant(momentsOf(tame.challenger)))
    return { champion, challenger, count, zMean: 0, zSharpe: 0 };
  const mean = (options.paired ? meanPaired : meanPerSide)({ ...tame, lagFloor: options.lagFloor });
  const sharpe = sharpeDifference({ ...tame, paired: options.paired, lagFloor: options.lagFloor, clip: () => null });
  const varies = mean.kind === "defined";
  return {
    champion,
    challenger,
    count,
    zMean: varies ? mean.z : 0,
    // As at the routes: a difference that does not vary says nothing at all.
    zSharpe: varies && sharpe.kind === "defined" ? sharpe.zRaw : 0,
  };
}
