import { allFaultKinds, type FaultKind } from "./faults.ts";
import type { LifeResult } from "./life.ts";
import type { Overrides } from "./plan.ts";

/** The smallest life that still goes wrong in the same way. */

type Shrunk = { overrides: Overrides; result: LifeResult };

/**
 * @param play  the life of the seed under these limits
 * @param failed  how it went wrong first
 */
export async function shrink(
  play: (options: Overrides) => Promise<LifeResult>,
  failed: LifeResult,
  base: Overrides = {},
): Promise<Shrunk> {
  const invariant = failed.violations[0]!.invariant;
  let best: Shrunk = { overrides: base, result: failed };
  const attempt = async (change: Overrides): Promise<boolean> => {
    const overrides = { ...best.overrides, ...change };
    const result = await play(overrides);
    const same = result.violations.some((v) => v.invariant === invariant);
    if (same) best = { overrides, result };
    return same;
  };
  for (const people of [0, 1, 2]) if (await attempt({ people })) break;
  for (const requests of [1, 2, 4]) if (await attempt({ requests })) break;
  for (const kind of allFaultKinds) {
    const without: FaultKind[] = [...(best.overrides.without ?? []), kind];
    if (best.result.faults.has(kind)) await attempt({ without });
  }
  for (const signals of [5, 10, 20, 40, 60]) if (await attempt({ signals })) break;
  // The last fault that is needed: fewer and fewer of them, as long as it still goes wrong.
  let most = [...best.result.faults.values()].reduce((a, b) => a + b, 0);
  for (let step = Math.ceil(most / 2); step >= 1 && most > 0; step = step === 1 ? 0 : Math.ceil(step / 2)) {
    while (most - step >= 0 && (await attempt({ faultsMax: most - step }))) most -= step;
  }
  return best;
}

/** The options of the command that plays it again. */
export function optionsOf(seed: string, overrides: Overrides, mutant?: string): string {
  const { without, signals, people, requests, faultsMax } = overrides;
  const given: [string, unknown][] = [
    ["seed", seed],
    ["without", without?.join(",") || undefined],
    ["signals", signals],
    ["people", people],
    ["requests", requests],
    ["faults-max", faultsMax],
    ["mutant", mutant],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])).join(" ");
}
