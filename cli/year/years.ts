import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { playTasks } from "../threads/pool.ts";
import type { Truths } from "./fates.ts";
import type { YearAnswer, YearTask } from "./worker.ts";

/** Several years, each with a market of its own, played on several threads and added up with errors. */

/** @param options.onDone  called after every year that ended */
export async function playYears(options: {
  seeds: readonly string[];
  signalsPerDay: number;
  workers: number;
  signal: AbortSignal;
  onDone(done: number): void;
}): Promise<Truths[]> {
  const found = new Map<YearTask, Truths>();
  const tasks = options.seeds.map((seed): YearTask => ({ seed, signalsPerDay: options.signalsPerDay }));
  await playTasks<YearTask, YearAnswer>({
    worker: new URL("./worker.ts", import.meta.url),
    tasks,
    workers: options.workers,
    signal: options.signal,
    onDone: (task, { truths }) => {
      found.set(task, truths);
      options.onDone(found.size);
    },
  });
  return tasks.flatMap((task) => found.get(task) ?? []);
}

export type Estimate = { value: number; se: number };

/** Resamples of whole years: what happens within one year hangs together. */
const RESAMPLES = 2000;

/**
 * A ratio of sums over years with its bootstrap error.
 * Definition: sum(part)/sum(whole); years are drawn with replacement, the error is the standard deviation over resamples.
 * @returns null when the whole is empty
 */
export function ratioOver(years: readonly { part: number; whole: number }[], seed: string): Estimate | null {
  const ratio = (rows: readonly { part: number; whole: number }[]) => {
    const whole = rows.reduce((sum, r) => sum + r.whole, 0);
    return whole > 0 ? rows.reduce((sum, r) => sum + r.part, 0) / whole : null;
  };
  const value = ratio(years);
  if (value === null) return null;
  const prng = createPrng(seed);
  const draws: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const drawn = ratio(years.map(() => years[prng.below(years.length)]!));
    if (drawn !== null) draws.push(drawn);
  }
  const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
  const spread = Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length);
  const total = years.reduce((sum, r) => sum + r.whole, 0);
  // None seen, or nothing but: the error is that of half an event.
  const half = Math.min(0.5, 0.5 / total);
  const least = Math.sqrt((half * (1 - half)) / total);
  return { value, se: value === 0 || value === 1 ? Math.max(spread, least) : spread };
}
