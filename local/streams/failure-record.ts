import { randomUUID } from "node:crypto";
import type { Invocation } from "../lambda/invocation.ts";
import { arrivedAt, type StreamRecord } from "./stream-record.ts";

/**
 * What Lambda leaves in a bucket of a batch that was given up: which records, why, and the whole event that the function did not take,
 * as text. See "Retain discarded records for a DynamoDB event source" in the Lambda Developer Guide.
 */
export type FailureRecord = { key: string; body: string };

export type Condition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

export function failureRecordOf(
  part: { records: readonly StreamRecord[]; retries: number },
  about: {
    condition: Condition;
    /** the last one; left out: the records had grown too old before it came to one */
    invocation: Invocation | undefined;
    mappingId: string;
    shardId: string;
    functionArn: string;
    at: Date;
  },
): FailureRecord {
  const { condition, invocation, at } = about;
  const first = part.records[0]!;
  const last = part.records.at(-1)!;
  const document = {
    requestContext: {
      requestId: invocation?.requestId ?? randomUUID(),
      functionArn: about.functionArn,
      condition,
      approximateInvokeCount: part.retries + (invocation ? 1 : 0),
    },
    ...(invocation && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: invocation.ok ? null : "Unhandled",
      },
    }),
    version: "1.0",
    timestamp: at.toISOString(),
    DDBStreamBatchInfo: {
      shardId: about.shardId,
      startSequenceNumber: first.dynamodb.SequenceNumber,
      endSequenceNumber: last.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: new Date(arrivedAt(first)).toISOString(),
      approximateArrivalOfLastRecord: new Date(arrivedAt(last)).toISOString(),
      batchSize: part.records.length,
      streamArn: first.eventSourceARN,
    },
    payload: JSON.stringify({ Records: part.records }),
  };
  return { key: keyOf(about), body: JSON.stringify(document) };
}

/** aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random> */
function keyOf({ mappingId, shardId, at }: { mappingId: string; shardId: string; at: Date }): string {
  const [day = "", time = ""] = at.toISOString().slice(0, 19).split("T");
  const name = `${day}T${time.replaceAll(":", ".")}-${randomUUID()}`;
  return `aws/lambda/${mappingId}/${shardId}/${day.replaceAll("-", "/")}/${name}`;
}
