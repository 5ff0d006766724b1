import type { LedgerRows } from "../domain/ledger.ts";
import { Pairing } from "../domain/pairing.ts";
import type { Registry } from "../domain/registry.ts";
import { describeJudgement, judgeRollback, type PendingJudgement } from "../domain/rollback-judgement.ts";
import { keepExtremes, runningTotal } from "../stats/report/courses.ts";
import { POINTS_MAX } from "./contract/drawn-lines.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { drawn } from "./tag.ts";
import { isoTime } from "./view.ts";
import { TRADES_MAX, type WatchPorts } from "./watch-rows.ts";

/** The model of the latest rollback, which goes on trading on paper. */
export function quarantinedOf(registry: Registry): string | null {
  if (registry.rolledBackAt === null) return null;
  return registry.departed.find((m) => m.role === "quarantined")?.name ?? null;
}

export async function sinceRollback(
  name: string,
  registry: Registry,
  championRows: LedgerRows,
  { state, settings }: WatchPorts,
): Promise<WatchAnswer["since_rollback"]> {
  const rows = await state.readNewestRows(name, { count: TRADES_MAX });
  const { settleMs } = settings;
  const options = {
    startAt: registry.rolledBackAt,
    settleMs,
    unreported: "exclude",
    before: Number.POSITIVE_INFINITY,
  } as const;
  const window = new Pairing(rows, championRows, options).latest();
  const quarantined = runningTotal(window.champion);
  const champion = runningTotal(window.challenger);
  const kept = keepExtremes([quarantined, champion], { points: POINTS_MAX });
  return {
    model_name: name,
    since: isoTime(registry.rolledBackAt),
    pairs: window.n,
    row: kept.map((i) => i + 1),
    champion: kept.map((i) => drawn(champion[i]!)),
    quarantined: kept.map((i) => drawn(quarantined[i]!)),
    ...judgementOf(registry, { name, rows, championRows, signals: settings.cooldownTrades }),
  };
}

/** The judgement of the latest rollback, by the very function that records it. Of rows that reach back to the rollback only. */
function judgementOf(
  registry: Registry,
  options: { name: string; rows: LedgerRows; championRows: LedgerRows; signals: number },
): Pick<NonNullable<WatchAnswer["since_rollback"]>, "judged_after" | "judgement"> {
  const { name, rows, championRows } = options;
  const waiting = registry.judgements?.find((pending) => pending.quarantined === name);
  const pending: PendingJudgement = waiting ?? {
    restored: registry.champion!.name,
    quarantined: name,
    version: "",
    startAt: registry.rolledBackAt,
    signals: options.signals,
    automatic: false,
  };
  const { startAt, signals } = pending;
  // A champion that was promoted since then is not the one that was restored.
  const restored = registry.champion!.guard === null && pending.restored === registry.champion!.name;
  const complete = [rows, championRows].every(
    (ledger) => ledger.count < TRADES_MAX || (startAt !== null && ledger.closedAt[0]! <= startAt),
  );
  const judged =
    restored && complete
      ? judgeRollback({ pending, restored: championRows, quarantined: rows, until: Number.POSITIVE_INFINITY })
      : null;
  if (!judged) return { judged_after: signals, judgement: null };
  const { pairs, restoredPnl, quarantinedPnl, harmful, cost } = judged.judgement;
  return {
    judged_after: signals,
    judgement: {
      in_words: describeJudgement(judged.judgement),
      pairs,
      restored_pnl: restoredPnl,
      quarantined_pnl: quarantinedPnl,
      harmful,
      cost,
    },
  };
}
