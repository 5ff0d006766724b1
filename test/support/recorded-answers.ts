import { readFile } from "node:fs/promises";
import type { ComparisonAnswer, EventAnswer, HealthAnswer, StatusAnswer } from "../../cli/client/api-answers.ts";

/** Answers of the API recorded from the demonstration: before it, in the shadow, under guard, after the rollback. */

export type Recorded = {
  status: StatusAnswer;
  /** newest first */
  events: EventAnswer[];
  health: HealthAnswer;
  comparisons?: Record<string, ComparisonAnswer>;
};

export async function recorded(name: "empty" | "gathering" | "guarded" | "rolled-back"): Promise<Recorded> {
  return JSON.parse(await readFile(new URL(`./recorded/${name}.json`, import.meta.url), "utf8")) as Recorded;
}
