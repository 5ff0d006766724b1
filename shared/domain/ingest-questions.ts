import type { ChangeMark, LedgerHead, LedgerRows } from "./ledger.ts";
import type { ReadRecord, StreamMemory } from "./trade-record.ts";

/**
 * What must be looked up before a batch can be taken in: mostly nothing. A trade that closed after the model's clock cannot have been
 * counted; an older one lies where the clock stood when it came in, between its close and the most that any trade came late.
 */

/** Trades looked for in the sealed blocks that can hold what closed in this span. */
export type Search = { from: number; until: number; ids: ReadonlySet<string> };

export type IngestQuestions = {
  searches: Search[];
  /** trades that may have been changed or deleted after they had been counted */
  changes: string[];
  /** records that may be in quarantine, by sequence number */
  rejected: string[];
};

export type IngestAnswers = {
  rows: LedgerRows;
  changes: ReadonlyMap<string, ChangeMark>;
  rejected: ReadonlySet<string>;
};

export function questionsOf(
  records: readonly ReadRecord[],
  { head, memory, inDoubt = false }: { head: LedgerHead | null; memory: StreamMemory; inDoubt?: boolean },
): IngestQuestions {
  // The count of rejections knows its last stream alone. A write that was refused says that a record may be one of another stream's.
  const rejected = records.filter((r) => r.change !== "remove" && (inDoubt || !memory.isNew(r))).map((r) => r.sequence);
  if (!head) return { searches: [], changes: [], rejected };
  const changes: string[] = [];
  const wanted: { at: number; id: string }[] = [];
  const changed = head.amended + head.deleted > 0;
  for (const record of records) {
    if (record.expired || record.unchanged) continue;
    if (changed) changes.push(record.tradeId);
    for (const at of momentsOf(record, memory)) wanted.push({ at, id: record.tradeId });
  }
  return { searches: joinSearches(wanted, head), changes: [...new Set(changes)], rejected };
}

/** Closes at which the trade of a record may stand in the ledger. */
function momentsOf(record: ReadRecord, memory: StreamMemory): number[] {
  const { before, after } = record;
  const old = before.ok ? [before.trade.closedAt] : [];
  const present = after.ok && !memory.isNewTrade(record) ? [after.trade.closedAt] : [];
  return [...old, ...present];
}

function joinSearches(wanted: { at: number; id: string }[], head: LedgerHead): Search[] {
  const { sealed, lateMs } = head;
  if (sealed === null) return [];
  const searches: { from: number; until: number; ids: Set<string> }[] = [];
  for (const { at, id } of wanted.filter((w) => w.at <= sealed.clock).sort((a, b) => a.at - b.at)) {
    const last = searches[searches.length - 1];
    if (last && at <= last.until) {
      last.until = at + lateMs;
      last.ids.add(id);
    } else searches.push({ from: at, until: at + lateMs, ids: new Set([id]) });
  }
  return searches;
}
