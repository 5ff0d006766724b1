import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockDataDir } from "./data-lock.ts";
import { type DynamoDb, startDynamoDb } from "./dynamodb/dynamodb.ts";
import { type Call, makeCall } from "./dynamodb/dynamodb-calls.ts";
import { type LineFault, startFaultProxy } from "./dynamodb/fault-proxy.ts";
import { ensureTables } from "./dynamodb/tables.ts";
import { type Api, type Pages, startApi } from "./http/api.ts";
import { assertPortFree } from "./http/ports.ts";
import type { Invocation } from "./lambda/invocation.ts";
import { type Lambda, makeLambda } from "./lambda/lambda.ts";
import type { Log } from "./log.ts";
import { openInbox, queueUrlAt } from "./messaging/https-queues.ts";
import { type Messaging, startMessaging } from "./messaging/sns-sqs.ts";
import { startSchedules } from "./schedules.ts";
import { StackError } from "./stack-error.ts";
import { openCheckpoints } from "./streams/checkpoints.ts";
import { withRenewals } from "./streams/renewed-stream.ts";
import { type Splitting, withSplitShards } from "./streams/split-stream.ts";
import { type StreamTriggers, startStreamTriggers } from "./streams/stream-triggers.ts";
import { synthesise } from "./template/synthesis.ts";
import { type LocalTemplate, readTemplate } from "./template/template.ts";
import { startDeliveries } from "./webhooks/delivery.ts";
import type { Receiver } from "./webhooks/receivers.ts";

export type StackFaults = {
  /** What happens to the next call a function makes to DynamoDB; null: nothing. */
  line: () => LineFault | null;
  /** Before a batch of new trades: whether their stream is a new one from here on. */
  newStream: () => boolean;
  /** Into how many shards streams are split, and when. */
  splitting: Splitting;
  /** Whether functions compute as slowly as their memory makes them in Lambda. */
  cpuByMemory: boolean;
};

/** Hears of the parts of a start, several of which go on at once. */
export type Steps = { began(step: string): void; ended(step: string): void };

export type LocalStackOptions = {
  /** 0: any free one. */
  ports: { api: number; dynamodb: number; messaging: number };
  /** Keeps tables, streams, messages and stream positions there; without it everything ends with the stack. */
  dataDir?: string | undefined;
  /** SHADOW_* values that override the stage's; default: this process's environment. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** A DynamoDB that runs already, instead of starting one. */
  dynamodbUrl?: string | undefined;
  /** What goes wrong; left out: nothing. */
  faults?: StackFaults | undefined;
  /** Who gets every alert besides the queues. */
  webhooks?: readonly Receiver[];
  /** Answers what is not the API's, such as a dashboard. */
  pages?: Pages;
  steps?: Steps;
  /** For tests: what to run instead of the synthesised template. */
  template?: LocalTemplate;
  log: Log;
};

export type LocalStack = {
  urls: { api: string; dynamodb: string; messaging: string };
  /** Table names by their last word: trades, state. */
  tables: Readonly<Record<string, string>>;
  /** The alerts topic. */
  topicArn: string;
  /** Queue URLs by queue name. */
  queueUrls: Readonly<Record<string, string>>;
  /** Names of buckets; they lie at the address of messaging. */
  buckets: readonly string[];
  dynamodbPid: number | undefined;
  /** True when every stream had been read to its end and no function ran, from the call to the answer. */
  isDrained(): Promise<boolean>;
  /** @throws Error when it takes longer */
  whenDrained(options?: { timeoutMs?: number }): Promise<void>;
  /** @param name  as deployed, or its last word: ingest */
  invoke(name: string, event: unknown): Promise<Invocation>;
  /** Resolves with what went wrong if a part of the stack ends by itself; it must still be stopped. */
  broken: Promise<StackError>;
  stop(): Promise<void>;
};

/** Starts everything the template declares, on this machine. Whatever fails, nothing is left running. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const started: Started = { stops: [] };
  try {
    return await start(options, started);
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** As infra/names.ts names everything of stage `local`. */
const deployedName = (lastWord: string) => `understudy-local-${lastWord}`;

/** What to undo, in the order it was done. */
type Started = { stops: (() => Promise<void>)[] };

