import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { checkpoint } from "../../cli/checkpoint/command.ts";
import { Api, ApiRefusal } from "../../cli/client/api-client.ts";
import { type Trade, writeTrades } from "../../cli/client/trade-writer.ts";
import type { LocalStack } from "../../local/stack.ts";
import { findThreePorts } from "../support/free-ports.ts";
import { commonSignals } from "../support/pipeline.ts";
import { startTestStack } from "../support/test-stack.ts";
import { until } from "../support/until.ts";

/**
 * The restore drill: a running system is copied into an empty one, whose tables have other streams with other sequence numbers; then both
 * go on with the same trades.
 */

const folder = mkdtempSync(join(tmpdir(), "understudy-restore-"));
const stacks: LocalStack[] = [];
const never = new AbortController().signal;

afterAll(async () => {
  for (const stack of stacks) await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<{ stack: LocalStack; port: number }> {
  const port = await findThreePorts();
  const stack = await startTestStack({ ports: { api: port, dynamodb: port + 1, messaging: port + 2 } });
  stacks.push(stack);
  return { stack, port };
}

/** On a busy machine the first call of a function may take longer than it is given. */
const answered = <T>(what: string, ask: () => Promise<T>): Promise<T> =>
  until(what, () =>
    ask().catch((error) => {
      if (error instanceof ApiRefusal && error.status >= 500) return null;
      throw error;
    }),
  );

const models = { steady: { mean: 50 }, better: { mean: 58 } };

async function write(stack: LocalStack, from: number, to: number): Promise<void> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: stack.urls.dynamodb, region: "us-east-1", credentials }),
  );
  const rows = commonSignals({ from: 0, to, models, seed: "restore" }).slice(from * 2);
  const trades = rows.map(
    ({ model, id, closedAt, ...rest }): Trade => ({ model_name: model, trade_id: id, closed_at: closedAt, ...rest }),
  );
  await writeTrades(trades, { client, table: stack.tables.trades!, signal: never });
  client.destroy();
  await stack.whenDrained({ timeoutMs: 240_000 });
}

/** Roles, counts, history and looks; wall-clock times are left out. */
async function stateOf(stack: LocalStack): Promise<unknown> {
  const api = new Api(stack.urls.api);
  const status = await answered("the status", () => api.status());
  const { ledgers } = await answered("the health", () => api.health());
  const events = await answered("the history", () => api.wholeHistory());
  const { path, last_look } = (await answered("the comparison", () => api.comparison("better")))!;
  return {
    champion: status.champion?.model_name,
    challengers: status.challengers.map((m) => [m.model_name, m.next_look, m.trade_count]),
    ledgers: ledgers!.map((one) => [one.model_name, one.trades]),
    events: events.map((event) => event.event_id),
    path,
    hash: last_look?.rows_hash,
  };
}

const withoutNewStream = (state: unknown) => {
  const { events, ...rest } = state as { events: string[] };
  return { ...rest, events: events.filter((id) => !id.startsWith("new_stream")) };
};

describe("a system restored from its copy", () => {
  it("has the same champion and the same next look, and goes on counting each trade once", async () => {
    const first = await start();
    const api = new Api(first.stack.urls.api);
    for (const model_name of ["steady", "better"]) await api.deploy({ model_name, model_type: "test" });
    await write(first.stack, 0, 540);
    const before = await stateOf(first.stack);
    const file = join(folder, "all.checkpoint");
    const output = { out: () => {}, say: () => {} };
    await checkpoint(["export", file, "--port", String(first.port)], never, output);

    const second = await start();
    await checkpoint(["import", file, "--port", String(second.port)], never, output);
    await second.stack.whenDrained({ timeoutMs: 240_000 });
    expect(withoutNewStream(await stateOf(second.stack))).toEqual(before);

    for (const { stack } of [first, second]) await write(stack, 530, 620);
    const [undisturbed, restored] = [await stateOf(first.stack), await stateOf(second.stack)];
    expect(withoutNewStream(restored)).toEqual(undisturbed);
    expect(undisturbed).toMatchObject({ ledgers: expect.arrayContaining([["steady", 620]]) });
    expect((undisturbed as { path: unknown[] }).path.length).toBeGreaterThan(
      (before as { path: unknown[] }).path.length,
    );
  }, 900_000);
});
