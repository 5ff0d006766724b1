import type { LedgerHead } from "./ledger.ts";
import { isReplayed } from "./pace.ts";
import type { Registry } from "./registry.ts";
import type { Settings } from "./settings.ts";
import type { Trade } from "./trade.ts";

/**
 * Whether new trades of a model can make anything due, so that evaluate is called for them: always for the champion and whoever is
 * held beside it, for a challenger once its next look has enough rows on its side, and otherwise not. A call too many finds nothing;
 * one too few is made good by the next, for evaluate looks at what is.
 */
export type FollowUp =
  | { kind: "always" }
  | { kind: "never" }
  /** a look of n rows needs n trades of its own that closed after startAt */
  | { kind: "look"; startAt: number | null; n: number };

export function followUpOf(model: string, registry: Registry, settings: Pick<Settings, "unreported">): FollowUp {
  const { champion, challengers, judgements } = registry;
  if (!champion) return { kind: "never" };
  const judged = (judgements ?? []).some((p) => p.restored === model || p.quarantined === model);
  if (champion.name === model || champion.guard?.reference === model || judged) return { kind: "always" };
  const challenger = challengers.find((m) => m.name === model);
  if (!challenger) return { kind: "never" };
  // Where a silent side counts as 0, a trade of one side alone makes a row.
  if (settings.unreported === "abstain") return { kind: "always" };
  return { kind: "look", startAt: challenger.startAt, n: challenger.nextLook };
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

export function callsForEvaluation(followUp: FollowUp, head: LedgerHead): boolean {
  if (followUp.kind !== "look") return followUp.kind === "always";
  // In a replay the champion's guard and monitor wait for a challenger's trades.
  return isReplayed(head) || (head.evidence?.rows ?? 0) >= followUp.n;
}
