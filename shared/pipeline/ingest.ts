import { type FollowUp, type FollowUpSettings, followUpOf, hasCounted } from "../domain/follow-up.ts";
import { planIngest } from "../domain/ingest.ts";
import { type IngestAnswers, questionsOf } from "../domain/ingest-questions.ts";
import { joinRows, type LedgerHead } from "../domain/ledger.ts";
import type { RejectedTrade, RejectionCount } from "../domain/quarantine.ts";
import type { Registry } from "../domain/registry.ts";
import { type ReadRecord, readRecord, StreamMemory, type TradeRecord } from "../domain/trade-record.ts";
import type { Clock, StatePort } from "./ports.ts";
import { countUnknown } from "./unknown-models.ts";

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

type IngestPorts = { state: StatePort; clock: Clock; settings: FollowUpSettings };

/**
 * Takes a batch of trade records into the ledgers, each trade once.
 * A model whose writes fail gives its records back; the other models of the batch are not held up.
 */
export async function ingest(records: readonly TradeRecord[], ports: IngestPorts): Promise<IngestReport> {
  const report: IngestReport = { counted: 0, rejected: 0, repeated: 0, failed: [], errors: [] };
  if (records.length === 0) return report;
  // A role that changes meanwhile costs a call of evaluate too many, or one that the next trade makes good.
  const registry = await ports.state.loadRegistry({ mayBeStale: true });
  const unknown: RejectedTrade[] = [];
  const groups = Map.groupBy(records, (record) => `${record.stream} ${record.modelName}`);
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const { modelName } = group[0]!;
      let done = 0;
      try {
        const read = group.map(readRecord);
        while (done < group.length)
          done += await ingestSome(read.slice(done), { ...ports, registry }, { report, unknown });
      } catch (error) {
        report.failed.push(...group.slice(done).map((record) => record.sequence));
        report.errors.push(`${modelName}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  try {
    await countUnknown(unknown, ports);
  } catch (error) {
    // The records themselves are safe in quarantine: delivering the batch again would mend nothing.
    report.errors.push(`count of unknown models: ${error instanceof Error ? error.message : String(error)}`);
  }
  return report;
}

/** One write's worth of records of one model and stream. @returns records done with */
async function ingestSome(
  records: readonly ReadRecord[],
  ports: IngestPorts & { registry: Registry },
  { report, unknown }: { report: IngestReport; unknown: RejectedTrade[] },
): Promise<number> {
  const { state, registry, settings } = ports;
  const model = records[0]!.modelName;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const head = (await state.loadHeads([model])).get(model) ?? null;
    let rejections = mayReject(head, records) ? await state.loadRejectionCount(model) : null;
    const followUp = followUpOf(model, registry, settings);
    const evidence = head ? await evidenceIn(head, followUp, state) : 0;
    const plan = async () => {
      const answers = await answersTo(records, { head, rejections, inDoubt: attempt > 1 }, state);
      return planIngest({ records, head, rejections, answers, followUp, evidence, now: ports.clock.now() });
    };
    let planned = await plan();
    if (planned.write?.rejections && rejections === null) {
      // The first bad trade of a model rejected while it was not yet deployed would be counted from zero again.
      rejections = await state.loadRejectionCount(model);
      if (rejections) planned = await plan();
    }
    const { write, taken, repeated, counted } = planned;
    const written = write ? await state.appendToLedger({ ...write, model, before: { head, rejections } }) : "written";
    if (written === "conflict") continue;
    report.counted += counted;
    report.rejected += write?.rejected.length ?? 0;
    if (head === null) unknown.push(...(write?.rejected ?? []));
    report.repeated += repeated;
    return taken;
  }
  throw new Error(`the ledger kept changing under ${ATTEMPTS_MAX} attempts`);
}

/** Whether the count of rejected trades can matter: trades may have been rejected before the model was deployed. */
function mayReject(head: LedgerHead | null, records: readonly ReadRecord[]): boolean {
  if (head === null || head.rejected > 0) return true;
  return !head.streams.some((s) => s.stream === records[0]!.stream) || records.some((r) => r.change !== "insert");
}

async function answersTo(
  records: readonly ReadRecord[],
  known: { head: LedgerHead | null; rejections: RejectionCount | null; inDoubt: boolean },
  state: StatePort,
): Promise<IngestAnswers> {
  const { modelName, stream } = records[0]!;
  const { head, inDoubt } = known;
  const questions = questionsOf(records, { head, inDoubt, memory: new StreamMemory(stream, known) });
  const [rows, changes, rejected] = await Promise.all([
    Promise.all(questions.searches.map((search) => state.findTrades(head!, search))),
    state.loadChanges(modelName, questions.changes),
    state.findRejected(modelName, { stream, sequences: questions.rejected }),
  ]);
  return { rows: joinRows(rows), changes, rejected };
}

/** Rows that closed after a challenger's start, where the head does not know: once for each start. */
async function evidenceIn(head: LedgerHead, followUp: FollowUp, state: StatePort): Promise<number> {
  if (followUp.kind !== "look" || hasCounted(head, followUp.startAt)) return 0;
  const { startAt } = followUp;
  if (startAt === null) return head.count;
  const inTail = head.sealed === null || head.sealed.clock <= startAt;
  const rows = inTail ? head.tail : await state.readRows(head.model, { closedAfter: startAt });
  return rows.closedAt.reduce((n, at) => n + (at > startAt ? 1 : 0), 0);
}
