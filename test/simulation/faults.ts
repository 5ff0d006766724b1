import { createPrng, type Prng } from "../../shared/stats/numeric/prng.ts";

/** What can go wrong in a life, how often it is tried, and how often it happened. */

export const faultKinds = {
  throttle: "the database throttles a call",
  internal: "the database answers 500",
  "lost-request": "a call times out before it reached the database",
  "lost-answer": "a call times out after it took effect",
  slow: "a call takes seconds, and others overtake it",
  conflict: "a transaction gets in another one's way",
  stale: "an eventually consistent read sees what was there before",
  torn: "a read of several items sees them at two moments",
  crash: "a function dies between two awaits",
  redelivery: "a batch that was done is delivered again",
  "batch-split": "a batch is cut anyhow",
  "cold-start": "a function starts anew and has forgotten what it kept in memory",
  skew: "a function's clock is seconds off",
  "shard-split": "a shard of a stream splits",
  "new-stream": "the trades stream is switched off and on: sequence numbers begin anew",
  exhaustion: "a batch fails for 23 hours and goes to the failure store, until somebody brings it back",
  "sns-down": "SNS refuses a message",
  "sns-unsure": "SNS takes a message and the answer is lost",
  poison: "the ensemble writes a record that cannot count",
  amendment: "the ensemble changes or deletes a trade it wrote",
  duplicate: "the ensemble writes a trade twice",
} as const;

/** What a service answers, or the line in its place. */
export const lineError = (name: string): Error => Object.assign(new Error(name), { name });

export type FaultKind = keyof typeof faultKinds;
export const allFaultKinds = Object.keys(faultKinds) as FaultKind[];

export class Faults {
  readonly counts = new Map<FaultKind, number>();
  readonly #rates: ReadonlyMap<FaultKind, number>;
  readonly #streams = new Map<FaultKind, Prng>();
  readonly #seed: string;
  readonly #limit: number;
  #happened = 0;
  calm = false;

  /** @param options.limit  after so many of them nothing goes wrong any more */
  constructor(options: { seed: string; rates: ReadonlyMap<FaultKind, number>; limit: number }) {
    this.#seed = options.seed;
    this.#rates = options.rates;
    this.#limit = options.limit;
  }

  /** Whether it happens now. Each kind has chances of its own, so that leaving one out leaves the others as they were. */
  happens(kind: FaultKind, times = 1): boolean {
    const rate = (this.#rates.get(kind) ?? 0) * times;
    if (rate === 0 || this.calm || this.#happened >= this.#limit) return false;
    if (this.of(kind).uniform() >= rate) return false;
    this.note(kind);
    return true;
  }

  /** Counts what came about by itself. */
  note(kind: FaultKind): void {
    this.#happened += 1;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** The chances of one kind. */
  of(kind: FaultKind): Prng {
    const found = this.#streams.get(kind) ?? createPrng(`${this.#seed}|fault|${kind}`);
    this.#streams.set(kind, found);
    return found;
  }
}
