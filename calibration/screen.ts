import { hacLags } from "../shared/stats/numeric/long-run-variance.ts";

/**
 * Bounds on what a look can say, in constant time a look: they spare the simulator the looks that cannot change a life.
 * The production rule is never replaced: a look is left out only where its answer follows from the rule's definition.
 * (a) The long-run variance is never below the plain one, and z is never above z_raw, hence
 *     z_mean <= mean(d)/sqrt(g0(d)/(n-1)) and z_sharpe <= (SR_h - SR_c)/sqrt(g0(psi_h - psi_c)/(n-1)).
 * (b) At most L lags enter, so the long-run variance is at most (L + 1) times the plain one, and Hall's transform of z > 0
 *     stays above 0 while z > 3/s ((1 - s^2/6)^(1/3) - 1), s < 0 its skewness: then the challenger is not futile.
 * A test plays the same lives with and without them.
 */
export type Bounds = {
  /** no route's z is above this */
  zMost: number;
  /** the mean route is certainly above 0 */
  meanAbove: boolean;
};

/** Rounding of the sums below moves a z by far less than this. */
const MARGIN = 1e-6;
/** Variances below this share of a side's own variance are too near to cancellation to rely on. */
const SMALLEST_VARIANCE = 1e-7;

/** Lags of the largest overlap in the catalogue, 2 k + 4 with k = 20: a bound for every smaller one too. */
const MOST_LAGS = 44;

const POWERS = 12;

/** Sums over the first n rows, going forward only. */
export class Screen {
  readonly #champion: Float64Array;
  readonly #challenger: Float64Array;
  readonly #sums = new Float64Array(POWERS);
  #shift = 0;
  #unit = 1;
  #rows = 0;

  constructor(champion: Float64Array, challenger: Float64Array) {
    this.#champion = champion;
    this.#challenger = challenger;
    // Any shift and unit are right; ones near the data keep the digits.
    const first = Math.min(200, champion.length);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < first; i++) {
      sum += champion[i]!;
      squares += champion[i]! ** 2;
    }
    this.#shift = first > 0 ? sum / first : 0;
    const spread = Math.sqrt(Math.max(0, squares / Math.max(1, first) - this.#shift ** 2));
    this.#unit = spread > 0 ? spread : 1;
  }

  #advance(n: number): void {
    const s = this.#sums;
    for (let i = this.#rows; i < n; i++) {
      const a = (this.#challenger[i]! - this.#shift) / this.#unit;
      const b = (this.#champion[i]! - this.#shift) / this.#unit;
      const a2 = a * a;
      const b2 = b * b;
      s[0]! += a;
      s[1]! += a2;
      s[2]! += a2 * a;
      s[3]! += a2 * a2;
      s[4]! += b;
      s[5]! += b2;
      s[6]! += b2 * b;
      s[7]! += b2 * b2;
      s[8]! += a * b;
      s[9]! += a2 * b;
      s[10]! += a * b2;
      s[11]! += a2 * b2;
    }
    this.#rows = n;
  }

  /** Bounds of the look of the first n rows; null where they would not be reliable and the look must be taken. */
  at(n: number): Bounds | null {
    if (n < this.#rows) throw new RangeError(`the screen goes forward only: ${n} after ${this.#rows}`);
    this.#advance(n);
    const c = centred(this.#sums, n);
    const varD = c.haa + c.hbb - 2 * c.hab;
    if (!(Math.min(c.haa, c.hbb) > SMALLEST_VARIANCE && varD > SMALLEST_VARIANCE * (c.haa + c.hbb))) return null;
    const zMean = ((c.ma - c.mb) / Math.sqrt(varD)) * Math.sqrt(n - 1);
    const skewD = (c.haaa - 3 * c.haab + 3 * c.habb - c.hbbb) / varD ** 1.5;
    const zSharpe = this.#sharpe(c, n);
    if (zSharpe === null) return null;
    return { zMost: Math.max(zMean, zSharpe) + MARGIN, meanAbove: certainlyAbove({ z: zMean, skew: skewD, n }) };
  }

  #sharpe(c: Centred, n: number): number | null {
    const sa = Math.sqrt(c.haa);
    const sb = Math.sqrt(c.hbb);
    const h = (this.#shift / this.#unit + c.ma) / sa;
    const k = (this.#shift / this.#unit + c.mb) / sb;
    const own = (r: number, third: number, fourth: number, v: number) =>
      1 - (r * third) / v ** 1.5 + (r * r * (fourth / (v * v) - 1)) / 4;
    const both =
      c.hab / (sa * sb) -
      (k * c.habb) / (2 * sa * c.hbb) -
      (h * c.haab) / (2 * c.haa * sb) +
      (h * k * (c.haabb / (c.haa * c.hbb) - 1)) / 4;
    const variance = own(h, c.haaa, c.haaaa, c.haa) + own(k, c.hbbb, c.hbbbb, c.hbb) - 2 * both;
    return variance > SMALLEST_VARIANCE ? ((h - k) / Math.sqrt(variance)) * Math.sqrt(n - 1) : null;
  }
}

function certainlyAbove(options: { z: number; skew: number; n: number }): boolean {
  const least = options.z / Math.sqrt(hacLags(options.n, MOST_LAGS) + 1);
  if (!(least > MARGIN)) return false;
  const s = options.skew / Math.sqrt(options.n);
  if (s >= 0) return true;
  const inside = 1 - (s * s) / 6;
  return inside > 0 && least > (3 / s) * (Math.cbrt(inside) - 1) + MARGIN;
}

type Centred = ReturnType<typeof centred>;

/** Central (cross) moments out of the raw sums; a is the challenger, b the champion. */
function centred(s: Float64Array, n: number) {
  const e = (i: number) => s[i]! / n;
  const ma = e(0);
  const mb = e(4);
  return {
    ma,
    mb,
    haa: e(1) - ma * ma,
    hbb: e(5) - mb * mb,
    hab: e(8) - ma * mb,
    haaa: e(2) - 3 * ma * e(1) + 2 * ma ** 3,
    hbbb: e(6) - 3 * mb * e(5) + 2 * mb ** 3,
    haaaa: e(3) - 4 * ma * e(2) + 6 * ma * ma * e(1) - 3 * ma ** 4,
    hbbbb: e(7) - 4 * mb * e(6) + 6 * mb * mb * e(5) - 3 * mb ** 4,
    haab: e(9) - 2 * ma * e(8) - mb * e(1) + 2 * ma * ma * mb,
    habb: e(10) - 2 * mb * e(8) - ma * e(5) + 2 * mb * mb * ma,
    haabb:
      e(11) -
      2 * mb * e(9) -
      2 * ma * e(10) +
      mb * mb * e(1) +
      ma * ma * e(5) +
      4 * ma * mb * e(8) -
      3 * ma * ma * mb * mb,
  };
}
