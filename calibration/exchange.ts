import type { Prng } from "../shared/stats/numeric/prng.ts";
import type { Columns } from "./market-process.ts";

/**
 * Real rows of several models on the same signals as the source of simulated markets without a better model: the pairing, its
 * correlation, tails and calendar stay as they were, and only who is the champion is left to chance, block by block.
 */
export type RealRows = {
  /** PnL per model on the signals all of them took, opening order; the champion first, then the challengers */
  models: Float64Array[];
  /** rows per block, the same rows for all models */
  blockLength: number;
};

/** @throws RangeError with fewer than two models, columns of different length or a block length outside 1..rows */
export function checkRealRows(options: RealRows): RealRows {
  const n = options.models[0]?.length ?? 0;
  if (options.models.length < 2) throw new RangeError("an exchange needs at least two models");
  if (options.models.some((m) => m.length !== n)) throw new RangeError("the models' columns have different lengths");
  if (!(Number.isInteger(options.blockLength) && options.blockLength >= 1 && options.blockLength <= n))
    throw new RangeError(`the block length must be a whole number from 1 to ${n}, not ${options.blockLength}`);
  return options;
}

/** A random order of 0..k-1 (Fisher and Yates). */
function shuffled(k: number, prng: Prng): number[] {
  const order = Array.from({ length: k }, (_, i) => i);
  for (let i = k - 1; i > 0; i--) {
    const j = prng.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Champion and challengers exchanged per block of real rows.
 * Definition: circular blocks of `blockLength` rows start at random rows; within a block the models' real rows are kept, and
 *   a random order says which model plays the champion and which the challengers. Every side then has the same
 *   distribution, also jointly with the others: no challenger is better than the champion.
 * @param options.edge  added to every trade of the challengers, account currency; 0 is the null hypothesis
 * Assumes: what hangs together in time is shorter than a block. An edge that lasts longer is cut into blocks that turn sign.
 */
export function drawExchange(options: {
  real: RealRows;
  rows: number;
  challengers: number;
  edge: number;
  prng: Prng;
}): Columns {
  const { models, blockLength } = options.real;
  const n = models[0]!.length;
  const sides = Array.from({ length: options.challengers + 1 }, () => new Float64Array(options.rows));
  for (let at = 0; at < options.rows; at += blockLength) {
    const start = options.prng.below(n);
    const order = shuffled(models.length, options.prng);
    const end = Math.min(options.rows, at + blockLength);
    for (const [side, out] of sides.entries()) {
      const from = models[order[side]!]!;
      const edge = side > 0 ? options.edge : 0;
      for (let i = at; i < end; i++) out[i] = from[(start + i - at) % n]! + edge;
    }
  }
  return { champion: sides[0]!, challengers: sides.slice(1) };
}
