import { studentIsf } from "../../shared/stats/numeric/distributions.ts";

/** What a model earns in the long run, per trade taken. */
export type Profile = {
  /** share of trades with PnL > 0, in (0, 1) */
  winRate: number;
  /** account currency */
  meanPnl: number;
  /** account currency, > 0 */
  sdPnl: number;
};

/** Panels of the quadrature; doubling them changes no result by more than 1e-9 of a standard deviation. */
const PANELS = 4000;

const shapes = new Map<string, (latent: number) => number>();

/**
 * The function that bends a Student t number into a PnL with the profile's win rate, mean and standard deviation.
 * Definition: y = T - q with P(T > q) = win rate; PnL = g y for y > 0, l y otherwise; g, l > 0 from
 *   g A1 - l B1 = mean and g^2 A2 + l^2 B2 = sd^2 + mean^2, with Ak = E[(y+)^k], Bk = E[(y-)^k].
 * @param options.tail  degrees of freedom, whole, >= 3
 * @throws RangeError when no such g and l exist (a mean too far from 0 for the win rate and the standard deviation)
 */
export function pnlShape(options: { profile: Profile; tail: number }): (latent: number) => number {
  const { winRate, meanPnl, sdPnl } = options.profile;
  const key = `${winRate}|${meanPnl}|${sdPnl}|${options.tail}`;
  const known = shapes.get(key);
  if (known) return known;
  if (!(winRate > 0 && winRate < 1)) throw new RangeError(`a win rate lies between 0 and 1, not at ${winRate}`);
  if (!(Number.isInteger(options.tail) && options.tail >= 3))
    throw new RangeError(`the tail must be whole and at least 3, not ${options.tail}`);
  const q = studentIsf({ q: winRate, df: options.tail });
  const { a1, a2, b1, b2 } = partialMoments({ q, df: options.tail });
  const ratio = a2 / (a1 * a1);
  const a = b1 * b1 * ratio + b2;
  const b = 2 * meanPnl * b1 * ratio;
  const c = meanPnl * meanPnl * ratio - sdPnl * sdPnl - meanPnl * meanPnl;
  const loss = (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
  const gain = (meanPnl + loss * b1) / a1;
  if (!(loss > 0 && gain > 0)) {
    throw new RangeError(`no PnL has win rate ${winRate}, mean ${meanPnl} and standard deviation ${sdPnl}`);
  }
  const shape = (latent: number) => (latent > q ? gain : loss) * (latent - q);
  if (shapes.size > 1000) shapes.clear();
  shapes.set(key, shape);
  return shape;
}

/** First and second moments of Student's t above and below q: Simpson's rule after t = sqrt(v) tan(x). */
function partialMoments(options: { q: number; df: number }): { a1: number; a2: number; b1: number; b2: number } {
  const { q, df } = options;
  const cut = Math.atan(q / Math.sqrt(df));
  const density = (x: number) => Math.cos(x) ** (df - 1);
  const y = (x: number) => Math.sqrt(df) * Math.tan(x) - q;
  const half = Math.PI / 2;
  const integral = (k: 0 | 1 | 2, from: number, to: number) =>
    simpson(
      (x) => {
        // At the ends t is infinite, but the density wins: the product goes to 0 for k < df.
        const p = density(x);
        return p < 1e-300 || Math.abs(x) >= half ? 0 : p * Math.abs(y(x)) ** k;
      },
      from,
      to,
    );
  const total = integral(0, -half, half);
  return {
    a1: integral(1, cut, half) / total,
    a2: integral(2, cut, half) / total,
    b1: integral(1, -half, cut) / total,
    b2: integral(2, -half, cut) / total,
  };
}

function simpson(f: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / PANELS;
  let sum = f(from) + f(to);
  for (let i = 1; i < PANELS; i++) sum += (i % 2 === 1 ? 4 : 2) * f(from + i * step);
  return (sum * step) / 3;
}
