import { blockMeans } from "../numeric/long-run-variance.ts";
import { mean } from "../numeric/moments.ts";

/** Whether the edge is spread over the window or sits in one stretch of it. Shown, never decisive. */
export type Stability = {
  blockLength: number;
  /** mean of d per block, oldest first */
  blocks: number[];
  /** share of blocks with a positive mean; null without blocks */
  positiveBlocks: number | null;
  /** mean of d in each of ten equal blocks, the oldest n mod 10 rows left out; empty below 10 rows */
  tenths: number[];
  positiveTenths: number;
  /** mean of d in the older floor(n/2) rows and in the rest; null below 2 rows */
  halves: [number, number] | null;
  /** longest run of blocks on one side of the overall mean, as a share of n; null below 4 blocks */
  longestEdgeSpell: number | null;
  /** the same for the blocks' mean square of d about its mean, against its median */
  longestVolatilitySpell: number | null;
};

function longestRun(above: readonly boolean[]): number {
  let run = 0;
  let longest = 0;
  for (let i = 0; i < above.length; i++) {
    run = i > 0 && above[i] === above[i - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * Numbers of the stability panel.
 * @param options.d  shape (n >= 0), challenger minus champion in open-time order, account currency
 * @param options.blockLength  rows per block, newest block whole
 * @returns counts, shares 0..1 and means in account currency
 * Cost O(n).
 */
export function stabilityPanel(options: { d: Float64Array; blockLength: number }): Stability {
  const { d, blockLength } = options;
  const n = d.length;
  const blocks = [...blockMeans(d, blockLength)];
  const tenths = n >= 10 ? [...blockMeans(d, Math.floor(n / 10))].slice(-10) : [];
  const middle = Math.floor(n / 2);
  const centre = mean(d);
  const distances = new Float64Array(n);
  for (let i = 0; i < n; i++) distances[i] = (d[i]! - centre) ** 2;
  const squares = [...blockMeans(distances, blockLength)];
  const spell = (values: number[], level: number) =>
    blocks.length < 4 ? null : (longestRun(values.map((v) => v > level)) * blockLength) / n;
  return {
    blockLength,
    blocks,
    positiveBlocks: blocks.length > 0 ? blocks.filter((y) => y > 0).length / blocks.length : null,
    tenths,
    positiveTenths: tenths.filter((y) => y > 0).length,
    halves: n >= 2 ? [mean(d.subarray(0, middle)), mean(d.subarray(middle))] : null,
    longestEdgeSpell: spell(blocks, centre),
    longestVolatilitySpell: squares.length > 0 ? spell(squares, median(squares)) : null,
  };
}
