import { afterEach, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../infra/bundle.ts";
import { type Lambda, makeLambda } from "../../local/lambda/lambda.ts";
import type { LogLine } from "../../local/log.ts";
import type { LocalFunction } from "../../local/template/template.ts";
import { fixtureFunction } from "../support/fixture-template.ts";
import { apiEvent } from "../support/lambda.ts";
import { until } from "../support/until.ts";

let lambda: Lambda;
let lines: LogLine[];
const endpoints = { dynamodb: "http://127.0.0.1:1", messaging: "http://127.0.0.1:2" };

function startAsInLambda(...functions: LocalFunction[]): void {
  lambda = makeLambda(functions, { endpoints, log: () => {}, cpuByMemory: true });
}

function start(...functions: LocalFunction[]): void {
  lines = [];
  lambda = makeLambda(functions, { endpoints, log: (line) => lines.push(line) });
}

afterEach(() => lambda.stop());

describe("a function on the laptop", () => {
  it("gets event, context and its own environment: the local addresses, dummy credentials and nothing of ours", async () => {
    process.env.UNDERSTUDY_SECRET_OF_THE_HOST = "x";
    start(fixtureFunction("surroundings", { environment: { STATE_TABLE: "state" } }));

    const outcome = await lambda.invoke("understudy-local-surroundings", { hello: [1] });
    const payload = outcome.ok ? outcome.payload : undefined;

    expect(payload).toMatchObject({
      event: { hello: [1] },
      context: {
        functionName: "understudy-local-surroundings",
        functionVersion: "$LATEST",
        memoryLimitInMB: "256",
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      environment: {
        STATE_TABLE: "state",
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "local",
        AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
        AWS_ENDPOINT_URL_SNS: "http://127.0.0.1:2",
        AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:2",
      },
    });
    const { environment, remainingMs } = payload as { environment: object; remainingMs: number };
    for (const name of ["UNDERSTUDY_SECRET_OF_THE_HOST", "PATH", "HOME"]) expect(environment).not.toHaveProperty(name);
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(5000);
  });

  it("keeps its environment from one invocation to the next, and runs one at a time in each", async () => {
    start(fixtureFunction("surroundings"));
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const outcome = await lambda.invoke("understudy-local-surroundings", {});
      counts.push((outcome as { payload: { invocations: number } }).payload.invocations);
    }

    expect(counts).toEqual([1, 2, 3]);
  });

  it("runs several invocations at the same time in environments of their own, more than those wait", async () => {
    start(fixtureFunction("slow"));

    const outcomes = await Promise.all(
      Array.from({ length: 9 }, () => lambda.invoke("understudy-local-slow", { ms: 5 })),
    );

    expect(outcomes.map((outcome) => outcome.ok)).toEqual(Array(9).fill(true));
    expect(lambda.activity()).toEqual({ running: 0, started: 9 });
  });

  it("is stopped at its timeout, even in a loop that never yields, and works again after", async () => {
    start(fixtureFunction("busy", { timeoutMs: 200 }));

    for (let i = 0; i < 2; i++) {
      expect(await lambda.invoke("understudy-local-busy", {})).toMatchObject({
        ok: false,
        cause: "timeout",
        error: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 0.20 seconds" },
      });
    }
  });

  it("returns what it threw as Lambda does, and its output goes to the log under its name", async () => {
    start(fixtureFunction("failing"));

    expect(await lambda.invoke("understudy-local-failing", {})).toMatchObject({
      ok: false,
      cause: "error",
      error: {
        errorType: "TypeError",
        errorMessage: "not like this",
        trace: expect.arrayContaining(["TypeError: not like this"]),
      },
    });
    await until("the function's output", () => lines.length >= 2);
    expect(lines.map(({ source, level }) => [source, level])).toEqual([
      ["failing", "error"],
      ["failing", "error"],
    ]);
    expect(lines.map((line) => JSON.parse(line.text).message)).toEqual([
      "about to fail",
      {
        errorType: "TypeError",
        errorMessage: "not like this",
        stackTrace: expect.arrayContaining(["TypeError: not like this"]),
      },
    ]);
  });

  it("crashes alone: exiting, using up its memory, or not being there", async () => {
    start(
      fixtureFunction("exiting"),
      fixtureFunction("greedy", { memoryMb: 20 }),
      fixtureFunction("absent"),
      fixtureFunction("notAFunction"),
    );

    const errorOf = async (name: string) => {
      const outcome = await lambda.invoke(`understudy-local-${name}`, {});
      return outcome.ok ? undefined : outcome.error.errorType;
    };
    expect(await errorOf("exiting")).toBe("Runtime.ExitError");
    expect(await errorOf("greedy")).toBe("Runtime.OutOfMemory");
    expect(await errorOf("absent")).toBe("Runtime.HandlerNotFound");
    expect(await errorOf("notAFunction")).toBe("Runtime.HandlerNotFound");
    expect(await errorOf("exiting")).toBe("Runtime.ExitError");
  });

  it("is ended by stop, whatever it is doing", async () => {
    start(fixtureFunction("busy"), fixtureFunction("slow"));
    const running = [
      lambda.invoke("understudy-local-busy", {}),
      lambda.invoke("understudy-local-slow", { ms: 60_000 }),
    ];
    await until("both to run", () => lambda.activity().running === 2);

    await lambda.stop();

    for (const outcome of await Promise.all(running)) expect(outcome).toMatchObject({ ok: false, cause: "stopped" });
  });

  it("computes as slowly as its memory makes it in Lambda, when asked to: 442 MB are a quarter of a core", async () => {
    const timed = async (memoryMb: number) => {
      startAsInLambda(fixtureFunction("computing", { memoryMb }));
      await lambda.invoke("understudy-local-computing", { ms: 0 });
      const began = performance.now();
      await lambda.invoke("understudy-local-computing", { ms: 100 });
      await lambda.stop();
      return performance.now() - began;
    };
    expect(await timed(442)).toBeGreaterThan(400);
    const quarter = await timed(442);
    // On a busy machine a whole core, too, may take so long once, but not every time.
    let whole = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 20 && quarter - whole <= 150; tries++) whole = Math.min(whole, await timed(1769));
    expect(quarter - whole).toBeGreaterThan(150);
  });

  it("is timed out by its share of a core: what it computes for counts, not what this machine can", async () => {
    startAsInLambda(fixtureFunction("computing", { memoryMb: 442, timeoutMs: 600 }));
    expect(await lambda.invoke("understudy-local-computing", { ms: 250 })).toMatchObject({
      ok: false,
      cause: "timeout",
    });
  });

  it("is unknown under another name", async () => {
    start();
    await expect(lambda.invoke("understudy-local-nobody", {})).rejects.toThrow("There is no function");
  });
});

