import { inputOf, median, samplePairs, secondsOfOne } from "./subject.ts";

/**
 * CPU time and memory of evaluations of n pairs, in a process of its own so that nothing else is in its memory.
 * Use: node --expose-gc bench/growth-probe.ts PAIRS RESAMPLES EVALUATIONS; prints one JSON line.
 */
const [pairs, resamples, evaluations] = process.argv.slice(2).map(Number) as [number, number, number];
const collect = (globalThis as { gc?: () => void }).gc;

/** Megabytes alive after a collection: objects, buffers and WebAssembly memory. */
function alive(): number {
  // twice: what only a finaliser lets go is freed after the second
  collect?.();
  collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const { champion, challenger } = samplePairs(pairs);
const once = (i: number) =>
  secondsOfOne({ times: 1, input: () => inputOf({ champion, challenger, resamples, seed: `growth|${i}` }) });
const atRest = alive();
const first = once(0);
// a third of the evaluations warms up: what the compiler keeps is no growth
const warmUp = Math.ceil(evaluations / 3);
for (let i = 1; i <= warmUp; i++) once(i);
const warm = alive();
const times = Array.from({ length: evaluations - warmUp }, (_, i) => once(warmUp + 1 + i));
const afterAll = alive();
const peak = process.resourceUsage().maxRSS / 1e3;
console.log(
  JSON.stringify({
    pairs,
    firstMs: 1000 * first,
    medianMs: 1000 * median(times),
    keptMb: warm - atRest,
    grewMb: afterAll - warm,
    peakRssMb: peak,
  }),
);
