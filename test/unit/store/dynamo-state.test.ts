import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { planIngest } from "../../../shared/domain/ingest.ts";
import { emptyHead, type LedgerBlock, type LedgerHead, rowsOf } from "../../../shared/domain/ledger.ts";
import { appendTrades } from "../../../shared/domain/ledger-append.ts";
import type { LookDossier } from "../../../shared/domain/look.ts";
import { emptyRegistry } from "../../../shared/domain/registry.ts";
import { readRecord } from "../../../shared/domain/trade-record.ts";
import type { LedgerAppend, RegistryCommit } from "../../../shared/pipeline/ports.ts";
import { DynamoState } from "../../../shared/store/dynamo-state.ts";
import { blockItem, headItem as itemOf, jsonFrom, jsonItem } from "../../../shared/store/items.ts";
import { keys } from "../../../shared/store/keys.ts";
import { anEvent, aRecord, NOON, trades } from "../../support/samples.ts";

const ddb = mockClient(DynamoDBDocumentClient);
let state: DynamoState;

beforeEach(() => {
  ddb.reset();
  ddb.on(TransactWriteCommand).resolves({});
  ddb.on(GetCommand).resolves({});
  ddb.on(PutCommand).resolves({});
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
  it("is fenced by the version it was computed from, and alone is no transaction, which costs twice", async () => {
    expect(await state.commit(change())).toBe("written");
    const [put] = ddb.commandCalls(PutCommand).map((call) => call.args[0].input);
    expect(put).toMatchObject({
      TableName: "state",
      Item: { pk: "REGISTRY", sk: "REGISTRY", version: 8 },
      ConditionExpression: "version = :version",
      ExpressionAttributeValues: { ":version": 7 },
    });
    expect(jsonFrom(put!.Item)).toEqual({ ...emptyRegistry, version: 8 });
    expect(sent()).toEqual([]);

    await state.commit(change({ events: [anEvent("promotion")] }));
    expect(only()[0]!.Put).toEqual({ ...put, Item: { ...put!.Item, evaluate: "due" } });
  });

  it("of the first registry must find none", async () => {
    await state.commit(change({ fromVersion: 0, events: [anEvent("deployed")] }));
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
      Item: { pk: "HISTORY", sk: `${NOON}#00000007-0-promotion`, body, format: 1 },
      ConditionExpression: "attribute_not_exists(pk)",
    });
    expect(outbox!.Put).toEqual({
      TableName: "state",
      Item: { pk: "OUTBOX", sk: "00000007-0-promotion", body, format: 1 },
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
      {
        Put: {
          Item: { pk: "MODEL#b", sk: "HEAD", revision: 0, format: 1 },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
    ]);
    ddb.on(GetCommand, { Key: keys.head("b") }).resolves({ Item: itemOf(emptyHead("b"), { evaluate: false }) });
    await state.commit(change({ enrolled: { name: "b", version: "3" } }));
    expect(sent()[1]).toHaveLength(2);
  });
});