describe("what a function logs", () => {
  it("is formatted as Lambda's runtime does under the JSON format: a string that holds JSON stays a string", async () => {
    start(fixtureFunction("talking"));
    const { requestId } = await lambda.invoke("understudy-local-talking", {});
    await until("its output", () => lines.length >= 6);

    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const line = (level: string, message: unknown) => ({ timestamp, level, requestId, message });
    expect(lines.map((l) => [l.level, JSON.parse(l.text)])).toEqual([
      ["info", line("INFO", '{"level":"ERROR","message":"a string in a string"}')],
      ["warn", line("WARN", { low: "fuel" })],
      [
        "error",
        {
          ...line("ERROR", expect.stringMatching(/^could not RangeError: too far\n/)),
          errorType: "RangeError",
          errorMessage: "too far",
          stackTrace: expect.arrayContaining(["RangeError: too far"]),
        },
      ],
      ["info", line("DEBUG", "two\nlines")],
      ["error", { level: "ERROR", message: "written past the console" }],
      ["metrics", { _aws: { CloudWatchMetrics: [] }, Trades: 1 }],
    ]);
  });

  it("is left out below the function's level", async () => {
    start(fixtureFunction("talking", { logLevel: "WARN" }));
    await lambda.invoke("understudy-local-talking", {});
    await until("its output", () => lines.length >= 4);
    const levels = lines.map(({ text }) => JSON.parse(text).level);
    // What goes past the console goes past the level, too.
    expect(levels).toEqual(["WARN", "ERROR", "ERROR", undefined]);
  });

  it("tells of an error wherever it stands among what was logged", async () => {
    start(fixtureFunction("complaining"));
    await lambda.invoke("understudy-local-complaining", {});
    await until("its output", () => lines.length >= 1);
    expect(JSON.parse(lines[0]!.text)).toMatchObject({ errorType: "RangeError", errorMessage: "too far" });
  });

  it("is text under the text format", async () => {
    start(fixtureFunction("talking", { logFormat: "Text" }));
    const { requestId } = await lambda.invoke("understudy-local-talking", {});
    await until("its output", () => lines.length >= 6);

    expect(lines[1]!.text).toMatch(new RegExp(`^\\d{4}-\\S+Z\t${requestId}\tWARN\t\\{ low: 'fuel' \\}$`));
  });

  it("is an ERROR with its fields and the caller's correlation id on the top level, from the bundle that is deployed", async () => {
    const file = `${bundleFunctions().directoryOf("status")}/index.mjs`;
    const environment = { STAGE: "test", POWERTOOLS_SERVICE_NAME: "understudy" };
    start({ ...fixtureFunction("surroundings", { environment }), file, exportName: "handler" });
    const event = apiEvent({ method: "GET", path: "/shadow/status", headers: { "x-correlation-id": "ticket-17" } });
    const { requestId } = await lambda.invoke("understudy-local-surroundings", event);
    await until("its output", () => lines.length >= 1);

    expect(lines.map((line) => line.level)).toEqual(["error"]);
    expect(JSON.parse(lines[0]!.text)).toMatchObject({
      level: "ERROR",
      message: "request failed",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: "understudy",
      function_name: "understudy-local-surroundings",
      function_request_id: requestId,
      correlation_id: "ticket-17",
      route: "GET /shadow/status",
      error: { name: "Error", message: "the environment variable STATE_TABLE is not set" },
    });
  }, 300_000);
});
