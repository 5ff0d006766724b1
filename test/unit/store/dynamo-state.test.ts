import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { planIngest } from "../../../shared/domain/ingest.ts";
import { BLOCK_ROWS, emptyHead, rowsOf } from "../../../shared/domain/ledger.ts";
import type { LookDossier } from "../../../shared/domain/look.ts";
import { emptyRegistry } from "../../../shared/domain/registry.ts";
import type { LedgerAppend, RegistryCommit } from "../../../shared/pipeline/ports.ts";
import { DynamoState } from "../../../shared/store/dynamo-state.ts";
import { blockItem, jsonItem } from "../../../shared/store/items.ts";
import { keys } from "../../../shared/store/keys.ts";
import { anEvent, aRecord, MINUTE, NOON, trades } from "../../support/samples.ts";

const ddb = mockClient(DynamoDBDocumentClient);
let state: DynamoState;

beforeEach(() => {
  ddb.reset();
  ddb.on(TransactWriteCommand).resolves({});
  ddb.on(GetCommand).resolves({});
  state = new DynamoState(DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-central-1" })), "state");
});
afterEach(() => {
  vi.useRealTimers();
});

type Writes = NonNullable<TransactWriteCommand["input"]["TransactItems"]>;
const sent = () => ddb.commandCalls(TransactWriteCommand).map((call) => call.args[0].input.TransactItems as Writes);
const only = () => {
  expect(sent()).toHaveLength(1);
  return sent()[0]!;
};

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: "cancelled",
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const change = (changes: Partial<RegistryCommit> = {}): RegistryCommit => ({
  fromVersion: 7,
  registry: { ...emptyRegistry, version: 8 },
  events: [],
  ...changes,
});

describe("a commit", () => {
  it("is fenced by the version it was computed from", async () => {
    await state.commit(change());
    expect(only()).toEqual([
      {
        Put: {
          TableName: "state",
          Item: { pk: "REGISTRY", sk: "REGISTRY", body: JSON.stringify({ ...emptyRegistry, version: 8 }), version: 8 },
          ConditionExpression: "version = :version",
          ExpressionAttributeValues: { ":version": 7 },
        },
      },
    ]);
  });

  it("of the first registry must find none", async () => {
    await state.commit(change({ fromVersion: 0 }));
    expect(only()[0]!.Put).toMatchObject({ ConditionExpression: "attribute_not_exists(pk)" });
    expect(only()[0]!.Put).not.toHaveProperty("ExpressionAttributeValues");
  });

  it("of events alone checks the version without writing it", async () => {
    await state.commit(change({ registry: null, events: [anEvent("rollback_failed")] }));
    expect(only()[0]).toEqual({
      ConditionCheck: {
        TableName: "state",
        Key: { pk: "REGISTRY", sk: "REGISTRY" },
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": 7 },
      },
    });
  });

  it("writes every event into history and outbox, never over another one; the outbox keeps what waits for ever", async () => {
    const event = anEvent("promotion");
    await state.commit(change({ events: [event] }));
    const [, history, outbox] = only();
    const body = JSON.stringify(event);
    expect(history!.Put).toEqual({
      TableName: "state",
      Item: { pk: "HISTORY", sk: `${NOON}#00000007-0-promotion`, body },
      ConditionExpression: "attribute_not_exists(pk)",
    });
    expect(outbox!.Put).toEqual({
      TableName: "state",
      Item: { pk: "OUTBOX", sk: "00000007-0-promotion", body },
      ConditionExpression: "attribute_not_exists(pk)",
    });
  });

  it("writes looks and answers once, the answer until its time to live in seconds", async () => {
    const look = { challenger: "b", challengerEntry: 3, reign: 2, n: 700 } as LookDossier;
    const answer = { key: "k", fingerprint: "f", status: 201, body: {}, expiresAt: NOON + 999 };
    await state.commit(change({ looks: [look], answer }));
    expect(only().slice(1)).toMatchObject([
      {
        Put: {
          Item: { pk: "MODEL#b", sk: "LOOK#000003#000002#000700" },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
      {
        Put: {
          Item: { pk: "REQUEST#k", sk: "REQUEST", expires_at: NOON / 1000 },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
    ]);
  });

  it("that enrols uses a version up and begins a ledger only where there is none", async () => {
    await state.commit(change({ enrolled: { name: "b", version: "2" } }));
    expect(only().slice(1)).toMatchObject([
      {
        Update: {
          Key: { pk: "MODEL#b", sk: "VERSIONS" },
          UpdateExpression: "ADD versions :set",
          ConditionExpression: "attribute_not_exists(versions) OR NOT contains(versions, :version)",
          ExpressionAttributeValues: { ":set": new Set(["2"]), ":version": "2" },
        },
      },
      { Put: { Item: { pk: "MODEL#b", sk: "HEAD", watermark: "0" }, ConditionExpression: "attribute_not_exists(pk)" } },
    ]);
    ddb.on(GetCommand, { Key: keys.head("b") }).resolves({ Item: jsonItem(keys.head("b"), emptyHead("b")) });
    await state.commit(change({ enrolled: { name: "b", version: "3" } }));
    expect(sent()[1]).toHaveLength(2);
  });
});

describe("an append", () => {
  const head = { ...emptyHead("alpha"), count: 3, watermark: "41" };
  const append = (changes: Partial<LedgerAppend> = {}): LedgerAppend => ({
    before: head,
    after: { ...head, watermark: "42" },
    blocks: [],
    rejected: [],
    rejections: null,
    events: [],
    ...changes,
  });

  it("is fenced by the head's watermark, and writes blocks with it", async () => {
    await state.appendToLedger(append({ blocks: [{ index: 12, rows: rowsOf(trades(2)), clock: NOON }] }));
    expect(only()).toMatchObject([
      {
        Put: {
          Item: { pk: "MODEL#alpha", sk: "HEAD", watermark: "42" },
          ConditionExpression: "watermark = :watermark",
          ExpressionAttributeValues: { ":watermark": "41" },
        },
      },
      { Put: { Item: { pk: "MODEL#alpha", sk: "BLOCK#000012", rows: 2, clock: NOON } } },
    ]);
  });

  it("counts rejections under a fence of their own", async () => {
    const after = {
      modelName: "ghost",
      count: 1,
      byKind: {},
      lastReason: "",
      lastTradeId: "",
      lastAt: 0,
      watermark: "9",
    };
    const only2 = append({ before: null, after: null, rejections: { before: null, after } });
    await state.appendToLedger(only2);
    expect(only()).toMatchObject([
      { Put: { Item: { pk: "QUARANTINE", sk: "COUNT#ghost" }, ConditionExpression: "attribute_not_exists(pk)" } },
    ]);
    await state.appendToLedger({ ...only2, rejections: { before: { ...after, watermark: "8" }, after } });
    expect(sent()[1]).toMatchObject([
      { Put: { ConditionExpression: "watermark = :watermark", ExpressionAttributeValues: { ":watermark": "8" } } },
    ]);
  });

  it("of nothing asks DynamoDB nothing", async () => {
    expect(await state.appendToLedger(append({ before: null, after: null }))).toBe("written");
    expect(sent()).toEqual([]);
  });

  it("never has more than 100 writes and 4 MB, however bad the batch", async () => {
    const wide = "語".repeat(250);
    const records = Array.from({ length: 500 }, (_, i) =>
      aRecord({
        sequence: String(100 + i),
        tradeId: `${wide}${i}`,
        row: { signal_id: `${wide}s${i}`, ...(i % 11 === 10 ? { pnl: "語".repeat(30_000) } : {}) },
      }),
    );
    const lastBlock = { index: 0, rows: rowsOf(trades(BLOCK_ROWS - 1)), clock: NOON };
    const begun = { ...head, count: BLOCK_ROWS - 1 };
    const plan = planIngest({ records, head: begun, lastBlock, rejections: null, counted: new Set(), now: NOON });
    await state.appendToLedger({
      before: begun,
      after: plan.head,
      blocks: plan.blocks,
      rejected: plan.rejected,
      rejections: { before: null, after: plan.rejections! },
      events: plan.events,
    });
    expect(plan.rejected.length).toBeGreaterThan(30);
    expect(only().length).toBeLessThanOrEqual(100);
    const bytes = only().map((write) => sizeOf(write.Put!.Item!));
    expect(Math.max(...bytes)).toBeLessThan(400 * 1024);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(4 * 1024 * 1024);
  });
});

function sizeOf(item: Record<string, unknown>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) =>
      sum + name.length + (value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value))),
    0,
  );
}

/** Runs through all waiting, without waiting. */
async function hurried<T>(run: () => Promise<T>): Promise<T | Error> {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const outcome = run().catch((error: Error) => error);
  await vi.runAllTimersAsync();
  return outcome;
}

describe("a transaction that fails", () => {
  it("on a condition is a conflict at once: somebody else was faster", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("None", "ConditionalCheckFailed"));
    expect(await state.commit(change())).toBe("conflict");
    expect(sent()).toHaveLength(1);
  });

  it("on a condition and on contention together is a conflict as well", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("TransactionConflict", "ConditionalCheckFailed"));
    expect(await state.commit(change())).toBe("conflict");
  });

  it.each(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])(
    "by %s is tried again until it is through",
    async (code) => {
      ddb.on(TransactWriteCommand).rejectsOnce(cancelled(code)).rejectsOnce(cancelled("None", code)).resolves({});
      expect(await hurried(() => state.commit(change()))).toBe("written");
      expect(sent()).toHaveLength(3);
      expect(sent()[2]).toEqual(sent()[0]);
    },
  );

  it("is given up after six attempts: the caller's retry begins with a fresh look", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("TransactionConflict"));
    expect(await hurried(() => state.commit(change()))).toBeInstanceOf(TransactionCanceledException);
    expect(sent()).toHaveLength(6);
  });

  it.each(["ValidationError", "ItemCollectionSizeLimitExceeded", undefined])(
    "by %s is an error at once: trying again cannot help",
    async (code) => {
      ddb.on(TransactWriteCommand).rejects(cancelled(code as string));
      await expect(state.commit(change())).rejects.toThrow("cancelled");
      expect(sent()).toHaveLength(1);
    },
  );

  it("without an answer from DynamoDB is an error", async () => {
    ddb.on(TransactWriteCommand).rejects(new Error("socket hang up"));
    await expect(state.commit(change())).rejects.toThrow("socket hang up");
  });
});

