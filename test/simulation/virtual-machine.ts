import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * While a life runs, this process has no other clock, timer or chance than the life's: whatever the product uses by itself, a pause
 * before another attempt say, is part of the simulation and comes again in the same way.
 */
export async function onVirtualMachine<T>(scheduler: Scheduler, seed: string, work: () => Promise<T>): Promise<T> {
  const real = {
    setTimeout: globalThis.setTimeout,
    sleep: timers.setTimeout,
    dateNow: Date.now,
    randomInt: crypto.randomInt,
    randomUUID: crypto.randomUUID,
  };
  const prng = createPrng(`${seed}|machine`);
  const put = (machine: typeof real) => {
    globalThis.setTimeout = machine.setTimeout;
    timers.setTimeout = machine.sleep;
    Date.now = machine.dateNow;
    crypto.randomInt = machine.randomInt;
    crypto.randomUUID = machine.randomUUID;
    syncBuiltinESMExports();
  };
  put({
    setTimeout: ((run: () => void, ms = 0) => {
      void scheduler.wait(ms).then(run);
    }) as unknown as typeof setTimeout,
    sleep: (async (ms = 0, value?: unknown) => {
      await scheduler.wait(ms);
      return value;
    }) as typeof timers.setTimeout,
    dateNow: () => scheduler.now + (scheduler.process?.skewMs ?? 0),
    randomInt: ((a: number, b?: number) =>
      b === undefined ? prng.below(a) : a + prng.below(b - a)) as typeof crypto.randomInt,
    randomUUID: () => {
      const hex = Array.from({ length: 4 }, () => prng.uint32().toString(16).padStart(8, "0")).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  });
  try {
    return await work();
  } finally {
    put(real);
  }
}
