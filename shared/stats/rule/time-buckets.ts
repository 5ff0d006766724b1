import { tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { isConstant, momentsOf } from "../numeric/moments.ts";
import { blockScore } from "./scale-score.ts";
import { type Boundaries, judgeRoute, nothingMeasured, type Route } from "./three-scales.ts";

/**
 * Pairing without common signals: models that trade the same market are compared bucket by bucket in time.
 * A bucket is a stretch of about 50 signals; its difference takes out what both sides met together.
 */

/** Signals per bucket. */
export const BUCKET_SIGNALS = 50;
/** Share of buckets that must hold trades of both sides for the design to apply. */
export const COMMON_BUCKETS_MIN = 0.5;

/** A merged time line: row i belongs to a side when that side reported it. PnL of the other side's rows is ignored. */
export type MergedSides = {
  champion: Float64Array;
  challenger: Float64Array;
  championReported: Uint8Array;
  challengerReported: Uint8Array;
};

export type Buckets = {
  /** mean challenger PnL minus mean champion PnL, buckets with both sides, oldest first */
  differences: Float64Array;
  buckets: number;
  /** share of buckets with both sides, 0..1 */
  common: number;
  /** rows of the time line per bucket */
  rowsPerBucket: number;
};

/**
 * Cuts a time line into buckets and takes the difference in each.
 * Definition: rows per bucket = round(50 rows/(rows of the side with more)), newest bucket whole, oldest remainder left out.
 * Cost O(n).
 */
export function bucketDifferences(options: MergedSides): Buckets {
  const rows = options.champion.length;
  const most = Math.max(count(options.championReported), count(options.challengerReported));
  const rowsPerBucket = Math.max(1, Math.round((BUCKET_SIGNALS * rows) / Math.max(1, most)));
  const buckets = Math.floor(rows / rowsPerBucket);
  const out: number[] = [];
  for (let b = 0, at = rows - buckets * rowsPerBucket; b < buckets; b++, at += rowsPerBucket) {
    let h = 0;
    let c = 0;
    let nh = 0;
    let nc = 0;
    for (let i = at; i < at + rowsPerBucket; i++) {
      if (options.challengerReported[i] === 1) {
        h += options.challenger[i]!;
        nh += 1;
      }
      if (options.championReported[i] === 1) {
        c += options.champion[i]!;
        nc += 1;
      }
    }
    if (nh > 0 && nc > 0) out.push(h / nh - c / nc);
  }
  return {
    differences: Float64Array.from(out),
    buckets,
    common: buckets > 0 ? out.length / buckets : 0,
    rowsPerBucket,
  };
}

function count(reported: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < reported.length; i++) sum += reported[i]!;
  return sum;
}

/**
 * Mean route on bucket differences.
 * Definition: t = mean(D)/sqrt(var(D, ddof 1)/B), carried to the normal scale with B - 1 degrees of freedom, judged against
 *   the HAC and the block boundary; and the same on ten blocks of floor(B/10) buckets against the tenths boundary.
 * @param options.buckets  as from `bucketDifferences`
 * @returns a route; the Sharpe route was not measured for buckets and does not exist here
 * Degenerate: fewer than four buckets -> INSUFFICIENT_DATA; D constant -> DEGENERATE_VARIANCE.
 * Assumes: both sides meet the same market; measured under independent rows only.
 * Source: batch means as `blockVariance`; the bucket design is the project's own.
 */
export function bucketRoute(options: {
  buckets: Buckets;
  boundaries: Boundaries;
  mayClear: boolean;
  n: number;
}): Route {
  const d = options.buckets.differences;
  const m = momentsOf(d);
  const degenerate = degenerateBuckets(d);
  const size = options.buckets.rowsPerBucket;
  if (degenerate !== null) {
    const measured = nothingMeasured({ blockLength: size, n: options.n });
    return judgeRoute({
      estimate: d.length > 0 ? m.mean : null,
      measured,
      boundaries: options.boundaries,
      mayClear: options.mayClear,
      degenerate,
    });
  }
  const one = blockScore({ estimate: m.mean, series: [d], size: 1 });
  const perTenth = Math.max(1, Math.floor(d.length / 10));
  const ten = blockScore({ estimate: m.mean, series: [d], size: perTenth });
  return judgeRoute({
    estimate: m.mean,
    measured: {
      hac: { ...one, blockLength: size },
      blocks: { ...one, blockLength: size },
      tenths: { ...ten, blockLength: size * perTenth },
    },
    boundaries: options.boundaries,
    mayClear: options.mayClear,
    degenerate: null,
  });
}

function degenerateBuckets(d: Float64Array): Undefined | null {
  if (d.length < 4) return tooFew({ have: d.length, need: 4, what: "time buckets with both sides" });
  if (isConstant(momentsOf(d))) return undefinedBecause("DEGENERATE_VARIANCE", "The bucket differences do not vary.");
  return null;
}
