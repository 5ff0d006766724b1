import { normalSf } from "../numeric/distributions.ts";
import { HAC_LAG_FLOOR } from "../numeric/long-run-variance.ts";

/**
 * The sequential boundary b(n; a) = sqrt(a^2 + ln(n/500)) and its measured constants.
 * The constants keep the familywise probability of ever promoting an equal challenger below alpha = 0.05 in total, half to
 * each route, under looks at 500, 600, 700 ... rows without an end.
 */

/** The two ways to prove a challenger better. */
export type EvidenceRoute = "mean" | "sharpe";

/** Most challengers that can be open at the same time: a setting, not how many are open now. */
export type Slots = 1 | 2 | 3;
export type ScaleName = "hac" | "blocks" | "tenths";
export type Variant = "standard" | "long-block";

export const scaleNames: readonly ScaleName[] = ["hac", "blocks", "tenths"];

/** Rows at which the boundary starts to grow. Fixed: the constants were measured with it. */
export const BOUNDARY_START = 500;

/**
 * Boundary constants a by variant, slots and scale.
 * Source: numerical integration (HAC column, alpha .05 in total, half to each route) and simulation of dependent data
 *   (block columns), tables in docs/calibration; measured at a look every 100 rows, hence conservative for fewer looks.
 */
export const BOUNDARY_CONSTANTS: Readonly<
  Record<Variant, Readonly<Record<Slots, Readonly<Record<ScaleName, number>>>>>
> = {
  standard: {
    1: { hac: 2.64, blocks: 2.25, tenths: 1.75 },
    2: { hac: 2.91, blocks: 2.55, tenths: 2.0 },
    3: { hac: 3.05, blocks: 2.7, tenths: 2.1 },
  },
  "long-block": {
    1: { hac: 2.64, blocks: 2.4, tenths: 1.9 },
    2: { hac: 2.91, blocks: 2.65, tenths: 2.1 },
    3: { hac: 3.05, blocks: 2.75, tenths: 2.2 },
  },
};

/**
 * How much higher the Sharpe route's block constant lies: a Sharpe ratio moves with volatility, and a volatility that drifts
 * for longer than a block passed for skill otherwise (measured: docs/calibration).
 */
export const SHARPE_BLOCKS_EXTRA = 0.3;

/** The constant of one route at one scale. */
export function boundaryConstant(options: {
  variant: Variant;
  slots: Slots;
  scale: ScaleName;
  route: EvidenceRoute;
}): number {
  const extra = options.route === "sharpe" && options.scale === "blocks" ? SHARPE_BLOCKS_EXTRA : 0;
  return BOUNDARY_CONSTANTS[options.variant][options.slots][options.scale] + extra;
}

/**
 * Boundary a z must reach at n rows.
 * Definition: sqrt(a^2 + ln(max(n, 500)/500)).
 * @param options.a  constant of the scale, > 0
 * @param options.n  rows, >= 0
 * Source: H. Robbins and D. Siegmund (1970), Boundary crossing probabilities for the Wiener process and sample sums,
 *   Ann. Math. Statist. 41, 1410-1429, eq. 20; a calibrated to discrete looks.
 * @example sequentialBoundary({ a: 3.05, n: 500 }) // 3.05
 */
export function sequentialBoundary(options: { a: number; n: number }): number {
  return Math.sqrt(options.a * options.a + Math.log(Math.max(options.n, BOUNDARY_START) / BOUNDARY_START));
}

/** One-sided level of a single look at the boundary, 1 - Phi(b(n)): the level an interval shown at that look is drawn at. */
export function levelAtLook(options: { a: number; n: number }): number {
  return normalSf(sequentialBoundary(options));
}

/** Which blocks, lags and first look belong to a series of rows: the plan of its looks. */
export type Scales = {
  variant: Variant;
  blockLength: number;
  firstLook: number;
  /** fewest lags of the HAC variance */
  lagFloor: number;
  /** positions usually open together; null: not known */
  overlap: number | null;
  /** false: no false-promotion rate was measured for so much overlap */
  simulated: boolean;
};

/** Overlap up to which the standard blocks hold, and up to which error rates were measured at all. */
const STANDARD_OVERLAP_MAX = 5;
const SIMULATED_OVERLAP_MAX = 20;

/**
 * Plans the looks from the overlap of positions.
 * Definition: with k = overlap rounded up, at least 1: blocks of 50 rows for k <= 5; 100 rows and the long-block constants
 *   for k of 6 to 20, by choice, and when k is not known; 5 k rounded up to 50 above 20. First look at ten blocks, never
 *   before `minTrades`. HAC lags at least max(24, 2 k + 4).
 * @param options.overlap  positions usually open together (median), >= 0, over the rows of the look; null: not known
 * @param options.longBlocks  "always" takes the long-block variant whatever the overlap
 * @returns `simulated` false above 20: no false-promotion rate was measured there
 */
export function chooseScales(options: {
  overlap: number | null;
  longBlocks: "auto" | "always";
  minTrades: number;
}): Scales {
  if (options.overlap !== null && !(options.overlap >= 0 && Number.isFinite(options.overlap)))
    throw new RangeError(`overlap must be 0 or more, not ${options.overlap}`);
  const k = options.overlap === null ? null : Math.max(1, Math.ceil(options.overlap));
  const long = options.longBlocks === "always" || k === null || k > STANDARD_OVERLAP_MAX;
  const ordinary = long ? 100 : 50;
  const blockLength = k === null || k <= SIMULATED_OVERLAP_MAX ? ordinary : Math.ceil((5 * k) / 50) * 50;
  return {
    variant: long ? "long-block" : "standard",
    blockLength,
    firstLook: Math.max(options.minTrades, 10 * blockLength),
    lagFloor: Math.max(HAC_LAG_FLOOR, k === null ? 0 : 2 * k + 4),
    overlap: k,
    simulated: k === null || k <= SIMULATED_OVERLAP_MAX,
  };
}
