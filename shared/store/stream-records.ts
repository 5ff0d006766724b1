import type { AttributeValue as StoredValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, DynamoDBRecord } from "aws-lambda";
import type { DomainEvent } from "../domain/event.ts";
import type { TradeRecord } from "../domain/trade-record.ts";
import { jsonFrom } from "./items.ts";

/** From DynamoDB stream records, as Lambda delivers them, to what the steps understand. */

type Image = Record<string, AttributeValue>;

/** A change of the trades table. */
export function tradeRecordOf(record: DynamoDBRecord): TradeRecord {
  const change = record.dynamodb;
  if (!change?.SequenceNumber || !change.Keys || !record.eventSourceARN)
    throw new Error("stream record without sequence number, keys or stream");
  const keys = plain(change.Keys);
  return {
    sequence: change.SequenceNumber,
    stream: streamOf(record.eventSourceARN),
    change: record.eventName === "INSERT" ? "insert" : record.eventName === "MODIFY" ? "modify" : "remove",
    // Time-to-live deletions are made by the service itself; nobody else can carry this identity.
    expired: (record.userIdentity as { principalId?: string } | undefined)?.principalId === "dynamodb.amazonaws.com",
    modelName: String(keys.model_name),
    tradeId: String(keys.trade_id),
    newImage: change.NewImage ? plain(change.NewImage) : null,
    oldImage: change.OldImage ? plain(change.OldImage) : null,
    arrivedAt: Math.round((change.ApproximateCreationDateTime ?? 0) * 1000),
  };
}

/** The event in a new outbox entry. */
export function outboxEventOf(record: DynamoDBRecord): DomainEvent {
  const event = jsonFrom<DomainEvent>(plain(record.dynamodb?.NewImage ?? {}));
  if (!event) throw new Error("outbox record without an event");
  return event;
}

/** Region, table and label of a stream: "us-east-1/understudy-prod-trades/2026-01-01T00:00:00.000". */
function streamOf(arn: string): string {
  const [, , , region, , ...rest] = arn.split(":");
  const [, table, , label] = rest.join(":").split("/");
  if (!region || !table || !label) throw new Error(`${arn} is not the name of a table's stream`);
  return `${region}/${table}/${label}`;
}

/** When the newest trade of the ledger head that this record is about arrived, epoch ms; null: it is no head, or has no trades. */
export function newestArrivalOf(record: DynamoDBRecord): number | null {
  const image = record.dynamodb?.NewImage;
  if (image?.sk?.S !== "HEAD" || image.body?.S === undefined) return null;
  return (JSON.parse(image.body.S) as { arrivedAt: number | null }).arrivedAt;
}

/** What the change was caused by, where the step that wrote it said so; trades are written by others and say nothing. */
export function correlationIdOf(record: DynamoDBRecord): string | undefined {
  const image = record.dynamodb?.NewImage;
  return image?.pk ? image.correlation_id?.S : undefined;
}

/** Plain values; numbers become floats even where DynamoDB holds more digits. */
function plain(image: Image): Record<string, unknown> {
  return unmarshall(image as Record<string, StoredValue>, { wrapNumbers: Number });
}
