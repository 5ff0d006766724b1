import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnswerOf } from "../../shared/api/contract/routes.ts";
import { FakeTable } from "../support/fake-table.ts";
import { apiEvent, captureOutput, coldStart, read } from "../support/lambda.ts";

let table: FakeTable;
let log: Record<string, unknown>[];
const s3 = mockClient(S3Client);

beforeEach(() => {
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({});
  table = new FakeTable();
  ({ log } = captureOutput());
});
afterEach(() => {
  table.mock.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const alpha = { model_name: "alpha", model_type: "xgboost" };

async function post(name: string, request: Parameters<typeof apiEvent>[0] = {}) {
  const call = await coldStart(name);
  return read(await call(apiEvent(request)));
}

describe("a request that is in order", () => {
  it("is carried out in one fenced transaction and answered in the interface's shape", async () => {
    const call = await coldStart("deploy");
    const answer = await call(apiEvent({ body: alpha }));
    expect(answer.headers).toEqual({ "content-type": "application/json" });
    expect(read(answer)).toMatchObject({
      status: 201,
      body: { status: "success", data: { model_name: "alpha", role: "champion", allocation: 1, registry_version: 1 } },
    });
    expect(table.transactions).toHaveLength(1);
    const puts = table.transactions[0]!.map((w) => (w.Put ?? w.Update)!);
    const written = table.transactions[0]!.map((w) => w.Put?.Item ?? w.Update?.Key);
    expect(written.map((key) => `${key!.pk} ${String(key!.sk).replace(/^\d{13}/, "time")}`)).toEqual([
      "REGISTRY REGISTRY",
      "MODEL#alpha VERSIONS",
      "MODEL#alpha HEAD",
      "HISTORY time#00000001-0-deployed",
      "OUTBOX 00000001-0-deployed",
    ]);
    for (const put of puts) expect(put).toMatchObject({ TableName: "understudy-test-state", ConditionExpression: /./ });
  });

  it("may come base64-encoded", async () => {
    expect(await post("deploy", { body: alpha, base64: true })).toMatchObject({ status: 201 });
  });

  it("is done in the name of the IAM identity that signed it", async () => {
    const userArn = "arn:aws:sts::123456789012:assumed-role/trader/ann";
    await post("deploy", { body: alpha, userArn });
    expect(JSON.parse(String(table.of("HISTORY")[0]!.body))).toMatchObject({ actor: userArn });
    await post("deploy", { body: { ...alpha, model_name: "beta" } });
    expect(JSON.parse(String(table.of("HISTORY")[1]!.body))).toMatchObject({ actor: "local" });
  });

  it("is done in the name of the person whom a token names", async () => {
    await post("deploy", { body: alpha, claims: { sub: "8f1c", email: "ann@example.org" } });
    expect(JSON.parse(String(table.of("HISTORY")[0]!.body))).toMatchObject({ actor: "ann@example.org" });
    await post("deploy", { body: { ...alpha, model_name: "beta" }, claims: { sub: "8f1c" } });
    expect(JSON.parse(String(table.of("HISTORY")[1]!.body))).toMatchObject({ actor: "8f1c" });
  });

  it("needs no body where everything is optional", async () => {
    await post("deploy", { body: alpha });
    expect(await post("pause", { rawBody: "  " })).toMatchObject({ status: 200, body: { data: { paused: true } } });
    expect(await post("resume")).toMatchObject({ status: 200, body: { data: { paused: false } } });
  });
});

describe("a request that is not", () => {
  it.each([
    ["no JSON", '{"model_name":', 400, "INVALID_JSON"],
    ["JSON with a comma too many", '{"model_name":"a",}', 400, "INVALID_JSON"],
    ["a list", "[]", 400, "INVALID_REQUEST"],
    ["null", "null", 400, "INVALID_REQUEST"],
    ["a word", '"alpha"', 400, "INVALID_REQUEST"],
    ["nothing where something is needed", "", 400, "INVALID_REQUEST"],
    ["more than 16 KB", JSON.stringify({ ...alpha, description: "x".repeat(16_400) }), 413, "BODY_TOO_LARGE"],
  ])("is answered so: %s", async (_case, rawBody, status, code) => {
    expect(await post("deploy", { rawBody })).toMatchObject({ status, body: { status: "error", code } });
    expect(table.transactions).toEqual([]);
  });

  it("is measured in bytes after decoding", async () => {
    const rawBody = JSON.stringify({ ...alpha, description: "語".repeat(5_500) });
    expect(rawBody.length).toBeLessThan(16 * 1024);
    expect(await post("deploy", { rawBody, base64: true })).toMatchObject({ status: 413 });
  });

  it("learns every fault and where it is", async () => {
    const { status, body } = await post("deploy", {
      body: { model_name: 5, model_type: "", priority: "high", prority: 1 },
    });
    expect(status).toBe(400);
    const { message, details } = body as { message: string; details: { where: string; message: string }[] };
    expect(details.map(({ where }) => where).sort()).toEqual([
      "body",
      "body.model_name",
      "body.model_type",
      "body.priority",
    ]);
    expect(message).toBe(`${details[0]!.where} ${details[0]!.message}`);
  });

  it("is refused for a model's name that cannot be one", async () => {
    const pathParameters = { challenger: "../../etc" };
    expect(await post("promote", { pathParameters })).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect(await post("comparison", { method: "GET", pathParameters })).toMatchObject({ status: 400 });
    expect(await post("retire", { method: "DELETE", pathParameters: {} })).toMatchObject({ status: 400 });
  });

  it.each<[string, Record<string, string>]>([
    ["history", { limit: "0" }],
    ["history", { limit: "abc" }],
    ["history", { cursor: "A" }],
    ["history", { colour: "red" }],
    ["report", { from: "yesterday" }],
    ["allocation", { signal_id: "" }],
  ])("is refused for a query of %s that says nothing sensible: %j", async (name, query) => {
    expect(await post(name, { method: "GET", query })).toMatchObject({
      status: 400,
      body: { code: "INVALID_REQUEST" },
    });
  });
});

describe("a request that may not be carried out", () => {
  it("gets a conflict with its reason, and nothing is written", async () => {
    await post("deploy", { body: alpha });
    const before = table.transactions.length;
    expect(await post("deploy", { body: alpha })).toMatchObject({ status: 409, body: { code: "MODEL_EXISTS" } });
    expect(await post("retire", { pathParameters: { name: "beta" } })).toMatchObject({
      status: 409,
      body: { code: "NOT_A_CHALLENGER", message: "beta is neither an active challenger nor queued." },
    });
    expect(await post("comparison", { pathParameters: { challenger: "beta" } })).toMatchObject({
      status: 404,
      body: { code: "UNKNOWN_MODEL" },
    });
    expect(table.transactions).toHaveLength(before);
  });

  it("is refused with 503 while shadow models are switched off; liveness is not", async () => {
    const off = { environment: { ENABLE_SHADOW_MODELS: "false" } };
    for (const name of ["status", "deploy", "rollback", "history", "allocation"]) {
      const call = await coldStart(name, off);
      expect(read(await call(apiEvent({ body: alpha })))).toMatchObject({ status: 503, body: { code: "DISABLED" } });
    }
    expect([...table.actions]).toEqual([]);
    const health = await coldStart("health", off);
    const asked = apiEvent({ method: "GET", path: "/health" });
    const well = { healthy: true, problems: [], store: "reachable", dead_letters: 0 };
    expect(read(await health(asked)).body).toMatchObject({ data: well });
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: "aws/lambda/m/s/x" }] });
    expect(read(await health(asked)).body).toMatchObject({ data: { healthy: false, dead_letters: 1 } });
    const openapi = await coldStart("openapi", off);
    expect(read(await openapi()).body).toMatchObject({ openapi: "3.1.0" });
  });
});

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "deploy-alpha-1" };

  it("gets the first answer again, and the change is made once", async () => {
    const first = await post("deploy", { body: alpha, headers });
    const second = await post("deploy", { body: alpha, headers });
    expect(second).toEqual(first);
    expect(table.transactions).toHaveLength(1);
    expect(table.of("REQUEST#deploy-alpha-1")).toHaveLength(1);
  });

  it("is refused for another body and for another path", async () => {
    await post("deploy", { body: alpha, headers });
    for (const request of [
      { body: { ...alpha, priority: 3 }, headers },
      { body: alpha, headers, path: "/shadow/other" },
    ])
      expect(await post("deploy", request)).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
    expect(table.transactions).toHaveLength(1);
  });

  it.each(["", "two words", "x".repeat(129), "ä"])("that is none is refused: %j", async (key) => {
    const refused = await post("deploy", { body: alpha, headers: { "idempotency-key": key } });
    expect(refused).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
  });
});

