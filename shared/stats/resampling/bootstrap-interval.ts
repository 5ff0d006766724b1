import { normalCdf, normalPpf } from "../numeric/distributions.ts";
import { mean } from "../numeric/moments.ts";

/** Confidence intervals from bootstrap replicates. */

export type Interval = { low: number; high: number };

/**
 * Quantile of sorted values, linear between order statistics (numpy's default, Hyndman and Fan's type 7).
 * @param options.sorted  ascending, n >= 1
 * @param options.q  in [0, 1]
 * Source: R. Hyndman and Y. Fan (1996), American Statistician 50, 361-365.
 */
export function quantile(options: { sorted: Float64Array; q: number }): number {
  if (options.sorted.length === 0 || !(options.q >= 0 && options.q <= 1))
    throw new RangeError(`no ${options.q} quantile of ${options.sorted.length} values`);
  const place = options.q * (options.sorted.length - 1);
  const below = Math.floor(place);
  const low = options.sorted[below]!;
  const high = options.sorted[Math.min(below + 1, options.sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

/**
 * Percentile interval.
 * @param options.tail  probability left out on each side, in (0, 0.5)
 * Source: B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, eq. 13.3.
 */
export function percentileInterval(options: { sorted: Float64Array; tail: number }): Interval {
  return {
    low: quantile({ sorted: options.sorted, q: options.tail }),
    high: quantile({ sorted: options.sorted, q: 1 - options.tail }),
  };
}

/** Sums of the second and third powers of centred circular block means, as the acceleration needs them. */
function blockPowers(x: Float64Array, length: number): { second: number; third: number } {
  const n = x.length;
  const centre = mean(x);
  let window = 0;
  for (let i = 0; i < length; i++) window += x[i % n]! - centre;
  let second = 0;
  let third = 0;
  for (let i = 0; i < n; i++) {
    const e = window / length;
    second += e * e;
    third += e * e * e;
    window += x[(i + length) % n]! - x[i]!;
  }
  const blocks = n / length;
  // n overlapping blocks stand for n/length independent ones; each moves the mean by e/blocks
  return { second: second / length / blocks ** 2, third: third / length / blocks ** 3 };
}

/**
 * Acceleration of the BCa interval of a mean difference.
 * Definition: a = sum e^3 / (6 (sum e^2)^1.5) over the influence e of each row (block length 1) or block on the difference.
 *   For length 1 this is the jackknife value of a mean.
 * @param options.series  paired: one series d; unpaired: challenger, then champion
 * @returns 0 when nothing varies
 * Source: Efron and Tibshirani (1993), eq. 14.15; blocks in place of rows after H. Kunsch (1989), Annals of Statistics 17.
 */
export function acceleration(options: { series: readonly Float64Array[]; blockLength: number }): number {
  let second = 0;
  let third = 0;
  for (const [i, x] of options.series.entries()) {
    const powers = blockPowers(x, options.blockLength);
    second += powers.second;
    third += i === 0 ? powers.third : -powers.third;
  }
  return second > 0 ? third / (6 * second ** 1.5) : 0;
}

/** Length of the stretch at the front for which `holds` is true; it must not be true again later. */
function countWhere(sorted: Float64Array, holds: (x: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Bias-corrected and accelerated interval.
 * Definition: z0 = Phi^-1(share of replicates below the estimate, ties half); bounds are the quantiles at
 *   Phi(z0 + (z0 + z)/(1 - a (z0 + z))), z = Phi^-1(tail) and Phi^-1(1 - tail).
 * @param options.sorted  replicates ascending, n >= 1
 * @param options.tail  in (0, 0.5)
 * Degenerate: all replicates on one side of the estimate -> z0 is held at half a replicate from the end.
 * Source: B. Efron (1987), JASA 82, 171-185, eq. 2.3; Efron and Tibshirani (1993), eq. 14.10.
 */
export function bcaInterval(options: {
  sorted: Float64Array;
  estimate: number;
  acceleration: number;
  tail: number;
}): Interval {
  const n = options.sorted.length;
  const below = countWhere(options.sorted, (x) => x < options.estimate);
  const atMost = countWhere(options.sorted, (x) => x <= options.estimate);
  const share = Math.min(1 - 0.5 / n, Math.max(0.5 / n, (below + atMost) / (2 * n)));
  const z0 = normalPpf(share);
  const level = (z: number) => {
    const w = z0 + z;
    const damped = 1 - options.acceleration * w;
    return damped > 0 ? normalCdf(z0 + w / damped) : w > 0 ? 1 : 0;
  };
  const z = normalPpf(options.tail);
  return {
    low: quantile({ sorted: options.sorted, q: level(z) }),
    high: quantile({ sorted: options.sorted, q: level(-z) }),
  };
}
