import { delay } from "../delay.ts";
import { streamArnOf } from "../dynamodb/tables.ts";
import type { StreamMapping } from "../template/template.ts";
import { listShards } from "./shard-reader.ts";
import { ShardRun } from "./shard-run.ts";
import type { TriggerOptions } from "./trigger-options.ts";
import { makeWakeUp, type WakeUp } from "./wake-up.ts";

/**
 * Reads the tables' streams and calls the functions, as Lambda's event source mappings do: parent shards before their
 * children, records of a shard in order, one batch of a shard at a time.
 */
export type StreamTriggers = {
  /** Looks at the streams now instead of at the next poll; call it when something may have been written. */
  poke(): void;
  /** Reads every shard of every mapping once more: true when all were at their end and idle, and that is on disk. */
  isAtEnd(): Promise<boolean>;
  stop(): Promise<void>;
};

/** How often new shards are looked for; a shard that closes is followed at once. */
const shardListMs = 5000;

export function startStreamTriggers(options: TriggerOptions): StreamTriggers {
  const stopping = new AbortController();
  const wakeUp = makeWakeUp(stopping.signal);
  const runs = options.mappings.map(
    (mapping) => new MappingRun(mapping, options, { stopping: stopping.signal, wakeUp }),
  );
  return {
    poke: wakeUp.wakeAll,
    isAtEnd: async () => {
      const ends = runs.map((run) => run.nextEnd());
      wakeUp.wakeAll();
      const atEnd = (await Promise.all(ends)).every(Boolean);
      if (atEnd) await options.checkpoints.flush();
      return atEnd;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(runs.map((run) => run.finished));
      await options.checkpoints.flush();
    },
  };
}

type Control = { stopping: AbortSignal; wakeUp: WakeUp };

/** All shards of one mapping. */
class MappingRun {
  readonly finished: Promise<void>;

  readonly #mapping: StreamMapping;
  readonly #options: TriggerOptions;
  readonly #control: Control;
  readonly #shards = new Map<string, ShardRun>();
  /** Shards that had closed when the list was last taken: while more have, their children are not known yet. */
  #closedAtListing = -1;

  constructor(mapping: StreamMapping, options: TriggerOptions, control: Control) {
    this.#mapping = mapping;
    this.#options = options;
    this.#control = control;
    this.finished = this.#keepListing();
  }

  /** Whether the next read of every shard finds its end with nothing left to deliver. */
  async nextEnd(): Promise<boolean> {
    const open = this.#open();
    if (this.#closedAtListing !== this.#shards.size - open.length || open.length === 0) return false;
    return (await Promise.all(open.map((shard) => shard.nextEnd()))).every(Boolean);
  }

  async #keepListing(): Promise<void> {
    const { stopping } = this.#control;
    let streamArn: string | undefined;
    while (!stopping.aborted) {
      try {
        streamArn ??= await streamArnOf(this.#options.call, this.#mapping.tableName);
        const closed = this.#shards.size - this.#open().length;
        await this.#startNewShards(streamArn);
        this.#closedAtListing = closed;
      } catch (error) {
        this.#complain(error);
      }
      await Promise.race([delay(shardListMs, stopping), ...this.#open().map((shard) => shard.finished)]);
    }
    await Promise.all([...this.#shards.values()].map((shard) => shard.finished));
  }

  async #startNewShards(streamArn: string): Promise<void> {
    const known = await listShards(this.#options.call, streamArn);
    const ids = new Set(known.map((shard) => shard.ShardId));
    for (const { ShardId, ParentShardId } of known) {
      const parentDone = !ParentShardId || !ids.has(ParentShardId) || this.#shards.get(ParentShardId)?.closed === true;
      if (this.#shards.has(ShardId) || !parentDone || this.#control.stopping.aborted) continue;
      const shard = new ShardRun({
        mapping: this.#mapping,
        streamArn,
        shardId: ShardId,
        options: this.#options,
        ...this.#control,
        onFault: (error) => this.#complain(error),
      });
      this.#shards.set(ShardId, shard);
    }
  }

  #open(): ShardRun[] {
    return [...this.#shards.values()].filter((shard) => !shard.closed);
  }

  #complain(error: unknown): void {
    if (this.#control.stopping.aborted) return;
    const text = `${this.#mapping.functionName}: reading ${this.#mapping.tableName} failed: ${(error as Error).message}`;
    this.#options.log({ source: "triggers", level: "warn", text });
  }
}
