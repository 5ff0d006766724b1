import { normalCdf, normalPpf } from "../shared/stats/numeric/distributions.ts";
import { momentsOf, variance } from "../shared/stats/numeric/moments.ts";
import type { Prng } from "../shared/stats/numeric/prng.ts";
import type { Columns } from "./market-process.ts";

/**
 * A user's own trades as the source of simulated markets: circular block bootstrap for time (blocks keep what hangs together), ranks
 * for correlation (a mixture of ranks keeps the distribution of PnL as it is).
 */
export type History = {
  /** PnL of the trades taken, opening order, account currency */
  pnl: Float64Array;
  /** normal score of each trade's rank: Phi^-1((rank - 1/2)/n), ties in order of appearance */
  scores: Float64Array;
  /** PnL, ascending */
  sorted: Float64Array;
  /** rows per block of the bootstrap */
  blockLength: number;
};

/** @throws RangeError with fewer than 2 trades or a block length outside 1..n */
export function makeHistory(options: { pnl: Float64Array; blockLength: number }): History {
  const n = options.pnl.length;
  if (n < 2) throw new RangeError(`${n} trades are too few to resample`);
  if (!(Number.isInteger(options.blockLength) && options.blockLength >= 1 && options.blockLength <= n))
    throw new RangeError(`the block length must be a whole number from 1 to ${n}, not ${options.blockLength}`);
  return {
    pnl: options.pnl,
    scores: normalScores(options.pnl),
    sorted: Float64Array.from(options.pnl).sort(),
    blockLength: options.blockLength,
  };
}

/** Normal scores of the ranks. Ties are broken by position: what is equal stays in the same place of the sorted list. */
export function normalScores(x: Float64Array): Float64Array {
  const n = x.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => x[i]! - x[j]! || i - j);
  const out = new Float64Array(n);
  for (let rank = 0; rank < n; rank++) out[order[rank]!] = normalPpf((rank + 0.5) / n);
  return out;
}

/** Rank correlation through normal scores (van der Waerden): the correlation that `drawHistoryMarket` takes. */
export function scoreCorrelation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [normalScores(a), normalScores(b)];
  let cross = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    cross += x[i]! * y[i]!;
    squares += x[i]! * x[i]!;
  }
  return squares > 0 ? cross / squares : 0;
}

/** Row numbers of a circular block bootstrap. */
function resample(options: { n: number; rows: number; length: number; prng: Prng }): Int32Array {
  const out = new Int32Array(options.rows);
  for (let at = 0; at < options.rows; at += options.length) {
    const start = options.prng.below(options.n);
    for (let i = 0; i < options.length && at + i < options.rows; i++) out[at + i] = (start + i) % options.n;
  }
  return out;
}

/**
 * Champion and challengers made of one history.
 * Definition: the champion is a circular block bootstrap of the trades; challenger k is F^-1(Phi(r s_c + sqrt(1 - r^2) s_k))
 *   + edge, s_c the normal scores of the champion's rows, s_k those of an independent block bootstrap, F the history's own
 *   distribution. So both sides have the same distribution of PnL, the same blocks of time, and rank correlation r.
 * @param options.edge  added to every trade of the challengers, account currency; 0 is the null hypothesis
 */
export function drawHistoryMarket(options: {
  history: History;
  rows: number;
  challengers: number;
  correlation: number;
  edge: number;
  prng: Prng;
}): Columns {
  const { pnl, scores, sorted, blockLength } = options.history;
  const n = pnl.length;
  const draw = () => resample({ n, rows: options.rows, length: blockLength, prng: options.prng });
  const base = draw();
  const champion = Float64Array.from(base, (i) => pnl[i]!);
  const rest = Math.sqrt(1 - options.correlation * options.correlation);
  const challengers: Float64Array[] = [];
  for (let k = 0; k < options.challengers; k++) {
    const own = draw();
    challengers.push(
      Float64Array.from(own, (j, row) => {
        const latent = options.correlation * scores[base[row]!]! + rest * scores[j]!;
        return sorted[Math.min(n - 1, Math.floor(normalCdf(latent) * n))]! + options.edge;
      }),
    );
  }
  return { champion, challengers };
}

/** What a better challenger of +x % means for this history. */
export type EdgeUnit = { perPercent: number; words: string };

/**
 * One percent of the mean PnL where the champion earns; where it does not, one percent of the mean would be no improvement,
 * so one percent of a tenth of the standard deviation is taken (a Sharpe ratio of 0.1 per trade counts as the mean).
 */
export function edgeUnit(pnl: Float64Array): EdgeUnit {
  const m = momentsOf(pnl);
  const sd = Math.sqrt(variance(m));
  if (m.mean > 0.02 * sd) return { perPercent: m.mean / 100, words: "of the champion's mean PnL per trade" };
  return {
    perPercent: sd / 1000,
    words: "of a tenth of the standard deviation (the champion's mean PnL is too near to zero, or below it)",
  };
}