describe("reading heads", () => {
  const headItem = (model: string) => jsonItem(keys.head(model), emptyHead(model));

  it("of one model is one consistent read", async () => {
    ddb.on(GetCommand, { Key: keys.head("a") }).resolves({ Item: headItem("a") });
    expect([...(await state.loadHeads(["a", "a"])).keys()]).toEqual(["a"]);
    expect(ddb.commandCalls(GetCommand)[0]!.args[0].input).toEqual({
      TableName: "state",
      Key: keys.head("a"),
      ConsistentRead: true,
    });
    expect(ddb.commandCalls(BatchGetCommand)).toEqual([]);
  });

  it("of several is a consistent batch that asks again for what was left out", async () => {
    ddb
      .on(BatchGetCommand)
      .resolvesOnce({
        Responses: { state: [headItem("a")] },
        UnprocessedKeys: { state: { Keys: [keys.head("b")] } },
      })
      .resolves({ Responses: { state: [headItem("b")] } });
    const heads = await hurried(() => state.loadHeads(["a", "b", "a"]));
    expect([...(heads as Map<string, unknown>).keys()]).toEqual(["a", "b"]);
    const asked = ddb.commandCalls(BatchGetCommand).map((call) => call.args[0].input.RequestItems!.state!);
    expect(asked).toEqual([
      { Keys: [keys.head("a"), keys.head("b")], ConsistentRead: true },
      { Keys: [keys.head("b")], ConsistentRead: true },
    ]);
  });

  it("is given up when the table stays throttled", async () => {
    ddb.on(BatchGetCommand).resolves({ UnprocessedKeys: { state: { Keys: [keys.head("a")] } } });
    const outcome = await hurried(() => state.loadHeads(["a", "b"]));
    expect(outcome).toMatchObject({ message: "ledger heads could not be read: throttled" });
    expect(ddb.commandCalls(BatchGetCommand)).toHaveLength(6);
  });
});

