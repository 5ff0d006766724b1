import { compareSequence, type LedgerHead } from "./ledger.ts";
import type { RejectionCount } from "./quarantine.ts";
import { checkTrade, type Trade, type TradeCheck } from "./trade.ts";

/** Records of the trades stream: what they say, and whether they can have been taken in before. */

/** The stream that trades of a repair seem to come through: what comes so, or comes again later, is looked up by its id. */
export const REPAIR_STREAM = "repair";

/** A change of the trades table. */
export type TradeRecord = {
  sequence: string;
  /** the stream it came through: a restored table, say, has another one, and its sequence numbers start anew */
  stream: string;
  change: "insert" | "modify" | "remove";
  /** removed by its time-to-live, not by anybody */
  expired: boolean;
  modelName: string;
  tradeId: string;
  newImage: unknown;
  oldImage: unknown;
  /** epoch ms */
  arrivedAt: number;
};

/** A record with both of its versions checked, once. */
export type ReadRecord = TradeRecord & {
  before: TradeCheck;
  after: TradeCheck;
  /** a change of nothing that counts; a new time-to-live, say, is no amendment */
  unchanged: boolean;
};

const none: TradeCheck = { ok: false, reasons: [] };

export function readRecord(record: TradeRecord): ReadRecord {
  const before = record.change === "insert" ? none : checkTrade(record.oldImage, record);
  const after = record.change === "remove" ? none : checkTrade(record.newImage, record);
  return { ...record, before, after, unchanged: before.ok && after.ok && sameTrade(before.trade, after.trade) };
}

/** What of a trade counts. */
export type CountedTrade = Pick<Trade, "pnl" | "signalId" | "openedAt" | "closedAt" | "took" | "executed" | "final">;

export function sameTrade(a: CountedTrade, b: CountedTrade): boolean {
  return (
    a.pnl === b.pnl &&
    a.signalId === b.signalId &&
    a.openedAt === b.openedAt &&
    a.closedAt === b.closedAt &&
    a.took === b.took &&
    a.executed === b.executed &&
    a.final === b.final
  );
}

/** What is known of a stream before its records are read: highest sequence number of any record taken in from it. */
export class StreamMemory {
  readonly #watermark: string | null;
  readonly #mayReappear: boolean;

  /** A model's trades may have been quarantined before it was deployed: then the rejections have come further. */
  constructor(stream: string, options: { head: LedgerHead | null; rejections: RejectionCount | null }) {
    const known = (options.head?.streams ?? []).filter((s) => s.stream === stream).map((s) => s.watermark);
    if (options.rejections?.stream === stream) known.push(options.rejections.watermark);
    this.#watermark = known.reduce<string | null>((a, b) => (a === null || compareSequence(b, a) > 0 ? b : a), null);
    const others = (options.head?.streams ?? []).some((s) => s.stream !== stream);
    this.#mayReappear = (options.head?.mayReappear ?? false) || others;
  }

  /** Surely not taken in before; otherwise it may have been. */
  isNew(record: { sequence: string }): boolean {
    return this.#watermark === null || compareSequence(record.sequence, this.#watermark) > 0;
  }

  /** Whether the trade of an inserted record surely is not in the ledger under another sequence number either. */
  isNewTrade(record: { sequence: string }): boolean {
    return this.isNew(record) && !this.#mayReappear;
  }

  after(records: readonly { sequence: string }[]): string {
    return records.reduce(
      (a, { sequence }) => (compareSequence(sequence, a) > 0 ? sequence : a),
      this.#watermark ?? "0",
    );
  }
}
