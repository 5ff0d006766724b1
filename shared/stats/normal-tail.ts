/**
 * Rational approximations behind the normal distribution: erfc and the quantile.
 * jstat's own normal tail is 0 from about z = -6 on, so neither is taken from there.
 */

const CENTRE_P = [
  3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947, 0.185777706184603153,
] as const;
const CENTRE_Q = [23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062] as const;
const MIDDLE_P = [
  0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131, 881.95222124176909,
  1712.04761263407058, 2051.07837782607147, 1230.33935479799725, 2.15311535474403846e-8,
] as const;
const MIDDLE_Q = [
  15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
  4362.61909014324716, 3439.36767414372164, 1230.33935480374942,
] as const;
const FAR_P = [
  0.305326634961232344, 0.360344899949804439, 0.125781726111229246, 0.0160837851487422766, 6.58749161529837803e-4,
  0.0163153871373020978,
] as const;
const FAR_Q = [
  2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191, 2.33520497626869185e-3,
] as const;

/** exp(-y^2) with the square split, so that the rounding of y^2 does not enter the exponent. */
function expMinusSquare(y: number): number {
  const head = Math.trunc(y * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
}

/**
 * Complementary error function, 2/sqrt(pi) times the integral of exp(-t^2) from x to infinity.
 * @param x  any finite number
 * @returns a number in [0, 2]; underflows to 0 above 26.5
 * Accuracy: relative error below 1e-14 wherever the result is a normal double (tested against scipy.special.erfc).
 * Source: W. J. Cody (1969), Rational Chebyshev approximations for the error function, Math. Comp. 23, 631-637
 *   (coefficients as in the author's CALERF).
 */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) {
    const s = y * y;
    let top = CENTRE_P[4] * s;
    let bottom = s;
    for (let i = 0; i < 3; i++) {
      top = (top + CENTRE_P[i]!) * s;
      bottom = (bottom + CENTRE_Q[i]!) * s;
    }
    return 1 - (x * (top + CENTRE_P[3])) / (bottom + CENTRE_Q[3]);
  }
  const tail = y <= 4 ? expMinusSquare(y) * middle(y) : y < 27.3 ? expMinusSquare(y) * far(y) : 0;
  return x < 0 ? 2 - tail : tail;
}

function middle(y: number): number {
  let top = MIDDLE_P[8] * y;
  let bottom = y;
  for (let i = 0; i < 7; i++) {
    top = (top + MIDDLE_P[i]!) * y;
    bottom = (bottom + MIDDLE_Q[i]!) * y;
  }
  return (top + MIDDLE_P[7]) / (bottom + MIDDLE_Q[7]);
}

function far(y: number): number {
  const s = 1 / (y * y);
  let top = FAR_P[5] * s;
  let bottom = s;
  for (let i = 0; i < 4; i++) {
    top = (top + FAR_P[i]!) * s;
    bottom = (bottom + FAR_Q[i]!) * s;
  }
  const correction = (s * (top + FAR_P[4])) / (bottom + FAR_Q[4]);
  return (0.56418958354775628695 - correction) / y;
}

const NEAR_A = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
  67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
] as const;
const NEAR_B = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
  28729.085735721942674, 5226.495278852854561,
] as const;
const MID_A = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
] as const;
const MID_B = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
] as const;
const END_A = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
  0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
] as const;
const END_B = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
] as const;

function ratio(a: readonly number[], b: readonly number[], x: number): number {
  let top = 0;
  let bottom = 0;
  for (let i = 7; i >= 0; i--) {
    top = top * x + a[i]!;
    bottom = bottom * x + b[i]!;
  }
  return top / bottom;
}

/**
 * Standard normal quantile, the z with P(Z <= z) = p.
 * @param p  strictly between 0 and 1; for an upper tail of size q pass q and negate, 1 - q would lose it
 * Accuracy: relative error below 1e-14 for p from 1e-300 (tested against scipy.special.ndtri).
 * Source: M. J. Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484 (PPND16).
 * @throws RangeError outside (0, 1)
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability strictly between 0 and 1 is needed, not ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(NEAR_A, NEAR_B, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? ratio(MID_A, MID_B, r - 1.6) : ratio(END_A, END_B, r - 5);
  return q < 0 ? -z : z;
}
