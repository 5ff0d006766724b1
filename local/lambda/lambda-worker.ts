import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { FunctionError, Order, Reply, WorkerSetup } from "./lambda-protocol.ts";
import { replaceConsole } from "./runtime-console.ts";

/** One execution environment: loads the function's module once, then runs one invocation after the other. */

const setup = workerData as WorkerSetup;
const port = parentPort!;
type Handler = (event: unknown, context: unknown) => unknown;

/** One invocation at a time. */
let requestId: string | undefined;

replaceConsole({
  format: setup.logFormat,
  least: setup.logLevel,
  requestId: () => requestId,
  write: (line) => void process.stdout.write(line),
});
const handler = await load();
if (handler) {
  port.on("message", (order: Order) => void run(handler, order));
  tell({ kind: "ready" });
}

async function load(): Promise<Handler | undefined> {
  try {
    const module = (await import(pathToFileURL(setup.file).href)) as Record<string, unknown>;
    const exported = module[setup.exportName];
    if (typeof exported === "function") return exported as Handler;
    throw Object.assign(new Error(`${setup.exportName} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  } catch (error) {
    tell({ kind: "error", error: describe(error) });
    return undefined;
  }
}

async function run(handle: Handler, order: Order): Promise<void> {
  requestId = order.requestId;
  const before = process.threadCpuUsage();
  try {
    const result = await handle(JSON.parse(order.payload), contextOf(order));
    await takeItsTime(before);
    tell({ kind: "result", payload: JSON.stringify(result) ?? "null" });
  } catch (error) {
    // The runtime puts whatever a handler throws into the log.
    console.error(error);
    tell({ kind: "error", error: describe(error) });
  }
}

/** A thread cannot be slowed down: what it computed is waited for once more, as often as its share says. */
async function takeItsTime(before: NodeJS.CpuUsage): Promise<void> {
  const { user, system } = process.threadCpuUsage(before);
  const ms = ((user + system) / 1000) * (1 / setup.cpuShare - 1);
  if (ms >= 1) await sleep(ms);
}

function contextOf(order: Order): object {
  return {
    functionName: setup.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memoryMb),
    awsRequestId: order.requestId,
    logGroupName: `/aws/lambda/${setup.functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, order.deadlineAt - Date.now()),
  };
}

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function tell(reply: Reply): void {
  port.postMessage(reply);
}