describe("If-Match", () => {
  it("lets a change pass while the registry is as the caller saw it, and no other", async () => {
    const first = await post("deploy", { body: alpha });
    const { data } = first.body as { data: AnswerOf<"deploy"> };
    const headers = { "if-match": `"${data.registry_version}"` };
    expect(await post("pause", { headers })).toMatchObject({ status: 200, body: { data: { registry_version: 2 } } });
    expect(await post("resume", { headers })).toMatchObject({
      status: 409,
      body: { code: "REGISTRY_CHANGED", details: [{ champion: "alpha", registry_version: 2 }] },
    });
    expect(await post("resume", { headers: { "if-match": "yesterday" } })).toMatchObject({ status: 400 });
  });
});

describe("a fault inside", () => {
  it("is a 500 that gives nothing away; the log has it all", async () => {
    table.mock.on(GetCommand).rejects(new Error("secret table arn:aws:dynamodb:eu-central-1:123:table/x"));
    const { status, body } = await post("status", { method: "GET", path: "/shadow/status" });
    expect(status).toBe(500);
    expect(body).toEqual({ status: "error", code: "INTERNAL", message: expect.stringContaining("the log has") });
    expect(log).toMatchObject([
      {
        level: "ERROR",
        route: "GET /shadow/status",
        correlation_id: "request-1",
        error: { message: expect.stringContaining("secret table"), stack: expect.stringContaining("Error:") },
      },
    ]);
  });

  it("of the settings is one too", async () => {
    const call = await coldStart("status", { environment: { SHADOW_ALPHA: "0.5" } });
    const { status, body } = read(await call(apiEvent({ method: "GET" })));
    expect({ status, body }).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(JSON.stringify(body)).not.toContain("SHADOW_ALPHA");
    expect(log[0]).toMatchObject({ error: { message: expect.stringContaining("SHADOW_ALPHA: must be 0.05") } });
  });

  it("of a missing table name is one too", async () => {
    const call = await coldStart("status", { environment: { STATE_TABLE: "" } });
    expect(read(await call(apiEvent({ method: "GET" })))).toMatchObject({ status: 500 });
    expect(log[0]).toMatchObject({ error: { message: "the environment variable STATE_TABLE is not set" } });
  });

  it("that passes is answered with 503 and the advice to try again", async () => {
    const { TransactionCanceledException } = await import("@aws-sdk/client-dynamodb");
    const CancellationReasons = [{ Code: "ConditionalCheckFailed" }];
    table.mock
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ $metadata: {}, message: "no", CancellationReasons }));
    expect(await post("deploy", { body: alpha })).toMatchObject({ status: 503, body: { code: "BUSY" } });
    expect(table.mock.commandCalls(TransactWriteCommand)).toHaveLength(8);
  });
});

describe("an execution environment", () => {
  it("reads its settings once and serves many requests", async () => {
    const call = await coldStart("deploy");
    expect(read(await call(apiEvent({ body: alpha })))).toMatchObject({ status: 201 });
    vi.stubEnv("ENABLE_SHADOW_MODELS", "false");
    expect(read(await call(apiEvent({ body: { ...alpha, model_name: "beta" } })))).toMatchObject({ status: 201 });
  });
});
