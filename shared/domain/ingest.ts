import { type DomainEvent, mintEvent, priorityOf } from "./event.ts";
import { appendToBlocks, compareSequence, DELETED_IDS_MAX, type LedgerBlock, type LedgerHead } from "./ledger.ts";
import { crossesAlertStep, IMAGE_CHARS_MAX, type RejectedTrade, type RejectionCount, shortName } from "./quarantine.ts";
import { checkTrade, type Trade } from "./trade.ts";

/**
 * Ingest: from stream records of one model to what its ledger becomes. A record at or below the watermark was taken in
 * before and is passed over, so redelivery changes nothing.
 */

/** Records one transaction takes in: DynamoDB allows 100 writes, and each rejected record is one. */
export const APPEND_TRADES_MAX = 400;
export const APPEND_REJECTED_MAX = 40;

/** A change of the trades table, in the order of its stream. */
export type TradeRecord = {
  sequence: string;
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

export type IngestPlan = {
  /** records this plan covers, from the front */
  taken: number;
  /** of these, records that had been taken in before: when all had, there is nothing to write */
  repeated: number;
  head: LedgerHead | null;
  blocks: LedgerBlock[];
  rejected: RejectedTrade[];
  rejections: RejectionCount | null;
  events: DomainEvent[];
};

/** Whether a record can only be judged by somebody who knows which trades have been counted. */
export function touchesCounted(record: TradeRecord): boolean {
  return record.change !== "insert" && !record.expired && !sameVersions(record);
}

/**
 * Plans the next transaction for one model's records.
 * @param options.records  in stream order, all of one model, at least one
 * @param options.head  null when the model is not deployed
 * @param options.counted  ids of the trades in the ledger; may be empty when no record `touchesCounted`
 * @param options.now  epoch ms
 */
export function planIngest(options: {
  records: readonly TradeRecord[];
  head: LedgerHead | null;
  lastBlock: LedgerBlock | null;
  rejections: RejectionCount | null;
  counted: ReadonlySet<string>;
  now: number;
}): IngestPlan {
  // A model's trades may have been quarantined before it was deployed: then the rejections have come further.
  let watermark = laterOf(options.head?.watermark ?? "0", options.rejections?.watermark ?? "0");
  const counted = new Set(options.counted);
  const head = options.head ? { ...options.head, deletedIds: [...options.head.deletedIds] } : null;
  const trades: Trade[] = [];
  const rejected: RejectedTrade[] = [];
  let taken = 0;
  let repeated = 0;
  for (const record of options.records) {
    if (trades.length >= APPEND_TRADES_MAX || rejected.length >= APPEND_REJECTED_MAX) break;
    taken += 1;
    if (compareSequence(record.sequence, watermark) <= 0) {
      repeated += 1;
      continue;
    }
    watermark = record.sequence;
    const outcome = judge(record, head, counted);
    if (outcome.kind === "trade") {
      trades.push(outcome.trade);
      counted.add(outcome.trade.tradeId);
    }
    if (outcome.kind === "rejected") rejected.push(outcome.rejected);
    if (head) {
      head.watermark = record.sequence;
      head.arrivedAt = Math.max(head.arrivedAt ?? 0, record.arrivedAt);
    }
  }
  const last = options.records[taken - 1]!;
  const rejections = rejected.length > 0 ? countRejections(options.rejections, rejected, last.sequence) : null;
  const events = rejections
    ? rejectionEvents(options.rejections, rejections, rejected, { now: options.now, head, before: options.head })
    : [];
  const appended = appendToBlocks({
    count: head?.count ?? 0,
    clock: head?.clock ?? null,
    lastBlock: options.lastBlock,
    trades,
  });
  if (head) {
    head.count += trades.length;
    head.clock = appended.clock;
    head.rejected += rejected.length;
    head.ingestedAt = options.now;
  }
  return { taken, repeated, head, blocks: appended.blocks, rejected, rejections, events };
}

type Outcome = { kind: "trade"; trade: Trade } | { kind: "rejected"; rejected: RejectedTrade } | { kind: "nothing" };

function laterOf(a: string, b: string): string {
  return compareSequence(a, b) >= 0 ? a : b;
}

function judge(record: TradeRecord, head: LedgerHead | null, counted: ReadonlySet<string>): Outcome {
  const reject = (kind: RejectedTrade["kind"], reasons: string[], image: unknown): Outcome => ({
    kind: "rejected",
    rejected: {
      modelName: record.modelName,
      tradeId: record.tradeId,
      sequence: record.sequence,
      kind,
      reasons,
      image: (JSON.stringify(image) ?? "null").slice(0, IMAGE_CHARS_MAX),
      arrivedAt: record.arrivedAt,
    },
  });
  if (record.change === "remove") return judgeRemoval(record, { head, counted }, reject);
  const check = checkTrade(record.newImage, record);
  if (!head) {
    if (record.change === "modify") return { kind: "nothing" };
    return reject("unknown-model", [`model ${record.modelName} is not deployed`], record.newImage);
  }
  if (record.change === "modify") {
    if (sameVersions(record)) return { kind: "nothing" };
    if (counted.has(record.tradeId)) {
      noteIncident(head, record);
      head.amended += 1;
      return reject("amended", ["a trade was changed after it had been counted; the first version stays"], {
        before: record.oldImage,
        after: record.newImage,
      });
    }
    // Every earlier version had been rejected: a corrected one may count.
  }
  if (!check.ok) return reject("invalid", check.reasons, record.newImage);
  if (head.deletedIds.includes(record.tradeId)) {
    return reject("written-again", ["a trade with this id was counted and then deleted"], record.newImage);
  }
  return { kind: "trade", trade: check.trade };
}

function judgeRemoval(
  record: TradeRecord,
  { head, counted }: { head: LedgerHead | null; counted: ReadonlySet<string> },
  reject: (kind: RejectedTrade["kind"], reasons: string[], image: unknown) => Outcome,
): Outcome {
  if (record.expired || !head || !counted.has(record.tradeId)) return { kind: "nothing" };
  noteIncident(head, record);
  head.deleted += 1;
  head.deletedIds = [...head.deletedIds, record.tradeId].slice(-DELETED_IDS_MAX);
  return reject("deleted", ["a trade was deleted after it had been counted; it stays in the ledger"], record.oldImage);
}

/** Marks the evidence up to the trade's close; a version that makes no sense had a change noted before it. */
function noteIncident(head: LedgerHead, record: TradeRecord): void {
  const old = checkTrade(record.oldImage, record);
  if (old.ok) head.incidentAt = Math.max(head.incidentAt ?? old.trade.closedAt, old.trade.closedAt);
}

function sameVersions(record: TradeRecord): boolean {
  const old = checkTrade(record.oldImage, record);
  const now = checkTrade(record.newImage, record);
  return old.ok && now.ok && sameTrade(old.trade, now.trade);
}

/** Equal in everything that counts; a new time-to-live, say, is no amendment. */
function sameTrade(a: Trade, b: Trade): boolean {
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

function countRejections(
  before: RejectionCount | null,
  rejected: readonly RejectedTrade[],
  sequence: string,
): RejectionCount {
  const latest = rejected[rejected.length - 1]!;
  const byKind = { ...before?.byKind };
  for (const r of rejected) byKind[r.kind] = (byKind[r.kind] ?? 0) + 1;
  return {
    modelName: latest.modelName,
    count: (before?.count ?? 0) + rejected.length,
    byKind,
    lastReason: latest.reasons.join("; "),
    lastTradeId: latest.tradeId,
    lastAt: latest.arrivedAt,
    watermark: sequence,
  };
}

function rejectionEvents(
  before: RejectionCount | null,
  after: RejectionCount,
  rejected: readonly RejectedTrade[],
  options: { now: number; head: LedgerHead | null; before: LedgerHead | null },
): DomainEvent[] {
  const events: DomainEvent[] = [];
  const event = (type: "trade_rejected" | "data_integrity", count: number, example: RejectedTrade, summary: string) =>
    events.push(
      mintEvent(
        type,
        { of: "ingest", model: shortName(after.modelName), count },
        {
          at: options.now,
          tradeTime: options.head?.clock ?? null,
          modelName: after.modelName.slice(0, 100),
          summary,
          actor: "understudy",
          reason: example.reasons.join("; "),
          details: {
            priority: priorityOf[type],
            count,
            tradeId: example.tradeId,
            kind: example.kind,
            byKind: after.byKind,
          },
        },
      ),
    );
  const refused = (kinds: Record<string, number>) =>
    (kinds.invalid ?? 0) + (kinds["unknown-model"] ?? 0) + (kinds["written-again"] ?? 0);
  const broken = (kinds: Record<string, number>) => (kinds.amended ?? 0) + (kinds.deleted ?? 0);
  const isBroken = (r: RejectedTrade) => r.kind === "amended" || r.kind === "deleted";
  const was = before?.byKind ?? {};
  if (crossesAlertStep(refused(was), refused(after.byKind))) {
    const example = rejected.find((r) => !isBroken(r))!;
    const count = refused(after.byKind);
    event(
      "trade_rejected",
      count,
      example,
      `${count} trade(s) of ${after.modelName} do not count: ${example.reasons.join("; ")}.`,
    );
  }
  if (crossesAlertStep(broken(was), broken(after.byKind))) {
    const example = rejected.find(isBroken)!;
    const count = broken(after.byKind);
    event(
      "data_integrity",
      count,
      example,
      `${count} counted trade(s) of ${after.modelName} were changed or deleted afterwards.`,
    );
  }
  return events;
}
