import { logGamma } from "../shared/stats/numeric/incomplete-beta.ts";

/**
 * Upper tail of the gamma distribution with scale 1.
 * Definition: Q(a, x) = 1 - P(a, x); series below a + 1, continued fraction (modified Lentz) above.
 * Accuracy: 1e-12 relative in the tail used.
 * Source: Abramowitz and Stegun (1964), 6.5.29 and 6.5.31.
 */
export function gammaSf(o: { x: number; shape: number }): number {
  const { x, shape: a } = o;
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 1000 && term > 1e-16 * sum; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 1000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/**
 * The x with P(X > x) = q for a gamma variable with scale 1.
 * Definition: bisection on ln x, 60 halvings.
 * @param o.q  in (0, 1]
 */
export function gammaIsf(o: { q: number; shape: number }): number {
  if (o.q >= 1) return 0;
  let low = -60;
  let high = 6;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (gammaSf({ x: Math.exp(middle), shape: o.shape }) > o.q) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
