import { Worker } from "node:worker_threads";
import type { OwnHistory } from "../../calibration/run.ts";
import type { Tally } from "../../calibration/tally.ts";
import type { Answer, Task, WorkerData } from "./worker.ts";

/**
 * Plays tasks on several threads.
 * @param options.onDone  called for every finished task, in the order in which they finish
 * @param options.signal  aborted: the threads are stopped where they are; what was finished has been reported
 * @throws what a task throws
 */
export async function playTasks(options: {
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
      const workerData: WorkerData = { own: options.own };
      const thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
      threads.push(thread);
      let current: Task | null = null;
      const give = () => {
        current = options.signal.aborted ? null : (options.tasks[next++] ?? null);
        if (current === null) resolve();
        else thread.postMessage(current);
      };
      thread.on("message", (answer: Answer) => {
        if (options.signal.aborted) return resolve();
        options.onDone(current!, answer.tally);
        give();
      });
      thread.on("error", reject);
      options.signal.addEventListener("abort", () => resolve(), { once: true });
      give();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, options.tasks.length) }, runThread));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
