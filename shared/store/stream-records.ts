import type { AttributeValue as StoredValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, DynamoDBRecord } from "aws-lambda";
import type { DomainEvent } from "../domain/event.ts";
import type { TradeRecord } from "../domain/ingest.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { jsonFrom } from "./items.ts";

/** From DynamoDB stream records, as Lambda delivers them, to what the steps understand. */

type Image = Record<string, AttributeValue>;

/** A change of the trades table. */
export function tradeRecordOf(record: DynamoDBRecord): TradeRecord {
  const change = record.dynamodb;
  if (!change?.SequenceNumber || !change.Keys) throw new Error("stream record without sequence number or keys");
  const keys = plain(change.Keys);
  return {
    sequence: change.SequenceNumber,
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

/** The ledger head that a change of the state table left behind, if it is one. */
export function ledgerHeadOf(record: DynamoDBRecord): LedgerHead | null {
  const image = record.dynamodb?.NewImage;
  return image?.sk?.S === "HEAD" ? jsonFrom<LedgerHead>(plain(image)) : null;
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
