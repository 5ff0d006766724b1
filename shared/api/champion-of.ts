import { type Champion, isReigning, type Registry, type ReigningRegistry } from "../domain/registry.ts";
import { Refused } from "./answer.ts";

/** The champion, which there is from the first deployment on. */
export function championOf(registry: Registry): Champion {
  return reigning(registry).champion;
}

/** The registry once it has a champion. */
export function reigning(registry: Registry): ReigningRegistry {
  if (!isReigning(registry)) throw new Refused("NO_CHAMPION", "No model is deployed yet: POST /shadow/deploy.");
  return registry;
}

/**
 * Refuses a change that was meant for another champion than the present one: between reading and asking, roles may change.
 * @param expected  left out: whoever is champion
 */
export function expectChampion(registry: Registry, expected: string | undefined): void {
  const present = registry.champion?.name ?? null;
  if (expected === undefined || expected === present) return;
  const who = present === null ? "there is no champion yet" : `the champion is ${present}`;
  throw new Refused("EXPECTED_CHAMPION", `${expected} was expected to be champion, but ${who}.`, [
    { champion: present, registry_version: registry.version },
  ]);
}
