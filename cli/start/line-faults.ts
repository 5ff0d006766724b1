import type { LineFault } from "../../local/dynamodb/fault-proxy.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";

/**
 * Faults for `npm start -- --faults`, seeded: of `share` of the calls something goes wrong.
 * @param options.share  0 to 1
 */
export function lineFaults(options: { seed: string; share: number }): () => LineFault | null {
  const prng = createPrng(`${options.seed}|line`);
  const kinds: readonly (() => LineFault)[] = [
    () => ({ kind: "delay", ms: 20 + prng.below(800) }),
    () => ({ kind: "throttle" }),
    () => ({ kind: "conflict" }),
    () => ({ kind: "error-before" }),
    () => ({ kind: "error-after" }),
    () => ({ kind: "lost-answer" }),
  ];
  return () => (prng.uniform() < options.share ? kinds[prng.below(kinds.length)]!() : null);
}
