import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type FunctionName, functionNames, type Permissions, permissions } from "../../infra/permissions.ts";
import { jsonFrom } from "../../shared/store/items.ts";
import { makeDatabase } from "../support/database.ts";
import { type LocalTables, makeLocalTables } from "../support/local-tables.ts";
import { commonSignals } from "../support/pipeline.ts";

/**
 * Runs every function through a small story against DynamoDB Local behind a recording proxy, and holds the calls it made against what
 * its role allows: nothing missing, nothing to spare.
 */

let tables: LocalTables;
let table: string;
let proxy: Server;
let calls = new Set<string>();
const made = new Map<string, Set<string>>();

const inTransaction: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
};

/** The permissions one request needs: a transaction needs those of its parts. */
function note(target: string, body: string): void {
  const action = target.split(".")[1]!;
  if (action !== "TransactWriteItems") calls.add(action);
  else
    for (const item of JSON.parse(body).TransactItems)
      for (const kind of Object.keys(item)) calls.add(inTransaction[kind]!);
}

async function startProxy(upstream: URL): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      note(String(incoming.headers["x-amz-target"]), body.toString());
      const headers = { ...incoming.headers, host: upstream.host };
      request({ host: upstream.hostname, port: upstream.port, method: "POST", path: "/", headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      }).end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

