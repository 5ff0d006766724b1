import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { jsonItem } from "../../../shared/store/items.ts";
import { keys } from "../../../shared/store/keys.ts";
import { outboxEventOf, tradeRecordOf } from "../../../shared/store/stream-records.ts";
import { anEvent, someDetails } from "../../support/samples.ts";

const image = { model_name: "alpha", trade_id: "t1", pnl: 1.5, closed_at: "2026-01-05T12:00:00Z", executed: true };

function streamRecord(changes: Omit<Partial<DynamoDBRecord>, "dynamodb"> & { dynamodb?: object } = {}): DynamoDBRecord {
  const { dynamodb, ...rest } = changes;
  return {
    eventName: "INSERT",
    eventSourceARN:
      "arn:aws:dynamodb:eu-central-1:123456789012:table/understudy-prod-trades/stream/2026-01-01T00:00:00.000",
    ...rest,
    dynamodb: {
      Keys: marshall({ model_name: "alpha", trade_id: "t1" }),
      NewImage: marshall(image),
      SequenceNumber: "4421584500000000017450439091",
      ApproximateCreationDateTime: 1_767_614_400.25,
      ...dynamodb,
    },
  } as DynamoDBRecord;
}

describe("a record of the trades table's stream", () => {
  it("is what ingest understands", () => {
    expect(tradeRecordOf(streamRecord())).toEqual({
      sequence: "4421584500000000017450439091",
      stream: "eu-central-1/understudy-prod-trades/2026-01-01T00:00:00.000",
      change: "insert",
      expired: false,
      modelName: "alpha",
      tradeId: "t1",
      newImage: image,
      oldImage: null,
      arrivedAt: 1_767_614_400_250,
    });
  });

  it("has both versions of an amended row", () => {
    const record = streamRecord({ eventName: "MODIFY", dynamodb: { OldImage: marshall({ ...image, pnl: 1 }) } });
    expect(tradeRecordOf(record)).toMatchObject({ change: "modify", oldImage: { pnl: 1 }, newImage: { pnl: 1.5 } });
  });

  it("tells a row whose time to live had come from one that somebody deleted", () => {
    const dynamodb = { OldImage: marshall(image), NewImage: undefined };
    const removed = (userIdentity?: object) =>
      tradeRecordOf(streamRecord({ eventName: "REMOVE", dynamodb, userIdentity } as Partial<DynamoDBRecord>));
    expect(removed()).toMatchObject({ change: "remove", expired: false, newImage: null, oldImage: image });
    expect(removed({ principalId: "dynamodb.amazonaws.com", type: "Service" }).expired).toBe(true);
    expect(removed({ principalId: "AIDAEXAMPLE" }).expired).toBe(false);
  });

  it("has numbers as floats, also those DynamoDB holds with 38 digits", () => {
    const NewImage = { ...marshall(image), pnl: { N: "0.12345678901234567890123456789012345678" } };
    expect(tradeRecordOf(streamRecord({ dynamodb: { NewImage } })).newImage).toMatchObject({
      pnl: 0.12345678901234568,
    });
    const huge = { ...marshall(image), pnl: { N: "9.9E+125" } };
    expect(tradeRecordOf(streamRecord({ dynamodb: { NewImage: huge } })).newImage).toMatchObject({ pnl: 9.9e125 });
  });

  it("keeps what it cannot use, whatever type it has", () => {
    const NewImage = { ...marshall(image), pnl: { S: "12" }, odd: { SS: ["a"] }, deep: { M: { x: { NULL: true } } } };
    const { newImage } = tradeRecordOf(streamRecord({ dynamodb: { NewImage } }));
    expect(newImage).toMatchObject({ pnl: "12", odd: new Set(["a"]), deep: { x: null } });
  });

  it("without sequence number, keys or stream is none", () => {
    for (const dynamodb of [{ SequenceNumber: undefined }, { Keys: undefined }])
      expect(() => tradeRecordOf(streamRecord({ dynamodb }))).toThrow("without sequence number, keys or stream");
    expect(() => tradeRecordOf({ eventName: "INSERT" })).toThrow("without sequence number, keys or stream");
    for (const eventSourceARN of [undefined, "", "arn:aws:sqs:eu-central-1:123456789012:queue"])
      expect(() => tradeRecordOf(streamRecord({ eventSourceARN } as Partial<DynamoDBRecord>))).toThrow("stream");
  });
});

describe("a record of the outbox", () => {
  it("holds the event", () => {
    const event = anEvent("promotion", { details: { ...someDetails.promotion, score: 71.25 } });
    const NewImage = marshall(jsonItem(keys.outbox(event.eventId), event, { expires_at: 5 }));
    expect(outboxEventOf(streamRecord({ dynamodb: { NewImage } }))).toEqual(event);
  });

  it("without an event is refused", () => {
    expect(() => outboxEventOf(streamRecord({ dynamodb: { NewImage: undefined } }))).toThrow();
    expect(() => outboxEventOf({ eventName: "INSERT" })).toThrow();
  });
});
