import { type Delivery, deliver, type StreamRecord } from "./batch-delivery.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Call } from "./dynamodb-calls.ts";
import type { Invocation } from "./lambda.ts";
import type { Log } from "./log.ts";
import { listShards, makeShardReader } from "./shard-reader.ts";
import { streamArnOf } from "./tables.ts";
import type { StreamMapping } from "./template.ts";

/**
 * Reads the tables' streams and calls the functions, as Lambda's event source mappings do: parent shards before their
 * children, records of a shard in order, one batch of a shard at a time.
 */
export type StreamTriggers = {
  /** Looks at the streams now instead of at the next poll; call it when something may have been written. */
  poke(): void;
  /** Reads every shard of every mapping once more: true when all were at their end and idle. */
  isAtEnd(): Promise<boolean>;
  stop(): Promise<void>;
};

export type TriggerOptions = {
  mappings: readonly StreamMapping[];
  call: Call;
  invoke: (functionName: string, event: object) => Promise<Invocation>;
  functionArn: (functionName: string) => string;
  sendFailure: (queueName: string, document: object) => Promise<void>;
  checkpoints: Checkpoints;
  log: Log;
  now?: () => number;
};

/** Idle polling: quick at first, then ten times a second, which costs a few per cent of a core and nobody's patience. */
const idleMs = { first: 10, most: 100 };
const shardListMs = 5000;
const recordsPerRead = 1000;
/** Lambda's limit of a synchronous payload. */
const batchBytesMax = 6 * 1024 * 1024;

export function startStreamTriggers(options: TriggerOptions): StreamTriggers {
  const stopping = new AbortController();
  const bell = makeBell(stopping.signal);
  const runs = options.mappings.map((mapping) => startMapping(mapping, options, { stopping: stopping.signal, bell }));
  return {
    poke: bell.ring,
    isAtEnd: async () => {
      const ends = runs.map((run) => run.nextEnd());
      bell.ring();
      return (await Promise.all(ends)).every(Boolean);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(runs.map((run) => run.finished));
      await options.checkpoints.flush();
    },
  };
}

type Control = { stopping: AbortSignal; bell: Bell };

/** All shards of one mapping. */
function startMapping(mapping: StreamMapping, options: TriggerOptions, control: Control) {
  const shards = new Map<string, ShardRun>();
  /** Shards that had closed when the list was last taken: while more have, their children are not known yet. */
  let closedAtListing = -1;
  const closedCount = () => [...shards.values()].filter((shard) => shard.closed).length;
  const finished = keepListing();

  return {
    finished,
    /** Whether the next read of every shard finds its end with nothing left to deliver. */
    nextEnd: async (): Promise<boolean> => {
      const open = [...shards.values()].filter((shard) => !shard.closed);
      if (closedAtListing !== closedCount() || open.length === 0) return false;
      return (await Promise.all(open.map((shard) => shard.nextEnd()))).every(Boolean);
    },
  };

  async function keepListing(): Promise<void> {
    let streamArn: string | undefined;
    while (!control.stopping.aborted) {
      try {
        streamArn ??= await streamArnOf(options.call, mapping.tableName);
        const closed = closedCount();
        await startNewShards(streamArn);
        closedAtListing = closed;
      } catch (error) {
        tell(error);
      }
      const closing = [...shards.values()].filter((shard) => !shard.closed).map((shard) => shard.finished);
      await Promise.race([delay(shardListMs, control.stopping), ...closing]);
    }
    await Promise.all([...shards.values()].map((shard) => shard.finished));
  }

  async function startNewShards(streamArn: string): Promise<void> {
    const known = await listShards(options.call, streamArn);
    const ids = new Set(known.map((shard) => shard.ShardId));
    for (const { ShardId, ParentShardId } of known) {
      const parentDone = !ParentShardId || !ids.has(ParentShardId) || shards.get(ParentShardId)?.closed === true;
      if (shards.has(ShardId) || !parentDone) continue;
      shards.set(ShardId, startShard({ mapping, streamArn, shardId: ShardId, options, control, tell }));
    }
  }

  function tell(error: unknown): void {
    if (control.stopping.aborted) return;
    const text = `${mapping.functionName}: reading ${mapping.tableName} failed: ${(error as Error).message}`;
    options.log({ source: "triggers", level: "warn", text });
  }
}

type ShardRun = { readonly closed: boolean; finished: Promise<void>; nextEnd(): Promise<boolean> };

type ShardSetup = {
  mapping: StreamMapping;
  streamArn: string;
  shardId: string;
  options: TriggerOptions;
  control: Control;
  tell: (error: unknown) => void;
};

