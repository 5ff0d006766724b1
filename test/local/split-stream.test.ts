import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Invocation } from "../../local/lambda/invocation.ts";
import { type Checkpoints, openCheckpoints } from "../../local/streams/checkpoints.ts";
import { listShards } from "../../local/streams/shard-reader.ts";
import { withSplitShards } from "../../local/streams/split-stream.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import { type StreamTriggers, startStreamTriggers } from "../../local/streams/stream-triggers.ts";
import { FakeStreams } from "../support/fake-streams.ts";
import { fixtureMapping } from "../support/fixture-template.ts";
import { until } from "../support/until.ts";

const done: Invocation = { ok: true, payload: null, requestId: "r" };
const failed: Invocation = {
  ok: false,
  cause: "error",
  error: { errorType: "Error", errorMessage: "asked for by the test" },
  requestId: "r",
};
const seed = "splits";
const KEYS = 20;

let streams: FakeStreams;
let triggers: StreamTriggers | undefined;
let checkpoints: Checkpoints;
/** Records as the function got them: item, and which of its changes. */
let seen: { key: string; number: number }[];

beforeEach(async () => {
  streams = new FakeStreams();
  streams.addShard("shard-1");
  checkpoints = await openCheckpoints(undefined);
  seen = [];
});

afterEach(() => triggers?.stop());

const keyOf = (record: StreamRecord) => (record.dynamodb.Keys as { sk: { S: string } }).sk.S;
const numberOf = (record: StreamRecord) => Number(record.dynamodb.SequenceNumber);

/** Changes of twenty items, by turns. */
function write(count: number, shard = "shard-1"): void {
  for (let i = 0; i < count; i++) streams.write(shard, `item-${i % KEYS}`);
}

const split = (every: number) => withSplitShards(streams.call, { seed, shards: { first: 2, most: 4 }, every });

function start(call = split(40), answer: (records: readonly StreamRecord[]) => Promise<Invocation> = async () => done) {
  triggers = startStreamTriggers({
    mappings: [fixtureMapping()],
    call,
    invoke: async (_name, event) => {
      const { Records } = event as { Records: StreamRecord[] };
      const invocation = await answer(Records);
      if (invocation.ok) seen.push(...Records.map((record) => ({ key: keyOf(record), number: numberOf(record) })));
      return invocation;
    },
    functionArn: (name) => `arn:${name}`,
    keepFailure: async () => {},
    checkpoints,
    log: () => {},
  });
}

const drained = () => until("the end of the stream", () => triggers?.isAtEnd());
const numbersOf = (key: string) => seen.filter((record) => record.key === key).map(({ number }) => number);
const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe("a stream split into shards", () => {
  it("delivers every record once, those of one item in order, those of different items in any", async () => {
    write(600);
    start();
    await drained();

    const numbers = seen.map(({ number }) => number);
    expect(ascending(numbers)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(numbers).not.toEqual(ascending(numbers));
    for (let i = 0; i < KEYS; i++) expect(numbersOf(`item-${i}`)).toEqual(ascending(numbersOf(`item-${i}`)));
  });

  it("has several shards at a time, each with its parent, and more of them with every split up to the most", async () => {
    write(600);
    const call = split(40);
    start(call);
    await drained();

    const shards = await listShards(call, "arn:fake");
    const generations = Map.groupBy(shards, ({ ShardId }) => ShardId.split("-")[1]!);
    const sizes = [...generations.values()].map(({ length }) => length);
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes).toEqual([2, ...sizes.slice(1).map(() => 4)]);
    const known = new Set(shards.map(({ ShardId }) => ShardId));
    expect(shards.slice(2).filter(({ ParentShardId }) => !known.has(ParentShardId ?? ""))).toEqual([]);
  });

  it("is read shard beside shard: two batches are under way at once", async () => {
    write(200);
    let running = 0;
    let most = 0;
    start(split(40), async () => {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return done;
    });
    await drained();
    expect(most).toBeGreaterThan(1);
  });

  it("holds a shard's children until it is read to its end, and nobody else's", async () => {
    write(600);
    let failing = true;
    // The first batch that holds item-3 fails until it is let through.
    start(split(40), async (records) => (failing && records.some((r) => keyOf(r) === "item-3") ? failed : done));
    await until("the other shards' records", () => seen.length > 150);
    expect(numbersOf("item-3")).toEqual([]);

    failing = false;
    await drained();
    expect(ascending(seen.map(({ number }) => number))).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(numbersOf("item-3")).toEqual(ascending(numbersOf("item-3")));
  });

  it("goes on in the shard that follows the one below", async () => {
    write(50);
    start();
    await drained();
    streams.addShard("shard-2", "shard-1");
    streams.closeShard("shard-1");
    for (let i = 0; i < 30; i++) streams.write("shard-2", `later-${i}`);
    await until("the records of the second", () => seen.filter(({ key }) => key.startsWith("later")).length === 30);
    await drained();
  });

  it("loses nothing when reading begins again with the positions it had", async () => {
    write(300);
    start();
    await until("some records", () => seen.length > 60);
    await triggers!.stop();
    write(300);
    start();
    await drained();
    expect(new Set(seen.map(({ number }) => number)).size).toBe(600);
  });

  it("splits at the same places for the same seed", async () => {
    write(600);
    const boundaries = async () => {
      const call = split(40);
      checkpoints = await openCheckpoints(undefined);
      start(call);
      await drained();
      await triggers!.stop();
      return (await listShards(call, "arn:fake")).length;
    };
    expect(await boundaries()).toBe(await boundaries());
  });
});
