import { normalSf, studentIsf, studentPdf, studentSf } from "../numeric/distributions.ts";
import type { Moments } from "../numeric/moments.ts";

/** Bayesian belief about mean PnL, and the share of capital it would give each model. Off by default; decides no promotion. */

/** Normal-inverse-gamma belief: mean m worth k rows, variance shape a and scale b. */
export type Belief = { m: number; k: number; a: number; b: number };

/**
 * Prior centred on the champion.
 * Definition: m0 = champion's shadow mean, k0 = 10, a0 = 2, b0 = (a0 - 1) s^2, so that E(variance) = s^2.
 */
export function championPrior(options: { meanPnl: number; sdPnl: number }): Belief {
  return { m: options.meanPnl, k: 10, a: 2, b: options.sdPnl * options.sdPnl };
}

/**
 * Belief after seeing rows.
 * Definition: k' = k + n; m' = (k m + n xbar)/k'; a' = a + n/2; b' = b + SS/2 + k n (xbar - m)^2/(2 k').
 * @param options.seen  moments of the rows; n = 0 changes nothing
 * Source: A. Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.3.
 */
export function updateBelief(options: { prior: Belief; seen: Moments }): Belief {
  const { m, k, a, b } = options.prior;
  const { n, mean, m2 } = options.seen;
  if (n === 0) return options.prior;
  const after = k + n;
  return {
    m: (k * m + n * mean) / after,
    k: after,
    a: a + n / 2,
    b: b + m2 / 2 + (k * n * (mean - m) ** 2) / (2 * after),
  };
}

/** Scale of the marginal of the mean: Student t with 2a degrees of freedom about m. */
export function beliefScale(belief: Belief): number {
  return Math.sqrt(belief.b / (belief.a * belief.k));
}

/**
 * Beliefs about means as curves over one axis: densities of their marginals, Student t.
 * Definition: x is the union of m_k + s_k u for u from -4 to 4, so that a narrow belief beside a wide one is drawn as finely as it is.
 * @param beliefs  b > 0
 * @returns x ascending; per belief its density at every x, and the interval that holds 95 % of it
 */
export function beliefCurves(beliefs: readonly Belief[]): {
  x: number[];
  curves: { density: number[]; low: number; high: number }[];
} {
  const arms = beliefs.map((belief) => ({ m: belief.m, s: beliefScale(belief), df: 2 * belief.a }));
  const steps = Array.from({ length: 2 * CURVE_STEPS + 1 }, (_, i) => (4 * (i - CURVE_STEPS)) / CURVE_STEPS);
  const points = arms.flatMap(({ m, s }) => steps.map((u) => m + s * u));
  const x = [...new Set(points)].sort((a, b) => a - b);
  return {
    x,
    curves: arms.map(({ m, s, df }) => {
      const half = s * studentIsf({ q: 0.025, df });
      return { density: x.map((at) => studentPdf({ t: (at - m) / s, df }) / s), low: m - half, high: m + half };
    }),
  };
}

/** Points of a curve on either side of its middle. */
const CURVE_STEPS = 24;
/** Points of the quadrature on each arm. */
const POINTS = 2001;

/**
 * Probability that each model has the largest mean.
 * Definition: q_k = integral of f_k(x) prod_{j != k} F_j(x) dx, marginals Student t; Simpson's rule in v with
 *   x = m_k + s_k sinh(v), then scaled to sum 1.
 * @param beliefs  at least one, b > 0
 * @returns one number per belief, in [0, 1], summing to 1
 * Degenerate: a belief with b = 0 has no spread -> RangeError (the prior must not be degenerate).
 * Accuracy: 1e-7 for 2 to 5 models of comparable spread. Cost O(points models^2).
 * Source: quadrature as any text; W. Thompson (1933), Biometrika 25, 285-294 for the quantity.
 */
export function probabilityBest(beliefs: readonly Belief[]): number[] {
  if (beliefs.length === 0) throw new RangeError("there is no model to compare");
  const arms = beliefs.map((belief) => ({ m: belief.m, s: beliefScale(belief), df: 2 * belief.a }));
  if (arms.some((arm) => !(arm.s > 0 && Number.isFinite(arm.s))))
    throw new RangeError("a belief needs a positive, finite spread");
  const raw = arms.map((arm, own) => {
    // beyond this the density has lost less than 1e-10 of its mass
    const reach = Math.asinh(Math.min(1e12, 1e10 ** (1 / arm.df) * Math.sqrt(arm.df) * 4 + 8));
    const step = (2 * reach) / (POINTS - 1);
    let sum = 0;
    for (let i = 0; i < POINTS; i++) {
      const v = -reach + i * step;
      const t = Math.sinh(v);
      let value = studentPdf({ t, df: arm.df }) * Math.cosh(v);
      for (let j = 0; j < arms.length; j++) {
        if (j !== own) value *= cdfOf({ arm: arms[j]!, x: arm.m + arm.s * t });
      }
      sum += value * (i === 0 || i === POINTS - 1 ? 1 : i % 2 === 1 ? 4 : 2);
    }
    return (sum * step) / 3;
  });
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((q) => q / total);
}

function cdfOf(options: { arm: { m: number; s: number; df: number }; x: number }): number {
  const t = (options.x - options.arm.m) / options.arm.s;
  // beyond a million degrees of freedom Student's t is the normal to 1e-7
  return options.arm.df > 1e6 ? normalSf(-t) : studentSf({ t: -t, df: options.arm.df });
}

/**
 * Capital weights: challengers share at most epsilon, the champion keeps the rest.
 * Definition: w_k = epsilon q_k for challengers, champion 1 - sum.
 * @param options.best  probabilities of being best, champion first
 * @param options.epsilon  in [0, 0.05]
 * @returns weights, champion first, summing to 1
 */
export function allocate(options: { best: readonly number[]; epsilon: number }): number[] {
  if (!(options.epsilon >= 0 && options.epsilon <= 0.05))
    throw new RangeError(`epsilon must lie between 0 and 0.05, not ${options.epsilon}`);
  const challengers = options.best.slice(1).map((q) => options.epsilon * q);
  return [1 - challengers.reduce((a, b) => a + b, 0), ...challengers];
}
