import type { DomainEvent } from "./event.ts";
import { callsForEvaluation, evidenceAfter, type FollowUp } from "./follow-up.ts";
import { newStreamEvent, rejectionEvents } from "./ingest-events.ts";
import type { IngestAnswers } from "./ingest-questions.ts";
import { Judge } from "./judge-record.ts";
import { type ChangeMark, type LedgerBlock, type LedgerHead, STREAMS_MAX } from "./ledger.ts";
import { appendTrades } from "./ledger-append.ts";
import type { RejectedTrade, RejectionCount } from "./quarantine.ts";
import type { Trade } from "./trade.ts";
import { REPAIR_STREAM, type ReadRecord } from "./trade-record.ts";

/**
 * Ingest: from stream records of one model to what its ledger becomes. A trade counts once because it is known by its id: whether a
 * record comes again, overtakes another, or through another stream changes nothing.
 */

/** Records one write takes in: each rejected one is a write of its transaction, and DynamoDB allows 100. */
export const APPEND_TRADES_MAX = 400;
export const APPEND_REJECTED_MAX = 40;
/** Upper bound of the ids of one write, bytes: its block stays far below DynamoDB's 400 KB. */
const APPEND_BYTES_MAX = 200_000;

export type IngestPlan = {
  /** records this plan covers, from the front */
  taken: number;
  /** of these, records that had been taken in before */
  repeated: number;
  counted: number;
  /** null: there is nothing to write */
  write: IngestWrite | null;
};

export type IngestWrite = {
  /** null: the model is not deployed and has no ledger */
  head: LedgerHead | null;
  block: LedgerBlock | null;
  rejected: RejectedTrade[];
  rejections: RejectionCount | null;
  /** counted trades that were changed or deleted, by id */
  changes: ReadonlyMap<string, ChangeMark>;
  events: DomainEvent[];
  /** whether these trades can make anything due */
  evaluate: boolean;
};

/**
 * Plans the next write for one model's records.
 * @param options.records  of one model and one stream, in its order, at least one
 * @param options.head  null when the model is not deployed
 * @param options.answers  what was found about `questionsOf` these records
 * @param options.evidence  rows of the ledger that closed after the challenger's start, where the head does not know
 * @param options.now  epoch ms
 */
export function planIngest(options: {
  records: readonly ReadRecord[];
  head: LedgerHead | null;
  rejections: RejectionCount | null;
  answers: IngestAnswers;
  followUp: FollowUp;
  evidence: number;
  now: number;
}): IngestPlan {
  const { head } = options;
  const judge = new Judge(options);
  const trades: Trade[] = [];
  const rejected: RejectedTrade[] = [];
  let taken = 0;
  let repeated = 0;
  let bytes = 0;
  for (const record of options.records) {
    if (trades.length >= APPEND_TRADES_MAX || rejected.length >= APPEND_REJECTED_MAX || bytes >= APPEND_BYTES_MAX)
      break;
    taken += 1;
    const outcome = judge.take(record);
    if (outcome.kind === "repeated") repeated += 1;
    if (outcome.kind === "rejected") rejected.push(outcome.rejected);
    if (outcome.kind !== "trade") continue;
    trades.push(outcome.trade);
    bytes += 3 * (outcome.trade.tradeId.length + outcome.trade.signalId.length);
  }
  const records = options.records.slice(0, taken);
  const { stream } = records[0]!;
  const arrives = head !== null && !head.streams.some((s) => s.stream === stream);
  const reappears = head !== null && !head.mayReappear && judge.expired;
  if (trades.length === 0 && rejected.length === 0 && !arrives && !reappears)
    return { taken, repeated, counted: 0, write: null };
  const rejections =
    rejected.length > 0 ? countRejections(options.rejections, rejected, judge.memory.after(rejected)) : null;
  const { now, followUp, evidence } = options;
  const moved = head && moveHead(head, { records, trades, rejected, judge, now, followUp, evidence });
  // Models that are not deployed are reported as one (unknown-models.ts).
  const events =
    rejections && moved ? rejectionEvents(options.rejections, rejections, { rejected, now, head: moved.head }) : [];
  const former = head?.streams[0]?.stream;
  if (moved && arrives && former !== undefined && ![stream, former].includes(REPAIR_STREAM))
    events.push(newStreamEvent(moved.head, { stream, former, now }));
  return {
    taken,
    repeated,
    counted: trades.length,
    write: {
      head: moved?.head ?? null,
      block: moved?.block ?? null,
      rejected,
      rejections,
      changes: judge.changes,
      events,
      evaluate:
        moved !== null && trades.length > 0 && callsForEvaluation(followUp, { before: head!, after: moved.head }),
    },
  };
}

function moveHead(
  head: LedgerHead,
  options: {
    records: readonly ReadRecord[];
    trades: readonly Trade[];
    rejected: readonly RejectedTrade[];
    judge: Judge;
    now: number;
    followUp: FollowUp;
    evidence: number;
  },
): { head: LedgerHead; block: LedgerBlock | null } {
  const { records, trades, rejected, judge } = options;
  const { stream } = records[0]!;
  const others = head.streams.filter((s) => s.stream !== stream);
  const isKnown = others.length < head.streams.length;
  const position = { stream, watermark: judge.memory.after(records) };
  const appended = appendTrades(head, trades);
  const kinds = (kind: RejectedTrade["kind"]) => rejected.filter((r) => r.kind === kind).length;
  const next: LedgerHead = {
    ...head,
    ...appended.head,
    revision: head.revision + 1,
    streams: [position, ...others].slice(0, STREAMS_MAX),
    streamsSeen: head.streamsSeen + (isKnown ? 0 : 1),
    mayReappear: head.mayReappear || judge.expired || others.length > 0,
    evidence: evidenceAfter(options.followUp, { head, trades, known: options.evidence }),
    rejected: head.rejected + rejected.length,
    amended: head.amended + kinds("amended"),
    deleted: head.deleted + kinds("deleted"),
    incidentAt: judge.incidentAt,
    arrivedAt: Math.max(head.arrivedAt ?? 0, ...records.map((r) => r.arrivedAt)),
    ingestedAt: options.now,
  };
  return { head: next, block: appended.block };
}

function countRejections(
  before: RejectionCount | null,
  rejected: readonly RejectedTrade[],
  watermark: string,
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
    stream: latest.stream,
    watermark,
  };
}
