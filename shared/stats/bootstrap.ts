import type { Prng } from "./prng.ts";

/**
 * Circular block bootstrap of means and drawdowns.
 * A block of L rows is reduced once to four numbers (see drawdown.ts) for each of its n possible starts; a resample then
 * costs n/L steps instead of n, for the mean and the drawdown together. Paired sides share their block starts, so that a
 * resample keeps signals together.
 */

/** Resampled paths, one entry each. Means per row, drawdowns in account currency. */
export type Resamples = {
  count: number;
  blockLength: number;
  championMean: Float64Array;
  challengerMean: Float64Array;
  championDrawdown: Float64Array;
  challengerDrawdown: Float64Array;
};

/** For every start: total, worst, dip, open of the `length` rows from there on, circular. Four doubles a start. */
function tabulate(x: Float64Array, length: number): Float64Array {
  const n = x.length;
  const table = new Float64Array(4 * n);
  for (let start = 0; start < n; start++) {
    let total = 0;
    let peak = 0;
    let bottom = 0;
    let worst = 0;
    for (let i = 0, at = start; i < length; i++) {
      total += x[at]!;
      if (total > peak) peak = total;
      else if (peak - total > worst) worst = peak - total;
      if (total < bottom) bottom = total;
      at = at + 1 === n ? 0 : at + 1;
    }
    table[4 * start] = total;
    table[4 * start + 1] = worst;
    table[4 * start + 2] = -bottom;
    table[4 * start + 3] = peak - total;
  }
  return table;
}

/** One side prepared for resampling paths of `rows` rows in blocks of `length`. */
type Tables = { rows: number; whole: number; steps: number; block: Float64Array; rest: Float64Array | null };

function prepare(x: Float64Array, o: { rows: number; length: number }): Tables {
  const whole = Math.floor(o.rows / o.length);
  const left = o.rows - whole * o.length;
  return {
    rows: o.rows,
    whole,
    steps: whole + (left > 0 ? 1 : 0),
    block: tabulate(x, o.length),
    rest: left > 0 ? tabulate(x, left) : null,
  };
}

/** Composes the paths whose block starts lie in `starts` and writes means and drawdowns from `from` on. */
function compose(o: {
  tables: Tables;
  starts: Int32Array;
  paths: number;
  from: number;
  means: Float64Array;
  drawdowns: Float64Array;
}): void {
  const { block, rest, whole, steps, rows } = o.tables;
  const { starts, means, drawdowns } = o;
  for (let path = 0, at = 0; path < o.paths; path++) {
    let sum = 0;
    let worst = 0;
    let open = 0;
    for (let i = 0; i < whole; i++, at++) {
      const k = 4 * starts[at]!;
      const total = block[k]!;
      const inside = block[k + 1]!;
      const across = open + block[k + 2]!;
      const behind = open - total;
      const own = block[k + 3]!;
      if (inside > worst) worst = inside;
      if (across > worst) worst = across;
      open = Math.max(own, behind);
      sum += total;
    }
    if (rest !== null) {
      const k = 4 * starts[at]!;
      worst = Math.max(worst, rest[k + 1]!, open + rest[k + 2]!);
      sum += rest[k]!;
    }
    at = (path + 1) * steps;
    means[o.from + path] = sum / rows;
    drawdowns[o.from + path] = worst;
  }
}

/** Paths composed between two refills of the buffer of starts. */
const CHUNK = 64;

function checkPlan(o: { rows: number; blockLength: number; count: number }): void {
  if (!(Number.isInteger(o.blockLength) && o.blockLength >= 1 && o.blockLength <= Math.max(1, o.rows))) {
    throw new RangeError(`block length must be a whole number from 1 to ${o.rows}, not ${o.blockLength}`);
  }
  if (!(Number.isInteger(o.count) && o.count >= 1))
    throw new RangeError(`at least one resample is needed, not ${o.count}`);
  if (o.rows < 1) throw new RangeError("there are no rows to resample");
}

