import { evaluate } from "../shared/domain/evaluate.ts";
import type { EvaluationInput } from "../shared/domain/judge.ts";
import { parseSettings } from "../shared/domain/settings.ts";
import { createPrng } from "../shared/stats/numeric/prng.ts";

/** What is measured: the complete evaluation of one look, all scales and tests, with resampling of both mean and drawdown. */

/** Paired PnL of two models, $50 and $60 a trade, sd 120, correlation 0.7; the same numbers on every machine. */
export function samplePairs(n: number): { champion: Float64Array; challenger: Float64Array } {
  const prng = createPrng(`bench|${n}`);
  const champion = new Float64Array(n);
  const challenger = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const shared = Math.sqrt(0.7) * prng.normal();
    champion[i] = 50 + 120 * (shared + Math.sqrt(0.3) * prng.normal());
    challenger[i] = 60 + 120 * (shared + Math.sqrt(0.3) * prng.normal());
  }
  return { champion, challenger };
}

/** Read once, as a function that evaluates many looks reads them. */
const settings = parseSettings({});

export function inputOf(options: {
  champion: Float64Array;
  challenger: Float64Array;
  resamples: number;
  seed: string;
}): EvaluationInput {
  const n = options.champion.length;
  const took = new Uint8Array(n).fill(1);
  return {
    rows: {
      kind: "paired",
      champion: options.champion,
      challenger: options.challenger,
      championTook: took,
      challengerTook: took,
    },
    coverage: { both: n, missing: 0, championOnMissing: new Float64Array(0) },
    design: "paired",
    overlap: 1,
    trials: 3,
    slots: 3,
    seed: options.seed,
    settings: { ...settings, nBootstrap: options.resamples },
  };
}

/**
 * Evaluates several times, each with a seed of its own.
 * @returns CPU seconds of one, all threads of this process included (collection of garbage, compilation)
 */
export function secondsOfOne(options: { times: number; input: (i: number) => EvaluationInput }): number {
  const before = process.cpuUsage();
  for (let i = 0; i < options.times; i++) {
    const { bootstrap, drawdown } = evaluate(options.input(i)).tests;
    if (bootstrap.kind === "undefined") throw new Error(bootstrap.reason);
    if (drawdown.kind === "undefined" || drawdown.probabilityExceeds === null) throw new Error("nothing was resampled");
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / options.times;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
