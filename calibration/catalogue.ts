import { attackScenarios } from "./catalogue-attack.ts";
import { guardScenarios } from "./catalogue-guard.ts";
import { monitorScenarios } from "./catalogue-monitor.ts";
import { nullScenarios } from "./catalogue-null.ts";
import { powerScenarios } from "./catalogue-power.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Every scenario that can be simulated, with the numbers the design study found for it (numpy, written apart from this
 * code). `study` is only compared with, never used.
 */
export const catalogue: readonly Scenario[] = [
  ...nullScenarios(),
  ...powerScenarios(),
  ...attackScenarios(),
  ...guardScenarios(),
  ...monitorScenarios(),
];

/** Scenarios by name or by group, in the order of the catalogue; null for a word that is neither. */
export function findScenarios(words: readonly string[]): Scenario[] | { unknown: string } {
  const unknown = words.find((word) => !catalogue.some((s) => s.name === word || s.group === word));
  if (unknown !== undefined) return { unknown };
  return catalogue.filter((s) => words.includes(s.name) || words.includes(s.group));
}
