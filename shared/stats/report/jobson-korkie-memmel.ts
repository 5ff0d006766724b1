import { tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { correlation, momentsOf } from "../numeric/moments.ts";
import { sharpeRatio } from "../rule/sharpe-difference.ts";
import type { Sides } from "../rule/sides.ts";

/**
 * Jobson-Korkie test of two Sharpe ratios with Memmel's correction, for paired independent normal rows.
 * Definition: v = (2 - 2 r + (SR_h^2 + SR_c^2 - 2 SR_h SR_c r^2)/2)/n; z = (SR_h - SR_c)/sqrt(v).
 * Reported for comparison; its level is wrong under skewness and heavy tails, so it decides nothing.
 * Degenerate: a constant side, or v = 0 -> DEGENERATE_VARIANCE.
 * Source: C. Memmel (2003), Performance hypothesis testing with the Sharpe ratio, Finance Letters 1, 21-23, eq. 2.
 */
export function jobsonKorkieMemmel(options: Sides): { kind: "defined"; z: number; se: number } | Undefined {
  const n = options.champion.length;
  if (n < 2) return tooFew({ have: n, need: 2, what: "rows" });
  const a = sharpeRatio(momentsOf(options.challenger));
  const b = sharpeRatio(momentsOf(options.champion));
  const r = correlation(options);
  if (a === null || b === null || r === null)
    return undefinedBecause("DEGENERATE_VARIANCE", "A side's PnL does not vary.");
  const v = (2 - 2 * r + 0.5 * (a * a + b * b - 2 * a * b * r * r)) / n;
  if (!(v > 1e-24))
    return undefinedBecause("DEGENERATE_VARIANCE", "Both sides move as one: the difference has no error.");
  return { kind: "defined", z: (a - b) / Math.sqrt(v), se: Math.sqrt(v) };
}
