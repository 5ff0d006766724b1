import { type Call, DynamoDbError } from "../dynamodb/dynamodb-calls.ts";
import { region } from "../template/intrinsics.ts";
import type { StreamRecord } from "./stream-record.ts";

/** Reads one shard in order, from a position on. Iterators may expire or be refused at any time: it takes a new one. */
export type ShardReader = {
  /** The next records; `closed` when the shard has ended and nothing can follow. */
  read(limit: number): Promise<{ records: StreamRecord[]; closed: boolean }>;
};

export type Shard = { ShardId: string; ParentShardId?: string };

export async function listShards(call: Call, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const page = await call("DescribeStream", { StreamArn: streamArn, ...(last && { ExclusiveStartShardId: last }) });
    const description = page.StreamDescription as { Shards?: Shard[]; LastEvaluatedShardId?: string };
    shards.push(...(description.Shards ?? []));
    last = description.LastEvaluatedShardId;
  } while (last);
  return shards;
}

/** @param after  the last sequence number that is done with; undefined: from the oldest record kept */
export function makeShardReader(
  call: Call,
  options: { streamArn: string; shardId: string; after: string | undefined },
): ShardReader {
  let position = options.after;
  let iterator: string | undefined;

  async function takeIterator(): Promise<string> {
    const at = { StreamArn: options.streamArn, ShardId: options.shardId };
    const from = position
      ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position }
      : { ShardIteratorType: "TRIM_HORIZON" };
    try {
      return (await call("GetShardIterator", { ...at, ...from })).ShardIterator as string;
    } catch (error) {
      // What came after the position has left the stream (24 h): go on with the oldest there is.
      if (!(error instanceof DynamoDbError && error.type === "TrimmedDataAccessException")) throw error;
      position = undefined;
      return (await call("GetShardIterator", { ...at, ShardIteratorType: "TRIM_HORIZON" })).ShardIterator as string;
    }
  }

  async function readPage(limit: number): Promise<{ records: StreamRecord[]; closed: boolean }> {
    iterator ??= await takeIterator();
    const page = await call("GetRecords", { ShardIterator: iterator, Limit: limit });
    const records = (page.Records as StreamRecord[]).map((record) => complete(record, options.streamArn));
    position = records.at(-1)?.dynamodb.SequenceNumber ?? position;
    iterator = page.NextShardIterator as string | undefined;
    return { records, closed: iterator === undefined };
  }

  return {
    read: async (limit) => {
      for (let tries = 1; ; tries++) {
        try {
          return await readPage(limit);
        } catch (error) {
          iterator = undefined;
          const type = error instanceof DynamoDbError ? error.type : "";
          // DynamoDB Local says so too for an iterator taken before a shard's first record: sequence numbers are
          // counted over all tables, so its place lies before that record. The oldest record is right in both cases.
          if (type === "TrimmedDataAccessException") position = undefined;
          else if (type !== "ExpiredIteratorException") throw error;
          if (tries === 3) throw error;
        }
      }
    },
  };
}

/** What Lambda adds to a stream's record. */
function complete(record: StreamRecord, streamArn: string): StreamRecord {
  const { ApproximateCreationDateTime } = record.dynamodb;
  const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: creationTime(ApproximateCreationDateTime) };
  return { ...record, dynamodb, awsRegion: region, eventSourceARN: streamArn };
}

const MINUTE_S = 60;

/** DynamoDB Local rounds down to the minute where the service gives seconds: a record of this minute is as old as its reading. */
function creationTime(reported: number): number {
  const now = Date.now() / 1000;
  const rounded = reported % MINUTE_S === 0 && now - reported < MINUTE_S;
  return rounded ? Math.floor(now) : reported;
}
