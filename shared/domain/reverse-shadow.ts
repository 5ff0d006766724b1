import { meanPaired } from "../stats/rule/mean-difference.ts";
import type { LedgerRows } from "./ledger.ts";
import { Pairing } from "./pairing.ts";

/**
 * Reverse shadow: after a promotion the former champion goes on trading on paper, so the new champion can be compared with it on
 * the same signals.
 */
export type ReverseShadow = {
  former: string;
  pairs: number;
  /** new champion minus former, account currency per common signal; null without pairs */
  meanDifference: number | null;
  totalDifference: number;
  /** HAC z of the mean difference; null with too few pairs or no variance */
  z: number | null;
};

/**
 * Compares over the settled common signals since the promotion.
 * @param options.startAt  trade time of the promotion, epoch ms
 * @param options.before  trades closed at or after this are left out; Infinity: none
 */
export function reverseShadow(options: {
  former: string;
  formerRows: LedgerRows;
  championRows: LedgerRows;
  startAt: number | null;
  before: number;
  settleMs: number;
}): ReverseShadow {
  const pairing = new Pairing(options.formerRows, options.championRows, { ...options, unreported: "exclude" });
  const { n, champion, challenger } = pairing.latest();
  let total = 0;
  for (let i = 0; i < n; i++) total += challenger[i]! - champion[i]!;
  const score = meanPaired({ champion, challenger });
  return {
    former: options.former,
    pairs: n,
    meanDifference: n > 0 ? total / n : null,
    totalDifference: total,
    z: score.kind === "defined" ? score.zRaw : null,
  };
}
