import { setTimeout as sleep } from "node:timers/promises";

/** Waits, but not beyond the stop. */
export async function delay(ms: number, stopping: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stopping }).catch(() => {});
}
