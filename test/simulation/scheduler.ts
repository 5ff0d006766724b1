import { AsyncLocalStorage } from "node:async_hooks";
import type { Prng } from "../../shared/stats/numeric/prng.ts";

/**
 * One thing at a time, in virtual time. Whoever waits is a process that may die instead of going on; whoever is due first goes
 * next, alone, until it waits again. The same seed gives the same order.
 */

export class Process {
  readonly name: string;
  /** its clock is ahead of the real one by this, ms */
  readonly skewMs: number;
  dead = false;
  #onDeath: (() => void)[] = [];

  constructor(name: string, skewMs = 0) {
    this.name = name;
    this.skewMs = skewMs;
  }

  die(): void {
    if (this.dead) return;
    this.dead = true;
    for (const listen of this.#onDeath.splice(0)) listen();
  }

  onDeath(listen: () => void): void {
    this.#onDeath.push(listen);
  }
}

type Waiting = { at: number; order: number; process: Process | undefined; resume: () => void };

export class Scheduler {
  now: number;
  /** turns taken */
  steps = 0;
  readonly prng: Prng;
  /** asked before a process goes on: whether it dies here instead */
  dies: (process: Process) => boolean = () => false;
  readonly #waiting: Waiting[] = [];
  readonly #running = new AsyncLocalStorage<Process>();
  #order = 0;
  #failure: { error: unknown } | null = null;

  constructor(prng: Prng, startAt: number) {
    this.prng = prng;
    this.now = startAt;
  }

  get process(): Process | undefined {
    return this.#running.getStore();
  }

  /** Goes on `ms` later, if the process that waits is still alive then. */
  wait(ms: number): Promise<void> {
    return this.#waitAs(this.process, ms);
  }

  /** As `wait`, on behalf of something that outlives whoever asked: a request under way, a database at work. */
  waitOutside(ms: number): Promise<void> {
    return this.#waitAs(undefined, ms);
  }

  #waitAs(process: Process | undefined, ms: number): Promise<void> {
    return new Promise((resume) =>
      this.#push({ at: this.now + Math.max(0, ms), order: this.#order++, process, resume }),
    );
  }

  /** Runs something as a process; resolves to null when it died on the way. */
  run<T>(process: Process, work: () => Promise<T>): Promise<{ done: T } | { error: unknown } | null> {
    return new Promise((resolve) => {
      process.onDeath(() => resolve(null));
      const outcome = this.#running.run(process, work);
      outcome.then(
        (done) => resolve({ done }),
        (error: unknown) => resolve({ error }),
      );
    });
  }

  /** Lets an actor go its way; what it throws ends the life. */
  start(work: () => Promise<void>): void {
    this.#running.exit(work).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Ends what runs when this happens. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Turns until nobody waits any more. @throws what an actor threw */
  async play(options: { stepsMax: number }): Promise<void> {
    await settled();
    for (let turns = 0; ; turns++) {
      if (this.#failure) throw this.#failure.error;
      const next = this.#pop();
      if (!next) return;
      if (turns >= options.stepsMax) throw new Error(`no end after ${options.stepsMax} turns`);
      this.now = Math.max(this.now, next.at);
      if (next.process?.dead) continue;
      this.steps += 1;
      if (next.process && this.dies(next.process)) next.process.die();
      else next.resume();
      await settled();
    }
  }

  #push(waiting: Waiting): void {
    const heap = this.#waiting;
    let i = heap.push(waiting) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent]!, waiting)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = waiting;
  }

  #pop(): Waiting | undefined {
    const heap = this.#waiting;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

// Kept from before anybody puts virtual timers in their place.
const { setImmediate } = globalThis;

/** Everything that can go on without waiting has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
