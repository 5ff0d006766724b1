import { delay } from "../delay.ts";
import type { StreamMapping } from "../template/template.ts";
import { type Delivery, deliver } from "./batch-delivery.ts";
import { makeShardReader, type ShardReader } from "./shard-reader.ts";
import type { StreamRecord } from "./stream-record.ts";
import type { TriggerOptions } from "./trigger-options.ts";
import type { WakeUp } from "./wake-up.ts";

export type ShardSetup = {
  mapping: StreamMapping;
  streamArn: string;
  shardId: string;
  options: TriggerOptions;
  stopping: AbortSignal;
  wakeUp: WakeUp;
  /** Gets what went wrong with reading; reading is tried again. */
  onFault: (error: unknown) => void;
};

/** Idle polling: quick at first, then four times a second as Lambda does, which costs a few per cent of a core; who writes through us wakes all. */
const idleMs = { first: 10, most: 250 };
const recordsPerRead = 1000;
/** Lambda's limit of a synchronous payload. */
const batchBytesMax = 6 * 1024 * 1024;

/** One shard for one mapping: reads it in order and delivers batch after batch, never two at the same time. */
export class ShardRun {
  /** Resolves when the shard has ended and is delivered, or the stack stops. */
  readonly finished: Promise<void>;

  readonly #setup: ShardSetup;
  readonly #reader: ShardReader;
  readonly #delivery: Delivery;
  readonly #now: () => number;
  /** Read and wanted, not yet delivered. */
  readonly #pending: StreamRecord[] = [];
  #pendingSince = 0;
  #closed = false;
  #delivering = false;
  #askers: ((atEnd: boolean) => void)[] = [];

  constructor(setup: ShardSetup) {
    const { mapping, streamArn, shardId, options } = setup;
    const key = `${mapping.id} ${streamArn} ${shardId}`;
    this.#setup = setup;
    this.#now = options.now ?? Date.now;
    this.#reader = makeShardReader(options.call, { streamArn, shardId, after: options.checkpoints.get(key) });
    this.#delivery = {
      mapping,
      shardId,
      functionArn: options.functionArn(mapping.functionName),
      invoke: (records) => options.invoke(mapping.functionName, { Records: records }),
      onDone: (sequenceNumber) => options.checkpoints.set(key, sequenceNumber),
      onGivenUp: async (record) => {
        if (mapping.failureStore) await options.keepFailure(mapping.failureStore, record);
      },
      pause: async (ms) => {
        await delay(ms, setup.stopping);
        return !setup.stopping.aborted;
      },
      now: this.#now,
      log: options.log,
    };
    this.finished = this.#follow();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the next read, begun after this call, finds nothing and nothing is left to deliver. */
  nextEnd(): Promise<boolean> {
    if (this.#delivering || this.#closed || this.#setup.stopping.aborted) return Promise.resolve(false);
    return new Promise((resolve) => this.#askers.push(resolve));
  }

  async #follow(): Promise<void> {
    const { wakeUp, stopping } = this.#setup;
    let idle = idleMs.first;
    while (!stopping.aborted && !this.#closed) {
      const asked = this.#askers; // who asks during this read waits for the next one
      this.#askers = [];
      const calls = wakeUp.count();
      const found = await this.#readOnce();
      for (const answer of asked) answer(found === "nothing" && this.#pending.length === 0);
      if (found !== "nothing") {
        idle = idleMs.first;
        continue;
      }
      await wakeUp.wait({ since: calls, ms: Math.min(idle, this.#windowLeft()) });
      idle = wakeUp.count() === calls ? Math.min(idleMs.most, idle * 2) : idleMs.first;
    }
    this.#answerNo();
  }

  async #readOnce(): Promise<"records" | "nothing" | "fault"> {
    try {
      const page = await this.#reader.read(recordsPerRead);
      const wanted = page.records.filter((record) => isWanted(this.#setup.mapping, record));
      if (wanted.length > 0 && this.#pending.length === 0) this.#pendingSince = this.#now();
      this.#pending.push(...wanted);
      const delivered = await this.#deliverDue(page.closed);
      const last = page.records.at(-1);
      // What the filter held back is done with too, once everything before it is.
      if (last && delivered && this.#pending.length === 0) this.#delivery.onDone(last.dynamodb.SequenceNumber);
      this.#closed = page.closed && delivered;
      return page.records.length > 0 || page.closed ? "records" : "nothing";
    } catch (error) {
      this.#setup.onFault(error);
      await delay(idleMs.most, this.#setup.stopping);
      return "fault";
    }
  }

  /**
   * @param all  also what has not waited for its window
   * @returns false when the stack stopped in between
   */
  async #deliverDue(all: boolean): Promise<boolean> {
    const { batchSize } = this.#setup.mapping;
    while (this.#pending.length > 0 && (all || this.#pending.length >= batchSize || this.#windowLeft() <= 0)) {
      if (this.#setup.stopping.aborted) return false;
      this.#delivering = true;
      this.#answerNo();
      const batch = this.#pending.slice(0, batchLength(this.#pending, batchSize));
      try {
        if (!(await deliver(batch, this.#delivery))) return false;
      } finally {
        this.#delivering = false;
      }
      this.#pending.splice(0, batch.length);
      this.#pendingSince = this.#now();
    }
    return true;
  }

  #windowLeft(): number {
    if (this.#pending.length === 0) return Number.POSITIVE_INFINITY;
    return this.#pendingSince + this.#setup.mapping.windowMs - this.#now();
  }

  #answerNo(): void {
    for (const answer of this.#askers.splice(0)) answer(false);
  }
}

function isWanted(mapping: StreamMapping, record: StreamRecord): boolean {
  return mapping.filters.length === 0 || mapping.filters.some((matches) => matches(record));
}

/** As many records as a batch may have, in number and in bytes. */
function batchLength(records: readonly StreamRecord[], batchSize: number): number {
  let bytes = 0;
  let length = 0;
  for (const record of records) {
    bytes += JSON.stringify(record).length + 1;
    if (length === batchSize || (length > 0 && bytes > batchBytesMax)) break;
    length++;
  }
  return length;
}
