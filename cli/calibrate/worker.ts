import { parentPort, workerData } from "node:worker_threads";
import { type ChunkOptions, type OwnHistory, playChunk } from "../../calibration/run.ts";
import type { Tally } from "../../calibration/tally.ts";

/** A thread that plays the chunks it is sent. */

export type Task = Pick<ChunkOptions, "scenario" | "settings" | "seed" | "from" | "to">;
export type Answer = { tally: Tally };
export type WorkerData = { own: OwnHistory | null };

const { own } = workerData as WorkerData;

parentPort?.on("message", (task: Task) => {
  const answer: Answer = { tally: playChunk({ ...task, own }) };
  parentPort?.postMessage(answer);
});
