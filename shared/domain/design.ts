import { bucketDifferences, COMMON_BUCKETS_MIN } from "../stats/rule/time-buckets.ts";
import type { Design } from "./judge.ts";
import type { LedgerRows } from "./ledger.ts";
import { TimeLine } from "./time-line.ts";

/** What a deployment may ask for; auto decides once, on the trades before the first look. */
export type WantedDesign = "auto" | "paired" | "unpaired";

/** Share of common signals below which two models count as trading different signals. */
const COMMON_SIGNALS_MIN = 0.05;

/**
 * How a challenger is compared: by common signals, by time buckets, or side by side (STATISTICS 2b).
 *
 * It is decided on the trades up to the first moment at which both sides have enough for a look, and on whether signals are
 * shared, never on what was earned. Later calls see the same trades first and decide the same, so it cannot be switched by results.
 * A few common signals are enough for "paired": too few of them is a hole in the data, which the coverage gate reports.
 */
export function chooseDesign(options: {
  wanted: WantedDesign;
  champion: LedgerRows;
  challenger: LedgerRows;
  startAt: number | null;
  before: number;
  minTrades: number;
}): Design {
  if (options.wanted === "paired") return "paired";
  const window = new TimeLine(options.champion, options.challenger, options).windowOf(options.minTrades);
  if (!window) return "paired";
  const champion = window.championReported;
  if (options.wanted === "auto") {
    const of = (mine: (i: number) => boolean) => new Set(window.signalIds.filter((_, i) => mine(i)));
    const theirs = of((i) => champion[i] === 1);
    const ours = of((i) => champion[i] === 0);
    const common = [...ours].filter((id) => theirs.has(id)).length;
    if (common >= COMMON_SIGNALS_MIN * Math.min(ours.size, theirs.size)) return "paired";
  }
  const buckets = bucketDifferences(window);
  return buckets.common >= COMMON_BUCKETS_MIN ? "bucketed" : "per-side";
}
