import type { Due } from "../domain/consequences.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { isWaitedFor } from "../domain/pace.ts";
import type { Registry } from "../domain/registry.ts";
import { describeJudgement, judgeRollback } from "../domain/rollback-judgement.ts";
import type { StatePort } from "./ports.ts";

/** The oldest rollback whose judgement is due; null: none is. */
export async function judgementStep(
  registry: Registry,
  options: { heads: ReadonlyMap<string, LedgerHead> },
  state: StatePort,
): Promise<Due | null> {
  for (const pending of registry.judgements ?? []) {
    const [restoredHead, quarantinedHead] = [
      options.heads.get(pending.restored),
      options.heads.get(pending.quarantined),
    ];
    // Cheap refusal before any ledger is read.
    if ((restoredHead?.count ?? 0) < pending.signals) continue;
    const waits = isWaitedFor(quarantinedHead, restoredHead);
    const until = waits ? (quarantinedHead?.clock ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const [restored, quarantined] = await Promise.all([
      state.readRows(pending.restored, { closedAfter: pending.startAt }),
      state.readRows(pending.quarantined, { closedAfter: pending.startAt }),
    ]);
    const judged = judgeRollback({ pending, restored, quarantined, until });
    if (!judged) continue;
    const { judgement, at } = judged;
    const command = { kind: "judgement", judgement } as const;
    return { at, commands: [{ command, tradeTime: at, reason: describeJudgement(judgement) }], looks: [] };
  }
  return null;
}
