import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Invocation } from "../../local/lambda/invocation.ts";
import { type Checkpoints, openCheckpoints } from "../../local/streams/checkpoints.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import { type StreamTriggers, startStreamTriggers } from "../../local/streams/stream-triggers.ts";
import { compilePattern } from "../../local/template/event-pattern.ts";
import type { StreamMapping } from "../../local/template/template.ts";
import { FakeStreams } from "../support/fake-streams.ts";
import { fixtureMapping } from "../support/fixture-template.ts";
import { until } from "../support/until.ts";

const done: Invocation = { ok: true, payload: null, requestId: "r" };
let streams: FakeStreams;
let triggers: StreamTriggers | undefined;
let checkpoints: Checkpoints;
let batches: string[][];
let failures: object[];
let complaints: string[];

beforeEach(async () => {
  streams = new FakeStreams();
  streams.addShard("shard-1");
  checkpoints = await openCheckpoints(undefined);
  batches = [];
  failures = [];
  complaints = [];
});

afterEach(() => triggers?.stop());

function start(
  mapping: Partial<StreamMapping> = {},
  answer: (keys: string[]) => Invocation | Promise<Invocation> = () => done,
  now: () => number = Date.now,
) {
  triggers = startStreamTriggers({
    mappings: [fixtureMapping(mapping)],
    call: streams.call,
    invoke: async (_name, event) => {
      const keys = (event as { Records: StreamRecord[] }).Records.map(keyOf);
      batches.push(keys);
      return answer(keys);
    },
    functionArn: (name) => `arn:${name}`,
    keepFailure: async (_bucket, { body }) => {
      failures.push(JSON.parse(body));
    },
    checkpoints,
    now,
    log: (line) => complaints.push(line.text),
  });
}

const keyOf = (record: StreamRecord) => (record.dynamodb.Keys as { sk: { S: string } }).sk.S;
const write = (from: number, to: number, shard = "shard-1") => {
  for (let n = from; n <= to; n++) streams.write(shard, String(n));
};
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const drained = () => until("the end of the stream", () => triggers?.isAtEnd());

