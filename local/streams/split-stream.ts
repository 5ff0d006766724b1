import { createHash } from "node:crypto";
import { type Call, DynamoDbError } from "../dynamodb/dynamodb-calls.ts";
import { listShards, type Shard } from "./shard-reader.ts";
import type { StreamRecord } from "./stream-record.ts";

/**
 * DynamoDB Local gives a table one shard; AWS gives it several, read side by side, and closes and splits them when it likes. In front of the
 * one shard this shows what AWS shows: records lie in one of several shards by the key of their item, so that order holds for
 * one item alone; from time to time all shards close, and each is followed by one or two children. Where a split comes depends on the
 * seed and on the record before it, so every reader meets the same ones.
 */
export type Splitting = {
  seed: string;
  /** shards at first, and at most: powers of two */
  shards: { first: number; most: number };
  /** records from split to split, on average */
  every: number;
};

/** Shards that were open together: a stretch of the one shard below. */
type Generation = {
  below: string;
  after: string | undefined;
  /** its last record, once somebody has met the split behind it */
  end: string | undefined;
  /** the shard below has ended */
  over: boolean;
  shards: number;
};

type Page = { Records: StreamRecord[]; NextShardIterator?: string };

/** @returns the same operations, in which streams have the shards described above */
export function withSplitShards(call: Call, splitting: Splitting): Call {
  const streams = new Map<string, SplitStream>();
  const streamOf = (arn: string) => {
    const stream = streams.get(arn) ?? new SplitStream(call, arn, splitting);
    streams.set(arn, stream);
    return stream;
  };
  return async (operation, input, signal) => {
    const i = input as Record<string, string>;
    if (operation === "DescribeStream")
      return { StreamDescription: { Shards: await streamOf(i.StreamArn!).describe() } };
    if (operation === "GetShardIterator") return streamOf(i.StreamArn!).iterate(i);
    if (operation === "GetRecords") {
      const [arn = "", generation, shard, iterator = ""] = JSON.parse(i.ShardIterator!) as string[];
      const place = { generation: Number(generation), shard: Number(shard), iterator };
      return streamOf(arn).read(place, Number(i.Limit));
    }
    return call(operation, input, signal);
  };
}

const idOf = (generation: number, shard: number) => `shard-${String(generation).padStart(6, "0")}-${shard}`;

class SplitStream {
  readonly #call: Call;
  readonly #arn: string;
  readonly #splitting: Splitting;
  readonly #generations: Generation[] = [];

  constructor(call: Call, arn: string, splitting: Splitting) {
    this.#call = call;
    this.#arn = arn;
    this.#splitting = splitting;
  }

