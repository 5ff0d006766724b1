import { normalCdf, normalPpf } from "../numeric/distributions.ts";
import { mean } from "../numeric/moments.ts";
import type { OrderStatistics } from "../numeric/order-statistics.ts";

/** Confidence intervals from bootstrap replicates. */

export type Interval = { low: number; high: number };

/**
 * Quantile, linear between order statistics (numpy's default, Hyndman and Fan's type 7).
 * @param options.of  at least one value
 * @param options.q  in [0, 1]
 * Source: R. Hyndman and Y. Fan (1996), American Statistician 50, 361-365.
 */
export function quantile(options: { of: OrderStatistics; q: number }): number {
  const { of, q } = options;
  if (of.count === 0 || !(q >= 0 && q <= 1)) throw new RangeError(`no ${q} quantile of ${of.count} values`);
  const place = q * (of.count - 1);
  const below = Math.floor(place);
  const low = of.at(below);
  const high = of.at(Math.min(below + 1, of.count - 1));
  return low + (place - below) * (high - low);
}

/**
 * Percentile interval.
 * @param options.tail  probability left out on each side, in (0, 0.5)
 * Source: B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, eq. 13.3.
 */
export function percentileInterval(options: { of: OrderStatistics; tail: number }): Interval {
  return {
    low: quantile({ of: options.of, q: options.tail }),
    high: quantile({ of: options.of, q: 1 - options.tail }),
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

/**
 * Bias-corrected and accelerated interval.
 * Definition: z0 = Phi^-1(share of replicates below the estimate, ties half); bounds are the quantiles at
 *   Phi(z0 + (z0 + z)/(1 - a (z0 + z))), z = Phi^-1(tail) and Phi^-1(1 - tail).
 * @param options.of  replicates, n >= 1
 * @param options.tail  in (0, 0.5)
 * Degenerate: all replicates on one side of the estimate -> z0 is held at half a replicate from the end.
 * Source: B. Efron (1987), JASA 82, 171-185, eq. 2.3; Efron and Tibshirani (1993), eq. 14.10.
 */
export function bcaInterval(options: {
  of: OrderStatistics;
  estimate: number;
  acceleration: number;
  tail: number;
}): Interval {
  const { of, estimate } = options;
  const n = of.count;
  const share = Math.min(1 - 0.5 / n, Math.max(0.5 / n, (of.below(estimate) + of.atMost(estimate)) / (2 * n)));
  const z0 = normalPpf(share);
  const level = (z: number) => {
    const w = z0 + z;
    const damped = 1 - options.acceleration * w;
    return damped > 0 ? normalCdf(z0 + w / damped) : w > 0 ? 1 : 0;
  };
  const z = normalPpf(options.tail);
  return {
    low: quantile({ of, q: level(z) }),
    high: quantile({ of, q: level(-z) }),
  };
}
