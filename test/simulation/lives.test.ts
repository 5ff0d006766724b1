import { describe, expect, it } from "vitest";
import { playLife, playLives } from "./many-lives.ts";
import { mutants } from "./mutants.ts";
import { optionsOf, shrink } from "./shrink.ts";

/** Lives of the product under faults; more of them, and any seed again, by `npm run simulate`. */

const LIVES = 100;
/** Seconds of work, and minutes on a machine that has something else to do. */
const timeout = 900_000;
/** Seeds a mutant may pass before it is found. */
const SEEDS_MAX = 60;

describe("the product, played through whole lives under faults", () => {
  it(`keeps every invariant in ${LIVES} of them`, { timeout }, async () => {
    const summary = await playLives({ from: 1, lives: LIVES });
    const failed = summary.failed.map(({ seed, violations }) => ({ seed, violations: violations.slice(0, 2) }));
    expect(failed).toEqual([]);
    // Lives in which nothing happens would show nothing.
    for (const type of [
      "promotion",
      "rollback",
      "rollback_failed",
      "paused",
      "retired",
      "data_integrity",
      "trade_rejected",
    ])
      expect(summary.events[type], type).toBeGreaterThan(2);
    expect(summary.looks).toBeGreaterThan(50);
    for (const kind of [
      "crash",
      "throttle",
      "lost-answer",
      "conflict",
      "redelivery",
      "shard-split",
      "torn",
      "sns-unsure",
      "exhaustion",
    ] as const)
      expect(summary.faults[kind], kind).toBeGreaterThan(15);
  });

  it("plays a seed again in the very same way", async () => {
    const [first, second] = [await playLife("4711"), await playLife("4711")];
    expect(second).toEqual(first);
    expect(first.steps).toBeGreaterThan(100);
    expect((await playLife("4712")).steps).not.toBe(first.steps);
  });
});

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
    const { mutant } = mutants["watermark-ignored"]!;
    const rates = { redelivery: 0.3 };
    const playSeed = (seed: number, o: object = {}) => playLife(String(seed), { rates, ...o }, mutant);
    let seed = 1;
    let failed = await playSeed(seed);
    while (failed.violations.length === 0 && seed < SEEDS_MAX) failed = await playSeed(++seed);
    expect(failed.violations).not.toEqual([]);
    const play = (o: object) => playSeed(seed, o);
    const { overrides, result } = await shrink(play, failed);
    expect(result.violations[0]!.invariant).toBe(failed.violations[0]!.invariant);
    expect(result.steps).toBeLessThan(failed.steps);
    expect(await play(overrides)).toEqual(result);
    expect(optionsOf("2", overrides)).toMatch(/^--seed 2 .*--faults-max \d+$/);
    // A fault of ours on purpose is part of what is played again.
    expect(optionsOf("2", overrides, "watermark-ignored")).toMatch(/ --mutant watermark-ignored$/);
  });
});
