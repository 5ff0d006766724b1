import type { Undefined } from "../numeric/degenerate.ts";
import {
  boundaryConstant,
  type EvidenceRoute,
  type ScaleName,
  type Slots,
  scaleNames,
  sequentialBoundary,
  type Variant,
} from "./boundary.ts";
import { differences, type MeanScore, meanPaired, meanPerSide } from "./mean-difference.ts";
import { type BlockScore, blockScore } from "./scale-score.ts";
import { type Clip, type SharpeScore, sharpeDifference } from "./sharpe-difference.ts";
import type { Sides } from "./sides.ts";

/** One route at one time scale. `z` null = too few blocks to say. */
export type ScaleResult = {
  z: number | null;
  /** the same with the sides exchanged: evidence that the challenger is worse */
  zWorse: number | null;
  boundary: number;
  clears: boolean;
  /** standard error of the estimate at this scale */
  se: number | null;
  /** degrees of freedom between blocks; null at the HAC scale */
  df: number | null;
  /** rows per block; null at the HAC scale */
  blockLength: number | null;
};

/** A route: an estimate judged at three time scales, each against its own boundary. It clears only by clearing all three. */
export type Route = {
  estimate: number | null;
  hac: ScaleResult;
  blocks: ScaleResult;
  tenths: ScaleResult;
  clears: boolean;
  /** the mirrored statement: worse at all three scales */
  worse: boolean;
  /** scales that hold the route back, in the order hac, blocks, tenths; empty when it clears */
  blockedBy: ScaleName[];
  degenerate: Undefined | null;
  /** why it may not clear although it may reach its boundaries; null: nothing bars it */
  barred: string | null;
};

export type ThreeScales = {
  n: number;
  mean: Route;
  sharpe: Route;
  /** one route clears all three boundaries by itself */
  pass: boolean;
  meanScore: MeanScore | Undefined;
  sharpeScore: SharpeScore | Undefined;
};

type Measured = {
  z: number | null;
  zWorse: number | null;
  se: number | null;
  df: number | null;
  blockLength: number | null;
};

export type Boundaries = Record<ScaleName, number>;

/** The three boundaries of a route at n rows. */
export function boundariesAt(options: { n: number; slots: Slots; variant: Variant; route: EvidenceRoute }): Boundaries {
  const at = (scale: ScaleName) => sequentialBoundary({ a: boundaryConstant({ ...options, scale }), n: options.n });
  return { hac: at("hac"), blocks: at("blocks"), tenths: at("tenths") };
}

/** Judges measured z values. A degenerate route has z = 0 everywhere and clears nothing. */
export function judgeRoute(options: {
  estimate: number | null;
  measured: Record<ScaleName, Measured>;
  boundaries: Boundaries;
  mayClear: boolean;
  degenerate: Undefined | null;
  /** keeps the route from clearing, not from showing the challenger worse */
  barred?: string | null;
}): Route {
  const barred = options.barred ?? null;
  const able = options.mayClear && options.degenerate === null;
  const one = (scale: ScaleName): ScaleResult => {
    const m = options.measured[scale];
    const boundary = options.boundaries[scale];
    return { ...m, boundary, clears: able && m.z !== null && m.z >= boundary };
  };
  const scales = { hac: one("hac"), blocks: one("blocks"), tenths: one("tenths") };
  const blockedBy = scaleNames.filter((scale) => !scales[scale].clears);
  const worse = able && scaleNames.every((scale) => (scales[scale].zWorse ?? 0) >= scales[scale].boundary);
  return {
    estimate: options.estimate,
    ...scales,
    clears: blockedBy.length === 0 && barred === null,
    worse,
    blockedBy,
    degenerate: options.degenerate,
    barred,
  };
}

const still = (blockLength: number | null): Measured => ({ z: 0, zWorse: 0, se: null, df: null, blockLength });

/** Measured values of a route that does not exist for this data. */
export function nothingMeasured(options: { blockLength: number; n: number }): Record<ScaleName, Measured> {
  return { hac: still(null), blocks: still(options.blockLength), tenths: still(Math.floor(options.n / 10)) };
}

function lower(a: BlockScore, b: BlockScore): BlockScore {
  if (a.z === null || b.z === null || a.zWorse === null || b.zWorse === null) return a.z === null ? a : b;
  return { ...(a.z <= b.z ? a : b), z: Math.min(a.z, b.z), zWorse: Math.min(a.zWorse, b.zWorse) };
}

function measureMean(
  options: Sides & { paired: boolean; score: MeanScore; size: number; tenth: number },
): Record<ScaleName, Measured> {
  const series = options.paired ? [differences(options)] : [options.challenger, options.champion];
  const at = (size: number) => ({
    ...blockScore({ estimate: options.score.estimate, series, size }),
    blockLength: size,
  });
  const { z, zWorse, se } = options.score;
  return { hac: { z, zWorse, se, df: null, blockLength: null }, blocks: at(options.size), tenths: at(options.tenth) };
}

