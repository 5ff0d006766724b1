import { describe, expect, it } from "vitest";
import { playLife, playLives } from "./many-lives.ts";

/** Lives of the product under faults; more of them, and any seed again, by `npm run simulate`. */

const LIVES = 200;
/** Seconds of work, and minutes on a machine that has something else to do. */
const timeout = 900_000;

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
