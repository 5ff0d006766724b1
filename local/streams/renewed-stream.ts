import type { StreamRecord } from "./stream-record.ts";
import type { TriggerOptions } from "./trigger-options.ts";

/**
 * As if a table's stream had been switched off and on, or the table had been restored: from some record on, functions get another
 * stream's name and sequence numbers that begin low again. A record has one name and number, however often it is delivered.
 */

type Invoke = TriggerOptions["invoke"];
type Answer = { batchItemFailures?: { itemIdentifier?: string }[] } | null;
/** The stream that goes on behind the record of this number. */
type Renewal = { after: string; label: string };

/**
 * @param options.functionName  whose table it is
 * @param options.next  before a batch that has not been delivered yet: whether its stream is a new one
 */
export function withRenewals(
  invoke: Invoke,
  options: { functionName: string; next: () => boolean; now: () => number },
): Invoke {
  const renewals: Renewal[] = [];
  let newest = "0";
  return async (name, event) => {
    const { Records } = event as { Records?: StreamRecord[] };
    if (name !== options.functionName || !Records || Records.length === 0) return invoke(name, event);
    if (isBehind(Records[0]!, newest) && newest !== "0" && options.next())
      renewals.push({ after: newest, label: new Date(options.now()).toISOString().slice(0, -1) });
    for (const record of Records) if (isBehind(record, newest)) newest = record.dynamodb.SequenceNumber;
    const numbers = new Map<string, string>();
    const renamed = Records.map((record) => {
      const seen = renamedBy(
        renewals.findLast(({ after }) => isBehind(record, after)),
        record,
      );
      numbers.set(seen.dynamodb.SequenceNumber, record.dynamodb.SequenceNumber);
      return seen;
    });
    const invocation = await invoke(name, { Records: renamed });
    if (!invocation.ok) return invocation;
    const failures = (invocation.payload as Answer)?.batchItemFailures;
    if (!Array.isArray(failures)) return invocation;
    const batchItemFailures = failures.map(({ itemIdentifier = "" }) => ({
      itemIdentifier: numbers.get(itemIdentifier) ?? itemIdentifier,
    }));
    return { ...invocation, payload: { batchItemFailures } };
  };
}

const isBehind = ({ dynamodb }: StreamRecord, number: string): boolean =>
  BigInt(dynamodb.SequenceNumber) > BigInt(number);

function renamedBy(renewal: Renewal | undefined, record: StreamRecord): StreamRecord {
  if (!renewal) return record;
  const SequenceNumber = String(100n + BigInt(record.dynamodb.SequenceNumber) - BigInt(renewal.after));
  return {
    ...record,
    eventSourceARN: record.eventSourceARN.replace(/[^/]*$/, renewal.label),
    dynamodb: { ...record.dynamodb, SequenceNumber },
  };
}