beforeAll(async () => {
  tables = await makeLocalTables(await makeDatabase());
  table = await tables.makeStateTable();
  await tables.client.send(
    new CreateTableCommand({
      TableName: "trades",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "model_name", KeyType: "HASH" },
        { AttributeName: "trade_id", KeyType: "RANGE" },
      ],
      AttributeDefinitions: ["model_name", "trade_id"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    }),
  );
  const { hostname, port, path } = await tables.client.config.endpoint!();
  proxy = await startProxy(new URL(`http://${hostname}:${port}${path}`));
  // Other files run in this process after it.
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(proxy.address() as { port: number }).port}`,
    AWS_REGION: "local",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    STAGE: "local",
    STATE_TABLE: table,
    TRADES_TABLE: "trades",
    ALERTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:alerts",
    FAILURE_STORE: "failures",
    SHADOW_N_BOOTSTRAP: "1000",
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  mockClient(SNSClient).on(PublishCommand).resolves({});
  vi.stubGlobal("fetch", async (_url: string, { body }: { body: string }) => {
    answered.push(JSON.parse(body));
    return new Response("{}");
  });
  mockClient(S3Client).on(ListObjectsV2Command).resolves({ Contents: [] });
}, 120_000);

afterAll(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  proxy?.closeAllConnections();
  proxy?.close();
  await tables?.stop();
});

/** Invokes a function and keeps what it called under its name. */
async function invoke(
  name: FunctionName,
  event: unknown,
): Promise<{ statusCode?: number; body?: string; batchItemFailures?: unknown[] }> {
  calls = new Set(made.get(name));
  made.set(name, calls);
  const { handler } = await import(`../../functions/${name}.ts`);
  return handler(event, { getRemainingTimeInMillis: () => (name === "reconcile" ? 900_000 : 10_000) });
}

async function api(
  name: FunctionName,
  o: { body?: unknown; path?: Record<string, string>; key?: string; status: number },
) {
  const answer = await invoke(name, {
    headers: o.key ? { "idempotency-key": o.key } : {},
    body: o.body === undefined ? undefined : JSON.stringify(o.body),
    pathParameters: o.path,
    requestContext: { http: { method: "POST", path: `/${name}` } },
    routeKey: name,
  });
  expect(answer.statusCode, answer.body).toBe(o.status);
}

let sequence = 1;

function streamed(o: { model: string; id: string; now: object | null; old?: object }): unknown {
  const keys = { model_name: o.model, trade_id: o.id };
  const image = (fields: object) => marshall({ ...keys, ...fields });
  return {
    eventName: o.old ? (o.now ? "MODIFY" : "REMOVE") : "INSERT",
    eventSourceARN: "arn:aws:dynamodb:local:000000000000:table/trades/stream/2026-01-01T00:00:00.000",
    dynamodb: {
      SequenceNumber: String(sequence++),
      ApproximateCreationDateTime: Date.UTC(2026, 6, 1) / 1000,
      Keys: marshall(keys),
      ...(o.now ? { NewImage: image(o.now) } : {}),
      ...(o.old ? { OldImage: image(o.old) } : {}),
    },
  };
}

/** @returns the records it was */
async function write(o: { from: number; to: number; steady: number; better: number; seed: string }) {
  const rows = commonSignals({ ...o, models: { steady: { mean: o.steady }, better: { mean: o.better } } });
  const records = rows.map((t) =>
    streamed({
      model: t.model,
      id: t.id,
      now: { pnl: t.pnl as number, closed_at: t.closedAt, opened_at: t.opened_at },
    }),
  );
  expect((await invoke("ingest", { Records: records })).batchItemFailures).toEqual([]);
  return { rows, records };
}

async function story(): Promise<void> {
  const deploy = (model_name: string, key?: string) =>
    api("deploy", { body: { model_name, model_type: "x" }, status: 201, ...(key ? { key } : {}) });
  await deploy("steady");
  await deploy("better", "k1");
  await api("pause", { body: { reason: "drill" }, status: 200, key: "k2" });
  await api("resume", { status: 200 });
  for (const name of ["precheck", "postcheck"] as const)
    await invoke(name, { DeploymentId: "d-1", LifecycleEventHookExecutionId: "e-1" });
  expect(answered.map(({ status }) => status)).toEqual(["Succeeded", "Succeeded"]);
  const { rows, records } = await write({ from: 0, to: 505, steady: 50, better: 90, seed: "story" });
  const { model, id, pnl, closedAt: closed_at, opened_at } = rows[2]!;
  const trade = { pnl: pnl as number, closed_at, opened_at };
  await invoke("ingest", {
    Records: [
      streamed({ model, id, old: trade, now: { ...trade, pnl: 2 } }),
      streamed({ model: "nobody", id: "x", now: trade }),
    ],
  });
  // Delivered again to a function that starts cold: looked up in the ledger, among the changed trades and in quarantine.
  vi.resetModules();
  await invoke("ingest", { Records: records.slice(0, 9) });
  await api("status", { status: 200 });
  for (const name of ["comparison", "paths"] as const) await api(name, { path: { challenger: "better" }, status: 200 });
  await api("promote", {
    path: { challenger: "better" },
    body: { force: true, reason: "drill" },
    status: 200,
    key: "k3",
  });
  for (const name of ["allocation", "watch"] as const) await api(name, { status: 200 });
  await write({ from: 505, to: 560, steady: 50, better: -80, seed: "fall" });
  await invoke("evaluate", { Records: [] });
  await api("rollback", { body: { reason: "again" }, status: 409, key: "k4" });
  await deploy("second");
  await deploy("third");
  await api("promote", { path: { challenger: "second" }, body: { force: true, reason: "drill" }, status: 200 });
  await api("rollback", { body: { reason: "drill" }, status: 200 });
  for (const name of ["history", "report", "health", "metrics", "openapi"] as const) await api(name, { status: 200 });
  await api("retire", { path: { name: "third" }, status: 200, key: "k5" });
  await failedRollback();
  await invoke("notify", { Records: [outboxRecord()] });
  await tables.client.send(new PutCommand({ TableName: table, Item: overdue }));
  await invoke("sweep", { id: "by-the-clock" });
  // Not one raw trade is there: every row is one too many.
  await invoke("reconcile", { id: "by-the-clock" });
}

/** What CodeDeploy was answered. */
const answered: { status: string }[] = [];

/** An event that has waited since 1970. */
const overdue = {
  pk: "OUTBOX",
  sk: "e",
  body: JSON.stringify({
    eventId: "e",
    type: "paused",
    details: {},
    summary: "",
    actor: "",
    reason: "",
    at: 0,
    tradeTime: null,
    modelName: null,
  }),
};

const outboxRecord = () => ({
  eventName: "INSERT",
  dynamodb: { SequenceNumber: "1", NewImage: marshall(overdue) },
});

/** A watched champion whose archive was emptied by other hands: the guard cannot restore anybody and must say so. */
async function failedRollback(): Promise<void> {
  await api("deploy", { body: { model_name: "better", model_type: "x", version: "2" }, status: 201 });
  await write({ from: 600, to: 700, steady: 50, better: 90, seed: "second" });
  await api("promote", { path: { challenger: "better" }, body: { force: true, reason: "drill" }, status: 200 });
  await write({ from: 700, to: 780, steady: 50, better: -80, seed: "fall" });
  const Key = { pk: "REGISTRY", sk: "REGISTRY" };
  const { Item } = await tables.client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  const registry = { ...jsonFrom<object>(Item), archive: [] };
  await tables.client.send(new PutCommand({ TableName: table, Item: { ...Item, body: JSON.stringify(registry) } }));
  await invoke("evaluate", { Records: [] });
}

function callsOf(name: FunctionName): string[] {
  const may: Permissions = permissions[name];
  return [...new Set([...may.state, ...(may.trades ?? [])])].sort();
}

it("every function makes exactly the DynamoDB calls its role allows", async () => {
  await story();
  const used = Object.fromEntries(functionNames.map((name) => [name, [...(made.get(name) ?? [])].sort()]));
  const allowed = Object.fromEntries(functionNames.map((name) => [name, callsOf(name)]));
  expect(used).toEqual(allowed);
}, 120_000);
