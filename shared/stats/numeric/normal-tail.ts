/**
 * Rational approximations behind the normal distribution: erfc and the quantile.
 * jstat's own normal tail is 0 from about z = -6 on, so neither is taken from there.
 */

const CENTRE_P = [
  3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315,
] as const;
const CENTRE_Q = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171] as const;
const MIDDLE_P = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
] as const;
const MIDDLE_Q = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
] as const;
const FAR_P = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
] as const;
const FAR_Q = [
  2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
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
 *   (coefficients as in the author's CALERF, rounded to doubles).
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
  return (0.5641895835477563 - correction) / y;
}

const NEAR_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
] as const;
const NEAR_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
] as const;
const MID_A = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
] as const;
const MID_B = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
] as const;
const END_A = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
] as const;
const END_B = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
  1.421511758316446e-7, 2.0442631033899397e-15,
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
 * Source: M. J. Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484 (PPND16; coefficients rounded to doubles).
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
