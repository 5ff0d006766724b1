import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultProxy, type LineFault, startFaultProxy } from "../../local/dynamodb/fault-proxy.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { makeDatabase } from "../support/database.ts";
import { type LocalTables, makeLocalTables } from "../support/local-tables.ts";
import { anEvent, NOON } from "../support/samples.ts";

/** The line on which things go wrong, in front of Amazon's own DynamoDB. */

let tables: LocalTables;
let proxy: FaultProxy;
let connection: DynamoDBClient;
let client: DynamoDBDocumentClient;
let table: string;
let coming: (LineFault | null)[] = [];

beforeAll(async () => {
  tables = await makeLocalTables(await makeDatabase());
  proxy = await startFaultProxy({ target: tables.endpoint, next: () => coming.shift() ?? null });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  connection = new DynamoDBClient({ endpoint: proxy.endpoint, region: "local", credentials, maxAttempts: 1 });
  client = DynamoDBDocumentClient.from(connection, { marshallOptions: { removeUndefinedValues: true } });
});
afterAll(async () => {
  connection.destroy();
  await proxy.stop();
  await tables.stop();
});
beforeEach(async () => {
  table = await tables.makeStateTable();
  coming = [];
});

const Key = { pk: "p", sk: "s" };
const put = (n: number) => client.send(new PutCommand({ TableName: table, Item: { ...Key, n } }));
const stored = async () =>
  (await tables.client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item?.n;

describe("the line between functions and DynamoDB", () => {
  it("passes calls on as they are when nothing goes wrong", async () => {
    await put(1);
    expect(await stored()).toBe(1);
    expect((await client.send(new GetCommand({ TableName: table, Key }))).Item).toEqual({ ...Key, n: 1 });
  });

  it("refuses before anything was done: throttled, failed, in conflict", async () => {
    coming = [{ kind: "throttle" }, { kind: "error-before" }, { kind: "conflict" }];
    await expect(put(1)).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException" });
    await expect(put(2)).rejects.toMatchObject({ name: "InternalServerError" });
    await expect(put(3)).rejects.toMatchObject({ name: "TransactionConflictException" });
    expect(await stored()).toBeUndefined();
    expect([...proxy.counts.keys()]).toEqual(expect.arrayContaining(["throttle", "error-before", "conflict"]));
  });

  it("says no, or nothing, after it was done", async () => {
    coming = [{ kind: "error-after" }, { kind: "lost-answer" }];
    await expect(put(1)).rejects.toMatchObject({ name: "InternalServerError" });
    expect(await stored()).toBe(1);
    await expect(put(2)).rejects.toThrow();
    expect(await stored()).toBe(2);
  });

  it("cancels a transaction as DynamoDB does when another one is under way, reads are left alone", async () => {
    coming = [{ kind: "conflict" }, { kind: "conflict" }];
    const transaction = new TransactWriteCommand({ TransactItems: [{ Put: { TableName: table, Item: Key } }] });
    const error = await client.send(transaction).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect((error as TransactionCanceledException).CancellationReasons?.map((r) => r.Code)).toEqual([
      "TransactionConflict",
    ]);
    expect((await client.send(new GetCommand({ TableName: table, Key }))).Item).toBeUndefined();
  });

  it("is no trouble for the store: what it is asked to write is written once, whatever the line does", async () => {
    const robust = new DynamoDBClient({
      endpoint: proxy.endpoint,
      region: "local",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 5,
    });
    const state = new DynamoState(
      DynamoDBDocumentClient.from(robust, { marshallOptions: { removeUndefinedValues: true } }),
      table,
    );
    const kinds = ["conflict", "throttle", "error-after", "lost-answer", "error-before"] as const;
    for (const [i, kind] of kinds.entries()) {
      coming = [{ kind }, { kind: "delay", ms: 5 }];
      const event = anEvent("paused", { eventId: `e${i}`, at: NOON + i });
      // A transaction repeated under its own token is the one that was committed, not a conflict with itself.
      expect(await state.commit({ fromVersion: 0, registry: null, events: [event] }), kind).toBe("written");
    }
    const { events } = await state.listHistory({ limit: 20, cursor: null, type: null, modelName: null });
    expect(events.map((e) => e.eventId).sort()).toEqual(["e0", "e1", "e2", "e3", "e4"]);
    robust.destroy();
  });
});
