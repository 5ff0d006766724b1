/** More values than this in one bin and the general sort takes over. */
const FULL_BIN = 48;

/** Values by rank: 0 is the smallest. Create it with `orderStatistics`. */
export class OrderStatistics {
  readonly count: number;
  readonly #values: Float64Array;
  /** First place of every bin, and one past the last value; null: the values are sorted. */
  readonly #starts: Int32Array | null;
  readonly #binOf: (value: number) => number;

  constructor(options: { values: Float64Array; starts: Int32Array | null; binOf: (value: number) => number }) {
    this.count = options.values.length;
    this.#values = options.values;
    this.#starts = options.starts;
    this.#binOf = options.binOf;
  }

  /** The value of a rank from 0 to count - 1. */
  at(rank: number): number {
    if (!(rank >= 0 && rank < this.count)) throw new RangeError(`there is no rank ${rank} among ${this.count} values`);
    if (this.#starts !== null) this.#settle(this.#binOf(this.#values[rank]!));
    return this.#values[rank]!;
  }

  /** The smallest values, ascending; all of them when there are not so many. */
  smallest(count: number): Float64Array {
    return Float64Array.from({ length: Math.min(count, this.count) }, (_, rank) => this.at(rank));
  }

  /** Values below `x`. */
  below(x: number): number {
    return this.#countWhere(x, (value) => value < x);
  }

  /** Values up to `x`. */
  atMost(x: number): number {
    return this.#countWhere(x, (value) => value <= x);
  }

  /** Values of the bins before that of `x`, which are all smaller, and those of its own bin for which `holds` is true. */
  #countWhere(x: number, holds: (value: number) => boolean): number {
    const starts = this.#starts;
    const bins = starts === null ? 0 : starts.length - 1;
    const bin = starts === null ? 0 : Math.max(0, Math.min(bins - 1, this.#binOf(x)));
    const first = starts?.[bin] ?? 0;
    const end = starts?.[bin + 1] ?? this.count;
    let found = first;
    for (let i = first; i < end; i++) if (holds(this.#values[i]!)) found += 1;
    return found;
  }

  /** Puts the values of one bin in order, by insertion; a bin in order costs a look. */
  #settle(bin: number): void {
    const values = this.#values;
    const first = this.#starts![bin]!;
    const end = this.#starts![bin + 1]!;
    for (let i = first + 1; i < end; i++) {
      const value = values[i]!;
      let to = i;
      while (to > first && values[to - 1]! > value) {
        values[to] = values[to - 1]!;
        to--;
      }
      values[to] = value;
    }
  }
}

/**
 * Order statistics of bootstrap replicates, or of any other sample without clumps.
 * Definition: the values are spread over as many bins as there are values, by size; a bin is put in order when one of its ranks
 *   is asked for. An interval asks for a handful of ranks.
 * @param x  finite; stays as it is
 * Accuracy: the same values as `Float64Array.sort`, except that -0 and 0 count as equal. Cost O(n) for values without far
 *   outliers, else O(n log n).
 * Source: E. Isaac and R. Singleton (1956), Sorting by address calculation, J. ACM 3(3), 169-174.
 */
export function orderStatistics(x: Float64Array): OrderStatistics {
  const n = x.length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const v = x[i]!;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const scale = (n - 1) / (high - low);
  // a bin rises with its value, rounding included: subtraction and multiplication by a positive number are monotone
  const binOf = (value: number) => Math.floor((value - low) * scale);
  const sorted = () => new OrderStatistics({ values: Float64Array.from(x).sort(), starts: null, binOf });
  if (!(scale > 0 && Number.isFinite(scale))) return sorted();
  const starts = new Int32Array(n + 1);
  let fullest = 0;
  for (let i = 0; i < n; i++) {
    const bin = ((x[i]! - low) * scale) | 0;
    const count = starts[bin]! + 1;
    starts[bin] = count;
    if (count > fullest) fullest = count;
  }
  if (fullest > FULL_BIN) return sorted();
  for (let bin = 1; bin <= n; bin++) starts[bin] = starts[bin]! + starts[bin - 1]!;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const bin = ((x[i]! - low) * scale) | 0;
    const to = starts[bin]! - 1;
    starts[bin] = to;
    values[to] = x[i]!;
  }
  return new OrderStatistics({ values, starts, binOf });
}
