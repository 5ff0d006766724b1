import type { Prng } from "../numeric/prng.ts";
import {
  type Kernel,
  type KernelPlan,
  LARGEST_STARTS,
  PATH_BYTES,
  pathsAt,
  plainKernel,
  restTableAt,
  START_BYTES,
  STATE_BYTES,
  simdKernel,
} from "./resample-kernel.ts";

/**
 * Circular block bootstrap of means and drawdowns.
 * A block of L rows is reduced once to four numbers (see resample-kernel.ts) for each of its n possible starts; a resample then
 * costs n/L steps instead of n, for the mean and the drawdown together (resample-kernel.ts). Paired sides share their block
 * starts, so that a resample keeps signals together.
 */

/**
 * For every start: total, worst, low, high of the `length` rows from there on, circular, into one side of a kernel's table.
 * The doubles are two apart because the other side lies between them.
 */
function tabulate(options: { x: Float64Array; length: number; table: Float64Array; side: 0 | 1 }): void {
  const { x, length, table } = options;
  const n = x.length;
  for (let start = 0, k: number = options.side; start < n; start++, k += START_BYTES / 8) {
    let total = 0;
    let high = 0;
    let low = 0;
    let worst = 0;
    for (let i = 0, at = start; i < length; i++) {
      total += x[at]!;
      if (total > high) high = total;
      else if (high - total > worst) worst = high - total;
      if (total < low) low = total;
      at = at + 1 === n ? 0 : at + 1;
    }
    table[k] = total;
    table[k + 2] = worst;
    table[k + 4] = low;
    table[k + 6] = high;
  }
}

/** Paths composed at a time. Part of the stream: unpaired sides take turns every 64 paths. */
const PASS = 64;

/** Kernels at rest, with their memory. A large one is let go, so that one long history does not stay in memory. */
const idle: Kernel[] = [];
const KEPT_BYTES = 4_194_304;

/** One or two series of the same length, tabulated in a kernel. A single one stands on both sides. */
class Paths {
  readonly #kernel: Kernel;
  readonly #bytes: number;
  readonly #plan: KernelPlan;
  readonly #rows: number;
  readonly #state: Int32Array;
  readonly #out: Float64Array;

  constructor(sides: readonly [Float64Array, Float64Array], options: { rows: number; length: number }) {
    const starts = sides[0].length;
    if (starts > LARGEST_STARTS) throw new RangeError(`at most ${LARGEST_STARTS} rows can be resampled, not ${starts}`);
    const whole = Math.floor(options.rows / options.length);
    const left = options.rows - whole * options.length;
    this.#rows = options.rows;
    this.#plan = { starts, whole, rest: left > 0, paths: PASS };
    this.#bytes = pathsAt(starts) + PASS * PATH_BYTES;
    this.#kernel = idle.pop() ?? simdKernel() ?? plainKernel();
    const buffer = this.#kernel.memory(this.#bytes);
    this.#state = new Int32Array(buffer, 0, 4);
    this.#out = new Float64Array(buffer, pathsAt(starts), (PASS * PATH_BYTES) / 8);
    for (const side of [0, 1] as const) {
      const x = sides[side];
      tabulate({ x, length: options.length, table: new Float64Array(buffer, STATE_BYTES), side });
      if (left > 0) tabulate({ x, length: left, table: new Float64Array(buffer, restTableAt(starts)), side });
    }
  }