describe("stream triggers", () => {
  it("deliver from the oldest record on, in order, in batches of at most the batch size", async () => {
    write(1, 25);
    start();
    await drained();
    write(26, 27);
    await drained();

    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5, 2]);
    expect(batches.flat()).toEqual(range(1, 27));
  });

  it("hand records over in Lambda's shape", async () => {
    const seen: StreamRecord[] = [];
    streams.write("shard-1", "a", { userIdentity: { principalId: "dynamodb.amazonaws.com", type: "Service" } });
    triggers = startStreamTriggers({
      mappings: [fixtureMapping()],
      call: streams.call,
      invoke: async (_name, event) => {
        seen.push(...(event as { Records: StreamRecord[] }).Records);
        return done;
      },
      functionArn: () => "arn:f",
      keepFailure: async () => {},
      checkpoints,
      log: () => {},
    });
    await drained();

    expect(seen).toEqual([
      {
        eventID: "shard-1-000001",
        eventName: "INSERT",
        awsRegion: "us-east-1",
        eventSourceARN: "arn:fake",
        userIdentity: { principalId: "dynamodb.amazonaws.com", type: "Service" },
        dynamodb: {
          Keys: { pk: { S: "p" }, sk: { S: "a" } },
          SequenceNumber: "000001",
          ApproximateCreationDateTime: expect.any(Number),
        },
      },
    ]);
  });

  it("never run two batches of a shard at the same time", async () => {
    let running = 0;
    let most = 0;
    write(1, 30);
    start({ batchSize: 5 }, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return done;
    });
    await drained();

    expect([batches.length, most]).toEqual([6, 1]);
  });

  it("wait for a full batch as long as the window allows, and no longer", async () => {
    let clock = 0;
    start(
      { batchSize: 4, windowMs: 5000 },
      () => done,
      () => clock,
    );
    await until("the first read", () => streams.readAt.length > 0);
    write(1, 6);
    triggers?.poke();
    await until("the full batch", () => batches.length === 1);
    clock = 4999;
    expect(await triggers?.isAtEnd()).toBe(false); // two records wait for their window
    expect(batches).toEqual([range(1, 4)]);
    clock = 5000;
    triggers?.poke();
    await until("the rest", () => batches.length === 2);

    expect(batches).toEqual([range(1, 4), range(5, 6)]);
  });

  it("hold back what the filter does not want, and are done with it", async () => {
    for (const key of ["HEAD", "BLOCK", "HEAD", "BLOCK", "BLOCK"]) streams.write("shard-1", key);
    start({ filters: [compilePattern({ eventName: ["INSERT"], dynamodb: { Keys: { sk: { S: ["HEAD"] } } } })] });
    await drained();

    expect(batches).toEqual([["HEAD", "HEAD"]]);
    expect(checkpoints.get("ReaderMapping arn:fake shard-1")).toBe("000005");
  });

  it("deliver what any of several filters wants", async () => {
    for (const key of ["a", "b", "c"]) streams.write("shard-1", key);
    const sk = (S: string) => compilePattern({ dynamodb: { Keys: { sk: { S: [S] } } } });
    start({ filters: [sk("a"), sk("c")] });
    await drained();

    expect(batches).toEqual([["a", "c"]]);
  });

  it("read a parent shard to its end before its children", async () => {
    streams.addShard("shard-2", "shard-1");
    streams.addShard("orphan", "expired-after-24-hours");
    write(1, 3);
    write(11, 12, "shard-2");
    streams.closeShard("shard-1");
    start({ batchSize: 2 });
    await until("the child's records", () => batches.flat().includes("12"));

    expect(batches.flat()).toEqual([...range(1, 3), ...range(11, 12)]);
    expect(streams.readOrder.indexOf("shard-1")).toBeLessThan(streams.readOrder.indexOf("shard-2"));
    expect(streams.readOrder).toContain("orphan");
    await drained();
  });

  it("follow a shard that closes while they read it", async () => {
    write(1, 1);
    start();
    await drained();
    streams.addShard("shard-2", "shard-1");
    write(2, 2, "shard-2");
    streams.closeShard("shard-1");
    triggers?.poke();
    await until("the child's record", () => batches.flat().includes("2"));

    expect(batches.flat()).toEqual(["1", "2"]);
  });

  it("go on behind a checkpoint, so that a restart repeats nothing that was done", async () => {
    write(1, 4);
    start();
    await drained();
    await triggers?.stop();
    write(5, 6);
    start();
    await drained();

    expect(batches).toEqual([range(1, 4), range(5, 6)]);
  });

  it("go on with the oldest record left when the checkpoint's place has left the stream", async () => {
    write(1, 5);
    checkpoints.set("ReaderMapping arn:fake shard-1", "000001");
    streams.trim("shard-1", 3);
    start();
    await drained();

    expect(batches).toEqual([range(4, 5)]);
  });

  it("survive expired iterators and faults of the stream without losing or repeating a record", async () => {
    write(1, 3);
    start();
    await drained();
    streams.failReadsWith("ExpiredIteratorException", "InternalServerError", "ThrottlingException");
    write(4, 5);
    await until("the records after the faults", () => batches.flat().length === 5);

    expect(batches.flat()).toEqual(range(1, 5));
    expect(complaints.join()).toContain("InternalServerError");
  });

  it("block only the shard with the poison record, and only until its retries are used up", async () => {
    streams.addShard("shard-2");
    write(1, 3);
    write(11, 12, "shard-2");
    start({ retriesMax: 1 }, (keys) =>
      keys.includes("2")
        ? { ok: false, cause: "error", error: { errorType: "E", errorMessage: "" }, requestId: "r" }
        : done,
    );
    await drained();

    const succeeded = batches.filter((batch) => !batch.includes("2")).flat();
    expect(succeeded.toSorted()).toEqual(["1", "11", "12", "3"]);
    expect(failures).toMatchObject([
      {
        requestContext: { condition: "RetryAttemptsExhausted" },
        DDBStreamBatchInfo: { shardId: "shard-1", batchSize: 1 },
      },
    ]);
  });

  it("are not at their end while a batch runs or fails", async () => {
    let finish: (invocation: Invocation) => void = () => {};
    write(1, 1);
    start({}, () => new Promise((resolve) => (finish = resolve)));
    await until("the invocation", () => batches.length === 1);

    expect(await triggers?.isAtEnd()).toBe(false);
    finish(done);
    await drained();
  });

  it("read an idle stream about four times a second, as Lambda does, not as often as they can", async () => {
    start();
    await until("the poll to have slowed down", () => streams.readAt.length > 8);
    const [before = 0, last = 0] = streams.readAt.slice(-2);

    expect(last - before).toBeGreaterThan(230);
  });
});
