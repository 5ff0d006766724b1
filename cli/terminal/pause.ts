import { setTimeout as sleep } from "node:timers/promises";

/** Waits, but not after Ctrl-C; then it fails with the signal's own reason, as everything else that was interrupted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    throw signal.reason ?? error;
  });
}
