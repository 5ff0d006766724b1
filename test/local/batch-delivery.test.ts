import { beforeEach, describe, expect, it } from "vitest";
import type { Invocation } from "../../local/lambda/invocation.ts";
import { type Delivery, deliver } from "../../local/streams/batch-delivery.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import type { StreamMapping } from "../../local/template/template.ts";

const mapping: StreamMapping = {
  id: "m",
  functionName: "f",
  tableName: "t",
  batchSize: 10,
  windowMs: 0,
  filters: [],
  bisectOnError: true,
  reportsItemFailures: true,
  retriesMax: 2,
  recordAgeMsMax: 60_000,
};
const now = 1_800_000_000_000;
const record = (n: number, ageMs = 0): StreamRecord => ({
  eventID: `e${n}`,
  eventName: "INSERT",
  eventSourceARN: "arn:stream",
  dynamodb: { SequenceNumber: String(n), ApproximateCreationDateTime: (now - ageMs) / 1000 },
});
const batch = (count: number) => Array.from({ length: count }, (_, i) => record(i + 1));
const numbers = (records: readonly StreamRecord[]) => records.map((r) => Number(r.dynamodb.SequenceNumber));
const done: Invocation = { ok: true, payload: { batchItemFailures: [] }, requestId: "r" };
const thrown: Invocation = {
  ok: false,
  cause: "error",
  error: { errorType: "Error", errorMessage: "no" },
  requestId: "r",
};
const failed = (...identifiers: unknown[]): Invocation => ({
  ok: true,
  payload: { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) },
  requestId: "r",
});

let calls: number[][];
let checkpoints: number[];
let documents: Record<string, unknown>[];
let objectKeys: string[];
let pauses: number[];

beforeEach(() => {
  calls = [];
  checkpoints = [];
  documents = [];
  objectKeys = [];
  pauses = [];
});

function delivery(invoke: (ns: number[]) => Invocation, changes: Partial<StreamMapping> = {}): Delivery {
  return {
    mapping: { ...mapping, ...changes },
    shardId: "shard-1",
    functionArn: "arn:f",
    invoke: async (records) => {
      calls.push(numbers(records));
      return invoke(numbers(records));
    },
    onDone: (sequenceNumber) => checkpoints.push(Number(sequenceNumber)),
    onGivenUp: async ({ key, body }) => {
      objectKeys.push(key);
      documents.push(JSON.parse(body));
    },
    pause: async (ms) => {
      pauses.push(ms);
      return true;
    },
    now: () => now,
    log: () => {},
  };
}

describe("a batch that succeeds", () => {
  it("is delivered once and checkpointed at its last record", async () => {
    await deliver(
      batch(3),
      delivery(() => done),
    );

    expect(calls).toEqual([[1, 2, 3]]);
    expect(checkpoints).toEqual([3]);
  });

  it.each([null, {}, { batchItemFailures: null }, { batchItemFailures: [] }])("may say so by %j", async (payload) => {
    await deliver(
      batch(2),
      delivery(() => ({ ok: true, payload, requestId: "r" })),
    );

    expect(calls).toHaveLength(1);
    expect(checkpoints).toEqual([2]);
  });
});

describe("a partial failure", () => {
  it("moves the checkpoint to the lowest failed record and tries the rest again, good ones after it included", async () => {
    let first = true;
    await deliver(
      batch(5),
      delivery(() => {
        const answer = first ? failed("4", "3") : done;
        first = false;
        return answer;
      }),
    );

    expect(calls).toEqual([
      [1, 2, 3, 4, 5],
      [3, 4, 5],
    ]);
    expect(checkpoints).toEqual([2, 5]);
  });

  it.each([[""], [null], [undefined], ["99"], [7]])(
    "with the identifier %j counts as a failure of the whole batch",
    async (identifier) => {
      let first = true;
      const answer = () => {
        const outcome = first ? failed("2", identifier) : done;
        first = false;
        return outcome;
      };
      await deliver(batch(2), delivery(answer, { bisectOnError: false }));

      expect(calls).toEqual([
        [1, 2],
        [1, 2],
      ]);
      expect(checkpoints).toEqual([2]);
    },
  );

  it("is not looked for when the mapping does not ask for it", async () => {
    await deliver(
      batch(2),
      delivery(() => failed("1"), { reportsItemFailures: false }),
    );

    expect(calls).toHaveLength(1);
    expect(checkpoints).toEqual([2]);
  });

  it("does not use up the retries while it makes progress", async () => {
    const seen = new Set<number>();
    const failsOnce = (ns: number[]) => {
      const fresh = ns.find((n) => !seen.has(n));
      for (const n of ns) seen.add(n);
      return fresh === undefined
        ? done
        : failed(String(ns.find((n) => n > 1 && !retried.has(n) && retried.add(n)) ?? ""));
    };
    const retried = new Set<number>();
    await deliver(batch(8), delivery(failsOnce, { retriesMax: 0 }));

    expect(documents).toEqual([]);
    expect(checkpoints.at(-1)).toBe(8);
  });
});

