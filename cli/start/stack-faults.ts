import type { LineFault } from "../../local/dynamodb/fault-proxy.ts";
import type { StackFaults } from "../../local/stack.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";

/**
 * Faults for `npm start -- --faults`, seeded: of `share` of the calls something goes wrong, and before a fifth of so many batches of
 * trades their stream is renewed. Streams have several shards, which split every few hundred records, and
 * functions compute as slowly as in Lambda.
 * @param options.share  0 to 1
 */
export function stackFaults(options: { seed: string; share: number }): StackFaults {
  const prng = createPrng(`${options.seed}|line`);
  const kinds: readonly (() => LineFault)[] = [
    () => ({ kind: "delay", ms: 20 + prng.below(800) }),
    () => ({ kind: "throttle" }),
    () => ({ kind: "conflict" }),
    () => ({ kind: "error-before" }),
    () => ({ kind: "error-after" }),
    () => ({ kind: "lost-answer" }),
  ];
  const streams = createPrng(`${options.seed}|streams`);
  return {
    line: () => (prng.uniform() < options.share ? kinds[prng.below(kinds.length)]!() : null),
    newStream: () => streams.uniform() < options.share / 5,
    splitting: { seed: options.seed, shards: { first: 2, most: 4 }, every: 300 },
    cpuByMemory: true,
  };
}
