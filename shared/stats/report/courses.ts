/** Courses of money over rows, for people to look at: nothing here decides. */

/** Running total. @returns shape (n) */
export function runningTotal(x: ArrayLike<number>): Float64Array {
  const out = new Float64Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    sum += x[i]!;
    out[i] = sum;
  }
  return out;
}

/** How far a running total lies below its highest point so far, the start (0) included. @returns shape (n), values <= 0 */
export function underwater(total: ArrayLike<number>): Float64Array {
  const out = new Float64Array(total.length);
  let peak = 0;
  for (let i = 0; i < total.length; i++) {
    peak = Math.max(peak, total[i]!);
    out[i] = total[i]! - peak;
  }
  return out;
}

/** Win rate and Sharpe ratio of the newest `window` trades at each of them. */
export type Rolling = { from: number; winRate: Float64Array; sharpe: Float64Array };

/**
 * Rolling win rate and Sharpe ratio (mean / standard deviation, ddof 0) over windows of one length.
 * @param pnl  shape (n), trades taken, closing order
 * @param options.window  trades a window holds, >= 2
 * @returns `from` = index of the first trade that ends a whole window; both columns have n - from values, a Sharpe ratio of
 *   0 where nothing varies; empty columns while there are fewer trades than a window
 */
export function rollingFigures(pnl: ArrayLike<number>, options: { window: number }): Rolling {
  const from = options.window - 1;
  const count = Math.max(0, pnl.length - from);
  const winRate = new Float64Array(count);
  const sharpe = new Float64Array(count);
  for (let end = from; end < pnl.length; end++) {
    let wins = 0;
    let sum = 0;
    for (let i = end - from; i <= end; i++) {
      sum += pnl[i]!;
      if (pnl[i]! > 0) wins += 1;
    }
    const mean = sum / options.window;
    let squares = 0;
    for (let i = end - from; i <= end; i++) squares += (pnl[i]! - mean) ** 2;
    const sd = Math.sqrt(squares / options.window);
    winRate[end - from] = wins / options.window;
    sharpe[end - from] = sd > 1e-12 * Math.abs(mean) ? mean / sd : 0;
  }
  return { from, winRate, sharpe };
}

/**
 * Which rows of a long series are drawn: the first, the last, and from each of equally long stretches the lowest and the highest of
 * every series, so that no peak and no drawdown is lost however few points are left.
 * @param series  columns of one length n
 * @param options.points  most rows to keep, >= 2
 * @returns indices in ascending order, at most `points`; all of them when n <= points
 * Source: U. Jugel et al. (2014), M4: a visualization-oriented time series data aggregation, PVLDB 7, 797-808 (its minimum
 *   and maximum, for several series on one axis).
 */
export function keepExtremes(series: readonly ArrayLike<number>[], options: { points: number }): number[] {
  const n = series[0]?.length ?? 0;
  if (n <= options.points) return Array.from({ length: n }, (_, i) => i);
  const stretches = Math.floor((options.points - 2) / (2 * series.length));
  const kept = new Set([0, n - 1]);
  for (let s = 0; s < stretches; s++) {
    const begin = Math.floor((s * n) / stretches);
    const end = Math.floor(((s + 1) * n) / stretches);
    for (const column of series) {
      let low = begin;
      let high = begin;
      for (let i = begin; i < end; i++) {
        if (column[i]! < column[low]!) low = i;
        if (column[i]! > column[high]!) high = i;
      }
      kept.add(low).add(high);
    }
  }
  return [...kept].sort((a, b) => a - b);
}

/** Counts of values in equally wide bins between the smallest and the largest. */
export type Histogram = { from: number; width: number; counts: number[] };

/** @param options.bins  how many, >= 1. @returns no counts for no values; one bin when all are equal */
export function histogram(x: ArrayLike<number>, options: { bins: number }): Histogram {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    low = Math.min(low, x[i]!);
    high = Math.max(high, x[i]!);
  }
  if (x.length === 0) return { from: 0, width: 0, counts: [] };
  if (!(high > low)) return { from: low, width: 0, counts: [x.length] };
  const width = (high - low) / options.bins;
  const counts = new Array<number>(options.bins).fill(0);
  for (let i = 0; i < x.length; i++) counts[Math.min(options.bins - 1, Math.floor((x[i]! - low) / width))]! += 1;
  return { from: low, width, counts };
}
