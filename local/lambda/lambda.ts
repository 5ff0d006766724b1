import type { LocalFunction } from "../template/template.ts";
import type { EnvironmentOptions } from "./execution-environment.ts";
import { FunctionPool } from "./function-pool.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Runs the functions' bundles as Lambda does: each in its own environment, one invocation at a time per environment,
 * stopped at its timeout, errors returned as Lambda returns them.
 */
export type Lambda = {
  /** Never rejects: a failing function is an outcome. @param name  as deployed */
  invoke(name: string, event: unknown): Promise<Invocation>;
  has(name: string): boolean;
  /** Invocations now running or waiting, and all so far: nothing can have changed while both stay the same. */
  activity(): { running: number; started: number };
  stop(): Promise<void>;
};

export function makeLambda(
  functions: readonly LocalFunction[],
  options: EnvironmentOptions & { onSettled?: () => void },
): Lambda {
  const pools = new Map(functions.map((fn) => [fn.name, new FunctionPool(fn, options)]));
  let running = 0;
  let started = 0;
  return {
    has: (name) => pools.has(name),
    activity: () => ({ running, started }),
    invoke: async (name, event) => {
      const pool = pools.get(name);
      if (!pool) throw new Error(`There is no function ${name}`);
      running++;
      started++;
      try {
        return await pool.invoke(JSON.stringify(event) ?? "null");
      } finally {
        running--;
        options.onSettled?.();
      }
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}