describe("reading ledger rows", () => {
  const block = (index: number, rows = BLOCK_ROWS) => ({
    index,
    rows: rowsOf(trades(rows, index * BLOCK_ROWS)),
    clock: NOON + (index * BLOCK_ROWS + rows - 1) * MINUTE,
  });
  const item = (index: number, rows?: number) => blockItem("alpha", block(index, rows));
  const queries = () => ddb.commandCalls(QueryCommand).map((call) => call.args[0].input);

  it("asks for pages of blocks, newest first, consistently", async () => {
    ddb.on(QueryCommand).resolves({ Items: [item(1, 50), item(0)] });
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(250)));
    expect(queries()).toMatchObject([
      {
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: { ":pk": "MODEL#alpha", ":first": "BLOCK#", ":last": "BLOCK#~" },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: 20,
      },
    ]);
  });

  it("remembers full blocks: they never change, only the open one is asked for again", async () => {
    ddb
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(2, 50), item(1), item(0)] })
      .resolves({ Items: [item(2, 60)] });
    await state.readRows("alpha", { closedAfter: null });
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(460)));
    expect(queries().map((q) => q.Limit)).toEqual([20, 1]);
  });

  it("does not take an open block for a full one later on", async () => {
    let present = [item(0, 199)];
    ddb.on(QueryCommand).callsFake(({ Limit }) => ({ Items: present.slice(0, Limit) }));
    expect((await state.readRows("alpha", { closedAfter: null })).count).toBe(199);
    present = [item(1, 1), item(0)];
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(201)));
    present = [item(1, 2), item(0)];
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(202)));
  });

  it("goes on where its memory has a gap", async () => {
    ddb
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(0)] })
      .resolvesOnce({ Items: [item(3, 5)] })
      .resolvesOnce({ Items: [item(2), item(1)] });
    await state.readRows("alpha", { closedAfter: null });
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(605)));
    expect(queries().map((q) => q.ExpressionAttributeValues![":last"])).toEqual(["BLOCK#~", "BLOCK#~", "BLOCK#000002"]);
  });

  it("stops at the first block that closed before the moment asked for", async () => {
    ddb.on(QueryCommand).resolves({ Items: [item(25, 3), ...[24, 23, 22].map((i) => item(i))] });
    const rows = await state.readRows("alpha", { closedAfter: block(23).clock });
    expect(rows).toEqual(rowsOf(trades(203, 24 * BLOCK_ROWS)));
    expect(queries()).toHaveLength(1);
  });

  it("refuses a damaged block: an evaluation on half the rows would be worse than none", async () => {
    const damaged = { ...item(0, 3), pnl: new Uint8Array(8) };
    ddb.on(QueryCommand).resolves({ Items: [damaged] });
    await expect(state.readRows("alpha", { closedAfter: null })).rejects.toThrow("damaged");
  });
});

