import type { StatePort } from "../../shared/pipeline/ports.ts";
import type { Prng } from "../../shared/stats/numeric/prng.ts";

/** A fault of the network or of the machine, put in by a test. */
export class InjectedFault extends Error {
  override name = "InjectedFault";
}

/** How often a call fails: before it took effect, after it took effect, or because somebody else was faster. */
export type FaultRates = { before: number; after: number; conflict: number };

export type FaultyState = StatePort & { rates: FaultRates; injected: number };

const none: FaultRates = { before: 0, after: 0, conflict: 0 };
const fenced = new Set<string | symbol>(["commit", "appendToLedger"]);

/** The same store over an unreliable line, seeded. Calls take turns at random, so that parallel ones really race. */
export function withFaults(state: StatePort, prng: Prng): FaultyState {
  const control = { rates: none, injected: 0 };
  const fail = (what: string): never => {
    control.injected += 1;
    throw new InjectedFault(what);
  };
  return new Proxy(state as FaultyState, {
    set: (_target, name, value) => Reflect.set(control, name, value),
    get(target, name) {
      if (name in control) return Reflect.get(control, name);
      const call = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        for (let turns = prng.below(4); turns > 0; turns--) await Promise.resolve();
        const { rates } = control;
        if (prng.uniform() < rates.before) fail(`${String(name)}: no answer, nothing done`);
        if (fenced.has(name) && prng.uniform() < rates.conflict) return "conflict";
        const answer = await call.apply(target, args);
        if (prng.uniform() < rates.after) fail(`${String(name)}: done, but the answer got lost`);
        return answer;
      };
    },
  });
}

/** A store one of whose methods is replaced; the replacement gets the original. */
export function withMethod<Name extends keyof StatePort>(
  state: StatePort,
  name: Name,
  replace: (original: StatePort[Name]) => StatePort[Name],
): StatePort {
  return new Proxy(state, {
    get(target, property) {
      const value = Reflect.get(target, property);
      const bound = typeof value === "function" ? value.bind(target) : value;
      return property === name ? replace(bound) : bound;
    },
  });
}

/** The ways to what lies in a ledger: its head, and its rows. */
export const ledgerReads = ["loadHeads", "findTrades", "readRows", "readNewestRows", "readStretch"] as const;

/** A store that tells of every call of these methods before it is made; the watcher may throw instead. */
export function observed<State extends StatePort>(
  state: State,
  names: readonly (keyof StatePort)[],
  onCall: (name: string, argument: unknown) => void,
): State {
  return new Proxy(state, {
    get(target, property) {
      const value = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (!(names as readonly (string | symbol)[]).includes(property)) return call;
      return (...args: unknown[]) => {
        onCall(String(property), args[0]);
        return call(...args);
      };
    },
  });
}