  async describe(): Promise<Shard[]> {
    await this.#followBelow();
    return this.#generations.flatMap(({ shards }, generation) =>
      Array.from({ length: shards }, (_, shard) => {
        const parents = this.#generations[generation - 1]?.shards;
        const ParentShardId = parents && idOf(generation - 1, shard % parents);
        return { ShardId: idOf(generation, shard), ...(ParentShardId && { ParentShardId }) };
      }),
    );
  }

  async iterate(i: Record<string, string>): Promise<{ ShardIterator: string }> {
    const [, generation = 0, shard = 0] = i.ShardId!.split("-").map(Number);
    const { below, after } = this.#generations[generation]!;
    const from = i.SequenceNumber ?? after;
    const iterator = from ? await this.#iteratorAfter(below, from, i.SequenceNumber !== undefined) : undefined;
    return this.#iterator(generation, shard, iterator ?? (await this.#oldest(below)));
  }

  async read(place: { generation: number; shard: number; iterator: string }, limit: number): Promise<Page> {
    const { generation, shard } = place;
    let iterator = place.iterator;
    for (;;) {
      const page = (await this.#call("GetRecords", { ShardIterator: iterator, Limit: limit })) as unknown as Page;
      const kept = this.#upToSplit(generation, page.Records);
      const Records = kept.filter((record) => this.#shardOf(record, this.#generations[generation]!.shards) === shard);
      if (kept.length < page.Records.length || this.#isEnd(generation, kept.at(-1))) return { Records };
      if (page.NextShardIterator === undefined) {
        this.#generations[generation]!.over = true;
        return { Records };
      }
      iterator = page.NextShardIterator;
      // What lies in the other shards is no end of this one.
      if (Records.length > 0 || page.Records.length === 0)
        return { Records, NextShardIterator: this.#iterator(generation, shard, iterator).ShardIterator };
    }
  }

  /** Records of this generation; where it ends, the next one begins. */
  #upToSplit(generation: number, records: readonly StreamRecord[]): readonly StreamRecord[] {
    const stretch = this.#generations[generation]!;
    const last = records.findIndex(({ dynamodb: { SequenceNumber: number } }) =>
      stretch.end === undefined ? this.#splitsAfter(number) : BigInt(number) >= BigInt(stretch.end),
    );
    if (last < 0) return records;
    const end = records[last]!.dynamodb.SequenceNumber;
    if (stretch.end === undefined) {
      stretch.end = end;
      this.#generations.push({ ...stretch, after: end, end: undefined, shards: this.#grown(stretch.shards) });
    }
    return records.slice(0, BigInt(end) > BigInt(stretch.end) ? last : last + 1);
  }

  #isEnd(generation: number, last: StreamRecord | undefined): boolean {
    const { end } = this.#generations[generation]!;
    return end !== undefined && last !== undefined && BigInt(last.dynamodb.SequenceNumber) >= BigInt(end);
  }

  #grown(shards: number): number {
    return Math.min(this.#splitting.shards.most, shards * 2);
  }

  /** The shard below closes now and then, too; what follows it is the next generation. */
  async #followBelow(): Promise<void> {
    const below = await listShards(this.#call, this.#arn);
    const latest = this.#generations.at(-1);
    const next = latest
      ? below.find(({ ParentShardId }) => ParentShardId === latest.below)
      : below.find(({ ParentShardId }) => !below.some(({ ShardId }) => ShardId === ParentShardId));
    if (!next || (latest && !latest.over)) return;
    const shards = latest?.shards ?? this.#splitting.shards.first;
    this.#generations.push({ below: next.ShardId, after: undefined, end: undefined, over: false, shards });
  }

  async #iteratorAfter(below: string, number: string, asked: boolean): Promise<string | undefined> {
    const at = { StreamArn: this.#arn, ShardId: below, SequenceNumber: number };
    try {
      const { ShardIterator } = await this.#call("GetShardIterator", {
        ...at,
        ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
      });
      return ShardIterator as string;
    } catch (error) {
      const trimmed = error instanceof DynamoDbError && error.type === "TrimmedDataAccessException";
      // Who asks for a place that is no more must hear so; a generation whose beginning is trimmed begins with the oldest record.
      if (asked || !trimmed) throw error;
      return undefined;
    }
  }

  async #oldest(below: string): Promise<string> {
    const at = { StreamArn: this.#arn, ShardId: below, ShardIteratorType: "TRIM_HORIZON" };
    return (await this.#call("GetShardIterator", at)).ShardIterator as string;
  }

  #iterator(generation: number, shard: number, iterator: string): { ShardIterator: string } {
    return { ShardIterator: JSON.stringify([this.#arn, generation, shard, iterator]) };
  }

  #splitsAfter(number: string): boolean {
    return this.#hash(`split|${number}`) % this.#splitting.every === 0;
  }

  #shardOf(record: StreamRecord, shards: number): number {
    return this.#hash(`key|${JSON.stringify(record.dynamodb.Keys)}`) % shards;
  }

  #hash(text: string): number {
    return createHash("sha256").update(`${this.#splitting.seed}|${text}`).digest().readUInt32BE();
  }
}
