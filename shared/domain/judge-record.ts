import type { IngestAnswers } from "./ingest-questions.ts";
import { type ChangeMark, compareSequence, type LedgerHead, type LedgerRows } from "./ledger.ts";
import { IMAGE_CHARS_MAX, type RejectedTrade, type RejectionCount } from "./quarantine.ts";
import type { Trade } from "./trade.ts";
import { type CountedTrade, type ReadRecord, StreamMemory, sameTrade } from "./trade-record.ts";
import { nameOfUnknown, unknownReason } from "./unknown-models.ts";

export type Outcome =
  | { kind: "trade"; trade: Trade }
  | { kind: "rejected"; rejected: RejectedTrade }
  /** taken in before */
  | { kind: "repeated" }
  | { kind: "nothing" };

/**
 * Judges one record after another of one model and one stream. Changes of one trade come in their order, whatever else is overtaken;
 * so whatever is not newer than the latest change known of a trade was taken in before.
 */
export class Judge {
  readonly memory: StreamMemory;
  /** counted trades that these records changed or deleted, by id */
  readonly changes = new Map<string, ChangeMark>();
  /** trade time of the latest of them, or of one before */
  incidentAt: number | null;
  /** a trade was removed by its time-to-live and may be written again */
  expired = false;
  readonly #head: LedgerHead | null;
  readonly #answers: IngestAnswers;
  readonly #counted = new Map<string, CountedTrade>();
  readonly #rejected: Set<string>;

  constructor(options: {
    records: readonly ReadRecord[];
    head: LedgerHead | null;
    rejections: RejectionCount | null;
    answers: IngestAnswers;
  }) {
    this.memory = new StreamMemory(options.records[0]!.stream, options);
    this.#head = options.head;
    this.#answers = options.answers;
    this.#rejected = new Set(options.answers.rejected);
    this.incidentAt = options.head?.incidentAt ?? null;
    for (const rows of [options.answers.rows, options.head?.tail]) {
      for (let i = 0; i < (rows?.count ?? 0); i++) this.#counted.set(rows!.tradeIds[i]!, tradeAt(rows!, i));
    }
  }

  take(record: ReadRecord): Outcome {
    const outcome = this.#judge(record);
    if (outcome.kind === "trade") this.#counted.set(record.tradeId, outcome.trade);
    return outcome;
  }

  #judge(record: ReadRecord): Outcome {
    if (record.expired) {
      this.expired ||= this.#head !== null;
      return { kind: "nothing" };
    }
    if (record.change !== "insert" && (!this.#head || record.unchanged)) return { kind: "nothing" };
    const mark = this.changes.get(record.tradeId) ?? this.#answers.changes.get(record.tradeId);
    if (mark && !isAfter(record, mark)) return { kind: "repeated" };
    if (record.change === "remove") return this.#removal(record, mark);
    return record.change === "modify" ? this.#amendment(record, mark) : this.#insertion(record, mark);
  }

  #insertion(record: ReadRecord, mark: ChangeMark | undefined): Outcome {
    const { after } = record;
    if (!this.#head)
      return this.#reject(record, "unknown-model", [unknownReason(nameOfUnknown(record.modelName))], record.newImage);
    if (!after.ok) return this.#reject(record, "invalid", after.reasons, record.newImage);
    if (mark)
      return this.#reject(
        record,
        "written-again",
        ["a trade with this id was counted and then changed or deleted"],
        record.newImage,
      );
    if (this.#wasRejected(record)) return { kind: "repeated" };
    const row = this.#counted.get(record.tradeId);
    if (!row) return { kind: "trade", trade: after.trade };
    // A change of this trade arrived before the trade itself did, and was counted in its place; or it expired and was written again.
    return record.change === "insert" && !sameTrade(row, after.trade)
      ? this.#incidentOf(
          record,
          "another version of this trade had been counted before this one arrived; it stays",
          "amended",
        )
      : { kind: "repeated" };
  }

  #amendment(record: ReadRecord, mark: ChangeMark | undefined): Outcome {
    const { before, after } = record;
    const row = this.#counted.get(record.tradeId);
    if (mark || (row && before.ok && sameTrade(row, before.trade))) return this.#amended(record);
    // Every earlier version had been rejected: a corrected one may count, and this one may have been counted already.
    if (row) return after.ok && sameTrade(row, after.trade) ? { kind: "repeated" } : this.#amended(record);
    return this.#insertion(record, undefined);
  }

  #amended(record: ReadRecord): Outcome {
    return this.#incidentOf(
      record,
      "a trade was changed after it had been counted; the first version stays",
      "amended",
    );
  }

  #removal(record: ReadRecord, mark: ChangeMark | undefined): Outcome {
    if (!mark && !this.#counted.has(record.tradeId)) return { kind: "nothing" };
    return this.#incidentOf(record, "a trade was deleted after it had been counted; it stays in the ledger", "deleted");
  }

  /** Marks the evidence up to the trade's close; a version that makes no sense had a change noted before it. */
  #incidentOf(record: ReadRecord, reason: string, kind: "amended" | "deleted"): Outcome {
    const { tradeId, stream, sequence, newImage, oldImage } = record;
    const image = kind === "deleted" ? oldImage : { before: oldImage, after: newImage };
    const outcome = this.#reject(record, kind, [reason], image);
    if (outcome.kind !== "rejected") return outcome;
    this.changes.set(tradeId, { stream, sequence });
    const known = record.change === "insert" ? record.after : record.before;
    if (known.ok) this.incidentAt = Math.max(this.incidentAt ?? known.trade.closedAt, known.trade.closedAt);
    return outcome;
  }

  #wasRejected(record: ReadRecord): boolean {
    return this.#rejected.has(record.sequence);
  }

  #reject(record: ReadRecord, kind: RejectedTrade["kind"], reasons: string[], image: unknown): Outcome {
    if (this.#wasRejected(record)) return { kind: "repeated" };
    const { modelName, tradeId, sequence, stream, arrivedAt } = record;
    this.#rejected.add(sequence);
    const text = (JSON.stringify(image) ?? "null").slice(0, IMAGE_CHARS_MAX);
    return {
      kind: "rejected",
      rejected: { modelName, tradeId, sequence, stream, kind, reasons, image: text, arrivedAt },
    };
  }
}

function isAfter(record: ReadRecord, mark: ChangeMark): boolean {
  return mark.stream !== record.stream || compareSequence(record.sequence, mark.sequence) > 0;
}

/** What counts of the trade in a row. */
export function tradeAt(rows: LedgerRows, i: number): CountedTrade {
  return {
    pnl: rows.pnl[i]!,
    signalId: rows.signalIds[i]!,
    openedAt: rows.openedAt[i]!,
    closedAt: rows.closedAt[i]!,
    took: rows.took[i] === 1,
    executed: rows.executed[i] === 1,
    final: rows.final[i] === 1,
  };
}
