import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { DomainEvent } from "../shared/domain/event.ts";
import type { LookDossier } from "../shared/domain/look.ts";
import { jsonFrom } from "../shared/store/items.ts";
import { imageOf, streamEvent } from "./support/dynamodb-stream.ts";
import { FakeTable } from "./support/fake-table.ts";
import { apiEvent, type BatchAnswer, captureOutput, coldStart, read } from "./support/lambda.ts";
import { commonSignals, HOUR, type WrittenTrade } from "./support/pipeline.ts";

/**
 * The story of one trade, through the real functions: 01 is fed in, 02 to 07 must come out as they stand in events/.
 * After a change that is meant to change them: `npx vitest run test/story.test.ts -u`, and read the difference.
 */

const trades = "understudy-local-trades";
const state = "understudy-local-state";
const environment = {
  STAGE: "local",
  TRADES_TABLE: trades,
  STATE_TABLE: state,
  ALERTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:understudy-local-alerts",
  AWS_REGION: "us-east-1",
  SHADOW_N_BOOTSTRAP: "10000",
};

const file = (name: string) => join(import.meta.dirname, "..", "events", name);
const stored = async (name: string) => JSON.parse(await readFile(file(name), "utf8"));

/** What happened at each step; the file of that name holds the same. */
const steps: Record<string, unknown> = {};
let table: FakeTable;
const sns = mockClient(SNSClient);

/** 500 signals both models answered, and one the champion has answered already. */
const signals = commonSignals({
  from: 0,
  to: 501,
  models: { "trend-v7": { mean: 50 }, "trend-v8": { mean: 90 } },
  seed: "story",
});
const before = signals.slice(0, -1);
const last = signals.at(-1)!;
const clockOf = (row: WrittenTrade) => Date.parse(row.closedAt!) + 2000;
const sequenceOf = (i: number) => `41000000000000000${String(i).padStart(9, "0")}`;

/** The row the ensemble puts into the trades table. */
function itemOf({ model, id, closedAt, opened_at, pnl }: WrittenTrade): Record<string, unknown> {
  const extra = { signal_id: id, prediction: 1, confidence: 0.61, executed: model === "trend-v7", symbol: "EURUSD" };
  const cents = Math.round(Number(pnl) * 100) / 100;
  return { model_name: model, trade_id: `${model}-${id}`, pnl: cents, opened_at, closed_at: closedAt, ...extra };
}

/** What the trades table's stream tells of a put. */
function tradeStream(item: Record<string, unknown>, i: number, at: number) {
  const keys = ["model_name", "trade_id"] as const;
  return streamEvent({ table: trades, keys, before: undefined, after: item, sequence: sequenceOf(i), at });
}

const call = async (name: string, event: unknown) => (await coldStart<BatchAnswer>(name, { environment }))(event);
const itemAt = (pk: string, sk: string) => table.of(pk).find((item) => item.sk === sk);
const bodyOf = <T>(item: Record<string, unknown> | undefined) => jsonFrom<T>(item)!;

async function past(): Promise<void> {
  const deploy = await coldStart("deploy", { environment });
  for (const model_name of ["trend-v7", "trend-v8"])
    expect(read(await deploy(apiEvent({ body: { model_name, model_type: "xgboost" } }))).status).toBe(201);
  const ingest = await coldStart<BatchAnswer>("ingest", { environment });
  for (let from = 0; from < before.length; from += 400) {
    const batch = before.slice(from, from + 400);
    const Records = batch.flatMap((row, i) => tradeStream(itemOf(row), from + i, clockOf(row)).Records);
    expect(await ingest({ Records })).toEqual({ batchItemFailures: [] });
  }
}

