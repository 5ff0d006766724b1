import { planIngest, type TradeRecord, touchesCounted } from "../domain/ingest.ts";
import { BLOCK_ROWS } from "../domain/ledger.ts";
import type { Clock, StatePort } from "./ports.ts";

/** Attempts against other writers of the same ledger before the batch is given back to the stream. */
const ATTEMPTS_MAX = 6;

export type IngestReport = {
  counted: number;
  rejected: number;
  /** records taken in before: a redelivery */
  repeated: number;
  /** sequence numbers of records that must be delivered again */
  failed: string[];
  errors: string[];
};

/**
 * Takes a batch of trade records into the ledgers: in order per model, each record once.
 * A model whose writes fail gives its records back; the other models of the batch are not held up.
 */
export async function ingest(
  records: readonly TradeRecord[],
  ports: { state: StatePort; clock: Clock },
): Promise<IngestReport> {
  const report: IngestReport = { counted: 0, rejected: 0, repeated: 0, failed: [], errors: [] };
  const groups = Map.groupBy(records, (record) => record.modelName);
  await Promise.all(
    [...groups].map(async ([modelName, group]) => {
      let done = 0;
      try {
        while (done < group.length) done += await ingestSome(modelName, group.slice(done), ports, report);
      } catch (error) {
        report.failed.push(...group.slice(done).map((record) => record.sequence));
        report.errors.push(`${modelName}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return report;
}

/** One transaction's worth of records of one model. @returns records done with */
async function ingestSome(
  modelName: string,
  records: readonly TradeRecord[],
  ports: { state: StatePort; clock: Clock },
  report: IngestReport,
): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const head = (await ports.state.loadHeads([modelName])).get(modelName) ?? null;
    // A ledger that has just begun: trades may have been rejected before the model was deployed.
    const mayReject =
      head === null || head.watermark === "0" || head.rejected > 0 || records.some((r) => r.change !== "insert");
    let rejections = mayReject ? await ports.state.loadRejectionCount(modelName) : null;
    const lastBlock = head ? await ports.state.loadLastBlock(head) : null;
    // Somebody appended between the two reads: as good as a conflict.
    if (head && (lastBlock?.rows.count ?? 0) !== head.count % BLOCK_ROWS) continue;
    const counted = head && records.some(touchesCounted) ? await countedIds(modelName, ports.state) : new Set<string>();
    let plan = planIngest({ records, head, lastBlock, rejections, counted, now: ports.clock.now() });
    if (plan.rejections && !mayReject) {
      // The first bad trade of a model rejected while it was not yet deployed would be counted from zero again.
      rejections = await ports.state.loadRejectionCount(modelName);
      plan = planIngest({ records, head, lastBlock, rejections, counted, now: ports.clock.now() });
    }
    if (plan.repeated === plan.taken) {
      report.repeated += plan.repeated;
      return plan.taken;
    }
    const written = await ports.state.appendToLedger({
      before: head,
      after: plan.head,
      blocks: plan.blocks,
      rejected: plan.rejected,
      rejections: plan.rejections ? { before: rejections, after: plan.rejections } : null,
      events: plan.events,
    });
    if (written === "written") {
      report.counted += (plan.head?.count ?? 0) - (head?.count ?? 0);
      report.rejected += plan.rejected.length;
      report.repeated += plan.repeated;
      return plan.taken;
    }
  }
  throw new Error(`the ledger kept changing under ${ATTEMPTS_MAX} attempts`);
}

/** Amendments and deletions are rare enough for the whole ledger to be read. */
async function countedIds(modelName: string, state: StatePort): Promise<Set<string>> {
  return new Set((await state.readRows(modelName, { closedAfter: null })).tradeIds);
}
