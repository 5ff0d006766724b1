import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FunctionName, type Permissions, permissions } from "../../infra/permissions.ts";
import { answerFaults, type RouteName, routeNames, routes } from "../../shared/api/contract/routes.ts";
import { FakeTable } from "../support/fake-table.ts";
import {
  type ApiRequest,
  apiEvent,
  type BatchAnswer,
  captureOutput,
  coldStart,
  insertEvent,
  read,
  tradeEvent,
} from "../support/lambda.ts";
import { commonSignals } from "../support/pipeline.ts";

/**
 * A whole life through the real handlers: every answer has the shape openapi.json promises, and every call a function made is
 * one its role allows.
 */

type Answered = { function: RouteName; status: number; body: unknown };

let table: FakeTable;
const answered: Answered[] = [];
const used = new Map<string, Set<string>>();
const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);

/** Runs a function and notes what it asked of the state table. */
async function run<Result>(name: string, event: unknown): Promise<Result> {
  table.actions.clear();
  const call = await coldStart<Result>(name);
  const result = await call(event);
  used.set(name, new Set([...(used.get(name) ?? []), ...table.actions]));
  return result;
}

async function ask(name: RouteName, request: Omit<ApiRequest, "method" | "path"> = {}): Promise<number> {
  const { method, path } = routes[name];
  const { status, body } = read(await run(name, apiEvent({ method, path, ...request })));
  answered.push({ function: name, status, body });
  return status;
}

async function trade(from: number, to: number, models: Record<string, { mean: number }>): Promise<void> {
  const rows = commonSignals({ from, to, models, seed: "life" });
  await run<BatchAnswer>("ingest", tradeEvent(rows, 10_000 + 10 * from));
  await run<BatchAnswer>("evaluate", { Records: [] });
}

const named = (challenger: string) => ({ pathParameters: { challenger } });

async function live(): Promise<void> {
  for (const name of ["status", "history", "allocation", "report", "health", "watch", "metrics", "openapi"] as const)
    await ask(name);
  await ask("pause");
  for (const model_name of ["steady", "better", "equal", "third", "waits"])
    await ask("deploy", { body: { model_name, model_type: "test" }, headers: { "idempotency-key": model_name } });
  await ask("deploy", { body: { model_name: "steady", model_type: "test" } });
  await ask("promote", named("better"));
  await ask("rollback", { body: { reason: "too early" } });
  await run<BatchAnswer>("ingest", tradeEvent([{ model: "steady", id: "bad", pnl: "?" }], 1));
  await trade(0, 505, { steady: { mean: 50 }, better: { mean: 90 }, equal: { mean: 50 } });
  for (const name of ["status", "history", "allocation", "report", "health", "watch"] as const) await ask(name);
  await ask("allocation", { query: { signal_id: "s1" } });
  await ask("history", { query: { limit: "2", type: "deployed" } });
  for (const model of ["better", "equal", "nobody", "waits"]) await ask("comparison", named(model));
  for (const model of ["better", "equal", "nobody", "waits"]) await ask("paths", named(model));
  await ask("rollback", { body: { reason: "rehearsal", dry_run: true } });
  await ask("promote", { ...named("equal"), body: { force: true, reason: "test" } });
  await trade(505, 530, { steady: { mean: 50 }, better: { mean: 90 }, equal: { mean: 50 } });
  for (const name of ["watch", "status"] as const) await ask(name);
  await ask("paths", named("equal"));
  await ask("rollback", { body: { reason: "it was only a test", to: "better" } });
  await trade(530, 540, { steady: { mean: 50 }, better: { mean: 90 }, equal: { mean: 50 } });
  await ask("watch");
  await ask("retire", { pathParameters: { name: "third" } });
  await ask("pause", { body: { reason: "done" } });
  for (const name of ["status", "report", "resume"] as const) await ask(name);
  await run<BatchAnswer>("notify", insertEvent(table.of("OUTBOX").slice(0, 5)));
}

beforeAll(async () => {
  table = new FakeTable();
  captureOutput();
  sns.on(PublishCommand).resolves({});
  s3.on(ListObjectsV2Command).resolves({ Contents: [] });
  await live();
});
afterAll(() => {
  table.mock.restore();
  s3.restore();
  sns.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("the answers of a whole life", () => {
  it("come from every route", () => {
    expect([...new Set(answered.map((a) => a.function))].sort()).toEqual([...routeNames].sort());
  });

  it("include successes of every route and refusals of most", () => {
    const successful = new Set(answered.filter((a) => a.status < 300).map((a) => a.function));
    expect([...successful].sort()).toEqual([...routeNames].sort());
    const refused = new Set(answered.filter((a) => a.status >= 400).map((a) => `${a.function} ${a.status}`));
    for (const one of ["allocation 409", "pause 409", "deploy 409", "promote 409", "rollback 409", "comparison 404"])
      expect([...refused]).toContain(one);
    expect(answered.filter((a) => a.status >= 500)).toEqual([]);
  });

  it("have the shape and the status openapi.json promises", () => {
    for (const { function: name, status, body } of answered)
      expect([name, status, answerFaults(routes[name], { status, body })]).toEqual([name, status, []]);
  });

  it("are written in snake_case throughout", () => {
    const odd = new Set<string>();
    const collect = (value: unknown, path: string): void => {
      if (value === null || typeof value !== "object") return;
      for (const [key, inner] of Object.entries(value)) {
        // Names of models and events are data.
        const named = /weights|probability_best|traces|by_kind|passes_at/.test(path);
        if (!Array.isArray(value) && !named && !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(key)) odd.add(`${path}.${key}`);
        collect(inner, `${path}.${key}`);
      }
    };
    for (const { function: name, body } of answered) if (name !== "openapi") collect(body, name);
    expect([...odd]).toEqual([]);
  });

  it("never hold a number that is none: JSON would make it null unseen", () => {
    const { body } = answered.filter((a) => a.function === "comparison")[1]!;
    expect(JSON.stringify(body)).not.toMatch(/NaN|Infinity/);
    expect(body).toMatchObject({
      data: { now: { decision: { score: expect.any(Number) } }, last_look: null, path: [] },
    });
  });
});

describe("the calls each function makes", () => {
  it("are allowed by its role, every one", () => {
    for (const [name, actions] of used) {
      const may: Permissions = permissions[name as FunctionName];
      const forbidden = [...actions].filter((action) => !may.state.includes(action));
      expect([name, forbidden]).toEqual([name, []]);
    }
  });
});
