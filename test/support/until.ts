import { setTimeout as sleep } from "node:timers/promises";

type Found<T> = T | undefined | null | false;

/** Waits for a condition, looking often at first, and then less so: looking costs what is looked at. A test that waits in vain fails with what it waited for. */
export async function until<T>(what: string, look: () => Found<T> | Promise<Found<T>>, timeoutMs = 20_000): Promise<T> {
  const deadlineAt = Date.now() + timeoutMs;
  for (let pauseMs = 10; ; pauseMs = Math.min(100, pauseMs * 1.5)) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadlineAt) throw new Error(`Waited in vain for ${what}`);
    await sleep(pauseMs);
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
