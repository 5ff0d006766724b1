/**
 * Location and scale that single rows cannot move: median and median absolute deviation.
 */

export type RobustScale = {
  median: number;
  /** comparable with a standard deviation for normal data; 0 only when every value is the same */
  scale: number;
};

/** Makes the median absolute deviation of normal data its standard deviation. */
const NORMAL_MAD = 1.4826;
/** The same for the mean absolute deviation, sqrt(pi/2). */
const NORMAL_MEAN_DEVIATION = 1.2533;

/** Puts the value of rank k (0 = smallest) at index k, smaller ones before it, larger ones after it (Hoare 1961). */
function select(x: Float64Array, k: number): number {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const pivot = middleOf(x[low]!, x[(low + high) >> 1]!, x[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (x[i]! < pivot) i += 1;
      while (x[j]! > pivot) j -= 1;
      if (i <= j) {
        const held = x[i]!;
        x[i] = x[j]!;
        x[j] = held;
        i += 1;
        j -= 1;
      }
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return x[k]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Median of a scratch array, whose order is lost; the mean of the two middle values for an even count. */
function medianInPlace(x: Float64Array): number {
  const half = x.length >> 1;
  const upper = select(x, half);
  if (x.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < half; i++) if (x[i]! > lower) lower = x[i]!;
  return (lower + upper) / 2;
}

/**
 * Median and robust standard deviation.
 * Definition: r = 1.4826 median|x - median(x)|; where that is 0 (more than half of the rows equal) 1.2533 mean|x - median(x)|.
 * @param x  shape (n >= 0), finite, any order
 * @returns 0 and 0 for an empty array
 * Accuracy: as numpy. Cost O(n) on average.
 * Source: F. Hampel (1974), The influence curve and its role in robust estimation, JASA 69, 383-393, section 5; the second
 *   branch is the project's own.
 */
export function robustScale(x: Float64Array): RobustScale {
  const n = x.length;
  if (n === 0) return { median: 0, scale: 0 };
  const scratch = Float64Array.from(x);
  const median = medianInPlace(scratch);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const off = Math.abs(x[i]! - median);
    scratch[i] = off;
    sum += off;
  }
  const scale = NORMAL_MAD * medianInPlace(scratch);
  return { median, scale: scale > 0 ? scale : (NORMAL_MEAN_DEVIATION * sum) / n };
}
