import type { Scenario } from "./scenario.ts";

/** The quick run: a few scenarios of every kind, with as many lives as fit into a coffee's time. */

const LIVES: Readonly<Record<string, number>> = {
  "normal-7": 800,
  "t3-7": 600,
  "skew-minus-7": 600,
  "ar-5": 500,
  "regime-10-50": 300,
  "ten-7": 150,
  "ten-t3": 80,
  "attack-size-115": 150,
  "attack-riskier-24-170": 60,
  "attack-slip-1-1000": 40,
  "attack-never-08": 30,
  "guard-7": 60,
  "monitor-7": 10,
  "monitor-minus-10-7": 40,
};

/** The guard's states of the quick run. */
const STATES = ["nothing changed", "both -20 pp", "alone -10 pp", "alone -20 pp"];

/** The scenarios of the quick run, with its lives. */
export function quickScenarios(all: readonly Scenario[]): Scenario[] {
  return all
    .filter((s) => LIVES[s.name] !== undefined)
    .map((s) => {
      const lives = LIVES[s.name]!;
      return s.kind === "guard"
        ? { ...s, lives, after: s.after.filter((a) => STATES.includes(a.label)) }
        : { ...s, lives };
    });
}
