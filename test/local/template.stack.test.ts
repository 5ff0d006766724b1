import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { functionNames } from "../../infra/permissions.ts";
import { schedules } from "../../infra/schedules.ts";
import { streamReaders } from "../../infra/streams.ts";
import { synthesise } from "../../local/template/synthesis.ts";
import { type LocalTemplate, readTemplate } from "../../local/template/template.ts";
import { routes } from "../../shared/api/contract/routes.ts";

const failureStore = "understudy-local-failures-000000000000-us-east-1";
let template: LocalTemplate;

beforeAll(async () => {
  const outdir = await synthesise(process.env);
  template = await readTemplate(outdir, (name) => `http://127.0.0.1:9/000000000000/${name}`);
});

describe("what the local stack reads from the synthesised templates", () => {
  it("has both tables with keys, stream and time to live", () => {
    expect(template.tables).toEqual([
      expect.objectContaining({
        name: "understudy-local-trades",
        keySchema: [
          { AttributeName: "model_name", KeyType: "HASH" },
          { AttributeName: "trade_id", KeyType: "RANGE" },
        ],
        streamViewType: "NEW_AND_OLD_IMAGES",
        timeToLiveAttribute: "expires_at",
      }),
      expect.objectContaining({ name: "understudy-local-state" }),
    ]);
  });

  it("has every function with its bundle, size and environment", () => {
    expect(template.functions.map((fn) => fn.name).sort()).toEqual(
      functionNames.map((n) => `understudy-local-${n}`).sort(),
    );
    for (const fn of template.functions) {
      expect(existsSync(fn.file)).toBe(true);
      expect(fn).toMatchObject({ exportName: "handler", environment: { STAGE: "local" } });
      expect(fn.environment).toMatchObject({
        TRADES_TABLE: "understudy-local-trades",
        STATE_TABLE: "understudy-local-state",
      });
    }
    expect(functionNamed("ingest")).toMatchObject({ timeoutMs: 60_000, memoryMb: 1024 });
    expect(functionNamed("health").environment.FAILURE_STORE).toBe(failureStore);
    expect(functionNamed("notify").environment.ALERTS_TOPIC_ARN).toBe(template.topics[0]?.arn);
  });

  it("has every route with its function", () => {
    expect(template.routes.map((r) => [r.method, r.path, r.functionName])).toEqual(
      expect.arrayContaining(Object.entries(routes).map(([name, r]) => [r.method, r.path, `understudy-local-${name}`])),
    );
    expect(template.routes).toHaveLength(Object.keys(routes).length);
  });

  it("has every stream trigger with its bounds and filter", () => {
    expect(template.mappings).toHaveLength(streamReaders.length);
    for (const reader of streamReaders) {
      expect(template.mappings.find((m) => m.functionName === `understudy-local-${reader.function}`)).toMatchObject({
        tableName: `understudy-local-${reader.table}`,
        batchSize: reader.batchSize,
        windowMs: 0,
        bisectOnError: true,
        reportsItemFailures: true,
        retriesMax: Number.POSITIVE_INFINITY,
        recordAgeMsMax: 23 * 3_600_000,
        failureStore,
      });
    }
    const [wanted] = template.mappings.find((m) => m.functionName.endsWith("-notify"))!.filters;
    expect(wanted?.({ eventName: "INSERT", dynamodb: { Keys: { pk: { S: "OUTBOX" } } } })).toBe(true);
    expect(wanted?.({ eventName: "MODIFY", dynamodb: { Keys: { pk: { S: "OUTBOX" } } } })).toBe(false);
  });

  it("has topic, queues and the inbox's subscription", () => {
    expect(template.topics.map((topic) => topic.name)).toEqual(["understudy-local-alerts", "understudy-local-alarms"]);
    expect(template.queues.map((queue) => queue.name)).toEqual([
      "understudy-local-undelivered",
      "understudy-local-alerts-inbox",
    ]);
    expect(template.buckets).toEqual([failureStore]);
    expect(template.subscriptions).toEqual([
      expect.objectContaining({
        protocol: "sqs",
        endpoint: "arn:aws:sqs:us-east-1:000000000000:understudy-local-alerts-inbox",
      }),
    ]);
  });
});

describe("what runs by the clock", () => {
  it("has each function's rate, and the input of those that get one", () => {
    expect(template.schedules.map(({ functionName, everyMs, input }) => ({ functionName, everyMs, input }))).toEqual(
      schedules.map(({ function: name, everyMinutes, input }) => ({
        functionName: `understudy-local-${name}`,
        everyMs: everyMinutes * 60_000,
        input,
      })),
    );
  });
});

describe("the synthesis", () => {
  it("refuses an invalid setting with the operator's line", async () => {
    await expect(synthesise({ SHADOW_CHECK_INTERVAL: "150" })).rejects.toMatchObject({
      name: "StackError",
      message: expect.stringContaining("SHADOW_CHECK_INTERVAL"),
    });
  });
});

function functionNamed(name: string) {
  return template.functions.find((fn) => fn.name === `understudy-local-${name}`)!;
}
