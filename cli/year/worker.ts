import { parentPort } from "node:worker_threads";
import { outcomeOf, type Truths } from "./fates.ts";
import { playYear } from "./play.ts";

/** A thread that plays the years it is sent. */

export type YearTask = { seed: string; signalsPerDay: number };
export type YearAnswer = { truths: Truths };

parentPort?.on("message", async (task: YearTask) => {
  const signal = new AbortController().signal;
  const { truths } = await outcomeOf(await playYear({ ...task, days: 365, signal, onProgress: () => {} }));
  parentPort?.postMessage({ truths } satisfies YearAnswer);
});
