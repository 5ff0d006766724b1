import { Worker } from "node:worker_threads";

/**
 * Plays tasks on several threads, in the order given, each thread taking the next one when it has finished.
 * @param options.worker  the file of a thread: it answers every message (a task) with one message (the answer)
 * @param options.onDone  called for every finished task, in the order in which they finish
 * @param options.signal  aborted: the threads are stopped where they are; what was finished has been reported
 * @throws what a task throws
 */
export async function playTasks<Task, Answer>(options: {
  worker: URL;
  workerData?: unknown;
  tasks: readonly Task[];
  workers: number;
  signal: AbortSignal;
  onDone: (task: Task, answer: Answer) => void;
}): Promise<void> {
  const { signal } = options;
  const waiting = options.tasks.values();
  const threads: Worker[] = [];
  const runThread = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(options.worker, { workerData: options.workerData });
      threads.push(thread);
      let current = waiting.next();
      const give = () => (current.done || signal.aborted ? resolve() : thread.postMessage(current.value));
      thread.on("message", (answer: Answer) => {
        if (current.done || signal.aborted) return resolve();
        options.onDone(current.value, answer);
        current = waiting.next();
        give();
      });
      thread.on("error", reject);
      signal.addEventListener("abort", () => resolve(), { once: true });
      give();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, options.tasks.length) }, runThread));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