describe("other reads", () => {
  it("are consistent: a decision on what was true a moment ago would be refused anyway", async () => {
    await state.loadRegistry();
    await state.loadUsedVersions("a");
    await state.loadAnswer("k");
    await state.loadRejectionCount("a");
    await state.loadLook({ model: "a", entry: 1, reign: 1, n: 500 });
    await state.loadLastBlock({ ...emptyHead("a"), count: 3 });
    const inputs = ddb.commandCalls(GetCommand).map((call) => call.args[0].input);
    expect(inputs).toHaveLength(6);
    for (const input of inputs) expect(input).toMatchObject({ TableName: "state", ConsistentRead: true });
  });

  it("follow a list over all its pages", async () => {
    const page = (n: number, more: boolean) => ({
      Items: [jsonItem({ pk: "MODEL#a", sk: `LOOK#${n}` }, { n })],
      ...(more && { LastEvaluatedKey: { pk: "MODEL#a", sk: `LOOK#${n}` } }),
    });
    ddb.on(QueryCommand).resolvesOnce(page(1, true)).resolvesOnce(page(2, true)).resolves(page(3, false));
    expect((await state.listLooks({ model: "a", entry: 1 })).map((look) => look.n)).toEqual([1, 2, 3]);
    const starts = ddb.commandCalls(QueryCommand).map((call) => call.args[0].input.ExclusiveStartKey?.sk);
    expect(starts).toEqual([undefined, "LOOK#1", "LOOK#2"]);
  });

  it("give a cursor that goes on behind the last event given, not behind the next one", async () => {
    const events = [5, 4, 3].map((n) => anEvent("deployed", { eventId: `e${n}`, at: NOON + n }));
    ddb.on(QueryCommand).resolves({ Items: events.map((e) => jsonItem(keys.history(e.at, e.eventId), e)) });
    const page = await state.listHistory({ limit: 2, cursor: null, type: null, modelName: null });
    expect(page.cursor).toBe(keys.history(NOON + 4, "e4").sk);
    await state.listHistory({ limit: 2, cursor: page.cursor, type: null, modelName: null });
    expect(ddb.commandCalls(QueryCommand)[1]!.args[0].input).toMatchObject({
      KeyConditionExpression: "pk = :pk AND sk < :last",
      ExpressionAttributeValues: { ":pk": "HISTORY", ":last": page.cursor },
    });
  });

  it("come to an end even in a list without one", async () => {
    ddb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { pk: "x", sk: "y" } });
    await state.listRejectionCounts();
    await state.listHistory({ limit: 5, cursor: null, type: null, modelName: null });
    expect(ddb.commandCalls(QueryCommand)).toHaveLength(100);
  });
});

describe("noting a publication", () => {
  it("takes the entry out of the outbox, whether or not it is still there", async () => {
    ddb.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ $metadata: {}, message: "no such event" }));
    ddb.on(DeleteCommand).resolves({});
    await state.markPublished({ eventId: "e1", at: NOON }, NOON + 5);
    expect(ddb.commandCalls(DeleteCommand)[0]!.args[0].input).toEqual({
      TableName: "state",
      Key: { pk: "OUTBOX", sk: "e1" },
    });
  });

  it("that fails is an error: it must be tried again", async () => {
    ddb.on(UpdateCommand).rejects(new Error("throttled"));
    await expect(state.markPublished({ eventId: "e1", at: NOON }, NOON + 5)).rejects.toThrow("throttled");
    expect(ddb.commandCalls(DeleteCommand)).toHaveLength(0);
  });

  it("keeps the outbox small: reading it is bounded, whatever waits there", async () => {
    ddb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { pk: "x", sk: "y" } });
    await state.listUnpublished({ limit: 5 });
    expect(ddb.commandCalls(QueryCommand)).toHaveLength(4);
  });
});
