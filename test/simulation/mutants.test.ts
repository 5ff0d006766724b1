import { describe, expect, it } from "vitest";
import { playLife } from "./many-lives.ts";
import { mutants } from "./mutants.ts";
import { optionsOf, shrink } from "./shrink.ts";

/** Whether the lives would notice: faults put into the product on purpose. Apart from lives.test.ts, so that both are played side by side. */

/** Seconds of work, and minutes on a machine that has something else to do. */
const timeout = 900_000;
/** Seeds a mutant may pass before it is found. */
const SEEDS_MAX = 60;

describe("a fault put into the product on purpose", () => {
  it.each(Object.entries(mutants))("is found: %s", { timeout }, async (name, { mutant, faults }) => {
    for (let i = 1; i <= SEEDS_MAX; i++) {
      const { violations } = await playLife(`${name} ${i}`, { rates: faults }, mutant);
      if (violations.length === 0) continue;
      expect(violations[0]!.invariant).not.toBe("crash");
      return;
    }
    throw new Error(`${SEEDS_MAX} lives did not notice`);
  });

  it("shrinks to a smaller life that goes wrong in the same way, and the command that plays it", {
    timeout,
  }, async () => {
    const { mutant, faults: rates } = mutants["quarantine-forgotten"]!;
    const playSeed = (seed: number, options: object = {}) => playLife(String(seed), { rates, ...options }, mutant);
    let seed = 1;
    let failed = await playSeed(seed);
    while (failed.violations.length === 0 && seed < SEEDS_MAX) failed = await playSeed(++seed);
    expect(failed.violations).not.toEqual([]);
    const play = (options: object) => playSeed(seed, options);
    const { overrides, result } = await shrink(play, failed);
    expect(result.violations[0]!.invariant).toBe(failed.violations[0]!.invariant);
    expect(result.steps).toBeLessThan(failed.steps);
    expect(await play(overrides)).toEqual(result);
    expect(optionsOf("2", overrides)).toMatch(/^--seed 2 --[a-z]/);
    // A fault of ours on purpose is part of what is played again.
    expect(optionsOf("2", overrides, "quarantine-forgotten")).toMatch(/ --mutant quarantine-forgotten$/);
  });
});
