import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { listen } from "../../local/http/ports.ts";
import type { LogLine } from "../../local/log.ts";
import { type LocalStack, type LocalStackOptions, startLocalStack } from "../../local/stack.ts";
import { fixtureFunction, fixtureTable, fixtureTemplate } from "../support/fixture-template.ts";
import { findThreePorts } from "../support/free-ports.ts";
import { quickFolder } from "../support/quick-folder.ts";
import { startTestStack } from "../support/test-stack.ts";
import { isAlive, until } from "../support/until.ts";

const anyPorts = { api: 0, dynamodb: 0, messaging: 0 };
const table = fixtureTable.name;

function start(options: Partial<LocalStackOptions> = {}): Promise<LocalStack> {
  return startLocalStack({ ports: anyPorts, template: fixtureTemplate(), log: () => {}, ...options });
}

function put(url: string, sk: string): Promise<unknown> {
  return makeCall(url)("PutItem", { TableName: table, Item: { pk: { S: "p" }, sk: { S: sk }, bytes: { B: "aGk=" } } });
}

/** What the fixture's reader logged it was given. */
const deliveredIn = (lines: readonly LogLine[]): string[] =>
  lines.flatMap((line) =>
    line.source === "reader" ? ((JSON.parse(line.text).message.reader as string[] | undefined) ?? []) : [],
  );

function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

describe("a running local stack", () => {
  let stack: LocalStack;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    stack = await startTestStack({ template: fixtureTemplate(), log: (line) => lines.push(line) });
  });

  afterAll(() => stack.stop());

  it("tells where everything is", () => {
    expect(stack.urls).toEqual({
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      dynamodb: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      messaging: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect(stack.tables).toEqual({ things: table });
    expect(stack.topicArn).toBe("arn:aws:sns:us-east-1:000000000000:understudy-local-alerts");
    expect(Object.keys(stack.queueUrls)).toEqual(["understudy-local-inbox"]);
    expect(stack.buckets).toEqual(["understudy-local-failures"]);
  });

  it("answers its routes with the functions, which can be invoked by their short names too", async () => {
    const answer = await fetch(`${stack.urls.api}/surroundings?x=1`);

    expect(await answer.json()).toMatchObject({ event: { routeKey: "GET /surroundings" } });
    expect(await stack.invoke("surroundings", { a: 1 })).toMatchObject({ ok: true, payload: { event: { a: 1 } } });
  });

  it("delivers what is written to a table, in order, and knows when all of it has been", async () => {
    for (let round = 0; round < 5; round++) {
      const keys = Array.from({ length: 12 }, (_, i) => `${round}-${String(i).padStart(2, "0")}`);
      const before = deliveredIn(lines).length;
      for (const key of keys) await put(stack.urls.dynamodb, key);
      await stack.whenDrained();
      await until("the reader's log", () => deliveredIn(lines).length >= before + keys.length);

      expect(deliveredIn(lines).slice(before)).toEqual(keys);
    }
  });

  it("keeps whole what never succeeds in the failure store, and goes on behind it", async () => {
    for (const key of ["good-1", "throw", "good-2", "bad", "exit", "good-3"]) await put(stack.urls.dynamodb, key);
    await stack.whenDrained();
    await until("the last good record", () => deliveredIn(lines).includes("good-3"));

    const documents = await Promise.all(
      (await listObjects(stack)).map(async (key) =>
        JSON.parse(await (await fetch(`${bucketUrl(stack)}/${key}`)).text()),
      ),
    );
    expect(
      documents.map((d) => [
        JSON.parse(d.payload).Records.map(
          (r: { dynamodb: { NewImage: { sk: { S: string } } } }) => r.dynamodb.NewImage.sk.S,
        ),
        d.requestContext.condition,
        d.responseContext.functionError,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [["throw"], "RetryAttemptsExhausted", "Unhandled"],
        [["bad"], "RetryAttemptsExhausted", null], // reported
        [["exit"], "RetryAttemptsExhausted", "Unhandled"],
      ]),
    );
    expect(documents).toHaveLength(3);
  });

  it("calls by the clock what the template says, with the rule's input or EventBridge's own event", async () => {
    const ticking = await startTestStack({
      log: (line) => lines.push(line),
      template: fixtureTemplate({
        functions: [fixtureFunction("clocked")],
        mappings: [],
        routes: [],
        schedules: [
          { id: "Rule1", functionName: "understudy-local-clocked", everyMs: 30, input: { Records: [] } },
          { id: "Rule2", functionName: "understudy-local-clocked", everyMs: 30 },
        ],
      }),
    });
    const events = () =>
      lines.flatMap(({ source, text }) => (source === "clocked" ? [JSON.parse(text).message.clocked] : []));
    await until("both rules", () => new Set(events().map((e) => e.source)).size === 2);
    await ticking.stop();

    expect(events()).toContainEqual({ Records: [] });
    expect(events().find((e) => e.source)).toMatchObject({ "detail-type": "Scheduled Event", source: "aws.events" });
  });
});

