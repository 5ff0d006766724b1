import type { OwnHistory } from "../../calibration/run.ts";
import type { Scenario } from "../../calibration/scenario.ts";
import { addTallies, type Tally } from "../../calibration/tally.ts";
import type { Settings } from "../../shared/domain/settings.ts";
import { CommandError } from "../terminal/command-line.ts";
import { count } from "../terminal/figures.ts";
import { makeProgress } from "../terminal/progress.ts";
import { playTasks } from "../threads/pool.ts";
import { type ChunkStore, keyOf } from "./chunk-store.ts";
import type { Answer, Task, WorkerData } from "./worker.ts";

/** Lives a task holds: small enough that an interruption loses little. */
const CHUNK_LIVES = 25;

export type Plan = {
  scenarios: readonly Scenario[];
  /** lives of a scenario */
  livesOf: (scenario: Scenario) => number;
  settings: Settings;
  seed: string;
  workers: number;
  own: { history: OwnHistory; key: string } | null;
};

type Planned = { task: Task; key: string };

function planned(plan: Plan): Planned[] {
  return plan.scenarios.flatMap((scenario) => {
    const { settings, seed } = plan;
    const key = keyOf({ scenario, settings, seed, own: plan.own?.key ?? null });
    const lives = plan.livesOf(scenario);
    const chunks: Planned[] = [];
    for (let from = 0; from < lives; from += CHUNK_LIVES)
      chunks.push({ key, task: { scenario, settings, seed, from, to: Math.min(lives, from + CHUNK_LIVES) } });
    return chunks;
  });
}

/**
 * Plays whatever of the plan is not in the store yet.
 * @returns one tally per scenario, in the plan's order
 * @throws CommandError with exit code 130 when it was interrupted; the store then holds what was finished
 */
export async function simulate(plan: Plan, store: ChunkStore, signal: AbortSignal): Promise<Tally[]> {
  const all = planned(plan);
  const open = all.filter(({ key, task }) => store.get({ key, ...task }) === null);
  const keys = new Map(open.map(({ key, task }) => [task, key]));
  const size = (items: readonly Planned[]) => items.reduce((n, { task }) => n + task.to - task.from, 0);
  const progress = makeProgress({ total: size(open), unit: "lives" });
  if (open.length < all.length) progress.say(`${count(size(all) - size(open))} lives were there already.`);
  let done = 0;
  const workerData: WorkerData = { own: plan.own?.history ?? null };
  await playTasks<Task, Answer>({
    worker: new URL("./worker.ts", import.meta.url),
    workerData,
    tasks: open.map(({ task }) => task),
    workers: plan.workers,
    signal,
    onDone: (task, { tally }) => {
      store.add({ key: keys.get(task)!, scenario: task.scenario.name, from: task.from, to: task.to, tally });
      done += task.to - task.from;
      progress.to(done);
    },
  });
  progress.end();
  if (signal.aborted) {
    throw new CommandError(`interrupted after ${count(done)} of ${count(size(open))} lives`, { exitCode: 130 });
  }
  return plan.scenarios.map((scenario) =>
    addTallies(
      all.filter(({ task }) => task.scenario === scenario).map(({ key, task }) => store.get({ key, ...task })!),
    ),
  );
}