async function stopAll(started: Started): Promise<void> {
  for (let stop = started.stops.pop(); stop; stop = started.stops.pop()) await stop();
}

async function start(options: LocalStackOptions, started: Started): Promise<LocalStack> {
  const { ports, log, dataDir } = options;
  await assertPortFree(ports.api);
  await assertPortFree(ports.messaging);
  // A stack killed with -9 may have its Java process for another moment.
  if (!options.dynamodbUrl) await assertPortFree(ports.dynamodb, 2000);
  if (dataDir) started.stops.push(await lockDataDir(dataDir));

  const environment = { ...process.env, ...options.environment };
  const step = stepper(options.steps);
  const [outdir, dynamodb, messaging] = await allOrNothing([
    options.template ? undefined : step("templates and functions, made anew after a change", synthesise(environment)),
    options.dynamodbUrl ? undefined : step("DynamoDB Local", startDynamoDbPart(options, started)),
    step("SNS and SQS", startMessagingPart(options, started)),
  ]);
  const dynamodbUrl = dynamodb?.endpoint ?? options.dynamodbUrl ?? "";
  const call = makeCall(dynamodbUrl);
  if (!dynamodb) await assertAnswers(call, dynamodbUrl);

  const queueUrl = (name: string) => queueUrlAt(messaging.endpoint, name);
  const template = options.template ?? (await readTemplate(outdir ?? "", queueUrl));
  const prepared = Promise.all([ensureTables(call, template.tables), messaging.provision(template)]);
  const [anyTableBefore] = await step("tables, topics and queues", prepared);

  // Functions, triggers and API end together and first: terminating the functions ends what the others wait for.
  let triggers: StreamTriggers | undefined;
  const line = options.faults && (await startFaultProxy({ target: dynamodbUrl, next: options.faults.line }));
  if (line) started.stops.push(line.stop);
  const endpoints = { dynamodb: line?.endpoint ?? dynamodbUrl, messaging: messaging.endpoint };
  const cpuByMemory = options.faults?.cpuByMemory ?? false;
  const lambda = makeLambda(template.functions, {
    endpoints,
    log,
    cpuByMemory,
    // Beside the functions it is compiled from, and removed with them.
    compileCache: outdir && join(outdir, "compile-cache"),
    onSettled: () => triggers?.poke(),
  });
  let api: Api | undefined;
  let clock: { stop(): void } | undefined;
  started.stops.push(async () => {
    clock?.stop();
    await Promise.all([api?.stop(), triggers?.stop(), lambda.stop()]);
  });
  const { newStream, splitting } = options.faults ?? {};
  const streams = splitting ? withSplitShards(call, splitting) : call;
  triggers = await startTriggers({ template, call: streams, lambda, messaging, dataDir, log, newStream });
  // What was there before may hold something due.
  const atOnce = anyTableBefore ? [deployedName("evaluate")] : [];
  clock = startSchedules({ schedules: template.schedules, atOnce, invoke: lambda.invoke, log });
  api = await startApi({ port: ports.api, routes: template.routes, lambda, pages: options.pages, log });

  return {
    ...describe(template, { api, dynamodbUrl, messaging }),
    dynamodbPid: dynamodb?.pid,
    ...drainage(lambda, triggers),
    invoke: (name, event) => lambda.invoke(lambda.has(name) ? name : deployedName(name), event),
    broken: brokenBy(dynamodb),
    stop: () => stopAll(started),
  };
}

async function startDynamoDbPart(options: LocalStackOptions, started: Started): Promise<DynamoDb> {
  const dataDir = options.dataDir && join(options.dataDir, "dynamodb");
  const dynamodb = await startDynamoDb({ port: options.ports.dynamodb, dataDir, log: options.log });
  started.stops.push(dynamodb.stop);
  return dynamodb;
}

async function startMessagingPart(options: LocalStackOptions, started: Started): Promise<Messaging> {
  const dataDir = options.dataDir && join(options.dataDir, "messages");
  const { log, webhooks = [] } = options;
  const queueOf = (receiver: Receiver) => deployedName(receiver.name);
  const httpsQueues = webhooks.map(queueOf);
  const messaging = await startMessaging({ port: options.ports.messaging, dataDir, httpsQueues, log });
  started.stops.push(messaging.stop);
  const inboxOf = (receiver: Receiver) => openInbox(messaging.endpoint, queueOf(receiver));
  const receivers = webhooks.map((receiver) => ({ receiver, inbox: inboxOf(receiver) }));
  started.stops.push(startDeliveries({ receivers, log }).stop);
  return messaging;
}

