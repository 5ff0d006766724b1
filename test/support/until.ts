import { setTimeout as sleep } from "node:timers/promises";

type Found<T> = T | undefined | null | false;

/** Waits for a condition, looking often; a test that waits in vain fails with what it waited for. */
export async function until<T>(what: string, look: () => Found<T> | Promise<Found<T>>, timeoutMs = 20_000): Promise<T> {
  const deadlineAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadlineAt) throw new Error(`Waited in vain for ${what}`);
    await sleep(10);
  }
}

/** Whether a process of that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
