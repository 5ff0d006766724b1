import { createPrng } from "../numeric/prng.ts";
import { cubeRootLength } from "../resampling/block-length.ts";
import { resampleDifferences } from "../resampling/bootstrap.ts";

/**
 * Whether the challenger's drawdown is larger: asked of many paths that could have been, because the ratio of the one path
 * there was is a lottery (docs/calibration).
 */

/** The gate fails from this share of resamples on. */
export const DRAWDOWN_VETO = 0.7;
/** Paths. The gate needs the share to about 0.01. */
export const DRAWDOWN_RESAMPLES = 2000;

/**
 * Share of resampled paths on which the challenger's maximum drawdown exceeds `tolerance` times the champion's.
 * Definition: circular block bootstrap, 2,000 paths of n rows, block length max(ceil(n^(1/3)), k); paired: the same blocks
 *   for both sides; a champion without drawdown is exceeded by any drawdown.
 * @param options.overlap  k, positions usually open together; null: not known
 * @param options.seed  of the resampling: the same look gives the same share
 * @returns 0..1
 * Source: as `resampleBlocks`. Cost O(n L + 2000 n/L).
 */
export function drawdownProbability(options: {
  champion: Float64Array;
  challenger: Float64Array;
  paired: boolean;
  overlap: number | null;
  tolerance: number;
  seed: string;
}): number {
  const n = Math.min(options.champion.length, options.challenger.length);
  const blockLength = Math.min(n, Math.max(cubeRootLength(n), options.overlap ?? 1));
  const { exceeding } = resampleDifferences({
    ...options,
    blockLength,
    count: DRAWDOWN_RESAMPLES,
    prng: createPrng(options.seed),
  });
  return exceeding / DRAWDOWN_RESAMPLES;
}