function stepper(steps: Steps | undefined) {
  return async <T>(name: string, work: Promise<T>): Promise<T> => {
    steps?.began(name);
    const done = await work;
    steps?.ended(name);
    return done;
  };
}

/** As Promise.all, but rejects only when all have settled: what started meanwhile can then be stopped. */
async function allOrNothing<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const failed = (await Promise.allSettled(parts)).find((part) => part.status === "rejected");
  if (failed) throw failed.reason;
  return (await Promise.all(parts)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

async function assertAnswers(call: Call, url: string): Promise<void> {
  try {
    await call("ListTables", {}, AbortSignal.timeout(5000));
  } catch (error) {
    throw new StackError(`No DynamoDB answers at ${url}: ${(error as Error).message}`);
  }
}

async function startTriggers({
  template,
  lambda,
  call,
  newStream,
  messaging,
  dataDir,
  log,
}: {
  template: LocalTemplate;
  call: Call;
  lambda: Lambda;
  messaging: Messaging;
  dataDir: string | undefined;
  log: Log;
  newStream: (() => boolean) | undefined;
}): Promise<StreamTriggers> {
  const arns = new Map(template.functions.map((fn) => [fn.name, fn.arn]));
  for (const mapping of template.mappings) {
    if (!lambda.has(mapping.functionName)) throw new Error(`${mapping.id} names no function of the template`);
  }
  const functionName = template.mappings.find(({ tableName }) => tableName.endsWith("-trades"))?.functionName ?? "";
  return startStreamTriggers({
    mappings: template.mappings,
    call,
    invoke: newStream ? withRenewals(lambda.invoke, { functionName, next: newStream, now: Date.now }) : lambda.invoke,
    functionArn: (name) => arns.get(name) ?? name,
    keepFailure: messaging.keep,
    checkpoints: await openCheckpoints(dataDir && join(dataDir, "stream-positions.json")),
    log,
  });
}

function describe(
  template: LocalTemplate,
  { api, dynamodbUrl, messaging }: { api: Api; dynamodbUrl: string; messaging: Messaging },
) {
  const lastWord = (name: string) => name.slice(name.lastIndexOf("-") + 1);
  return {
    urls: { api: api.url, dynamodb: dynamodbUrl, messaging: messaging.endpoint },
    tables: Object.fromEntries(template.tables.map(({ name }) => [lastWord(name), name])),
    topicArn: template.topics.find(({ name }) => name.endsWith("-alerts"))?.arn ?? "",
    buckets: template.buckets,
    queueUrls: Object.fromEntries(template.queues.map(({ name }) => [name, queueUrlAt(messaging.endpoint, name)])),
  };
}

function drainage(lambda: Lambda, triggers: StreamTriggers): Pick<LocalStack, "isDrained" | "whenDrained"> {
  const isDrained = async () => {
    const before = lambda.activity();
    if (before.running > 0) return false;
    const atEnd = await triggers.isAtEnd();
    // A function that ran meanwhile may have written behind a read.
    const after = lambda.activity();
    return atEnd && after.running === 0 && after.started === before.started;
  };
  const whenDrained = async ({ timeoutMs = 60_000 } = {}) => {
    const deadlineAt = Date.now() + timeoutMs;
    // Asking makes every reader read: where there is much to do, asking all the time would hold it up.
    for (let pauseMs = 5; !(await isDrained()); pauseMs = Math.min(80, pauseMs * 1.5)) {
      if (Date.now() > deadlineAt) throw new Error(`The streams were not drained after ${timeoutMs} ms`);
      await sleep(pauseMs);
    }
  };
  return { isDrained, whenDrained };
}

async function brokenBy(dynamodb: DynamoDb | undefined): Promise<StackError> {
  const end = await dynamodb?.ended;
  if (!end || end.asked) return new Promise(() => {}); // never: it was stopped, or is not ours
  return new StackError(`DynamoDB Local ended by itself (exit code ${end.code}): start again`);
}
