import type { DomainEvent } from "../../shared/domain/event.ts";
import type { FollowUp } from "../../shared/domain/follow-up.ts";
import { type IngestPlan, planIngest } from "../../shared/domain/ingest.ts";
import { type IngestAnswers, questionsOf } from "../../shared/domain/ingest-questions.ts";
import {
  type ChangeMark,
  emptyHead,
  emptyRows,
  joinRows,
  type LedgerBlock,
  type LedgerHead,
  type LedgerRows,
  pickRows,
} from "../../shared/domain/ledger.ts";
import type { RejectedTrade, RejectionCount } from "../../shared/domain/quarantine.ts";
import { readRecord, StreamMemory, type TradeRecord } from "../../shared/domain/trade-record.ts";
import { NOON } from "./samples.ts";

/** What a plan needs when nothing had to be looked up. */
export const nothingFound = {
  rejections: null,
  answers: { rows: emptyRows(), changes: new Map<string, ChangeMark>(), rejected: new Set<string>() },
  followUp: { kind: "never" } as FollowUp,
  evidence: 0,
  now: 0,
};

/** One model's ledger, driven by `planIngest` alone; what it asks is answered from the blocks, as a store does. */
export class LedgerRun {
  head: LedgerHead | null;
  blocks: LedgerBlock[] = [];
  rejections: RejectionCount | null = null;
  rejected: RejectedTrade[] = [];
  events: DomainEvent[] = [];
  changes = new Map<string, ChangeMark>();
  plans = 0;
  /** rows handed out to searches */
  searched = 0;
  followUp: FollowUp = { kind: "never" };

  constructor(head: LedgerHead | null = emptyHead("alpha")) {
    this.head = head;
  }

  take(records: readonly TradeRecord[]): this {
    for (let done = 0; done < records.length; ) {
      const { taken, write } = this.plan(records.slice(done));
      this.plans += 1;
      done += taken;
      if (!write) continue;
      this.head = write.head;
      if (write.block) this.blocks.push(write.block);
      this.rejections = write.rejections ?? this.rejections;
      this.rejected.push(...write.rejected);
      this.events.push(...write.events);
      for (const [id, mark] of write.changes) this.changes.set(id, mark);
    }
    return this;
  }

  plan(records: readonly TradeRecord[]): IngestPlan {
    const read = records.map(readRecord);
    const { head, rejections, followUp } = this;
    return planIngest({
      ...nothingFound,
      records: read,
      head,
      rejections,
      followUp,
      answers: this.#answer(read),
      now: NOON + 1,
    });
  }

  #answer(records: ReturnType<typeof readRecord>[]): IngestAnswers {
    const memory = new StreamMemory(records[0]!.stream, this);
    const questions = questionsOf(records, { head: this.head, memory });
    const rows = questions.searches.flatMap(({ from, until, ids }) =>
      this.blocks
        .filter((block, i) => block.clock >= from && (this.blocks[i - 1]?.clock ?? Number.NEGATIVE_INFINITY) <= until)
        .map(({ rows }) =>
          pickRows(
            rows,
            [...rows.tradeIds.keys()].filter((i) => ids.has(rows.tradeIds[i]!)),
          ),
        ),
    );
    this.searched += rows.length;
    const changes = new Map(
      questions.changes.flatMap((id) => (this.changes.has(id) ? [[id, this.changes.get(id)!]] : [])),
    );
    const { stream } = records[0]!;
    const known = this.rejected.filter((r) => r.stream === stream && questions.rejected.includes(r.sequence));
    return { rows: joinRows(rows), changes, rejected: new Set(known.map((r) => r.sequence)) };
  }

  rows(): LedgerRows {
    return joinRows([...this.blocks.map((b) => b.rows), ...(this.head ? [this.head.tail] : [])]);
  }

  ids(): string[] {
    return this.rows().tradeIds;
  }
}
