import gammaincinv from "@stdlib/math-base-special-gammaincinv";

/**
 * The x with P(X > x) = q for a gamma variable with scale 1.
 * @param options.q  in (0, 1]
 * Accuracy: 1e-12 relative for q from 1e-12.
 */
export function gammaIsf(options: { q: number; shape: number }): number {
  if (!(options.q > 0 && options.q <= 1))
    throw new RangeError(`a probability above 0 and up to 1 is needed, not ${options.q}`);
  return gammaincinv(options.q, options.shape, true);
}
