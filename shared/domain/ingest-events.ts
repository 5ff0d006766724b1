import { type DomainEvent, mintEvent, priorityOf } from "./event.ts";
import type { LedgerHead } from "./ledger.ts";
import { crossesAlertStep, type RejectedTrade, type RejectionCount } from "./quarantine.ts";

/** What ingest reports: rejected trades at the 1st, 10th, 100th … of a model, and a stream that took another's place. */

export function rejectionEvents(
  before: RejectionCount | null,
  after: RejectionCount,
  options: { rejected: readonly RejectedTrade[]; now: number; head: LedgerHead },
): DomainEvent[] {
  const { rejected } = options;
  const events: DomainEvent[] = [];
  const event = (type: "trade_rejected" | "data_integrity", count: number, example: RejectedTrade, summary: string) =>
    events.push(
      mintEvent(
        type,
        { of: "ingest", model: options.head.model, count },
        {
          at: options.now,
          tradeTime: options.head.clock,
          modelName: options.head.model,
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
      `${count === 1 ? "1 trade" : `${count} trades`} of ${after.modelName} ${count === 1 ? "does" : "do"} not count: ${example.reasons.join("; ")}.`,
    );
  }
  if (crossesAlertStep(broken(was), broken(after.byKind))) {
    const example = rejected.find(isBroken)!;
    const count = broken(after.byKind);
    event(
      "data_integrity",
      count,
      example,
      `${count === 1 ? "1 counted trade" : `${count} counted trades`} of ${after.modelName} ${count === 1 ? "was" : "were"} changed or deleted afterwards.`,
    );
  }
  return events;
}

/** Once for each model and stream. */
export function newStreamEvent(
  head: LedgerHead,
  options: { stream: string; former: string; now: number },
): DomainEvent {
  const { stream, former } = options;
  return mintEvent(
    "new_stream",
    { of: "stream", model: head.model, count: head.streamsSeen },
    {
      at: options.now,
      tradeTime: head.clock,
      modelName: head.model,
      summary: `The trades of ${head.model} come through another stream (${stream}). They are looked up by id, so none counts twice; trades written while no stream was on are missing.`,
      actor: "understudy",
      reason: "the table was restored or replaced, or its stream was switched off and on",
      details: { stream, former, streamsSeen: head.streamsSeen, trades: head.count },
    },
  );
}
