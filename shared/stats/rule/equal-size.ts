import { momentsOf, variance } from "../numeric/moments.ts";
import type { ClippedSides } from "./clip.ts";
import { meanPaired, meanPerSide } from "./mean-difference.ts";

/**
 * Size: a model that trades more of the same earns more dollars and is no better. The challenger is carried to the champion's
 * size and judged there once more.
 */

/** z at equal size must reach this share of the HAC boundary. */
export const EQUAL_SIZE_SHARE = 0.8;

export type EqualSize = {
  /** q, the challenger's sd over the champion's, both clipped; null when a side does not vary */
  ratio: number | null;
  /** the mean route's HAC z of challenger/q - champion; null when q does not exist */
  z: number | null;
};

/**
 * Mean difference at equal size.
 * Definition: q = sd(h*)/sd(c*), h* and c* the clipped sides, ddof 0; z_eq = the mean route's HAC z (Hall's transform
 *   included) of h_i/q - c_i.
 * @param options.clipped  the same rows, clipped
 * Degenerate: h = q c exactly -> z 0, no proof of anything.
 */
export function equalSize(options: {
  champion: Float64Array;
  challenger: Float64Array;
  clipped: ClippedSides;
  paired: boolean;
  lagFloor: number;
}): EqualSize {
  const h = momentsOf(options.clipped.challenger);
  const c = momentsOf(options.clipped.champion);
  const flat = (m: typeof h) => m.n < 2 || !(variance(m) > 1e-12 * m.mean * m.mean);
  if (flat(h) || flat(c)) return { ratio: null, z: null };
  const ratio = Math.sqrt(variance(h) / variance(c));
  const carried = options.challenger.map((x) => x / ratio);
  const score = (options.paired ? meanPaired : meanPerSide)({
    champion: options.champion,
    challenger: carried,
    lagFloor: options.lagFloor,
  });
  return { ratio, z: score.kind === "defined" ? score.z : 0 };
}