  /** Composes the next PASS paths, even where fewer are wanted, so that the stream does not depend on how many; `read` gives them. */
  draw(prng: Prng): void {
    prng.copyState(this.#state);
    this.#kernel.run(this.#plan);
    prng.continueFrom(this.#state);
  }

  /** Mean per row of a path of the present pass. */
  mean(path: number, side: 0 | 1): number {
    return this.#out[(PATH_BYTES / 8) * path + side]! / this.#rows;
  }

  /** Maximum drawdown of a path of the present pass, account currency. */
  drawdown(path: number, side: 0 | 1): number {
    return this.#out[(PATH_BYTES / 8) * path + 2 + side]!;
  }

  /** Gives the kernel back. */
  close(): void {
    if (this.#bytes <= KEPT_BYTES) idle.push(this.#kernel);
  }
}

function checkPlan(options: { rows: number; blockLength: number; count: number }): void {
  if (
    !(
      Number.isInteger(options.blockLength) &&
      options.blockLength >= 1 &&
      options.blockLength <= Math.max(1, options.rows)
    )
  ) {
    throw new RangeError(`block length must be a whole number from 1 to ${options.rows}, not ${options.blockLength}`);
  }
  if (!(Number.isInteger(options.count) && options.count >= 1))
    throw new RangeError(`at least one resample is needed, not ${options.count}`);
  if (options.rows < 1) throw new RangeError("there are no rows to resample");
}

type Plan = {
  champion: Float64Array;
  challenger: Float64Array;
  paired: boolean;
  blockLength: number;
  count: number;
  prng: Prng;
};

/** Paths `from` to `from + count - 1`. The challenger's stand on side 0, the champion's on side 1; the next pass overwrites them. */
type Pass = { challenger: Paths; champion: Paths; from: number; count: number };

/**
 * Resamples both sides together (paired) or each for itself (not paired), some paths at a time.
 * Definition: circular block bootstrap; a path is floor(n/L) whole blocks and, when n is not a multiple, one shorter block,
 *   their starts independent and uniform on the n rows; rows beyond the end continue at the beginning.
 * @param options.champion,options.challenger  shape (n >= 1), open-time order, finite; the same length when `paired`
 * @param options.blockLength  L, 1 .. rows of the shorter side; 1 is the ordinary bootstrap
 * @param options.count  resamples, >= 1
 * @param options.prng  seeded generator; paired draws one set of starts, unpaired first the challenger's then the champion's per pass
 * @param visit  is given the paths of one pass
 * Assumes: stationarity; dependence shorter than L.
 * Accuracy: indices are the same on every machine. Cost O(n L + count n/L), memory O(n).
 * Source: D. Politis and J. Romano (1992), A circular block-resampling procedure for stationary data, in LePage and Billard,
 *   Exploring the Limits of Bootstrap, 263-270. The composition of drawdowns is the project's own.
 */
export function resampleBlocks(options: Plan, visit: (pass: Pass) => void): void {
  const rows = Math.min(options.champion.length, options.challenger.length);
  checkPlan({ rows, blockLength: options.blockLength, count: options.count });
  if (options.paired && options.champion.length !== options.challenger.length)
    throw new RangeError("paired sides must have the same length");
  const length = options.blockLength;
  const of = (a: Float64Array, b: Float64Array) => new Paths([a, b], { rows: a.length, length });
  const h = options.paired ? of(options.challenger, options.champion) : of(options.challenger, options.challenger);
  const c = options.paired ? h : of(options.champion, options.champion);
  for (let from = 0; from < options.count; from += PASS) {
    h.draw(options.prng);
    if (!options.paired) c.draw(options.prng);
    visit({ challenger: h, champion: c, from, count: Math.min(PASS, options.count - from) });
  }
  h.close();
  if (!options.paired) c.close();
}

/**
 * What a look needs of `resampleBlocks`.
 * @param options.tolerance  of the drawdown gate
 * @returns `differences` challenger mean minus champion mean per path, unsorted; `exceeding` paths on which the challenger's
 *   drawdown is more than `tolerance` times the champion's
 */
export function resampleDifferences(options: Plan & { tolerance: number }): {
  differences: Float64Array;
  exceeding: number;
} {
  const differences = new Float64Array(Number.isInteger(options.count) && options.count > 0 ? options.count : 0);
  const { tolerance } = options;
  let exceeding = 0;
  resampleBlocks(options, ({ challenger, champion, from, count }) => {
    for (let i = 0; i < count; i++) {
      differences[from + i] = challenger.mean(i, 0) - champion.mean(i, 1);
      // a number, not a branch: which way it goes is chance, and a processor that guesses it loses time
      exceeding += Number(challenger.drawdown(i, 0) > tolerance * champion.drawdown(i, 1));
    }
  });
  return { differences, exceeding };
}

/**
 * Maximum drawdowns of resampled paths of one model, of a length of their own.
 * @param options.pnl  shape (n >= 1), trade order
 * @param options.pathLength  rows per path
 * @param options.blockLength  rows per block, at most pathLength
 * @returns `count` drawdowns, unsorted, account currency
 * Source and cost as `resampleBlocks`.
 */
export function resampleDrawdowns(options: {
  pnl: Float64Array;
  pathLength: number;
  blockLength: number;
  count: number;
  prng: Prng;
}): Float64Array {
  checkPlan({ rows: options.pathLength, blockLength: options.blockLength, count: options.count });
  if (options.pnl.length < 1) throw new RangeError("there are no rows to resample");
  const one = new Paths([options.pnl, options.pnl], { rows: options.pathLength, length: options.blockLength });
  const drawdowns = new Float64Array(options.count);
  for (let from = 0; from < options.count; from += PASS) {
    const paths = Math.min(PASS, options.count - from);
    one.draw(options.prng);
    for (let i = 0; i < paths; i++) drawdowns[from + i] = one.drawdown(i, 0);
  }
  one.close();
  return drawdowns;
}
