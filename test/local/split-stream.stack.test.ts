import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, expect, it } from "vitest";
import { Api } from "../../cli/client/api-client.ts";
import { writeTrades } from "../../cli/client/trade-writer.ts";
import type { LocalStack } from "../../local/stack.ts";
import { commonSignals } from "../support/pipeline.ts";
import { startTestStack } from "../support/test-stack.ts";

/** The whole of the local stack on streams with several shards that split: AWS promises order for one item alone. */

let stack: LocalStack | undefined;
const errors: string[] = [];

afterAll(() => stack?.stop());

it("counts every trade once and takes the looks that are due, in whatever order shards bring them", async () => {
  stack = await startTestStack({
    environment: { SHADOW_AUTO_PROMOTE: "false" },
    faults: {
      line: () => null,
      newStream: () => false,
      cpuByMemory: false,
      splitting: { seed: "stack", shards: { first: 2, most: 4 }, every: 200 },
    },
    log: ({ source, level, text }) => {
      if (source === "reconcile" && level === "error") errors.push(text);
    },
  });
  const api = new Api(stack.urls.api);
  for (const model_name of ["steady", "better"]) await api.deploy({ model_name, model_type: "test" });
  const rows = commonSignals({
    from: 0,
    to: 520,
    models: { steady: { mean: 50 }, better: { mean: 58 } },
    seed: "split",
  });
  const trades = rows.map(({ model, id, closedAt, ...rest }) => ({
    model_name: model,
    trade_id: id,
    closed_at: closedAt,
    ...rest,
  }));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const endpoint = stack.urls.dynamodb;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "us-east-1", credentials }));
  await writeTrades(trades, { client, table: stack.tables.trades!, signal: new AbortController().signal });
  client.destroy();
  await stack.whenDrained({ timeoutMs: 240_000 });

  const { ledgers, healthy } = await api.health();
  expect(healthy).toBe(true);
  expect(ledgers!.map((one) => [one.model_name, one.trades]).sort()).toEqual([
    ["better", 520],
    ["steady", 520],
  ]);
  expect((await api.comparison("better"))?.path.map(({ n }) => n)).toEqual([500]);
  // Raw trades against ledgers: a ledger that differs is an error in the log.
  expect(await stack.invoke("reconcile", {})).toMatchObject({ ok: true });
  expect(errors).toEqual([]);
}, 300_000);
