import type { Invocation } from "../../local/lambda/invocation.ts";
import { type Delivery, deliver } from "../../local/streams/batch-delivery.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import { compilePattern } from "../../local/template/event-pattern.ts";
import type { StreamMapping } from "../../local/template/template.ts";
import type { Shard, TableStream } from "./dynamodb/stream.ts";
import type { FailureStore } from "./failure-store.ts";
import type { Faults } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

/** An event source mapping: each shard in order, parents before children, a batch at a time, again until it is done. */

/** As infra/streams.ts has them deployed; a test holds the two against each other. */
export const mappings = {
  ingest: { table: "trades", batchSize: 500, patterns: [] },
  evaluate: {
    table: "state",
    batchSize: 100,
    patterns: [{ eventName: ["INSERT", "MODIFY"], dynamodb: { NewImage: { evaluate: { S: ["due"] } } } }],
  },
  notify: {
    table: "state",
    batchSize: 10,
    patterns: [{ eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: ["OUTBOX"] } } } }],
  },
} as const satisfies Record<string, { table: string; batchSize: number; patterns: readonly object[] }>;
export type MappingName = keyof typeof mappings;

/** Retries have no bound but this. */
export const recordAgeMsMax = 23 * 3_600_000;

export class EventSource {
  readonly #mapping: StreamMapping;
  readonly #invoke: (records: readonly StreamRecord[]) => Promise<Invocation>;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #failures: FailureStore;
  #busy = 0;
  #woken: (() => void)[] = [];

  constructor(
    name: MappingName,
    options: {
      invoke: (records: readonly StreamRecord[]) => Promise<Invocation>;
      scheduler: Scheduler;
      faults: Faults;
      failures: FailureStore;
    },
  ) {
    const { table, batchSize, patterns } = mappings[name];
    this.#invoke = options.invoke;
    this.#scheduler = options.scheduler;
    this.#faults = options.faults;
    this.#failures = options.failures;
    this.#mapping = {
      id: name,
      functionName: name,
      tableName: table,
      batchSize,
      windowMs: 0,
      filters: patterns.map((pattern) => compilePattern(pattern)),
      bisectOnError: true,
      reportsItemFailures: true,
      retriesMax: Number.POSITIVE_INFINITY,
      recordAgeMsMax,
    };
  }

  /** Nothing is being delivered, and nothing was left when each shard was last read. */
  get idle(): boolean {
    return this.#busy === 0;
  }

  /** New records, or a shard that ended: whoever waits for them looks again. */
  wake(): void {
    for (const resume of this.#woken.splice(0)) resume();
  }

  follow(stream: TableStream): void {
    for (const shard of stream.shards) if (shard.parent === null) this.#start(stream, shard);
  }

  #start(stream: TableStream, shard: Shard): void {
    this.#busy += 1;
    this.#scheduler.start(() => this.#read(stream, shard));
  }

  async #read(stream: TableStream, shard: Shard): Promise<void> {
    let at = 0;
    for (;;) {
      if (at >= shard.records.length) {
        if (shard.closed) break;
        this.#busy -= 1;
        await new Promise<void>((resolve) => this.#woken.push(resolve));
        this.#busy += 1;
        await this.#scheduler.wait(5 + this.#scheduler.prng.below(50));
        continue;
      }
      const size = this.#faults.happens("batch-split")
        ? 1 + this.#faults.of("batch-split").below(20)
        : this.#mapping.batchSize;
      const batch = shard.records.slice(at, at + size);
      const wanted = batch.filter((r) => this.#mapping.filters.length === 0 || this.#mapping.filters.some((f) => f(r)));
      if (wanted.length > 0) await this.#deliver(wanted, shard);
      at += batch.length;
      // Whoever reads the shard for Lambda was replaced, and the new one begins where the last checkpoint stood.
      if (wanted.length > 0 && this.#faults.happens("redelivery"))
        at -= 1 + this.#faults.of("redelivery").below(Math.min(at, 60));
    }
    for (const child of stream.shards) if (child.parent === shard.id) this.#start(stream, child);
    this.#busy -= 1;
  }

  /** Until it is done, or has failed for 23 hours: whether a part of it took effect in that time, nobody knows. */
  async #deliver(records: readonly StreamRecord[], shard: Shard): Promise<void> {
    const delivery = this.#delivery(shard);
    if (!this.#faults.happens("exhaustion")) return void (await deliver(records, delivery));
    const done = this.#faults.of("exhaustion").below(records.length + 1);
    if (done > 0) await this.#invoke(records.slice(0, done));
    await deliver(records, { ...delivery, mapping: { ...this.#mapping, recordAgeMsMax: -1 } });
  }

  #delivery(shard: Shard): Delivery {
    return {
      mapping: this.#mapping,
      shardId: shard.id,
      functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${this.#mapping.functionName}`,
      invoke: this.#invoke,
      onDone: () => {},
      onGivenUp: (record) => this.#failures.keep(record),
      pause: async (ms) => {
        await this.#scheduler.wait(ms);
        return true;
      },
      now: () => this.#scheduler.now,
      log: () => {},
    };
  }
}
