import type { Due } from "../domain/consequences.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { isWaitedFor } from "../domain/pace.ts";
import type { Registry } from "../domain/registry.ts";
import { describeJudgement, judgeRollback, type PendingJudgement } from "../domain/rollback-judgement.ts";
import type { StatePort } from "./ports.ts";
import { FIRST_ROWS, knownBefore, moreThan } from "./stretches.ts";

type JudgementPorts = { state: StatePort; settings: { settleMs: number } };

/** The oldest rollback whose judgement is due; null: none is. */
export async function judgementStep(
  registry: Registry,
  options: { heads: ReadonlyMap<string, LedgerHead> },
  ports: JudgementPorts,
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
    const judged = await judge(pending, { until, heads: options.heads }, ports);
    if (!judged) continue;
    const { judgement, at } = judged;
    const command = { kind: "judgement", judgement } as const;
    return { at, commands: [{ command, tradeTime: at, reason: describeJudgement(judgement) }], looks: [] };
  }
  return null;
}

/** Both ledgers since the rollback, no further than its signals need. */
async function judge(
  pending: PendingJudgement,
  { until, heads }: { until: number; heads: ReadonlyMap<string, LedgerHead> },
  { state, settings }: JudgementPorts,
): Promise<ReturnType<typeof judgeRollback>> {
  for (let count = Math.max(FIRST_ROWS, 2 * pending.signals); ; count = moreThan(count)) {
    const read = (model: string) =>
      state.readStretch(model, { closedAfter: pending.startAt, count, head: heads.get(model) });
    const restored = await read(pending.restored);
    if (restored.complete && restored.rows.count < pending.signals) return null;
    const quarantined = await read(pending.quarantined);
    const known = knownBefore([restored, quarantined], settings);
    const sides = { restored: restored.rows, quarantined: quarantined.rows };
    // Of the moment itself more may follow.
    const judged = judgeRollback({ pending, ...sides, until: Math.min(until, known - 1) });
    if (judged !== null || known > until || known === Number.POSITIVE_INFINITY) return judged;
  }
}
