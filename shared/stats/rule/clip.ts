import { type RobustScale, robustScale } from "../numeric/robust.ts";
import type { Sides } from "./sides.ts";

/** Extreme rows held in: the second check of the Sharpe route looks at clipped PnL. */

/** Median and robust sd of each side. */
export type RobustSides = { champion: RobustScale; challenger: RobustScale };

/** Clipped sides, and how many values the clip changed. */
export type ClippedSides = Sides & { rows: number };

/** Clip of the second Sharpe check, in robust standard deviations about the side's own median. */
export const CLIP_ROBUST_SD = 5;

export function robustSides(options: Sides): RobustSides {
  return { champion: robustScale(options.champion), challenger: robustScale(options.challenger) };
}

/** Values of one side held within its own median +-5 robust sd; the array itself when none lies outside. */
export function clipSide(x: Float64Array, { median, scale }: RobustScale): { x: Float64Array; changed: number } {
  const low = median - CLIP_ROBUST_SD * scale;
  const high = median + CLIP_ROBUST_SD * scale;
  let out: Float64Array | null = null;
  let changed = 0;
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    if (v >= low && v <= high) continue;
    out ??= Float64Array.from(x);
    out[i] = v < low ? low : high;
    changed += 1;
  }
  return { x: out ?? x, changed };
}

/** Both sides clipped, each about its own median: one absurd row on one side moves nothing on the other. */
export function clipSides(options: Sides, robust: RobustSides = robustSides(options)): ClippedSides {
  const h = clipSide(options.challenger, robust.challenger);
  const c = clipSide(options.champion, robust.champion);
  return { champion: c.x, challenger: h.x, rows: h.changed + c.changed };
}