const bucketUrl = (stack: LocalStack) => `${stack.urls.messaging}/${stack.buckets[0]}`;

async function listObjects(stack: LocalStack): Promise<string[]> {
  const list = await (await fetch(`${bucketUrl(stack)}?list-type=2`)).text();
  return [...list.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key!);
}

describe("the end of a local stack", () => {
  it("leaves no process and no open port, and a second stop does nothing", async () => {
    const stack = await start();
    await put(stack.urls.dynamodb, "a");
    await stack.stop();
    await stack.stop();

    expect(isAlive(stack.dynamodbPid!)).toBe(false);
    for (const url of Object.values(stack.urls)) expect(await isListening(url)).toBe(false);
  });

  it("is announced when DynamoDB ends by itself", async () => {
    const stack = await start();
    process.kill(stack.dynamodbPid!, "SIGKILL");

    expect(await stack.broken).toMatchObject({
      name: "StackError",
      message: expect.stringContaining("ended by itself"),
    });
    await stack.stop();
  });

  it("comes at once when a later part of the start fails, and takes the earlier ones with it", async () => {
    const dynamodb = await findThreePorts();
    const template = fixtureTemplate({ mappings: [{ ...fixtureTemplate().mappings[0]!, functionName: "nobody" }] });

    await expect(start({ ports: { ...anyPorts, dynamodb }, template })).rejects.toThrow("names no function");
    expect(await isListening(`http://127.0.0.1:${dynamodb}`)).toBe(false);
  });

  it("comes before anything is started when a port is taken", async () => {
    const { port, stop } = await listen(createServer(), 0);

    await expect(start({ ports: { ...anyPorts, messaging: port } })).rejects.toMatchObject({
      name: "StackError",
      message: `Port ${port} is in use by another program: stop it, or choose other ports with --port`,
    });
    await stop();
  });
});

describe("a local stack with a data directory", () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = quickFolder("understudy-test-");
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  it("keeps a second stack out of it, survives kill -9 without an orphan, and goes on where it was", async () => {
    const { child, first, ask } = await startInProcessOfItsOwn(dataDir);
    await expect(start({ dataDir })).rejects.toThrow(/is in use by process \d+/);
    for (const key of ["before-1", "before-2"]) await put(first.urls.dynamodb, key);
    await ask();

    child.kill("SIGKILL");
    await until("Java to follow its parent", () => !isAlive(first.dynamodbPid));

    const lines: LogLine[] = [];
    const second = await start({ dataDir, log: (line) => lines.push(line) });
    await put(second.urls.dynamodb, "after");
    await second.whenDrained();
    await until("the record", () => deliveredIn(lines).includes("after"));
    expect(deliveredIn(lines)).toEqual(["after"]);
    const { Count } = await makeCall(second.urls.dynamodb)("Scan", { TableName: table });
    expect(Count).toBe(3);
    await second.stop();
  });

  it("delivers after a restart what was written while no function read it", async () => {
    const withoutTriggers = await start({ dataDir, template: fixtureTemplate({ mappings: [] }) });
    await put(withoutTriggers.urls.dynamodb, "unread");
    await withoutTriggers.stop();

    const lines: LogLine[] = [];
    const stack = await start({ dataDir, log: (line) => lines.push(line) });
    await stack.whenDrained();
    await until("the record", () => deliveredIn(lines).includes("unread"));
    await stack.stop();
  });
});

type First = { dynamodbPid: number; urls: LocalStack["urls"] };

async function startInProcessOfItsOwn(
  dataDir: string,
): Promise<{ child: ChildProcess; first: First; ask(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("../support/fixture-run.ts", import.meta.url)), dataDir],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, "line")) as [string];
  const ask = async () => {
    child.stdin!.write("drain\n");
    await once(lines, "line");
  };
  return { child, first: JSON.parse(line) as First, ask };
}
