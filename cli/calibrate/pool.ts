import { Worker } from "node:worker_threads";
import type { OwnHistory } from "../../calibration/run.ts";
import type { Tally } from "../../calibration/tally.ts";
import type { Answer, Task, WorkerData } from "./worker.ts";

/**
 * Plays tasks on several threads.
 * @param o.onDone  called for every finished task, in the order in which they finish
 * @param o.signal  aborted: the threads are stopped where they are; what was finished has been reported
 * @throws what a task throws
 */
export async function playTasks(o: {
  tasks: readonly Task[];
  workers: number;
  own: OwnHistory | null;
  signal: AbortSignal;
  onDone: (task: Task, tally: Tally) => void;
}): Promise<void> {
  let next = 0;
  const threads: Worker[] = [];
  const runThread = () =>
    new Promise<void>((resolve, reject) => {
      const workerData: WorkerData = { own: o.own };
      const thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
      threads.push(thread);
      let current: Task | null = null;
      const give = () => {
        current = o.signal.aborted ? null : (o.tasks[next++] ?? null);
        if (current === null) resolve();
        else thread.postMessage(current);
      };
      thread.on("message", (answer: Answer) => {
        if (o.signal.aborted) return resolve();
        o.onDone(current!, answer.tally);
        give();
      });
      thread.on("error", reject);
      o.signal.addEventListener("abort", () => resolve(), { once: true });
      give();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(o.workers, o.tasks.length) }, runThread));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
