import { spawn } from "node:child_process";
import { once } from "node:events";
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalStack } from "../../local/stack.ts";
import { type AnswerOf, answerFaults, type RouteName, routes } from "../../shared/api/contract/routes.ts";
import { hasBoto3 } from "../support/command.ts";
import { commonSignals } from "../support/pipeline.ts";
import { startTestStack } from "../support/test-stack.ts";
import { until } from "../support/until.ts";

/**
 * The main job on the real parts: the synthesised template, DynamoDB Local with streams, SNS and SQS, the bundled functions, and boto3 as
 * the ensemble.
 */

let stack: LocalStack;
const messages: Record<string, unknown>[] = [];

beforeAll(async () => {
  stack = await startTestStack();
}, 300_000);

afterAll(async () => {
  await stack?.stop();
}, 300_000);

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(stack.urls.api + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { status: string; data: never; code: string; message: string },
  };
}

async function read<Name extends RouteName>(name: Name, path: string = routes[name].path): Promise<AnswerOf<Name>> {
  const answer = await call("GET", path);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answerFaults(routes[name], answer)).toEqual([]);
  return answer.body.data;
}

/** Puts trades as the ensemble does, with boto3. */
async function putTrades(rows: ReturnType<typeof commonSignals>): Promise<void> {
  const lines = rows.map(({ model, id, closedAt, ...rest }) =>
    JSON.stringify({ model_name: model, trade_id: id, signal_id: id, closed_at: closedAt, ...rest }),
  );
  const ensemble = spawn("python3", ["test/e2e/ensemble.py", stack.urls.dynamodb, stack.tables.trades!]);
  let out = "";
  ensemble.stdout.on("data", (chunk) => (out += chunk));
  ensemble.stdin.end(lines.join("\n"));
  await once(ensemble, "close");
  expect(Number(out)).toBe(rows.length);
}

async function receiveAlerts(): Promise<Record<string, unknown>[]> {
  const client = new SQSClient({
    endpoint: stack.urls.messaging,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const url = Object.values(stack.queueUrls).find((each) => each.includes("alerts"))!;
  const answer = await client.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
  );
  for (const message of answer.Messages ?? []) {
    const outer = JSON.parse(message.Body!);
    messages.push(typeof outer.Message === "string" ? JSON.parse(outer.Message) : outer);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle! }));
  }
  client.destroy();
  return messages;
}

const alertOf = (type: string) =>
  until(`the alert ${type}`, async () => (await receiveAlerts()).find((alert) => alert.event_type === type), 240_000);