/** Feeds 01 and follows it: each step gets what the step before made of it. */
async function follow(): Promise<void> {
  steps["01-trade.json"] = { TableName: trades, Item: imageOf(itemOf(last)) };
  const put = await stored("01-trade.json").catch(() => steps["01-trade.json"]);
  const at = clockOf(last);

  steps["02-ingest.json"] = tradeStream(unmarshall(put.Item), before.length, at);
  const head = structuredClone(itemAt("MODEL#trend-v8", "HEAD"));
  expect(await call("ingest", steps["02-ingest.json"])).toEqual({ batchItemFailures: [] });

  const change = { table: state, keys: ["pk", "sk"] as const, before: head, sequence: sequenceOf(7_000_001), at };
  steps["03-evaluate.json"] = streamEvent({ ...change, after: itemAt("MODEL#trend-v8", "HEAD") });
  const known = new Set(table.items.keys());
  expect(await call("evaluate", steps["03-evaluate.json"])).toEqual({ batchItemFailures: [] });

  const [look] = table.of("MODEL#trend-v8").filter((item) => String(item.sk).startsWith("LOOK#"));
  const { champion, challenger, n, seed, rowsHash, decision, at: moment } = bodyOf<LookDossier>(look);
  steps["04-decide.json"] = { champion, challenger, n, at: moment, seed, rowsHash, decision };
  steps["05-transition.json"] = bodyOf<DomainEvent>(table.of("HISTORY").at(-1));

  const outbox = table.of("OUTBOX").find((item) => !known.has(`${item.pk}\n${item.sk}`))!;
  const insert = { table: state, keys: ["pk", "sk"] as const, before: undefined, sequence: sequenceOf(7_000_002), at };
  steps["06-notify.json"] = streamEvent({ ...insert, after: { ...outbox } });
  expect(await call("notify", steps["06-notify.json"])).toEqual({ batchItemFailures: [] });
  steps["07-alert.json"] = sns.commandCalls(PublishCommand)[0]!.args[0].input;
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: clockOf(last) + 500 });
  table = new FakeTable();
  captureOutput();
  sns.on(PublishCommand).resolves({ MessageId: "m" });
  await past();
  await follow();
});
afterAll(() => {
  table.mock.restore();
  sns.restore();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const names = ["01-trade", "02-ingest", "03-evaluate", "04-decide", "05-transition", "06-notify", "07-alert"];

describe("the story of one trade", () => {
  it.each(names)("has %s as it stands in events/", async (name) => {
    await expect(pretty(steps[`${name}.json`])).toMatchFileSnapshot(file(`${name}.json`));
  });

  it("has its steps: the trade, its ledger, the look it made due, the promotion, the alert", () => {
    expect(steps["02-ingest.json"]).toMatchObject({
      Records: [{ eventName: "INSERT", dynamodb: { Keys: { model_name: { S: "trend-v8" } } } }],
    });
    expect(steps["03-evaluate.json"]).toMatchObject({
      Records: [{ eventName: "MODIFY", dynamodb: { Keys: { pk: { S: "MODEL#trend-v8" }, sk: { S: "HEAD" } } } }],
    });
    expect(steps["04-decide.json"]).toMatchObject({ n: 500, decision: { verdict: "approve", blocking: null } });
    expect(steps["05-transition.json"]).toMatchObject({
      type: "promotion",
      modelName: "trend-v8",
      actor: "understudy",
      details: { former: "trend-v7", n: 500, forced: false },
    });
    const alert = steps["07-alert.json"] as PublishCommandInput;
    expect(alert.Subject).toBe("[HIGH] Promotion: trend-v8 (local)");
    expect(JSON.parse(alert.Message!).email).toContain("trend-v8 replaces trend-v7 as champion");
  });

  it("goes on under one event id from the transaction to the subscribers", () => {
    const { eventId } = steps["05-transition.json"] as DomainEvent;
    const { MessageAttributes, Message } = steps["07-alert.json"] as PublishCommandInput;
    expect(JSON.stringify(steps["06-notify.json"])).toContain(eventId);
    expect(MessageAttributes!.event_id!.StringValue).toBe(eventId);
    expect(JSON.parse(JSON.parse(Message!).sqs).event_id).toBe(eventId);
  });

  it("carries the id of the trade's stream record along to the alert", () => {
    const { Records } = steps["02-ingest.json"] as { Records: { eventID: string }[] };
    const { MessageAttributes } = steps["07-alert.json"] as PublishCommandInput;
    expect(MessageAttributes!.correlation_id!.StringValue).toBe(Records[0]!.eventID);
  });

  it("happens at the moment of trade time at which the 500th signal was settled, not at that of the trade", () => {
    const { at } = steps["04-decide.json"] as LookDossier;
    expect(at).toBe(Date.parse(last.closedAt!) - HOUR);
    expect((steps["05-transition.json"] as DomainEvent).tradeTime).toBe(at);
  });

  it("ends there: the same events again change nothing", async () => {
    const items = structuredClone([...table.items]);
    for (const step of ["02-ingest", "03-evaluate"]) await call(step.slice(3), steps[`${step}.json`]);
    expect([...table.items]).toEqual(items);
  });
});

/** JSON as the formatter of this project writes it: lists of plain values on one line where they fit. */
function pretty(value: unknown): string {
  return `${print(value, "", "")}\n`;
}

function print(value: unknown, indent: string, prefix: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((v) => print(v, "", "")).join(", ")}]`;
    const plain = value.every((v) => v === null || typeof v !== "object");
    if (value.length === 0 || (plain && indent.length + prefix.length + line.length < 120)) return line;
    return `[\n${value.map((v) => inner + print(v, inner, "")).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, v]) => v !== undefined);
  if (members.length === 0) return "{}";
  const lines = members.map(([name, v]) => {
    const key = `${JSON.stringify(name)}: `;
    return inner + key + print(v, inner, key);
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
