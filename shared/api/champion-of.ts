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
 * Of changes asked for at the same moment one acts: whoever comes to its turn only when another model is champion than at its first
 * reading (or than was expected) meant something that is over.
 * @param expected  left out: whoever is champion at the first reading
 */
export function championFence(expected: string | undefined): (registry: Registry) => void {
  let meant = expected;
  return (registry) => {
    expectChampion(registry, meant);
    meant ??= registry.champion?.name;
  };
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

/** Refuses a change by somebody who saw another state of the roles. @param expected  null or left out: whatever the state is */
export function expectVersion(registry: Registry, expected: number | null | undefined): void {
  if (expected == null || expected === registry.version) return;
  const champion = registry.champion?.name ?? null;
  throw new Refused(
    "REGISTRY_CHANGED",
    `Version ${expected} of the registry was expected, but it is at ${registry.version}; ${champion === null ? "there is no champion yet" : `the champion is ${champion}`}.`,
    [{ champion, registry_version: registry.version }],
  );
}