describe("a failing batch", () => {
  it("is split in two until the poison record is alone, is given up, and everything else is delivered in order", async () => {
    const delivered: number[] = [];
    await deliver(
      batch(8),
      delivery((ns) => {
        if (ns.includes(6)) return thrown;
        delivered.push(...ns);
        return done;
      }),
    );

    expect(delivered).toEqual([1, 2, 3, 4, 5, 7, 8]);
    expect(calls).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [6], [6], [7, 8]]);
    expect(documents).toHaveLength(1);
    expect(checkpoints.at(-1)).toBe(8);
  });

  it("is tried again whole when it may not be split, and no more often than allowed", async () => {
    await deliver(
      batch(3),
      delivery(() => thrown, { bisectOnError: false }),
    );

    expect(calls).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(checkpoints).toEqual([3]);
  });

  it("waits longer from try to try, up to a bound", async () => {
    await deliver(
      [record(1)],
      delivery(() => thrown, { retriesMax: 9 }),
    );

    expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000, 2000]);
  });

  it("leaves in the failure store what Lambda would: where the records are, why, and the whole event", async () => {
    await deliver(
      batch(2),
      delivery(() => thrown, { bisectOnError: false }),
    );

    expect(objectKeys).toEqual([
      expect.stringMatching(/^aws\/lambda\/m\/shard-1\/2027\/01\/15\/2027-01-15T08\.00\.00-[0-9a-f-]{36}$/),
    ]);

    expect(documents).toEqual([
      {
        requestContext: {
          requestId: "r",
          functionArn: "arn:f",
          condition: "RetryAttemptsExhausted",
          approximateInvokeCount: 3,
        },
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        version: "1.0",
        timestamp: new Date(now).toISOString(),
        DDBStreamBatchInfo: {
          shardId: "shard-1",
          startSequenceNumber: "1",
          endSequenceNumber: "2",
          approximateArrivalOfFirstRecord: new Date(now).toISOString(),
          approximateArrivalOfLastRecord: new Date(now).toISOString(),
          batchSize: 2,
          streamArn: "arn:stream",
        },
        payload: JSON.stringify({ Records: batch(2) }),
      },
    ]);
  });

  it("is tried again for as long as its records are young enough, when retries have no bound", async () => {
    let passed = 0;
    const failing = delivery(() => thrown, { retriesMax: Number.POSITIVE_INFINITY, recordAgeMsMax: 23 * 3_600_000 });
    await deliver([record(1)], {
      ...failing,
      pause: async (ms) => {
        passed += ms * 1000; // retries a thousand times as far apart
        return true;
      },
      now: () => now + passed,
    });

    expect(calls.length).toBeGreaterThan(40);
    expect(documents).toMatchObject([
      { requestContext: { condition: "RecordAgeExceeded" }, payload: JSON.stringify({ Records: [record(1)] }) },
    ]);
  });

  it("is given up without a further try once its first record is too old", async () => {
    await deliver(
      [record(1, 60_001), record(2)],
      delivery(() => thrown),
    );

    expect(calls).toEqual([]);
    expect(documents).toMatchObject([
      { requestContext: { condition: "RecordAgeExceeded", approximateInvokeCount: 0 } },
    ]);
    expect(checkpoints).toEqual([2]);
  });

  it("is not checkpointed before the failure store has taken it", async () => {
    let refusals = 2;
    const refusing = delivery(() => thrown, { retriesMax: 0 });
    const reported: number[] = [];
    await deliver([record(1)], {
      ...refusing,
      onGivenUp: async () => {
        reported.push(checkpoints.length);
        if (refusals-- > 0) throw new Error("store away");
      },
    });

    expect(reported).toEqual([0, 0, 0]);
    expect(checkpoints).toEqual([1]);
  });
});

describe("a stack that stops", () => {
  it("leaves the checkpoint where it got to, so that the rest is delivered at the next start", async () => {
    const stopping = { ...delivery((ns) => (ns.length === 4 ? failed("3") : thrown)), pause: async () => false };

    expect(await deliver(batch(4), stopping)).toBe(false);
    expect(checkpoints).toEqual([2]);
    expect(documents).toEqual([]);
  });

  it("does not count a function it terminated itself as failed", async () => {
    const stopped: Invocation = {
      ok: false,
      cause: "stopped",
      error: { errorType: "x", errorMessage: "" },
      requestId: "r",
    };

    expect(
      await deliver(
        [record(1)],
        delivery(() => stopped, { retriesMax: 0 }),
      ),
    ).toBe(false);
    expect([checkpoints, documents]).toEqual([[], []]);
  });
});