function startShard({ mapping, streamArn, shardId, options, control, tell }: ShardSetup): ShardRun {
  const key = `${mapping.id} ${streamArn} ${shardId}`;
  const reader = makeShardReader(options.call, { streamArn, shardId, after: options.checkpoints.get(key) });
  const pending: StreamRecord[] = [];
  let pendingSince = 0;
  let closed = false;
  let delivering = false;
  let askers: ((atEnd: boolean) => void)[] = [];
  const now = options.now ?? Date.now;
  const delivery: Delivery = {
    mapping,
    shardId,
    functionArn: options.functionArn(mapping.functionName),
    invoke: (records) => options.invoke(mapping.functionName, { Records: records }),
    onDone: (sequenceNumber) => options.checkpoints.set(key, sequenceNumber),
    onGivenUp: async (document) => {
      if (mapping.failureQueueName) await options.sendFailure(mapping.failureQueueName, document);
    },
    pause: async (ms) => {
      await delay(ms, control.stopping);
      return !control.stopping.aborted;
    },
    now,
    log: options.log,
  };

  const run: ShardRun = {
    get closed() {
      return closed;
    },
    finished: follow(),
    nextEnd: () => (delivering || closed ? Promise.resolve(false) : new Promise((resolve) => askers.push(resolve))),
  };
  return run;

  async function follow(): Promise<void> {
    let idle = idleMs.first;
    while (!control.stopping.aborted && !closed) {
      const asked = askers; // those who ask during this read wait for the next one
      askers = [];
      const rings = control.bell.count();
      const found = await readOnce();
      for (const answer of asked) answer(found === "nothing" && pending.length === 0);
      if (found !== "nothing") {
        idle = idleMs.first;
        continue;
      }
      await control.bell.wait({ since: rings, ms: Math.min(idle, windowLeft()) });
      idle = control.bell.count() === rings ? Math.min(idleMs.most, idle * 2) : idleMs.first;
    }
    for (const answer of askers.splice(0)) answer(false);
  }

  async function readOnce(): Promise<"records" | "nothing" | "error"> {
    try {
      const page = await reader.read(recordsPerRead);
      const wanted = page.records.filter((record) => isWanted(mapping, record));
      if (wanted.length > 0 && pending.length === 0) pendingSince = now();
      pending.push(...wanted);
      const delivered = await deliverDue(page.closed);
      const last = page.records.at(-1);
      // What the filter held back is done with too, once everything before it is.
      if (last && delivered && pending.length === 0) delivery.onDone(last.dynamodb.SequenceNumber);
      closed = page.closed && delivered;
      return page.records.length > 0 || page.closed ? "records" : "nothing";
    } catch (error) {
      tell(error);
      await delay(idleMs.most, control.stopping);
      return "error";
    }
  }

  /** @returns false when the stack stopped in between */
  async function deliverDue(all: boolean): Promise<boolean> {
    while (pending.length > 0 && (all || pending.length >= mapping.batchSize || windowLeft() <= 0)) {
      delivering = true;
      for (const answer of askers.splice(0)) answer(false);
      const batch = pending.slice(0, batchLength(pending, mapping.batchSize));
      try {
        if (!(await deliver(batch, delivery))) return false;
      } finally {
        delivering = false;
      }
      pending.splice(0, batch.length);
      pendingSince = now();
      if (control.stopping.aborted) return pending.length === 0;
    }
    return true;
  }

  function windowLeft(): number {
    return pending.length === 0 ? Number.POSITIVE_INFINITY : pendingSince + mapping.windowMs - now();
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

/** Wakes every waiting shard at once; counts its rings, so that one just before a wait is not missed. */
type Bell = { ring(): void; count(): number; wait(o: { since: number; ms: number }): Promise<void> };

function makeBell(stopping: AbortSignal): Bell {
  let rings = 0;
  let sleepers: (() => void)[] = [];
  const ring = () => {
    rings++;
    for (const wake of sleepers.splice(0)) wake();
  };
  stopping.addEventListener("abort", ring);
  return {
    ring,
    count: () => rings,
    wait: ({ since, ms }) => {
      if (rings !== since) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(wake, Math.max(0, ms));
        function wake() {
          clearTimeout(timer);
          sleepers = sleepers.filter((sleeper) => sleeper !== wake);
          resolve();
        }
        sleepers.push(wake);
      });
    },
  };
}

function delay(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.aborted) return resolve();
    const timer = setTimeout(finish, ms);
    stopping.addEventListener("abort", finish, { once: true });
    function finish() {
      clearTimeout(timer);
      stopping.removeEventListener("abort", finish);
      resolve();
    }
  });
}
