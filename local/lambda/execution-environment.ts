import { devNull } from "node:os";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import type { Log } from "../log.ts";
import { region } from "../template/intrinsics.ts";
import type { LocalFunction } from "../template/template.ts";
import type { FunctionError, Order, Reply, WorkerSetup } from "./lambda-protocol.ts";
import { levelOf } from "./log-event.ts";

export type Endpoints = { dynamodb: string; messaging: string };

export type EnvironmentOptions = {
  endpoints: Endpoints;
  log: Log;
  /** true: a function computes as slowly as its memory makes it in Lambda; left out: as fast as this machine can */
  cpuByMemory?: boolean;
  /** A directory that keeps compiled code from one start to the next; left out: nothing is kept. */
  compileCache?: string | undefined;
};

/** What became of an order; after "exit", "timeout" and "stopped" the environment has ended or must be ended. */
export type Outcome = Reply | { kind: "exit"; error: FunctionError } | { kind: "timeout" } | { kind: "stopped" };

/** One worker thread with one function's module loaded: it takes one order at a time. */
export class ExecutionEnvironment {
  readonly #worker: Worker;
  /** Takes the outcome of the order under way. */
  #settle: ((outcome: Outcome) => void) | undefined;

  constructor(fn: LocalFunction, options: EnvironmentOptions & { onExit: () => void }) {
    this.#worker = makeWorker(fn, options);
    const source = fn.name.replace(/^understudy-[^-]+-/, "");
    // Both streams end in the same log.
    for (const input of [this.#worker.stdout, this.#worker.stderr])
      createInterface({ input }).on("line", (text) => options.log({ source, level: levelOf(text), text }));
    this.#worker.on("message", (reply: Reply) => this.#settle?.(reply));
    this.#worker.on("error", (error: Error & { code?: string }) => {
      const errorType = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "Runtime.OutOfMemory" : "Runtime.UnhandledError";
      this.#settle?.({ kind: "exit", error: { errorType, errorMessage: `${error.name}: ${error.message}` } });
    });
    this.#worker.on("exit", (code) => {
      const error = { errorType: "Runtime.ExitError", errorMessage: `Runtime exited with code ${code}` };
      this.#settle?.({ kind: "exit", error });
      options.onExit();
    });
  }

  /** Resolves with "ready" when the module is loaded; call it once, before the first order. */
  load(timeoutMs: number): Promise<Outcome> {
    return this.#nextOutcome(timeoutMs);
  }

  run(order: Order, timeoutMs: number): Promise<Outcome> {
    this.#worker.postMessage(order);
    return this.#nextOutcome(timeoutMs);
  }

  /** Ends the thread, whatever it is doing; an order under way is "stopped". */
  async end(): Promise<void> {
    this.#settle?.({ kind: "stopped" });
    await this.#worker.terminate();
  }

  #nextOutcome(timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ kind: "timeout" }), timeoutMs);
      this.#settle = settle;
    });
  }
}

/** Lambda gives the processor in proportion to the memory: a whole one for so much. */
const MEMORY_OF_A_CORE_MB = 1769;

function makeWorker(fn: LocalFunction, { endpoints, cpuByMemory, compileCache }: EnvironmentOptions): Worker {
  const setup: WorkerSetup = {
    file: fn.file,
    exportName: fn.exportName,
    functionName: fn.name,
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
    logFormat: fn.logFormat,
    logLevel: fn.logLevel,
    cpuShare: cpuByMemory ? Math.min(1, fn.memoryMb / MEMORY_OF_A_CORE_MB) : 1,
    compileCache,
  };
  return new Worker(new URL("./lambda-worker.mjs", import.meta.url), {
    workerData: setup,
    env: variablesOf(fn, endpoints),
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
  });
}

/** Nothing of the user's own AWS set-up may reach a local function, least of all real credentials. */
function variablesOf(fn: LocalFunction, endpoints: Endpoints): Record<string, string> {
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
    AWS_LAMBDA_LOG_FORMAT: fn.logFormat,
    ...(fn.logLevel && { AWS_LAMBDA_LOG_LEVEL: fn.logLevel }),
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SNS: endpoints.messaging,
    AWS_ENDPOINT_URL_SQS: endpoints.messaging,
    AWS_ENDPOINT_URL_S3: endpoints.messaging,
  };
}