describe("an append", () => {
  const head = { ...emptyHead("alpha"), revision: 41 };
  const append = (changes: Partial<LedgerAppend> = {}): LedgerAppend => ({
    model: "alpha",
    before: { head, rejections: null },
    head: { ...head, revision: 42 },
    block: null,
    rejected: [],
    rejections: null,
    changes: new Map(),
    events: [],
    evaluate: false,
    ...changes,
  });
  const counts = {
    modelName: "ghost",
    count: 1,
    byKind: {},
    lastReason: "",
    lastTradeId: "",
    lastAt: 0,
    stream: "s1",
    watermark: "9",
  };
  const puts = () => ddb.commandCalls(PutCommand).map((call) => call.args[0].input);

  it("of trades alone is one conditional write, fenced by the head's revision", async () => {
    await state.appendToLedger(append());
    expect(sent()).toEqual([]);
    expect(puts()).toMatchObject([
      {
        TableName: "state",
        Item: { pk: "MODEL#alpha", sk: "HEAD", revision: 42 },
        ConditionExpression: "revision = :revision",
        ExpressionAttributeValues: { ":revision": 41 },
      },
    ]);
    expect(puts()[0]!.Item).not.toHaveProperty("evaluate");
  });

  it("says when these trades can make something due", async () => {
    await state.appendToLedger(append({ evaluate: true }));
    expect(puts()[0]!.Item).toMatchObject({ evaluate: "due" });
  });

  it("writes a sealed block first: until the head names it, it counts for nothing", async () => {
    const { block } = appendTrades(head, trades(500));
    await state.appendToLedger(append({ block }));
    expect(puts().map((put) => [put.Item!.sk, put.ConditionExpression])).toEqual([
      [`BLOCK#${block!.name}`, undefined],
      ["HEAD", "revision = :revision"],
    ]);
  });

  it("is a conflict at once where somebody else was faster", async () => {
    ddb.on(PutCommand).rejects(new ConditionalCheckFailedException({ $metadata: {}, message: "no" }));
    expect(await state.appendToLedger(append())).toBe("conflict");
    expect(puts()).toHaveLength(1);
  });

  it("waits for a transaction under way on the same head, a bounded number of times", async () => {
    const busy = new TransactionConflictException({ $metadata: {}, message: "busy" });
    ddb.on(PutCommand).rejectsOnce(busy).rejectsOnce(busy).resolves({});
    expect(await hurried(() => state.appendToLedger(append()))).toBe("written");
    expect(puts()).toHaveLength(3);
    ddb.on(PutCommand).rejects(busy);
    expect(await hurried(() => state.appendToLedger(append()))).toBe(busy);
    expect(puts()).toHaveLength(9);
  });

  it("counts rejections under a fence of their own, and only while their model is not deployed", async () => {
    const before = { head: null, rejections: null };
    const unknown = append({ model: "ghost", before, head: null, rejections: counts });
    await state.appendToLedger(unknown);
    expect(only()).toMatchObject([
      { Put: { Item: { pk: "QUARANTINE", sk: "COUNT#ghost" }, ConditionExpression: "attribute_not_exists(pk)" } },
      { ConditionCheck: { Key: keys.head("ghost"), ConditionExpression: "attribute_not_exists(pk)" } },
    ]);
    await state.appendToLedger({ ...unknown, before: { head: null, rejections: { ...counts, count: 7 } } });
    expect(sent()[1]).toMatchObject([
      { Put: { ConditionExpression: "revision = :revision", ExpressionAttributeValues: { ":revision": 7 } } },
      {},
    ]);
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
    const answers = { rows: rowsOf([]), changes: new Map(), rejected: new Set<string>() };
    const followUp = { kind: "never" } as const;
    const options = { head, rejections: null, answers, followUp, evidence: 0, now: NOON };
    const plan = planIngest({ records: records.map(readRecord), ...options });
    await state.appendToLedger({ ...plan.write!, model: "alpha", before: { head, rejections: null } });
    expect(plan.write!.rejected.length).toBeGreaterThan(10);
    expect(only().length).toBeLessThanOrEqual(100);
    const bytes = [...only().map((write) => sizeOf(write.Put!.Item!)), ...puts().map((put) => sizeOf(put.Item!))];
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
  const reported = () => change({ events: [anEvent("promotion")] });

  it("on a condition is a conflict at once: somebody else was faster", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("None", "ConditionalCheckFailed"));
    expect(await state.commit(reported())).toBe("conflict");
    expect(sent()).toHaveLength(1);
  });

  it("on a condition and on contention together is a conflict as well", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("TransactionConflict", "ConditionalCheckFailed"));
    expect(await state.commit(reported())).toBe("conflict");
  });

  it.each(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])(
    "by %s is tried again until it is through",
    async (code) => {
      ddb.on(TransactWriteCommand).rejectsOnce(cancelled(code)).rejectsOnce(cancelled("None", code)).resolves({});
      expect(await hurried(() => state.commit(reported()))).toBe("written");
      expect(sent()).toHaveLength(3);
      expect(sent()[2]).toEqual(sent()[0]);
    },
  );

  it("is given up after six attempts: the caller's retry begins with a fresh look", async () => {
    ddb.on(TransactWriteCommand).rejects(cancelled("TransactionConflict"));
    expect(await hurried(() => state.commit(reported()))).toBeInstanceOf(TransactionCanceledException);
    expect(sent()).toHaveLength(6);
  });

  it.each(["ValidationError", "ItemCollectionSizeLimitExceeded", undefined])(
    "by %s is an error at once: trying again cannot help",
    async (code) => {
      ddb.on(TransactWriteCommand).rejects(cancelled(code as string));
      await expect(state.commit(reported())).rejects.toThrow("cancelled");
      expect(sent()).toHaveLength(1);
    },
  );

  it("without an answer from DynamoDB is an error", async () => {
    ddb.on(TransactWriteCommand).rejects(new Error("socket hang up"));
    await expect(state.commit(reported())).rejects.toThrow("socket hang up");
  });
});

