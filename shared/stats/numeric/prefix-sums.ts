/**
 * Sums over a range of positions whose values arrive in any order.
 * Cost: O(log n) for a value and for a sum.
 * Source: P. Fenwick (1994), Software: Practice and Experience 24, 327-336.
 */
export class PrefixSums {
  readonly #tree: Float64Array;

  /** @param n  positions 0 .. n-1 */
  constructor(n: number) {
    this.#tree = new Float64Array(n + 1);
  }

  add(position: number, value: number): void {
    for (let i = position + 1; i < this.#tree.length; i += i & -i) this.#tree[i]! += value;
  }

  /** Sum of the values at positions from `from` up to, but not including, `to`. */
  between(from: number, to: number): number {
    return this.#before(to) - this.#before(from);
  }

  #before(end: number): number {
    let sum = 0;
    for (let i = end; i > 0; i -= i & -i) sum += this.#tree[i]!;
    return sum;
  }
}
