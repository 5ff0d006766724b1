import { allFaultKinds, type FaultKind } from "./faults.ts";
import { history } from "./history.ts";
import { type LifeResult, type Mutant, runLife } from "./life.ts";
import { type Overrides, planOf } from "./plan.ts";

/** Lives one after the other, and what came of all of them. */

export type Summary = {
  lives: number;
  failed: LifeResult[];
  faults: Record<FaultKind, number>;
  events: Record<string, number>;
  looks: number;
  trades: number;
  steps: number;
};

export async function playLife(seed: string, options: Overrides = {}, mutant: Mutant = {}): Promise<LifeResult> {
  const plan = planOf(seed, options);
  return runLife(plan, plan.veteran ? await history() : null, mutant);
}

/** @param options.onLife  after each life; false: no more */
export async function playLives(options: {
  from: number;
  lives: number;
  overrides?: Overrides;
  mutant?: Mutant;
  onLife?: (result: LifeResult, done: number) => boolean;
}): Promise<Summary> {
  const faults = Object.fromEntries(allFaultKinds.map((kind) => [kind, 0])) as Summary["faults"];
  const summary: Summary = { lives: 0, failed: [], faults, events: {}, looks: 0, trades: 0, steps: 0 };
  for (let i = 0; i < options.lives; i++) {
    const result = await playLife(String(options.from + i), options.overrides, options.mutant);
    summary.lives += 1;
    summary.looks += result.looks;
    summary.trades += result.trades;
    summary.steps += result.steps;
    if (result.violations.length > 0) summary.failed.push(result);
    for (const [kind, n] of result.faults) faults[kind as FaultKind] += n;
    for (const [type, n] of result.events) summary.events[type] = (summary.events[type] ?? 0) + n;
    if (options.onLife && !options.onLife(result, i + 1)) break;
  }
  return summary;
}
