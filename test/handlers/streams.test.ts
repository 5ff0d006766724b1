import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeTable } from "../support/fake-table.ts";
import {
  apiEvent,
  type BatchAnswer,
  captureOutput,
  coldStart,
  insertEvent,
  read,
  tradeEvent,
} from "../support/lambda.ts";
import { commonSignals } from "../support/pipeline.ts";

let table: FakeTable;
let log: Record<string, unknown>[];
let metrics: Record<string, unknown>[];
const sns = mockClient(SNSClient);
const s3 = mockClient(S3Client);

beforeEach(() => {
  table = new FakeTable();
  ({ log, metrics } = captureOutput());
  sns.reset();
  s3.reset();
  sns.on(PublishCommand).resolves({ MessageId: "m" });
});
afterEach(() => {
  table.mock.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function deploy(...names: string[]): Promise<void> {
  const call = await coldStart("deploy");
  for (const model_name of names)
    expect(read(await call(apiEvent({ body: { model_name, model_type: "test" } }))).status).toBe(201);
  table.transactions = [];
}

const headOf = (model: string) => JSON.parse(String(table.of(`MODEL#${model}`).find((i) => i.sk === "HEAD")!.body));
const noFailures: BatchAnswer = { batchItemFailures: [] };

describe("ingest", () => {
  it("takes a batch of the trades stream into the ledgers", async () => {
    await deploy("alpha", "beta");
    const ingest = await coldStart<BatchAnswer>("ingest");
    const rows = commonSignals({ from: 0, to: 5, models: { alpha: { mean: 1 }, beta: { mean: 2 } }, seed: "s" });
    expect(await ingest(tradeEvent(rows))).toEqual(noFailures);
    expect([headOf("alpha").count, headOf("beta").count]).toEqual([5, 5]);
    const puts = table.mock.commandCalls(PutCommand).map((call) => call.args[0].input);
    expect(puts).toHaveLength(2);
    for (const put of puts)
      expect(put).toMatchObject({
        Item: { sk: "HEAD" },
        ConditionExpression: "revision = :revision",
        ExpressionAttributeValues: { ":revision": 0 },
      });
    expect(table.transactions).toEqual([]);
  });

  it("reports the records of the model that failed, and only those", async () => {
    await deploy("alpha", "beta");
    const ingest = await coldStart<BatchAnswer>("ingest");
    const rows = commonSignals({ from: 0, to: 2, models: { alpha: { mean: 1 }, beta: { mean: 2 } }, seed: "s" });
    table.items.set("MODEL#alpha\nHEAD", { pk: "MODEL#alpha", sk: "HEAD", body: "{broken" });
    expect(await ingest(tradeEvent(rows, 500))).toEqual({
      batchItemFailures: [{ itemIdentifier: "500" }, { itemIdentifier: "502" }],
    });
    expect(headOf("beta").count).toBe(2);
    expect(log).toMatchObject([{ level: "ERROR", errors: [expect.stringContaining("alpha: ")] }]);
  });

  it("quarantines what it cannot use, says so, and holds nothing up", async () => {
    await deploy("alpha");
    const ingest = await coldStart<BatchAnswer>("ingest");
    const rows = [
      { model: "alpha", id: "t1", pnl: "poison" },
      { model: "ghost", id: "t2", pnl: 1 },
      { model: "alpha", id: "t3", pnl: 1 },
    ];
    expect(await ingest(tradeEvent(rows))).toEqual(noFailures);
    expect(headOf("alpha")).toMatchObject({ count: 1, rejected: 1 });
    expect(table.of("QUARANTINE").map((item) => item.sk)).toEqual([
      "COUNT#alpha",
      "COUNT#ghost",
      "TRADE#alpha#100#eu-central-1/understudy-test-trades/2026-01-01T00:00:00.000",
      "TRADE#ghost#101#eu-central-1/understudy-test-trades/2026-01-01T00:00:00.000",
      // how many different unknown names were seen: one alert for the kind
      "UNKNOWN",
    ]);
    // Of names nobody deployed there is one event for the kind.
    expect(table.of("OUTBOX").map((item) => item.sk)).toEqual([
      "00000001-0-deployed",
      "trade_rejected-alpha-1",
      "trade_rejected-~unknown-1",
    ]);
    expect(log).toMatchObject([{ level: "WARN", rejected: 2 }]);
  });

  it("goes on counting when shadow models are switched off: trades are always kept", async () => {
    await deploy("alpha");
    const ingest = await coldStart<BatchAnswer>("ingest", { environment: { ENABLE_SHADOW_MODELS: "false" } });
    await ingest(tradeEvent([{ model: "alpha", id: "t1", pnl: 1 }]));
    expect(headOf("alpha").count).toBe(1);
  });
});

describe("evaluate", () => {
  const models = { steady: { mean: 50 }, better: { mean: 90 } };

  it("promotes what is due, whatever the event says, and once", async () => {
    await deploy("steady", "better");
    const ingest = await coldStart<BatchAnswer>("ingest");
    await ingest(tradeEvent(commonSignals({ from: 0, to: 505, models, seed: "story" })));
    const evaluate = await coldStart<BatchAnswer>("evaluate");
    expect(await evaluate({ Records: [] })).toEqual(noFailures);
    expect(log.map((line) => [line.level, line.event, line.model])).toEqual([["INFO", "promotion", "better"]]);
    const before = table.transactions.length;
    expect(await evaluate({ Records: [] })).toEqual(noFailures);
    expect(table.transactions).toHaveLength(before);
  });

  it("gives the whole batch back when it fails: what is due stays due", async () => {
    await deploy("steady", "better");
    table.items.set("REGISTRY\nREGISTRY", { pk: "REGISTRY", sk: "REGISTRY", body: "{broken" });
    const evaluate = await coldStart<BatchAnswer>("evaluate");
    await expect(evaluate({ Records: [] })).rejects.toThrow();
  });
});

describe("notify", () => {
  it("publishes new outbox entries with their attributes and takes them out of the outbox", async () => {
    await deploy("alpha", "beta");
    const outbox = table.of("OUTBOX");
    const notify = await coldStart<BatchAnswer>("notify");
    expect(await notify(insertEvent(outbox))).toEqual(noFailures);
    const sent = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
    expect(sent.map((input) => input.MessageAttributes!.event_id!.StringValue)).toEqual([
      "00000001-0-deployed",
      "00000002-0-deployed",
    ]);
    expect(sent[0]).toMatchObject({
      TopicArn: "arn:aws:sns:eu-central-1:123456789012:understudy-test-alerts",
      MessageStructure: "json",
      MessageAttributes: { environment: { StringValue: "test" }, priority: { StringValue: "LOW" } },
    });
    expect(table.of("OUTBOX")).toEqual([]);
  });

  it("reports what SNS did not take, keeps it, and publishes the rest", async () => {
    await deploy("alpha", "beta");
    sns.on(PublishCommand).rejectsOnce(new Error("Throttled")).resolves({});
    const notify = await coldStart<BatchAnswer>("notify");
    expect(await notify(insertEvent(table.of("OUTBOX")))).toEqual({
      batchItemFailures: [{ itemIdentifier: "900" }],
    });
    expect(table.of("OUTBOX").map((entry) => entry.sk)).toEqual(["00000001-0-deployed"]);
    expect(log).toMatchObject([{ level: "ERROR", event_id: "00000001-0-deployed", error: "Throttled" }]);
  });
});

describe("sweep", () => {
  const anHourLater = () => vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
  const byTheClock = { id: "8a1b", source: "aws.events" };

  it("publishes what notify did not, and counts what lies in the failure store", async () => {
    await deploy("alpha", "beta");
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: "aws/lambda/m/s/x" }, { Key: "aws/lambda/m/s/y" }] });
    anHourLater();
    await (await coldStart<undefined>("sweep"))(byTheClock);
    expect(
      sns.commandCalls(PublishCommand).map((c) => c.args[0].input.MessageAttributes!.event_id!.StringValue),
    ).toEqual(["00000001-0-deployed", "00000002-0-deployed"]);
    expect(table.of("OUTBOX")).toEqual([]);
    expect(metrics).toContainEqual(expect.objectContaining({ FailedBatchesHeld: 2, AlertsPublished: 2 }));
  });

  it("fails where its alarm hears it when the topic takes nothing, and says which", async () => {
    await deploy("alpha");
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: "aws/lambda/m/s/x" }] });
    sns.on(PublishCommand).rejects(new Error("Throttled"));
    anHourLater();
    const run = await coldStart<undefined>("sweep");
    await expect(run(byTheClock)).rejects.toThrow("overdue alerts that could not be published: 1");
    expect(log).toMatchObject([{ level: "ERROR", event_id: "00000001-0-deployed", correlation_id: "8a1b" }]);
    expect(table.of("OUTBOX")).toHaveLength(1);
    expect(metrics).toContainEqual(expect.objectContaining({ FailedBatchesHeld: 1 }));
  });

  it("writes no metric where nothing is held and nothing waits: a stage where nothing happens pays for none", async () => {
    s3.on(ListObjectsV2Command).resolves({});
    metrics.length = 0;
    await (await coldStart<undefined>("sweep"))(byTheClock);
    expect(metrics).toEqual([]);
  });
});
