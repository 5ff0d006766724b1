import { type Call, DynamoDbError } from "../../local/dynamodb/dynamodb-calls.ts";

/** DynamoDB Streams in memory, with the few operations the triggers use, and faults on demand. */
export class FakeStreams {
  readonly #shards = new Map<string, { parent?: string; records: object[]; closed: boolean; firstIndex: number }>();
  #faults: string[] = [];
  /** Shard ids in the order they were first read. */
  readonly readOrder: string[] = [];
  /** When each read began, ms. */
  readonly readAt: number[] = [];

  addShard(id: string, parent?: string): void {
    this.#shards.set(id, { ...(parent && { parent }), records: [], closed: false, firstIndex: 0 });
  }

  closeShard(id: string): void {
    this.#shards.get(id)!.closed = true;
  }

  /** @returns sequence number */
  write(shardId: string, sk: string, changes: object = {}): string {
    const { records } = this.#shards.get(shardId)!;
    const SequenceNumber = String(records.length + 1).padStart(6, "0");
    const dynamodb = {
      Keys: { pk: { S: "p" }, sk: { S: sk } },
      SequenceNumber,
      ApproximateCreationDateTime: Date.now() / 1000,
    };
    records.push({ eventID: `${shardId}-${SequenceNumber}`, eventName: "INSERT", dynamodb, ...changes });
    return SequenceNumber;
  }

  /** Forgets the records before this index, as after 24 hours. */
  trim(shardId: string, firstIndex: number): void {
    this.#shards.get(shardId)!.firstIndex = firstIndex;
  }

  /** The next GetRecords calls fail with these. */
  failReadsWith(...types: string[]): void {
    this.#faults = types;
  }

  readonly call: Call = async (operation, input) => {
    const i = input as Record<string, string | undefined>;
    if (operation === "DescribeTable")
      return { Table: { TableStatus: "ACTIVE", KeySchema: [], LatestStreamArn: "arn:fake" } };
    if (operation === "DescribeStream") return { StreamDescription: { Shards: this.#describe() } };
    if (operation === "GetShardIterator") return this.#iterate(i);
    if (operation === "GetRecords") return this.#read(i.ShardIterator!, Number(i.Limit));
    throw new Error(`${operation} is not faked`);
  };

  #describe(): object[] {
    return [...this.#shards].map(([ShardId, { parent }]) => ({ ShardId, ...(parent && { ParentShardId: parent }) }));
  }

  #iterate(i: Record<string, string | undefined>): Record<string, string> {
    const { firstIndex } = this.#shards.get(i.ShardId!)!;
    const index = i.ShardIteratorType === "TRIM_HORIZON" ? firstIndex : Number(i.SequenceNumber);
    if (index < firstIndex) throw new DynamoDbError("TrimmedDataAccessException", "trimmed");
    return { ShardIterator: `${i.ShardId}|${index}` };
  }

  #read(iterator: string, limit: number): Record<string, unknown> {
    this.readAt.push(performance.now());
    const fault = this.#faults.shift();
    if (fault) throw new DynamoDbError(fault, "asked for by the test");
    const [shardId = "", from = "0"] = iterator.split("|");
    if (!this.readOrder.includes(shardId)) this.readOrder.push(shardId);
    const shard = this.#shards.get(shardId)!;
    const Records = shard.records.slice(Number(from), Number(from) + limit);
    const next = Number(from) + Records.length;
    const ended = shard.closed && next === shard.records.length;
    return { Records, ...(!ended && { NextShardIterator: `${shardId}|${next}` }) };
  }
}
