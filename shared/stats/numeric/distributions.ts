import betainc from "@stdlib/math-base-special-betainc";
import erfc from "@stdlib/math-base-special-erfc";
import erfcinv from "@stdlib/math-base-special-erfcinv";
import studentCdf from "@stdlib/stats-base-dists-t-cdf";
import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import jstat from "jstat";

/**
 * Every probability the project uses, behind one file; the series and fractions are the libraries'.
 * jstat carries what it computes to 1e-10: the normal distribution but for its far tail, and log-gamma. The rest is @stdlib's:
 * jstat's normal is 0 beyond six standard deviations and its incomplete beta is good to 1e-7 only.
 * Both answer NaN (jstat also `false`) to what they cannot compute: what can go wrong is refused here, before they are asked.
 * All tails agree with scipy to 1e-10 relative (test/reference/tails.json; figures in docs/decisions/0010).
 */
const { gammaln, normal } = jstat.jStat;

/** Below this many standard deviations jstat's normal distribution starts to lose digits. */
const LOWEST_Z_OF_JSTAT = -4;
/** The same for its quantile. */
const LOWEST_P_OF_JSTAT = 1e-6;

function requireProbability(p: number): void {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability strictly between 0 and 1 is needed, not ${p}`);
}

function requireDegrees(df: number): void {
  if (!(df > 0 && Number.isFinite(df))) throw new RangeError(`degrees of freedom must be positive, not ${df}`);
}

/** Density of the standard normal distribution. Accuracy: 1e-15. */
export function normalPdf(z: number): number {
  return normal.pdf(z, 0, 1);
}

/** P(Z > z) for a standard normal Z. Accuracy: 1e-12 relative down to 1e-300. */
export function normalSf(z: number): number {
  return normalCdf(-z);
}

/** P(Z <= z) for a standard normal Z. Accuracy: as `normalSf`. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new RangeError("z must be a number");
  return z >= LOWEST_Z_OF_JSTAT ? normal.cdf(z, 0, 1) : 0.5 * erfc(-z * Math.SQRT1_2);
}

/**
 * The z with P(Z <= z) = p.
 * @param p  strictly between 0 and 1; for an upper tail of size q use `normalIsf`, 1 - q would lose it
 * Accuracy: 1e-11 relative for p from 1e-300.
 * @throws RangeError outside the range
 */
export function normalPpf(p: number): number {
  requireProbability(p);
  return p >= LOWEST_P_OF_JSTAT ? normal.inv(p, 0, 1) : -Math.SQRT2 * erfcinv(2 * p);
}

/** The z with P(Z > z) = q; keeps its digits for a tiny q. */
export function normalIsf(q: number): number {
  return -normalPpf(q);
}

/**
 * P(T > t) for Student's t.
 * @param options.df  positive, not necessarily whole (Welch)
 * Accuracy: 1e-12 relative for tails down to 1e-300 and df up to 1e5.
 */
export function studentSf(options: { t: number; df: number }): number {
  requireDegrees(options.df);
  if (Number.isNaN(options.t)) throw new RangeError("t must be a number");
  return studentCdf(-options.t, options.df);
}

/** Density of Student's t with df degrees of freedom. Accuracy: 1e-10 relative for df up to 1e5. */
export function studentPdf(options: { t: number; df: number }): number {
  requireDegrees(options.df);
  const { t, df } = options;
  const logConstant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * Math.log(df * Math.PI);
  return Math.exp(logConstant - ((df + 1) / 2) * Math.log1p((t * t) / df));
}

/**
 * The t with P(T > t) = q.
 * @param options.q  strictly between 0 and 1
 * Accuracy: 1e-12 relative for q from 1e-100.
 * @throws RangeError outside the range
 */
export function studentIsf(options: { q: number; df: number }): number {
  requireDegrees(options.df);
  requireProbability(options.q);
  // 0 - x: at the middle the answer is 0, not -0
  return 0 - studentQuantile(options.q, options.df);
}

/**
 * P(X >= k) for a binomial X.
 * Definition: I_p(k, n - k + 1).
 * @param options.k  successes; 0 or less gives 1, more than n gives 0
 * @param options.p  success probability in (0, 1)
 * Accuracy: 1e-11 relative.
 */
export function binomialAtLeast(options: { k: number; n: number; p: number }): number {
  requireProbability(options.p);
  if (options.k <= 0) return 1;
  if (options.k > options.n) return 0;
  return betainc(options.p, options.k, options.n - options.k + 1);
}
