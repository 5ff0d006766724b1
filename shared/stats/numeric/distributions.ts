import jstat from "jstat";
import { incompleteBeta, logGamma } from "./incomplete-beta.ts";
import { erfc, normalQuantile } from "./normal-tail.ts";

/**
 * Every probability the project uses, behind one file.
 * jstat is met here and nowhere else. It is used where a start is enough (the quantile of Student's t, polished below);
 * its tails are not used: its normal is 0 beyond six standard deviations and a negative dof gives `false`.
 * All tails agree with scipy to 1e-10 relative (test/reference/tails.json).
 */

/** P(Z > z) for a standard normal Z. Accuracy: 1e-13 relative down to 1e-300. */
export function normalSf(z: number): number {
  return 0.5 * erfc(z * Math.SQRT1_2);
}

/** P(Z <= z) for a standard normal Z. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}

/** The z with P(Z <= z) = p. @throws RangeError unless 0 < p < 1 */
export function normalPpf(p: number): number {
  return normalQuantile(p);
}

/** The z with P(Z > z) = q; keeps its digits for a tiny q. */
export function normalIsf(q: number): number {
  return -normalQuantile(q);
}

function requireDegrees(df: number): void {
  if (!(df > 0 && Number.isFinite(df))) throw new RangeError(`degrees of freedom must be positive, not ${df}`);
}

/**
 * P(T > t) for Student's t.
 * Definition: half of I_x(df/2, 1/2) at x = df / (df + t^2), reflected for a negative t.
 * @param o.df  positive, not necessarily whole (Welch)
 * Accuracy: 1e-10 relative for tails down to 1e-300 and df up to 1e6.
 * Source: Abramowitz and Stegun (1964), 26.7.1 with 26.5.
 */
export function studentSf(o: { t: number; df: number }): number {
  requireDegrees(o.df);
  if (Number.isNaN(o.t)) throw new RangeError("t must be a number");
  const square = o.t * o.t;
  if (square === Number.POSITIVE_INFINITY) return o.t > 0 ? 0 : 1;
  const x = o.df / (o.df + square);
  const half = 0.5 * incompleteBeta({ a: o.df / 2, b: 0.5, x, complement: square / (o.df + square) });
  return o.t >= 0 ? half : 1 - half;
}

/** Density of Student's t with df degrees of freedom. */
export function studentPdf(o: { t: number; df: number }): number {
  requireDegrees(o.df);
  const { t, df } = o;
  const logConstant = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  return Math.exp(logConstant - ((df + 1) / 2) * Math.log1p((t * t) / df));
}

/**
 * The t with P(T > t) = q.
 * Definition: jstat's quantile (about 1e-8), then Newton steps on ln P(T > t) with the accurate tail above.
 * @param o.q  strictly between 0 and 1
 * Accuracy: 1e-10 relative against scipy.stats.t.isf for q from 1e-12.
 * @throws RangeError outside the range
 */
export function studentIsf(o: { q: number; df: number }): number {
  requireDegrees(o.df);
  if (!(o.q > 0 && o.q < 1)) throw new RangeError(`a probability strictly between 0 and 1 is needed, not ${o.q}`);
  if (o.q > 0.5) return -studentIsf({ q: 1 - o.q, df: o.df });
  if (o.q === 0.5) return 0;
  const start = -jstat.jStat.studentt.inv(o.q, o.df);
  let t = Number.isFinite(start) && start > 0 ? start : normalIsf(o.q);
  for (let i = 0; i < 60; i++) {
    const sf = studentSf({ t, df: o.df });
    const step = ((Math.log(sf) - Math.log(o.q)) * sf) / studentPdf({ t, df: o.df });
    const next = Math.max(t / 4, Math.min(4 * t + 1, t + step));
    if (!Number.isFinite(next)) break;
    const moved = Math.abs(next - t);
    t = next;
    if (moved <= 1e-14 * t) break;
  }
  return t;
}

/**
 * P(X >= k) for a binomial X.
 * Definition: I_p(k, n - k + 1).
 * @param o.k  successes; 0 or less gives 1, more than n gives 0
 * @param o.p  success probability in (0, 1)
 * Accuracy: 1e-10 relative against scipy.stats.binom.sf(k - 1, n, p).
 */
export function binomialAtLeast(o: { k: number; n: number; p: number }): number {
  if (!(o.p > 0 && o.p < 1)) throw new RangeError(`p must lie strictly between 0 and 1, not ${o.p}`);
  if (o.k <= 0) return 1;
  if (o.k > o.n) return 0;
  return incompleteBeta({ a: o.k, b: o.n - o.k + 1, x: o.p, complement: 1 - o.p });
}
