import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { region } from "./intrinsics.ts";
import type { FunctionError, Order, Reply, WorkerSetup } from "./lambda-protocol.ts";
import type { Log } from "./log.ts";
import type { LocalFunction } from "./template.ts";

/**
 * Runs the functions' bundles as Lambda does: each in its own environment, one invocation at a time per environment,
 * stopped at its timeout, errors returned as Lambda returns them.
 */
export type Lambda = {
  /** Never rejects: a failing function is an outcome. @param name  as deployed */
  invoke(name: string, event: unknown): Promise<Invocation>;
  has(name: string): boolean;
  /** Invocations now running or waiting, and all so far: nothing can have changed while both stay the same. */
  activity(): { running: number; started: number };
  stop(): Promise<void>;
};

export type Invocation =
  | { ok: true; payload: unknown; requestId: string }
  | { ok: false; cause: "error" | "timeout" | "crash" | "stopped"; error: FunctionError; requestId: string };

/** Environments of one function at the same time; more invocations wait. */
const environmentsMax = 4;
const initMsMax = 10_000;

export type Endpoints = { dynamodb: string; messaging: string };

export function makeLambda(
  functions: readonly LocalFunction[],
  o: { endpoints: Endpoints; log: Log; onSettled?: () => void },
): Lambda {
  const pools = new Map(functions.map((fn) => [fn.name, makePool(fn, o)]));
  let running = 0;
  let started = 0;
  return {
    has: (name) => pools.has(name),
    activity: () => ({ running, started }),
    invoke: async (name, event) => {
      const pool = pools.get(name);
      if (!pool) throw new Error(`There is no function ${name}`);
      running++;
      started++;
      try {
        return await pool.invoke(JSON.stringify(event) ?? "null");
      } finally {
        running--;
        o.onSettled?.();
      }
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}

type Environment = { worker: Worker; settle: ((outcome: Outcome) => void) | undefined; ready: boolean };
type Outcome = Reply | { kind: "exit"; error: FunctionError } | { kind: "timeout" } | { kind: "stopped" };

function makePool(fn: LocalFunction, o: { endpoints: Endpoints; log: Log }) {
  const idle: Environment[] = [];
  const all = new Set<Environment>();
  const waiting: (() => void)[] = [];
  let stopping = false;

  return { invoke, stop };

  async function invoke(payload: string): Promise<Invocation> {
    const requestId = randomUUID();
    while (!stopping && idle.length === 0 && all.size >= environmentsMax) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const outcome: Outcome = stopping
      ? { kind: "stopped" }
      : await runIn(idle.pop() ?? (await startEnvironment()), requestId, payload);
    waiting.shift()?.();
    return invocationOf(outcome, requestId, fn);
  }

  async function startEnvironment(): Promise<Environment | Outcome> {
    const environment: Environment = { worker: makeWorker(fn, o), settle: undefined, ready: false };
    all.add(environment);
    listen(environment);
    const outcome = await outcomeOf(environment, initMsMax);
    if (outcome.kind === "ready") {
      environment.ready = true;
      return environment;
    }
    await discard(environment);
    return outcome.kind === "timeout"
      ? { kind: "exit", error: errorOf("Sandbox.Timedout", "Init took too long") }
      : outcome;
  }

  async function runIn(environment: Environment | Outcome, requestId: string, payload: string): Promise<Outcome> {
    if (!("worker" in environment)) return environment;
    const order: Order = { requestId, payload, deadlineAt: Date.now() + fn.timeoutMs };
    environment.worker.postMessage(order);
    const outcome = await outcomeOf(environment, fn.timeoutMs);
    if (outcome.kind === "result" || outcome.kind === "error") idle.push(environment);
    else await discard(environment);
    return outcome;
  }

  function listen(environment: Environment): void {
    const { worker } = environment;
    const settle = (outcome: Outcome) => environment.settle?.(outcome);
    worker.on("message", (reply: Reply) => settle(reply));
    worker.on("error", (error: Error & { code?: string }) => {
      const type = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "Runtime.OutOfMemory" : "Runtime.UnhandledError";
      settle({ kind: "exit", error: errorOf(type, `${error.name}: ${error.message}`) });
    });
    worker.on("exit", (code) => {
      all.delete(environment);
      const index = idle.indexOf(environment);
      if (index >= 0) idle.splice(index, 1);
      settle({ kind: "exit", error: errorOf("Runtime.ExitError", `Runtime exited with code ${code}`) });
      waiting.shift()?.();
    });
  }

  async function discard(environment: Environment): Promise<void> {
    all.delete(environment);
    await environment.worker.terminate();
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const wake of waiting.splice(0)) wake();
    await Promise.all(
      [...all].map(async (environment) => {
        environment.settle?.({ kind: "stopped" });
        await environment.worker.terminate();
      }),
    );
  }
}

function outcomeOf(environment: Environment, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle({ kind: "timeout" }), timeoutMs);
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      environment.settle = undefined;
      resolve(outcome);
    };
    environment.settle = settle;
  });
}

function makeWorker(fn: LocalFunction, o: { endpoints: Endpoints; log: Log }): Worker {
  const setup: WorkerSetup = {
    file: fn.file,
    exportName: fn.exportName,
    functionName: fn.name,
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
  };
  const worker = new Worker(new URL("./lambda-worker.ts", import.meta.url), {
    workerData: setup,
    env: environmentOf(fn, o.endpoints),
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
  });
  const source = fn.name.replace(/^understudy-[^-]+-/, "");
  createInterface({ input: worker.stdout }).on("line", (text) => o.log({ source, level: "info", text }));
  createInterface({ input: worker.stderr }).on("line", (text) => o.log({ source, level: "warn", text }));
  return worker;
}

/** Nothing of the user's own AWS set-up may reach a local function, least of all real credentials. */
function environmentOf(fn: LocalFunction, endpoints: Endpoints): Record<string, string> {
  return {
    ...fn.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SNS: endpoints.messaging,
    AWS_ENDPOINT_URL_SQS: endpoints.messaging,
  };
}

function invocationOf(outcome: Outcome, requestId: string, fn: LocalFunction): Invocation {
  switch (outcome.kind) {
    case "result":
      return { ok: true, payload: JSON.parse(outcome.payload), requestId };
    case "error":
      return { ok: false, cause: "error", error: outcome.error, requestId };
    case "timeout": {
      const error = errorOf("Sandbox.Timedout", `Task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`);
      return { ok: false, cause: "timeout", error, requestId };
    }
    case "exit":
      return { ok: false, cause: "crash", error: outcome.error, requestId };
    case "stopped":
      return { ok: false, cause: "stopped", error: errorOf("LocalStack.Stopped", "The local stack stops"), requestId };
    case "ready":
      throw new Error("A function answered before it was asked");
  }
}

function errorOf(errorType: string, errorMessage: string): FunctionError {
  return { errorType, errorMessage };
}