describe.skipIf(!hasBoto3())("the main job, with boto3 as the ensemble", () => {
  it("takes trades in, promotes on proof, alerts, rolls back, and tells its history", async () => {
    expect((await call("POST", "/shadow/deploy", { model_name: "xgb_v1", model_type: "xgboost" })).status).toBe(201);
    expect((await call("POST", "/shadow/deploy", { model_name: "lgbm_v2", model_type: "lightgbm" })).status).toBe(201);
    await putTrades(
      commonSignals({ from: 0, to: 300, models: { xgb_v1: { mean: 50 }, lgbm_v2: { mean: 90 } }, seed: "story" }),
    );
    const early = await until(
      "the ledger",
      async () => {
        const status = await read("status");
        return status.challengers[0]?.trade_count === 300 && status.challengers[0].pairs >= 299 && status;
      },
      60_000,
    );
    expect(early.challengers[0]).toMatchObject({
      promotion_status: "PENDING",
      next_look: 500,
      role: "challenger",
      allocation: 0,
    });
    const refused = await call("POST", "/shadow/promote/lgbm_v2");
    expect(refused.status).toBe(409);
    expect(refused.body.message).toContain("500");
    const comparison = await read("comparison", "/shadow/comparison/lgbm_v2");
    expect(comparison.now?.decision.verdict).toBe("not-yet");

    await putTrades(
      commonSignals({ from: 300, to: 520, models: { xgb_v1: { mean: 50 }, lgbm_v2: { mean: 90 } }, seed: "more" }),
    );
    const promoted = await until(
      "the promotion",
      async () => {
        const status = await read("status");
        return status.champion?.model_name === "lgbm_v2" && status;
      },
      60_000,
    );
    expect(promoted.archive.map((m) => m.model_name)).toEqual(["xgb_v1"]);
    expect(await alertOf("promotion")).toMatchObject({ priority: "HIGH", model_name: "lgbm_v2", environment: "local" });

    const key = { "idempotency-key": "rollback-1" };
    const first = await call("POST", "/shadow/rollback", { reason: "drill" }, key);
    const again = await call("POST", "/shadow/rollback", { reason: "drill" }, key);
    expect(first).toMatchObject({ status: 200, body: { data: { restored: "xgb_v1", demoted: "lgbm_v2" } } });
    expect(again).toEqual(first);
    expect((await call("POST", "/shadow/rollback", { reason: "other" }, key)).status).toBe(409);
    expect(await alertOf("rollback")).toMatchObject({ priority: "CRITICAL", model_name: "lgbm_v2" });
    const nothingLeft = await call("POST", "/shadow/rollback", { reason: "drill" });
    expect(nothingLeft).toMatchObject({ status: 409, body: { code: "NOTHING_TO_RESTORE" } });
    expect(await alertOf("rollback_failed")).toMatchObject({ priority: "CRITICAL" });

    const history = await read("history");
    const types = history.events.map((event) => event.event_type);
    expect(types.filter((type) => type !== "guard_passed")).toEqual([
      "rollback_failed",
      "rollback",
      "promotion",
      "deployed",
      "deployed",
    ]);
    const report = await read("report");
    expect(report).toMatchObject({ models_tested: 1, promotions: 1, rollbacks: 1, rollback_rate: 1 });
    const allocation = await read("allocation");
    expect(allocation).toMatchObject({ champion: "xgb_v1", weights: { xgb_v1: 1 } });
  }, 600_000);
});

describe("bad input", () => {
  it.each([
    ["POST", "/shadow/deploy", "{ not json", 400, "INVALID_JSON"],
    ["POST", "/shadow/deploy", { model_name: "../etc", model_type: "x" }, 400, "INVALID_REQUEST"],
    ["POST", "/shadow/deploy", { model_name: "a" }, 400, "INVALID_REQUEST"],
    ["POST", "/shadow/deploy", { model_name: "a", model_type: "x", colour: "red" }, 400, "INVALID_REQUEST"],
    ["POST", "/shadow/deploy", { model_name: "a", model_type: "x".repeat(20_000) }, 413, "BODY_TOO_LARGE"],
    ["POST", "/shadow/rollback", {}, 400, "INVALID_REQUEST"],
    ["POST", "/shadow/promote/nobody", { force: true }, 400, "INVALID_REQUEST"],
    ["POST", "/shadow/promote/nobody", {}, 409, "NOT_A_CHALLENGER"],
    ["DELETE", "/shadow/challengers/nobody", undefined, 409, "NOT_A_CHALLENGER"],
    ["GET", "/shadow/comparison/nobody", undefined, 404, "UNKNOWN_MODEL"],
    ["GET", "/shadow/history?limit=lots", undefined, 400, "INVALID_REQUEST"],
    ["GET", "/shadow/history?cursor=%00", undefined, 400, "INVALID_REQUEST"],
  ])("%s %s is refused with a reason", async (method, path, body, status, code) => {
    const answer = await call(method, path, body);
    expect(answer.body).toMatchObject({ status: "error", code });
    expect(answer.status).toBe(status);
    expect(answer.body.message.length).toBeGreaterThan(10);
  });

  it("answers the wrong method and an unknown path with an error in the same shape", async () => {
    expect((await call("DELETE", "/shadow/status")).body).toMatchObject({ status: "error" });
    expect(await call("GET", "/nowhere")).toMatchObject({ status: 404, body: { status: "error" } });
  });
});
