import { randomUUID } from "node:crypto";
import type { Invocation } from "./lambda/invocation.ts";
import type { Log } from "./log.ts";
import { account, region } from "./template/intrinsics.ts";
import type { LocalSchedule } from "./template/template.ts";

/**
 * EventBridge's clock: calls functions at their rates, the first time one period after the start.
 * @param options.atOnce  functions that are called at the start as well: it may find what is due, after an end in the middle of something
 *   or because it switches automatic action on again
 */
export function startSchedules(options: {
  schedules: readonly LocalSchedule[];
  atOnce: readonly string[];
  invoke: (functionName: string, event: object) => Promise<Invocation>;
  log: Log;
}): { stop(): void } {
  for (const schedule of options.schedules)
    if (options.atOnce.includes(schedule.functionName)) void call(schedule, options);
  const timers = options.schedules.map((schedule) =>
    setInterval(() => void call(schedule, options), schedule.everyMs).unref(),
  );
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

async function call(
  { id, functionName, input }: LocalSchedule,
  { invoke, log }: { invoke: (functionName: string, event: object) => Promise<Invocation>; log: Log },
): Promise<void> {
  const invocation = await invoke(functionName, input ?? scheduledEvent(id));
  if (invocation.ok || invocation.cause === "stopped") return;
  const { errorType, errorMessage } = invocation.error;
  log({
    source: "schedules",
    level: "warn",
    text: `${functionName}: ${errorType}: ${errorMessage}; the next run tries again`,
  });
}

/** What a function gets when its rule says nothing else. */
function scheduledEvent(id: string): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/${id}`],
    detail: {},
  };
}
