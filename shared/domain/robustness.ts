import type { Scales } from "../stats/rule/boundary.ts";
import type { ClippedSides, RobustSides } from "../stats/rule/clip.ts";
import { drawdownProbability } from "../stats/rule/drawdown-gate.ts";
import { EQUAL_SIZE_SHARE, equalSize } from "../stats/rule/equal-size.ts";
import { type Stress, stressMissing } from "../stats/rule/missing-reports.ts";
import type { Route } from "../stats/rule/three-scales.ts";
import { wildRows } from "../stats/rule/wild-rows.ts";

/** Robustness: what a proof must hold against before it counts. The numbers; what follows from them is said by the gates. */

/** A row so far out that its unit should be checked. */
export type WildRow = { row: number; signalId: string | null; side: "champion" | "challenger"; pnl: number };

/** What a proof must still hold against: size, absurd rows, reports that never came, drawdown. */
export type Robustness = {
  /** q, the challenger's size over the champion's (clipped sds), and the mean route's HAC z at equal size; null: no q */
  size: { ratio: number | null; z: number | null; bound: number };
  /** `rows` the first few of `count`; HAC z of both routes without them, null when there are none */
  wild: { count: number; rows: WildRow[]; zMean: number | null; zSharpe: number | null; bound: number };
  /** null when nothing is missing, and for unpaired designs */
  stress: Stress | null;
  /** share of resamples with a larger drawdown than tolerated; null while nothing is proved: then nobody asks */
  drawdownProbability: number | null;
};

type RobustnessInput = {
  champion: Float64Array;
  challenger: Float64Array;
  paired: boolean;
  signalIds: readonly string[] | undefined;
  /** PnL of the other side on signals a side never reported */
  missingChallenger: Float64Array;
  missingChampion: Float64Array;
  scales: Scales;
  mean: Route;
  proved: boolean;
  clipped: ClippedSides;
  robust: RobustSides;
  /** of the drawdown gate, and the seed of its resampling */
  tolerance: number;
  seed: string;
};

/** Wild rows shown one by one; beyond that their number says enough. */
const WILD_ROWS_SHOWN = 20;

function shownWildRows(options: RobustnessInput, found: { champion: number[]; challenger: number[] }): WildRow[] {
  const of = (side: "champion" | "challenger") =>
    found[side].map(
      (row): WildRow => ({ row, signalId: options.signalIds?.[row] ?? null, side, pnl: options[side][row]! }),
    );
  return [...of("champion"), ...of("challenger")].sort((a, b) => a.row - b.row).slice(0, WILD_ROWS_SHOWN);
}

/** Cost: one HAC variance; where something is proved 2,000 resampled drawdowns; where rows are wild two HAC variances more. */
export function robustnessOf(options: RobustnessInput): Robustness {
  const { lagFloor, overlap } = options.scales;
  const bound = EQUAL_SIZE_SHARE * options.mean.hac.boundary;
  // A difference that does not vary is an artefact: no size is read from it either.
  const flat = options.paired && options.mean.degenerate !== null;
  const size = flat ? { ratio: null, z: null } : equalSize({ ...options, lagFloor });
  const wild = wildRows({ ...options, lagFloor });
  const missing = options.missingChallenger.length + options.missingChampion.length;
  return {
    size: { ...size, bound },
    wild: { count: wild.count, rows: shownWildRows(options, wild), zMean: wild.zMean, zSharpe: wild.zSharpe, bound },
    stress: options.paired && missing > 0 && options.champion.length > 0 ? stressMissing(options) : null,
    drawdownProbability: options.proved ? drawdownProbability({ ...options, overlap }) : null,
  };
}
