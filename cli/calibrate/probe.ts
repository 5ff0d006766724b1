import { playChunk } from "../../calibration/run.ts";
import type { Scenario } from "../../calibration/scenario.ts";
import type { Plan } from "./simulate.ts";

/** A short probe of how long a plan will take: a few lives of every scenario, timed. */

/** Time spent on one scenario, ms, and lives at most: one life says little, and twenty are enough. */
const LONG_ENOUGH_MS = 60;
const LIVES_MOST = 20;

/** Milliseconds of one life. The first one also makes tables and is not counted. */
function msPerLife(plan: Plan, scenario: Scenario): number {
  const lives = plan.livesOf(scenario);
  const play = (i: number) =>
    playChunk({
      scenario,
      settings: plan.settings,
      seed: `${plan.seed}|probe`,
      from: i,
      to: i + 1,
      own: plan.own?.history ?? null,
    });
  play(0);
  const start = performance.now();
  let played = 0;
  while (played < Math.min(lives, LIVES_MOST) && performance.now() - start < LONG_ENOUGH_MS) {
    played += 1;
    play(played);
  }
  return (performance.now() - start) / played;
}

/** Seconds the plan will take, as measured now; other work on the machine makes it longer. */
export function probeSeconds(plan: Plan): number {
  const ms = plan.scenarios.reduce((sum, scenario) => sum + msPerLife(plan, scenario) * plan.livesOf(scenario), 0);
  return ms / 1000 / plan.workers;
}

/** "about 1 min 20 s": rounded, for people. */
export function durationWords(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(5, 5 * Math.round(seconds / 5))} s`;
  const minutes = Math.round(seconds / 30) / 2;
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 6) / 10} h`;
}