/**
 * Resamples both sides together (paired) or each for itself (not paired).
 * Definition: circular block bootstrap; a path is floor(n/L) whole blocks and, when n is not a multiple, one shorter block,
 *   their starts independent and uniform on the n rows; rows beyond the end continue at the beginning.
 * @param o.champion,o.challenger  shape (n >= 1), open-time order, finite; the same length when `paired`
 * @param o.blockLength  L, 1 .. rows of the shorter side; 1 is the ordinary bootstrap
 * @param o.count  resamples, >= 1
 * @param o.prng  seeded generator; paired draws one set of starts, unpaired first the challenger's then the champion's per chunk
 * @returns means (per row) and maximum drawdowns of every path
 * Assumes: stationarity; dependence shorter than L.
 * Accuracy: indices are the same on every machine. Cost O(n L + count n/L), memory O(n + count).
 * Source: D. Politis and J. Romano (1992), A circular block-resampling procedure for stationary data, in LePage and Billard,
 *   Exploring the Limits of Bootstrap, 263-270. The composition of drawdowns is the project's own.
 */
export function resampleBlocks(o: {
  champion: Float64Array;
  challenger: Float64Array;
  paired: boolean;
  blockLength: number;
  count: number;
  prng: Prng;
}): Resamples {
  const rows = Math.min(o.champion.length, o.challenger.length);
  checkPlan({ rows, blockLength: o.blockLength, count: o.count });
  if (o.paired && o.champion.length !== o.challenger.length)
    throw new RangeError("paired sides must have the same length");
  const length = o.blockLength;
  const h = prepare(o.challenger, { rows: o.challenger.length, length });
  const c = prepare(o.champion, { rows: o.champion.length, length });
  const out: Resamples = {
    count: o.count,
    blockLength: length,
    championMean: new Float64Array(o.count),
    challengerMean: new Float64Array(o.count),
    championDrawdown: new Float64Array(o.count),
    challengerDrawdown: new Float64Array(o.count),
  };
  const hStarts = new Int32Array(CHUNK * h.steps);
  const cStarts = o.paired ? hStarts : new Int32Array(CHUNK * c.steps);
  for (let from = 0; from < o.count; from += CHUNK) {
    const paths = Math.min(CHUNK, o.count - from);
    o.prng.fillBelow(hStarts, o.challenger.length);
    if (!o.paired) o.prng.fillBelow(cStarts, o.champion.length);
    compose({ tables: h, starts: hStarts, paths, from, means: out.challengerMean, drawdowns: out.challengerDrawdown });
    compose({ tables: c, starts: cStarts, paths, from, means: out.championMean, drawdowns: out.championDrawdown });
  }
  return out;
}

/**
 * Maximum drawdowns of resampled paths of one model, of a length of their own.
 * @param o.pnl  shape (n >= 1), trade order
 * @param o.pathLength  rows per path
 * @param o.blockLength  rows per block, at most pathLength
 * @returns `count` drawdowns, unsorted, account currency
 * Source and cost as `resampleBlocks`.
 */
export function resampleDrawdowns(o: {
  pnl: Float64Array;
  pathLength: number;
  blockLength: number;
  count: number;
  prng: Prng;
}): Float64Array {
  checkPlan({ rows: o.pathLength, blockLength: o.blockLength, count: o.count });
  if (o.pnl.length < 1) throw new RangeError("there are no rows to resample");
  const tables = prepare(o.pnl, { rows: o.pathLength, length: o.blockLength });
  const drawdowns = new Float64Array(o.count);
  const means = new Float64Array(o.count);
  const starts = new Int32Array(CHUNK * tables.steps);
  for (let from = 0; from < o.count; from += CHUNK) {
    o.prng.fillBelow(starts, o.pnl.length);
    compose({ tables, starts, paths: Math.min(CHUNK, o.count - from), from, means, drawdowns });
  }
  return drawdowns;
}
