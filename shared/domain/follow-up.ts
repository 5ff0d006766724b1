import { isWatched } from "./guard.ts";
import type { LedgerHead } from "./ledger.ts";
import { isReplayed } from "./pace.ts";
import type { Registry } from "./registry.ts";
import type { Settings } from "./settings.ts";
import type { Trade } from "./trade.ts";

/** Trades of a model that is watched without haste, after which it is looked at again; the clock does so every 15 minutes anyway. */
export const UNHURRIED_TRADES = 10;

/**
 * Whether new trades of a model can make anything due, so that evaluate is called for them. Always where a guard reads them. Every
 * tenth of any other champion, whose charts take hundreds of trades to see a fall, and of a model whose rollback waits for its
 * judgement. Of a challenger once its next look has enough rows on its side. A call too many finds nothing; one too few is made good by
 * the next, for evaluate looks at what is.
 */
export type FollowUp =
  | { kind: "always" }
  | { kind: "never" }
  | { kind: "unhurried" }
  /** a look of n rows needs n trades of its own that closed after startAt */
  | { kind: "look"; startAt: number | null; n: number };

export type FollowUpSettings = Pick<Settings, "unreported" | "guardMaxLoss">;

export function followUpOf(model: string, registry: Registry, settings: FollowUpSettings): FollowUp {
  const { champion, challengers, judgements } = registry;
  if (!champion) return { kind: "never" };
  const { guard } = champion;
  if ((champion.name === model || guard?.reference === model) && isWatched(guard, settings)) return { kind: "always" };
  const challenger = challengers.find((m) => m.name === model);
  // Where a silent side counts as 0, a trade of one side alone makes a row.
  const silent = settings.unreported === "abstain" && challengers.length > 0;
  if (silent && (challenger || champion.name === model)) return { kind: "always" };
  if (challenger) return { kind: "look", startAt: challenger.startAt, n: challenger.nextLook };
  const judged = (judgements ?? []).some((p) => p.restored === model || p.quarantined === model);
  return { kind: champion.name === model || judged ? "unhurried" : "never" };
}

/** Rows a challenger's next look can be made of at most, after these trades; null where nobody asks. */
export function evidenceAfter(
  followUp: FollowUp,
  options: { head: LedgerHead; trades: readonly Trade[]; known: number },
): LedgerHead["evidence"] {
  if (followUp.kind !== "look") return null;
  const { startAt } = followUp;
  const before = hasCounted(options.head, startAt) ? options.head.evidence!.rows : options.known;
  const added = options.trades.filter((t) => startAt === null || t.closedAt > startAt).length;
  return { startAt, rows: before + added };
}

/** Whether the head's count belongs to this start. */
export function hasCounted(head: LedgerHead, startAt: number | null): boolean {
  return head.evidence !== null && head.evidence.startAt === startAt;
}

/** @param options.before  the head these trades were added to */
export function callsForEvaluation(followUp: FollowUp, options: { before: LedgerHead; after: LedgerHead }): boolean {
  const { before, after } = options;
  switch (followUp.kind) {
    case "always":
      return true;
    case "never":
      return false;
    case "unhurried":
      return isReplayed(after) || tens(after) > tens(before);
    case "look":
      // In a replay the champion's guard and monitor wait for a challenger's trades.
      return isReplayed(after) || (after.evidence?.rows ?? 0) >= followUp.n;
  }
}

const tens = ({ count }: LedgerHead): number => Math.floor(count / UNHURRIED_TRADES);
