import { setTimeout as sleep } from "node:timers/promises";

/** Functions for tests of the local stack; run in worker threads, as bundles are. They tell what they saw by their log. */

type Event = {
  Records: { eventName: string; dynamodb: { Keys: Record<string, { S: string }>; SequenceNumber: string } }[];
};
type Context = { functionName: string; awsRequestId: string; getRemainingTimeInMillis(): number };

let invocations = 0;

/** Logs the sort keys it got; fails in the ways the keys ask for. */
export async function reader(event: Event): Promise<unknown> {
  const keys = event.Records.map((record) => record.dynamodb.Keys.sk?.S ?? "");
  console.log({ reader: keys });
  if (keys.includes("throw")) throw new Error("poison");
  if (keys.includes("exit")) process.exit(3);
  const bad = event.Records.filter((record) => record.dynamodb.Keys.sk?.S === "bad");
  return { batchItemFailures: bad.map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) };
}

/** Answers with what it can see of its surroundings. */
export async function surroundings(event: unknown, context: Context): Promise<unknown> {
  return {
    event,
    context,
    remainingMs: context.getRemainingTimeInMillis(),
    environment: { ...process.env },
    invocations: ++invocations,
  };
}

/** Logs what the clock called it with. */
export async function clocked(event: unknown): Promise<void> {
  console.log({ clocked: event });
}

export async function slow(event: { ms: number }): Promise<string> {
  await sleep(event.ms);
  return "done";
}

export async function busy(): Promise<never> {
  for (;;) {
    // a loop that never gives the thread back
  }
}

export async function failing(): Promise<never> {
  console.error("about to fail");
  throw new TypeError("not like this");
}

/** Logs in the ways a program can. */
export async function talking(): Promise<void> {
  console.log(JSON.stringify({ level: "ERROR", message: "a string in a string" }));
  console.warn({ low: "fuel" });
  console.error("could not", new RangeError("too far"));
  console.debug("two\nlines");
  process.stdout.write('{"level":"ERROR","message":"written past the console"}\n');
  process.stdout.write('{"_aws":{"CloudWatchMetrics":[]},"Trades":1}\n');
}

/** Computes for so much processor time. */
export async function computing(event: { ms: number }): Promise<void> {
  const before = process.threadCpuUsage();
  for (let spent = 0; spent < event.ms; ) {
    const { user, system } = process.threadCpuUsage(before);
    spent = (user + system) / 1000;
  }
}

/** An error before its text. */
export async function complaining(): Promise<void> {
  console.error(new RangeError("too far"), "could not");
}

export async function greedy(): Promise<unknown> {
  const kept: number[][] = [];
  for (;;) kept.push(new Array(100_000).fill(Math.PI));
}

export async function exiting(): Promise<never> {
  process.exit(7);
}

export const notAFunction = 5;
