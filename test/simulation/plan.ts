import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { allFaultKinds, type FaultKind } from "./faults.ts";

/** What a seed means: how long a life is, who acts in it, and what may go wrong. */

export type Plan = {
  seed: string;
  rates: ReadonlyMap<FaultKind, number>;
  /** signals each model trades in the life itself */
  signals: number;
  /** the models have traded 480 signals before it begins: looks, promotions and rollbacks are near */
  veteran: boolean;
  /** trades arrive as they close, a minute apart; otherwise they are history and arrive as fast as they can */
  live: boolean;
  /** models are deployed one after the other, before they trade */
  inOrder: boolean;
  /** people who ask for something, and how often each does */
  people: number;
  requests: number;
  /** faults after which nothing goes wrong any more */
  faultsMax: number;
};

/** Chance of each kind where it can occur, when a life has it. */
const usual: Readonly<Record<FaultKind, number>> = {
  throttle: 0.02,
  internal: 0.01,
  "lost-request": 0.01,
  "lost-answer": 0.02,
  slow: 0.02,
  conflict: 0.03,
  stale: 0.3,
  torn: 0.1,
  crash: 0.004,
  redelivery: 0.08,
  "batch-split": 0.1,
  "cold-start": 0.2,
  skew: 0.4,
  "shard-split": 0.05,
  "new-stream": 0.6,
  exhaustion: 0.08,
  "sns-down": 0.1,
  "sns-unsure": 0.1,
  poison: 0.03,
  amendment: 0.01,
  duplicate: 0.03,
};

export type Overrides = {
  /** rates of their own for some kinds */
  rates?: Partial<Record<FaultKind, number>> | undefined;
  without?: readonly FaultKind[];
  signals?: number | undefined;
  people?: number | undefined;
  requests?: number | undefined;
  faultsMax?: number | undefined;
};

export function planOf(seed: string, options: Overrides = {}): Plan {
  const prng = createPrng(`${seed}|plan`);
  const rates = new Map<FaultKind, number>();
  // A life has some kinds and not others: what always comes together hides what each does alone.
  const share = [0.2, 0.5, 0.9][prng.below(3)]!;
  for (const kind of allFaultKinds) {
    const has = prng.uniform() < share;
    const strength = [0.5, 1, 3][prng.below(3)]!;
    if (has && !options.without?.includes(kind)) rates.set(kind, Math.min(0.6, usual[kind] * strength));
  }
  for (const [kind, rate] of Object.entries(options.rates ?? {})) rates.set(kind as FaultKind, rate);
  const veteran = prng.below(2) === 0;
  const plan = {
    signals: veteran ? 35 + prng.below(75) : 15 + prng.below(60),
    live: prng.below(2) === 0,
    people: prng.below(4),
    requests: 2 + prng.below(8),
  };
  return {
    seed,
    rates,
    veteran,
    inOrder: false,
    signals: Math.min(plan.signals, options.signals ?? plan.signals),
    live: plan.live,
    people: Math.min(plan.people, options.people ?? plan.people),
    requests: Math.min(plan.requests, options.requests ?? plan.requests),
    faultsMax: options.faultsMax ?? Number.POSITIVE_INFINITY,
  };
}
