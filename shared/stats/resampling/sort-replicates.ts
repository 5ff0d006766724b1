/** More values than this in one bin and the general sort takes over. */
const FULL_BIN = 48;

/**
 * Sorts bootstrap replicates, or any other sample without clumps, in place.
 * Definition: ascending order; the values are spread over as many bins as there are values, by size, then put right within
 *   a bin by insertion.
 * @param x  finite
 * @returns x
 * Accuracy: the same order as `Float64Array.sort`, except that -0 and 0 count as equal. Cost O(n) for values without far
 *   outliers, else O(n log n).
 * Source: E. Isaac and R. Singleton (1956), Sorting by address calculation, J. ACM 3(3), 169-174.
 */
export function sortReplicates(x: Float64Array): Float64Array {
  const n = x.length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const v = x[i]!;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const scale = (n - 1) / (high - low);
  if (!(scale > 0 && Number.isFinite(scale))) return x.sort();
  // a bin rises with its value, rounding included: subtraction and multiplication by a positive number are monotone
  const ends = new Int32Array(n + 1);
  let fullest = 0;
  for (let i = 0; i < n; i++) {
    const bin = ((x[i]! - low) * scale) | 0;
    const count = ends[bin]! + 1;
    ends[bin] = count;
    if (count > fullest) fullest = count;
  }
  if (fullest > FULL_BIN) return x.sort();
  for (let bin = 1; bin < n; bin++) ends[bin] = ends[bin]! + ends[bin - 1]!;
  const spread = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const bin = ((x[i]! - low) * scale) | 0;
    const to = ends[bin]! - 1;
    ends[bin] = to;
    spread[to] = x[i]!;
  }
  for (let i = 1; i < n; i++) {
    const v = spread[i]!;
    let to = i;
    while (to > 0 && spread[to - 1]! > v) {
      spread[to] = spread[to - 1]!;
      to--;
    }
    spread[to] = v;
  }
  x.set(spread);
  return x;
}
