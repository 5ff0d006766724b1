import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeTable } from "../support/fake-table.ts";
import {
  apiEvent,
  type BatchAnswer,
  captureOutput,
  coldStart,
  insertEvent,
  type Line,
  read,
  tradeEvent,
} from "../support/lambda.ts";
import { commonSignals } from "../support/pipeline.ts";

/** What operators see of the functions: log lines, metrics, and the id that ties a cause to its alert. */

let table: FakeTable;
let log: Line[];
let metrics: Line[];
const sns = mockClient(SNSClient);

beforeEach(() => {
  table = new FakeTable();
  ({ log, metrics } = captureOutput());
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "m" });
});
afterEach(() => {
  table.mock.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const environment = { POWERTOOLS_SERVICE_NAME: "understudy" };

async function call<Result>(name: string, event: unknown): Promise<Result> {
  return (await coldStart<Result>(name, { environment }))(event);
}

async function deploy(...names: string[]): Promise<void> {
  for (const model_name of names)
    expect(read(await call("deploy", apiEvent({ body: { model_name, model_type: "test" } }))).status).toBe(201);
}

const models = { steady: { mean: 50 }, better: { mean: 90 } };
const trades = () => tradeEvent(commonSignals({ from: 0, to: 505, models, seed: "story" }), 1000);
const headsOf = (...names: string[]) =>
  insertEvent(names.map((name) => table.of(`MODEL#${name}`).find((item) => item.sk === "HEAD")!));
const outboxOf = (type: string) => table.of("OUTBOX").filter((item) => String(item.sk).endsWith(type));
const published = () => sns.commandCalls(PublishCommand).map((one) => one.args[0].input.MessageAttributes!);

/** Values of a metric over everything that was written, with the dimensions it was written under. */
function valuesOf(name: string): { value: unknown; dimensions: unknown }[] {
  return metrics.flatMap((line) => {
    const [described] = (line._aws as { CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[] })
      .CloudWatchMetrics;
    expect(described).toMatchObject({ Namespace: "Understudy", Dimensions: [["service", "environment"]] });
    const dimensions = Object.fromEntries(described!.Dimensions[0]!.map((key) => [key, line[key]]));
    return line[name] === undefined ? [] : [{ value: line[name], dimensions }];
  });
}
const dimensions = { service: "understudy", environment: "test" };

describe("the correlation id", () => {
  it("leads from the trade that made a look due to the alert of the promotion", async () => {
    await deploy("steady", "better");
    const event = trades();
    const cause = event.Records.at(-1)!.eventID;
    await call<BatchAnswer>("ingest", event);
    await call<BatchAnswer>("evaluate", headsOf("steady", "better"));
    expect(log).toMatchObject([{ level: "INFO", event: "promotion", model: "better", correlation_id: cause }]);
    await call<BatchAnswer>("notify", insertEvent(outboxOf("promotion")));
    expect(published()).toMatchObject([
      { event_type: { StringValue: "promotion" }, correlation_id: { DataType: "String", StringValue: cause } },
    ]);
  });

  it("is the caller's own where it sends a usable one, and leads to the alert of what it asked for", async () => {
    const body = (model_name: string) => ({ model_name, model_type: "test" });
    const sent: [string, string | undefined][] = [
      ["one", "ticket-17"],
      ["two", undefined],
      ["three", 'x" | delete everything'],
    ];
    for (const [name, id] of sent) {
      const headers: Record<string, string> = id === undefined ? {} : { "x-correlation-id": id };
      await call("deploy", apiEvent({ body: body(name), headers, requestId: `gateway-${name}` }));
    }
    await call<BatchAnswer>("notify", insertEvent(outboxOf("deployed")));
    expect(published().map((a) => [a.model_name!.StringValue, a.correlation_id!.StringValue])).toEqual([
      ["one", "ticket-17"],
      ["two", "gateway-two"],
      ["three", "gateway-three"],
    ]);
  });

  it("of one request is forgotten before the next", async () => {
    const status = await coldStart("status", { environment });
    table.mock.on(GetCommand).rejects(new Error("down"));
    await status(apiEvent({ headers: { "x-correlation-id": "first" } }));
    await status(apiEvent({ requestId: "second" }));
    expect(log.map((line) => line.correlation_id)).toEqual(["first", "second"]);
  });

  it("of an alert that could not be published is that alert's own", async () => {
    for (const name of ["alpha", "beta"])
      await call("deploy", apiEvent({ body: { model_name: name, model_type: "t" }, requestId: `deploy-${name}` }));
    sns.on(PublishCommand).rejectsOnce(new Error("Throttled")).resolves({});
    await call<BatchAnswer>("notify", insertEvent(table.of("OUTBOX")));
    expect(log).toMatchObject([{ level: "ERROR", event_id: "00000001-0-deployed", correlation_id: "deploy-alpha" }]);
  });
});

describe("the metrics", () => {
  it("count trades taken in and rejected, and say how long they had waited", async () => {
    await deploy("alpha");
    const event = tradeEvent([
      { model: "alpha", id: "t1", pnl: "poison" },
      { model: "alpha", id: "t2", pnl: 1 },
      { model: "alpha", id: "t3", pnl: 1 },
    ]);
    const arrived = Date.now() - 5000;
    for (const record of event.Records) record.dynamodb!.ApproximateCreationDateTime = arrived / 1000;
    metrics.length = 0;
    await call<BatchAnswer>("ingest", event);
    expect(metrics).toHaveLength(1);
    expect(valuesOf("TradesIngested")).toEqual([{ value: 2, dimensions }]);
    expect(valuesOf("TradesRejected")).toEqual([{ value: 1, dimensions }]);
    const [lag] = valuesOf("IngestLag");
    expect(lag!.value).toBeGreaterThanOrEqual(5000);
    expect(lag!.value).toBeLessThan(60_000);
  });

  it("count looks and promotions where they are committed, and alerts where they are published", async () => {
    await deploy("steady", "better");
    await call<BatchAnswer>("ingest", trades());
    await call<BatchAnswer>("evaluate", headsOf("steady", "better"));
    expect(valuesOf("LooksTaken")).toEqual([{ value: 1, dimensions }]);
    expect(valuesOf("Promotions")).toEqual([{ value: 1, dimensions }]);
    expect(valuesOf("LookScore")).toEqual([{ value: expect.closeTo(95, -1), dimensions }]);
    for (const name of ["ChampionWinRate", "ChallengerWinRate", "ChampionDrawdown", "ChallengerDrawdown"])
      expect(valuesOf(name)).toEqual([{ value: expect.any(Number), dimensions }]);
    expect(valuesOf("ChallengerWinRate")[0]!.value).toBeGreaterThan(50);
    const waiting = table.of("OUTBOX");
    expect(waiting.length).toBeGreaterThan(0);
    await call<BatchAnswer>("notify", insertEvent(waiting));
    expect(valuesOf("AlertsPublished")).toEqual([{ value: waiting.length, dimensions }]);
  });

  it("count a rollback by hand, and how long it took from the request on", async () => {
    await deploy("steady", "better");
    const force = { force: true, reason: "drill" };
    await call("promote", apiEvent({ body: force, pathParameters: { challenger: "better" } }));
    await call("rollback", apiEvent({ body: { reason: "drill", dry_run: true } }));
    await call("rollback", apiEvent({ body: { reason: "drill" }, receivedAt: Date.now() - 2000 }));
    await call("rollback", apiEvent({ body: { reason: "again" } }));
    expect(valuesOf("Promotions")).toEqual([{ value: 1, dimensions }]);
    expect(valuesOf("Rollbacks")).toEqual([{ value: 1, dimensions }]);
    const [latency] = valuesOf("RollbackLatency");
    expect(latency!.value).toBeGreaterThanOrEqual(2000);
    expect(latency!.value).toBeLessThan(60_000);
  });

  it("are not written by a request that changes nothing, and no warning is either", async () => {
    await call("status", apiEvent({ method: "GET" }));
    expect([metrics, log]).toEqual([[], []]);
  });
});
