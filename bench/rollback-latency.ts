import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { makeProgress } from "../cli/terminal/progress.ts";
import { type LocalStack, startLocalStack } from "../local/stack.ts";

/**
 * How long a rollback takes, end to end on the local stack: from the write of the trade that breaks the guard until
 * GET /shadow/allocation names the restored champion.
 */

const HELP = `Measures automatic rollbacks end to end on a local stack of its own.

  node bench/rollback-latency.ts [--rollbacks 30] [--json]`;

const { values } = parseArgs({
  options: {
    rollbacks: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
    help: { type: "boolean" },
  },
});

type Bench = { stack: LocalStack; table: DynamoDBDocumentClient; trade: number };

/** Trades one second apart, closed within the last hours: a replay of old trades would wait for every ledger (shared/pipeline/pace.ts). */
const SECOND = 1000;
const START = Date.now() - 12 * 3_600_000;
/** Shadow trades behind the promise, six of ten won. */
const SHADOW = 100;

async function call(bench: Bench, method: string, path: string, body?: unknown): Promise<Record<string, never>> {
  const answer = await fetch(bench.stack.urls.api + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const json = (await answer.json()) as { data: Record<string, never>; message?: string };
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${json.message}`);
  return json.data;
}

/** Writes one trade; @returns the moment the write began, ms */
async function put(bench: Bench, { at, model, pnl }: { model: string; at: number; pnl: number }): Promise<number> {
  const time = new Date(START + at * SECOND).toISOString();
  const startedAt = performance.now();
  await bench.table.send(
    new PutCommand({
      TableName: bench.stack.tables.trades!,
      Item: { model_name: model, trade_id: `t${at}`, pnl, closed_at: time, opened_at: time },
    }),
  );
  return startedAt;
}

async function until(look: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) if (await look()) return true;
  return false;
}

/** One promotion by force and the rollback that follows. @returns ms */
async function measure(bench: Bench, run: number): Promise<number> {
  const model = `challenger_${run}`;
  await call(bench, "POST", "/shadow/deploy", { model_name: model, model_type: "bench" });
  for (let i = 0; i < SHADOW; i++) {
    const at = bench.trade++;
    const pnl = i % 5 < 3 ? 10 : -10;
    await Promise.all([put(bench, { model: "steady", at, pnl }), put(bench, { model, at, pnl })]);
  }
  await bench.stack.whenDrained();
  await call(bench, "POST", `/shadow/promote/${model}`, { force: true, reason: "bench" });
  for (let i = 0; i < 100; i++) {
    const startedAt = await put(bench, { model, at: bench.trade++, pnl: -10 });
    // The guard cannot speak before the 20th trade.
    if (i < 19) continue;
    const restored = async () => (await call(bench, "GET", "/shadow/allocation")).champion === ("steady" as never);
    if (i === 19) await bench.stack.whenDrained();
    const drained = async () => (await restored()) || (await bench.stack.isDrained());
    await until(drained, 30_000);
    if (await restored()) return performance.now() - startedAt;
  }
  throw new Error("the guard never rolled back");
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const stack = await startLocalStack({ ports: { api: 0, dynamodb: 0, messaging: 0 }, environment: {}, log: () => {} });
  try {
    const client = new DynamoDBClient({
      endpoint: stack.urls.dynamodb,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    const bench: Bench = { stack, table: DynamoDBDocumentClient.from(client), trade: 0 };
    await call(bench, "POST", "/shadow/deploy", { model_name: "steady", model_type: "bench" });
    const times: number[] = [];
    const progress = values.json ? null : makeProgress({ total: Number(values.rollbacks), unit: "rollbacks" });
    for (let run = 0; run < Number(values.rollbacks); run++) {
      times.push(await measure(bench, run));
      progress?.to(run + 1);
    }
    progress?.end();
    const sorted = times.toSorted((a, b) => a - b);
    const result = {
      rollbacks: sorted.length,
      p50_ms: Math.round(quantile(sorted, 0.5)),
      p90_ms: Math.round(quantile(sorted, 0.9)),
      p99_ms: Math.round(quantile(sorted, 0.99)),
      max_ms: Math.round(sorted[sorted.length - 1]!),
    };
    if (values.json) console.log(JSON.stringify(result));
    else
      console.log(
        `Breaching trade written -> former champion restored and readable: p50 ${result.p50_ms} ms, p90 ${result.p90_ms} ms, p99 ${result.p99_ms} ms, longest ${result.max_ms} ms (${result.rollbacks} rollbacks)`,
      );
    client.destroy();
  } finally {
    await stack.stop();
  }
}

await main();
