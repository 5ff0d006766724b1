import { ANSWER_GRACE } from "../stats/watch/control-mode.ts";
import { type LedgerRows, rowsInClosingOrder } from "./ledger.ts";
import { lostOrMade, rounded } from "./number-words.ts";
import { type CompletedSignal, signalsOf } from "./signals.ts";

/**
 * A rollback judged afterwards: over the signals that follow it, what the quarantined model's shadow made beside the restored model.
 * It changes no role; it says whether the rollback was right.
 */

/** Rollbacks that wait for their judgement at the same time; the oldest is given up beyond that. */
export const JUDGEMENTS_MAX = 5;

/** A rollback that waits for its judgement. A plain object in the registry. */
export type PendingJudgement = {
  restored: string;
  quarantined: string;
  version: string;
  /** trade time of the rollback, epoch ms; null: before any trade */
  startAt: number | null;
  /** signals of the restored model it lasts */
  signals: number;
  automatic: boolean;
};

export type RollbackJudgement = {
  restored: string;
  quarantined: string;
  signals: number;
  /** of these, signals the quarantined model answered too */
  pairs: number;
  /** account currency over the pairs */
  restoredPnl: number;
  quarantinedPnl: number;
  /** the quarantined model would have earned more; null: it reported nothing */
  harmful: boolean | null;
  /** what the rollback cost over the pairs, account currency, >= 0 */
  cost: number;
  automatic: boolean;
};

/**
 * Judges once the restored model has closed its signals and the quarantined one has answered them, or ten more have closed without it.
 * @param options.until  later trades are not known yet, epoch ms
 * @returns null while it is too early
 */
export function judgeRollback(options: {
  pending: PendingJudgement;
  restored: LedgerRows;
  quarantined: LedgerRows;
  until: number;
}): { judgement: RollbackJudgement; at: number } | null {
  const { startAt, signals, ...names } = options.pending;
  const restored = signalsUntil(options.restored, { after: startAt, until: options.until });
  if (restored.length < signals) return null;
  const answers = new Map(
    signalsUntil(options.quarantined, { after: null, until: options.until }).map((s) => [s.signalId, s]),
  );
  const judged = restored.slice(0, signals);
  const pairs = judged.flatMap((own) => {
    const answer = answers.get(own.signalId);
    return answer ? [{ own, answer }] : [];
  });
  const last = restored[Math.min(restored.length, signals + ANSWER_GRACE) - 1]!;
  if (pairs.length < signals && restored.length < signals + ANSWER_GRACE) return null;
  const sum = (of: (pair: (typeof pairs)[number]) => number) => pairs.reduce((total, pair) => total + of(pair), 0);
  const restoredPnl = sum((pair) => pair.own.pnl);
  const quarantinedPnl = sum((pair) => pair.answer.pnl);
  const complete = pairs.length === signals;
  const at = complete
    ? Math.max(judged[signals - 1]!.closedAt, ...pairs.map((pair) => pair.answer.closedAt))
    : last.closedAt;
  const { restored: kept, quarantined, automatic } = names;
  return {
    at,
    judgement: {
      restored: kept,
      quarantined,
      signals,
      pairs: pairs.length,
      restoredPnl,
      quarantinedPnl,
      harmful: pairs.length > 0 ? quarantinedPnl > restoredPnl : null,
      cost: Math.max(0, quarantinedPnl - restoredPnl),
      automatic,
    },
  };
}

function signalsUntil(rows: LedgerRows, options: { after: number | null; until: number }): CompletedSignal[] {
  return signalsOf(rowsInClosingOrder(rows, options)).filter((s) => s.closedAt <= options.until);
}

/** The judgement in one sentence. */
export function describeJudgement(j: RollbackJudgement): string {
  if (j.harmful === null)
    return `${j.quarantined} reported none of the ${j.signals} signals after its rollback: whether it was right cannot be said`;
  const verdict = j.harmful ? `the rollback cost ${rounded(j.cost, 2)}` : "the rollback was right";
  return `over ${j.pairs} common signals after the rollback ${j.restored} ${lostOrMade(j.restoredPnl)}, ${j.quarantined} ${lostOrMade(j.quarantinedPnl)}: ${verdict}`;
}
