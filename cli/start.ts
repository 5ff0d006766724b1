import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { LogLine } from "../local/log.ts";
import { type LocalStack, startLocalStack } from "../local/stack.ts";
import { type Receiver, readReceivers, WEBHOOKS } from "../local/webhooks/receivers.ts";
import { plainLines } from "../shared/domain/plain-text.ts";
import { dashboardPages } from "./page/pages.ts";
import { slowSteps } from "./start/slow-steps.ts";
import { stackFaults } from "./start/stack-faults.ts";
import {
  exitCodes,
  parseOrExplain,
  runCommand,
  styled,
  UsageError,
  urlOption,
  wholeOption,
} from "./terminal/command-line.ts";
import { decimal } from "./terminal/figures.ts";

/** `npm start`: the whole of Understudy on this machine, until Ctrl-C. */

const help = `Starts Understudy on this machine: API, DynamoDB, SNS/SQS and the functions, as they would be deployed.

usage: npm start -- [options]

  --port N         the API listens there, DynamoDB on N+1, SNS/SQS on N+2   (8000)
  --data DIR       keep trades, state and messages in DIR between runs      (in memory)
  --empty          no demonstration: an empty stack for your own trades
  --dynamodb URL   use a DynamoDB that runs already, instead of starting one
  --faults SHARE   of the functions' calls to DynamoDB that go wrong, 0 to 1: late, throttled, in conflict, failed, or unanswered;
                   now and then the trades' stream is a new one
  --faults-seed S  the same faults again                                    (1)
  --json           one JSON object a line on standard output
  --verbose        show everything the functions log
  --help           this text

Settings (SHADOW_MIN_TRADES, SHADOW_AUTO_PROMOTE …) are taken from the environment. UNDERSTUDY_WEBHOOKS holds addresses that get every
alert, apart by blanks, or @FILE with one a line: Slack's incoming webhooks, Telegram's sendMessage, or any other.

${exitCodes}

examples:
  npm start                                  see a promotion and a rollback happen
  npm start -- --empty --data ./understudy   keep what you put in
  npm start -- --faults 0.05                 the same with one call in twenty going wrong
  SHADOW_AUTO_PROMOTE=false npm start -- --empty --port 9000
  UNDERSTUDY_WEBHOOKS=@webhooks.txt npm start`;

type Options = {
  port: number;
  dataDir: string | undefined;
  empty: boolean;
  dynamodbUrl: string | undefined;
  faults: { share: number; seed: string } | undefined;
  webhooks: Receiver[];
  json: boolean;
  verbose: boolean;
};

function readOptions(): Options | "help" {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        port: { type: "string", default: "8000" },
        data: { type: "string" },
        empty: { type: "boolean", default: false },
        dynamodb: { type: "string" },
        faults: { type: "string" },
        "faults-seed": { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) return "help";
  return {
    port: wholeOption("port", values.port, { min: 1, max: 65_533 }),
    dataDir: values.data === undefined ? undefined : resolve(values.data),
    empty: values.empty,
    dynamodbUrl: values.dynamodb === undefined ? undefined : urlOption("dynamodb", values.dynamodb),
    faults: values.faults === undefined ? undefined : { share: shareOf(values.faults), seed: values["faults-seed"] },
    webhooks: readReceivers(process.env[WEBHOOKS]),
    json: values.json,
    verbose: values.verbose,
  };
}

function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() === "" || !(share >= 0 && share <= 1))
    throw new UsageError(`--faults must be a share from 0 to 1, not "${text}"`);
  return share;
}

async function main(signal: AbortSignal): Promise<void> {
  const options = readOptions();
  if (options === "help") {
    console.log(help);
    return;
  }
  const startedAt = performance.now();
  if (!options.json) console.log("Starting Understudy …");
  const { port, dataDir, dynamodbUrl, faults, webhooks } = options;
  const steps = slowSteps((line) => !options.json && console.log(line));
  const stack = await startLocalStack({
    ports: { api: port, dynamodb: port + 1, messaging: port + 2 },
    dataDir,
    dynamodbUrl,
    faults: faults && stackFaults(faults),
    webhooks,
    pages: dashboardPages(),
    steps,
    log: (line) => logLine(line, options),
  }).finally(steps.stop);
  try {
    announce(stack, options, (performance.now() - startedAt) / 1000);
    if (!options.empty && !signal.aborted) await demonstrate(stack, options, signal);
    await untilStopped(stack, signal);
  } finally {
    await stack.stop();
    if (options.json) printJson({ event: "stopped" });
    else
      console.log(
        dataDir
          ? `Understudy has stopped; everything is kept in ${dataDir}. Good-bye.`
          : "Understudy has stopped. Good-bye.",
      );
  }
}

function announce(stack: LocalStack, options: Options, seconds: number): void {
  const { urls, tables, topicArn } = stack;
  if (options.json) {
    printJson({ event: "ready", urls, tables, topic_arn: topicArn, data_dir: options.dataDir ?? null, seconds });
    return;
  }
  const kept = options.dataDir
    ? `kept in ${options.dataDir}`
    : "in memory: lost when this stops (keep it with --data DIR)";
  console.log(`${styled("green", "Understudy runs")} after ${decimal(seconds, 1)} s

  Page       ${urls.api}/   (open it in a browser)
  API        ${urls.api}
  DynamoDB   ${urls.dynamodb}   tables ${Object.values(tables).join(", ")}
  SNS/SQS    ${urls.messaging}   topic ${topicArn}
  data       ${kept}${alertedOf(options.webhooks)}

Try   curl ${urls.api}/shadow/status
Stop  Ctrl-C
`);
}

function alertedOf(webhooks: readonly Receiver[]): string {
  return webhooks.length > 0 ? `\n  alerts     also to ${webhooks.map(({ name }) => name).join(", ")}` : "";
}

/** Plays the demonstration, when this installation has one. */
async function demonstrate(stack: LocalStack, options: Options, signal: AbortSignal): Promise<void> {
  const file = join(import.meta.dirname, "start", "demonstration.ts");
  if (!existsSync(file)) return;
  const { playDemonstration } = (await import(file)) as {
    playDemonstration: (stack: LocalStack, o: { json: boolean; signal: AbortSignal }) => Promise<void>;
  };
  await playDemonstration(stack, { json: options.json, signal });
}

/** @throws what broke, when a part of the stack ends by itself */
async function untilStopped(stack: LocalStack, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined));
  });
  const broken = await Promise.race([stopped, stack.broken]);
  if (broken) throw broken;
}

function logLine(line: LogLine, options: Options): void {
  if (options.json) printJson({ event: "log", ...line });
  else if (line.level === "warn" || line.level === "error" || (options.verbose && line.level === "info")) {
    const text = plainLines(`${line.source}: ${line.text}`);
    console.error(
      line.level === "info" ? text : styled(line.level === "error" ? "red" : "yellow", text, process.stderr),
    );
  }
}

function printJson(event: object): void {
  console.log(JSON.stringify(event));
}

await runCommand("start", main);