describe("reading heads", () => {
  const headItem = (model: string) => itemOf(emptyHead(model), { evaluate: false });

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
    expect(outcome).toMatchObject({ message: expect.stringContaining("could not be read: throttled") });
    expect(ddb.commandCalls(BatchGetCommand)).toHaveLength(6);
  });
});

describe("reading ledger rows", () => {
  /** A chain of blocks of 500 trades each, and its head. */
  function chainOf(blocks: number): { head: LedgerHead; blocks: LedgerBlock[] } {
    let head = emptyHead("alpha");
    const made: LedgerBlock[] = [];
    for (let i = 0; i < blocks; i++) {
      const appended = appendTrades(head, trades(500, 500 * i));
      head = { ...head, ...appended.head };
      made.push(appended.block!);
    }
    return { head, blocks: made };
  }
  const queries = () => ddb.commandCalls(QueryCommand).map((call) => call.args[0].input);
  const items = (blocks: readonly LedgerBlock[]) => blocks.map((block) => blockItem("alpha", block)).reverse();
  const present = (head: LedgerHead, blocks: readonly LedgerBlock[]) => {
    ddb.on(GetCommand, { Key: keys.head("alpha") }).resolves({ Item: itemOf(head, { evaluate: false }) });
    ddb.on(QueryCommand).callsFake(({ ExpressionAttributeValues: { ":last": last }, Limit }) => ({
      Items: items(blocks)
        .filter((item) => item.sk <= last)
        .slice(0, Limit),
    }));
  };

  it("asks for pages of blocks, newest first, from the one the head names", async () => {
    const { head, blocks } = chainOf(2);
    present(head, blocks);
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(1000)));
    expect(queries()).toMatchObject([
      {
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: { ":pk": "MODEL#alpha", ":first": "BLOCK#", ":last": `BLOCK#${blocks[1]!.name}` },
        ScanIndexForward: false,
        ConsistentRead: false,
        Limit: 2,
      },
    ]);
  });

  it("remembers blocks: they never change, only new ones are asked for", async () => {
    const { head, blocks } = chainOf(9);
    const older = { ...head, sealed: { name: blocks[7]!.name, clock: blocks[7]!.clock }, count: 4000 };
    present(older, blocks.slice(0, 8));
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(4000)));
    expect(queries().map((q) => q.Limit)).toEqual([2, 8]);
    await state.readRows("alpha", { closedAfter: null });
    expect(queries()).toHaveLength(2);
    present(head, blocks);
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(4500)));
    expect(queries().map((q) => q.Limit)).toEqual([2, 8, 2]);
  });

  it("stops at the first block that closed before the moment asked for", async () => {
    const { head, blocks } = chainOf(6);
    present(head, blocks);
    expect(await state.readRows("alpha", { closedAfter: blocks[4]!.clock })).toEqual(rowsOf(trades(500, 2500)));
    expect(queries()).toHaveLength(1);
  });

  it("refuses a ledger with a hole: an evaluation on half the rows would be worse than none", async () => {
    const { head, blocks } = chainOf(4);
    present(head, [blocks[0]!, blocks[1]!, blocks[3]!]);
    await expect(state.readRows("alpha", { closedAfter: null })).rejects.toThrow(
      `the ledger of alpha is broken: its block ${blocks[2]!.name} is not there`,
    );
  });
});

describe("other reads", () => {
  it("are consistent: a decision on what was true a moment ago would be refused anyway", async () => {
    await state.loadRegistry();
    await state.loadUsedVersions("a");
    await state.loadAnswer("k");
    await state.loadRejectionCount("a");
    await state.loadLook({ model: "a", entry: 1, reign: 1, n: 500 });
    await state.loadHeads(["a"]);
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
    await state.listLooks({ model: "alpha", entry: 1 });
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
