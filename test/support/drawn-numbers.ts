import { createPrng } from "../../shared/stats/numeric/prng.ts";

/** n numbers made of independent standard normal ones, the same for the same seed. */
export function numbers(n: number, seed: string, of: (z: number, i: number) => number): Float64Array {
  const prng = createPrng(seed);
  return Float64Array.from({ length: n }, (_, i) => of(prng.normal(), i));
}
