import type { Invocation } from "../lambda/invocation.ts";
import type { Log } from "../log.ts";
import type { StreamMapping } from "../template/template.ts";
import { type Condition, type FailureRecord, failureRecordOf } from "./failure-record.ts";
import { arrivedAt, type StreamRecord } from "./stream-record.ts";

export type Delivery = {
  mapping: StreamMapping;
  shardId: string;
  functionArn: string;
  invoke: (records: readonly StreamRecord[]) => Promise<Invocation>;
  /** Everything up to and including this record is done with. */
  onDone: (sequenceNumber: string) => void;
  /** Keeps a batch that is given up. */
  onGivenUp: (record: FailureRecord) => Promise<void>;
  /** Waits before a retry; false when the stack is stopping. */
  pause: (ms: number) => Promise<boolean>;
  now: () => number;
  log: Log;
};

const firstPauseMs = 50;
const pauseMsMax = 2000;

function pauseMs(failuresBefore: number): number {
  return Math.min(pauseMsMax, firstPauseMs * 2 ** failuresBefore);
}

type Part = { records: readonly StreamRecord[]; retries: number };

/**
 * Delivers a batch until every record is done with, as an event source mapping does:
 * - a partial failure moves the checkpoint to the lowest failed record, and the rest is tried again;
 * - a failure of the whole batch splits it in two (when asked to), which costs no retry;
 * - a part that cannot be split uses up its retries, if they have a bound, then it goes to the failure store whole and the shard goes on;
 * - so does a part whose first record has grown too old.
 * Progress starts the count of retries anew: what uses it up is a record that never succeeds, and with bisect on it
 * is then alone. (AWS does not document that count; a function should not let it come to that anyway.)
 * @returns false when the stack stopped first; the checkpoint then stands where it got to
 */
export async function deliver(batch: readonly StreamRecord[], delivery: Delivery): Promise<boolean> {
  const { mapping } = delivery;
  const parts: Part[] = [{ records: batch, retries: 0 }];
  let failuresInRow = 0;
  for (let part = parts.pop(); part; part = parts.pop()) {
    const { records, retries } = part;
    if (isTooOld(records, delivery)) {
      if (!(await giveUp(part, "RecordAgeExceeded", delivery, undefined))) return false;
      continue;
    }
    const invocation = await delivery.invoke(records);
    if (!invocation.ok && invocation.cause === "stopped") return false;
    const failedAt = failedIndex(invocation, records, mapping.reportsItemFailures);
    if (failedAt > 0) delivery.onDone(records[failedAt - 1]!.dynamodb.SequenceNumber);
    if (failedAt === records.length) {
      failuresInRow = 0;
      continue;
    }
    report(invocation, records.length, failedAt, delivery);
    if (failedAt > 0) {
      parts.push({ records: records.slice(failedAt), retries: 0 });
      failuresInRow = 0;
    } else if (mapping.bisectOnError && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      parts.push({ records: records.slice(middle), retries: 0 }, { records: records.slice(0, middle), retries });
    } else if (retries < mapping.retriesMax) {
      parts.push({ records, retries: retries + 1 });
    } else {
      if (!(await giveUp(part, "RetryAttemptsExhausted", delivery, invocation))) return false;
      continue;
    }
    if (!(await delivery.pause(pauseMs(failuresInRow++)))) return false;
  }
  return true;
}

/** Index of the first record that is not done with; the number of records when all are. */
function failedIndex(invocation: Invocation, records: readonly StreamRecord[], reportsItemFailures: boolean): number {
  if (!invocation.ok) return 0;
  if (!reportsItemFailures) return records.length;
  const result = invocation.payload;
  if (typeof result !== "object") return 0;
  const failures = (result as { batchItemFailures?: unknown } | null)?.batchItemFailures;
  if (failures === undefined || failures === null) return records.length;
  if (!Array.isArray(failures)) return 0;
  let lowest = records.length;
  for (const failure of failures) {
    const identifier = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    const index = records.findIndex((record) => record.dynamodb.SequenceNumber === identifier);
    if (index < 0) return 0; // empty, malformed or unknown: the whole batch counts as failed
    lowest = Math.min(lowest, index);
  }
  return lowest;
}

function isTooOld(records: readonly StreamRecord[], delivery: Delivery): boolean {
  return delivery.now() - arrivedAt(records[0]!) > delivery.mapping.recordAgeMsMax;
}

/** @returns false when the stack stopped before the failure store had taken the batch */
async function giveUp(
  part: Part,
  condition: Condition,
  delivery: Delivery,
  invocation: Invocation | undefined,
): Promise<boolean> {
  const count = part.records.length;
  const text = `${delivery.mapping.functionName}: gave up a batch of ${count} (${condition})`;
  delivery.log({ source: "triggers", level: "error", text });
  const record = failureRecordOf(part, {
    condition,
    invocation,
    mappingId: delivery.mapping.id,
    shardId: delivery.shardId,
    functionArn: delivery.functionArn,
    at: new Date(delivery.now()),
  });
  for (let failures = 0; ; failures++) {
    try {
      await delivery.onGivenUp(record);
      break;
    } catch (error) {
      const complaint = `the failure store took nothing: ${(error as Error).message}`;
      delivery.log({ source: "triggers", level: "error", text: complaint });
      if (!(await delivery.pause(pauseMs(failures)))) return false;
    }
  }
  delivery.onDone(part.records.at(-1)!.dynamodb.SequenceNumber);
  return true;
}

function report(invocation: Invocation, size: number, failedAt: number, { mapping, log }: Delivery): void {
  const text = invocation.ok
    ? `${mapping.functionName}: record ${failedAt + 1} of ${size} failed; trying again from there`
    : `${mapping.functionName}: a batch of ${size} failed: ${invocation.error.errorType}: ${invocation.error.errorMessage}`;
  log({ source: "triggers", level: "warn", text });
}