function measureSharpe(options: { score: SharpeScore; size: number; tenth: number }): Record<ScaleName, Measured> {
  const { raw, clipped, z, zWorse, se } = options.score;
  const at = (size: number) => {
    const first = blockScore({ estimate: raw.difference, series: raw.series, size });
    if (clipped === raw) return { ...first, blockLength: size };
    return {
      ...lower(first, blockScore({ estimate: clipped.difference, series: clipped.series, size })),
      blockLength: size,
    };
  };
  return { hac: { z, zWorse, se, df: null, blockLength: null }, blocks: at(options.size), tenths: at(options.tenth) };
}

const REWARDS_RISK =
  "the challenger's mean is not above 0, and below 0 a Sharpe ratio rewards risk: this route cannot prove it";

/**
 * The statistical part of the promotion rule: two routes, three time scales each.
 * Definition: mean route on d = challenger - champion, Sharpe route on psi_h - psi_c (raw and clipped, the smaller z counts).
 *   Scales: HAC; blocks of `blockLength`; ten blocks of floor(n/10). At block scales t = estimate/sqrt(max(block variance,
 *   plain variance)/(n-1)) is carried to the normal scale with B - 1 degrees of freedom. Boundary sqrt(a^2 + ln(n/500)),
 *   the Sharpe route's for blocks a little higher. Pass = one route reaches all three of its boundaries, at n >= firstLook; the
 *   Sharpe route only with a positive mean of the challenger.
 * @param options.champion,options.challenger  rows in open-time order, account currency, finite; same length when `paired`
 * @param options.paired  false: blocks per side, variances added, degrees of freedom of the shorter side, n = the shorter side
 * @param options.slots  most challengers open at the same time (setting)
 * @param options.lagFloor  fewest HAC lags; left out: 24
 * @param options.clip  of the Sharpe route's second check; left out: each side at its own median +-5 robust sd
 * @returns z null where fewer than four blocks exist; a degenerate route has z = 0 and its reason
 * Degenerate: fewer than 2 rows, or a paired difference without variance -> both routes undefined; psi without variance ->
 *   the Sharpe route undefined. Nothing undefined clears.
 * Assumes: dependence and regimes no longer than about n/10 rows; longer ones no statistic of these rows can see.
 * Accuracy: 1e-8 against the numpy reference. Cost O(n L).
 * Source: routes as `meanPaired` and `sharpeDifference`; block scales Schmeiser (1982); boundary Robbins and Siegmund (1970);
 *   the combination is the project's own, with measured error rates.
 */
export function threeScales(
  options: Sides & {
    paired: boolean;
    slots: Slots;
    variant: Variant;
    blockLength: number;
    firstLook: number;
    lagFloor?: number;
    clip?: Clip;
  },
): ThreeScales {
  const n = Math.min(options.champion.length, options.challenger.length);
  const size = options.blockLength;
  const tenth = Math.floor(n / 10);
  const boundariesOf = (route: EvidenceRoute) =>
    boundariesAt({ n, slots: options.slots, variant: options.variant, route });
  const mayClear = n >= options.firstLook;
  const meanScore = options.paired ? meanPaired(options) : meanPerSide(options);
  // a challenger that differs by a constant on every row is an artefact, whatever its Sharpe ratio: neither route may pass it
  const sharpeScore = options.paired && meanScore.kind === "undefined" ? meanScore : sharpeDifference(options);
  const mean = judgeRoute({
    estimate: meanScore.kind === "defined" ? meanScore.estimate : null,
    measured:
      meanScore.kind === "defined"
        ? measureMean({ ...options, score: meanScore, size, tenth })
        : nothingMeasured({ blockLength: size, n }),
    boundaries: boundariesOf("mean"),
    mayClear,
    degenerate: meanScore.kind === "defined" ? null : meanScore,
  });
  const sharpe = judgeRoute({
    estimate: sharpeScore.kind === "defined" ? sharpeScore.difference : null,
    measured:
      sharpeScore.kind === "defined"
        ? measureSharpe({ score: sharpeScore, size, tenth })
        : nothingMeasured({ blockLength: size, n }),
    boundaries: boundariesOf("sharpe"),
    mayClear,
    degenerate: sharpeScore.kind === "defined" ? null : sharpeScore,
    barred: sharpeScore.kind === "defined" && !(sharpeScore.challenger > 0) ? REWARDS_RISK : null,
  });
  return { n, mean, sharpe, pass: mean.clears || sharpe.clears, meanScore, sharpeScore };
}
