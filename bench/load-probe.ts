import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse } from "aws-lambda";
import { deploy } from "../shared/api/deploy.ts";
import { parseSettings } from "../shared/domain/settings.ts";
import { createPrng } from "../shared/stats/numeric/prng.ts";
import { DynamoState } from "../shared/store/dynamo-state.ts";
import { directLine, EmulatedClient } from "../test/simulation/dynamodb/client.ts";
import { DynamoDbEngine } from "../test/simulation/dynamodb/engine.ts";

/**
 * One run of load: trades arrive at their moments, and the ingest function as it is deployed (its handler, middleware, log and metrics)
 * takes whatever has arrived, at most 500 at a time, one batch after the other, as it does for one shard. The database is the
 * simulation's, in this process.
 *
 * Time is this process's own: the CPU time it took, the pauses of the database, and what it would have waited for the next trade. So a machine that is
 * busy with other things measures the same.
 */

export type Load = {
  models: number;
  /** trades a second, evenly; null: everything is there when the run begins */
  rate: number | null;
  trades: number;
  /** so many more come all at once in the middle */
  burst: number;
  /** share of a core it has */
  core: number;
  /** pause of each call of the database, ms; those of one model come one after the other */
  latencyMs: number;
  /** figures after each so many trades; 0: none */
  every: number;
};
export type Lap = { trades: number; perSecond: number; rssMb: number; heapMb: number };
export type Played = {
  batches: number;
  calls: number;
  seconds: number;
  cpuSeconds: number;
  /** from a trade's arrival to the end of its batch, of the oldest trade of each batch, ms; null where everything was there */
  lagMs: { median: number; p99: number; max: number } | null;
  /** from the burst until nothing waited, s */
  drainSeconds: number | null;
  peakRssMb: number;
  laps: Lap[];
};

const BATCH_MAX = 500;
const MB = 1024 * 1024;
const TABLE = "understudy-load-state";

type Handler = (event: unknown, context: unknown) => Promise<DynamoDBBatchResponse>;

/** The handler on the emulated database, and how many calls it made. */
async function startFunction(load: Load): Promise<{ handler: Handler; calls: () => number; forget: () => void }> {
  Object.assign(process.env, {
    STAGE: "load",
    STATE_TABLE: TABLE,
    AWS_REGION: "eu-central-1",
  });
  const engine = new DynamoDbEngine(() => Date.now());
  const table = engine.addTable({ name: TABLE, partitionKey: "pk", sortKey: "sk", shards: 1 });
  let calls = 0;
  const line = {
    ...directLine,
    request: async () => {
      calls += 1;
    },
  };
  const client = new EmulatedClient(engine, line);
  const state = new DynamoState(client, TABLE);
  const ports = { state, settings: parseSettings({}), clock: { now: () => Date.now() } };
  for (let i = 0; i < load.models; i++) {
    const request = { model_type: "load", version: "1", description: "", priority: 0, design: "auto" as const };
    await deploy({ ...request, model_name: nameOf(i) }, ports, { actor: "bench", idempotency: null });
  }
  Object.defineProperty(DynamoDBDocumentClient, "from", { value: () => client });
  const { handler } = (await import("../functions/ingest.ts")) as unknown as { handler: Handler };
  // Nobody reads the state table's stream here.
  const forget = () => {
    for (const shard of table.stream.shards) shard.records.length = 0;
  };
  return { handler, calls: () => calls, forget };
}

const nameOf = (model: number) => `model-${model}`;

/** The stream's record of trade i, as text. */
function recordOf(i: number, { models, firstAt, pnl }: { models: number; firstAt: number; pnl: number }): string {
  const model = nameOf(i % models);
  const signal = Math.floor(i / models);
  const id = `${(signal + 1e9).toString(36)}-${((signal * 2_654_435_761) >>> 0).toString(36)}`;
  const closedAt = firstAt + signal * 1000;
  const keys = { model_name: model, trade_id: id };
  const image = {
    ...keys,
    pnl,
    closed_at: new Date(closedAt).toISOString(),
    opened_at: new Date(closedAt - 60_000).toISOString(),
    symbol: "EURUSD",
    prediction: 1,
  };
  return JSON.stringify({
    eventID: String(i),
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-central-1",
    eventSourceARN:
      "arn:aws:dynamodb:eu-central-1:000000000000:table/understudy-load-trades/stream/2026-01-01T00:00:00.000",
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: marshall(keys),
      NewImage: marshall(image),
      SequenceNumber: String(1_000_000 + i),
      SizeBytes: 200,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  });
}

export async function playLoad(load: Load): Promise<Played> {
  const { handler, calls, forget } = await startFunction(load);
  const total = load.trades + load.burst;
  const prng = createPrng("load");
  const firstAt = Date.now() - Math.ceil(total / load.models) * 1000 - 3_600_000;
  const make = (i: number) =>
    recordOf(i, { models: load.models, firstAt, pnl: Math.round(12_000 * prng.normal()) / 100 });
  // Made before they are needed, so that making them takes no time from who takes them in.
  const made: string[] = [];
  const makeUpTo = (n: number) => {
    for (let i = made.length; i < Math.min(n, total); i++) made.push(make(i));
  };
  if (load.rate !== null) makeUpTo(total);
  const before = calls();
  const time = new OwnTime(load.core);
  const arrivals = new Arrivals(load, time);
  const played = new Book(load.every, time);
  for (let taken = 0; taken < total; ) {
    const until = Math.min(total, taken + BATCH_MAX, arrivals.count());
    if (until === taken) {
      played.rest();
      time.pass(1);
      continue;
    }
    if (load.rate === null) time.aside(() => makeUpTo(taken + 20 * BATCH_MAX));
    const callsBefore = calls();
    const text = `{"Records":[${made.slice(taken, until).join(",")}]}`;
    const { batchItemFailures } = await handler(JSON.parse(text), { functionName: "ingest", awsRequestId: "load" });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} records failed`);
    if (load.rate === null) made.fill("", taken, until);
    time.pass((load.latencyMs * (calls() - callsBefore)) / load.models);
    played.note({ taken: until, size: until - taken, lagMs: arrivals.lagMs(taken) });
    taken = until;
    forget();
  }
  return { ...played.close(), calls: calls() - before };
}

/** CPU time of this process since it was made, and time that passes by word alone. */
class OwnTime {
  readonly #core: number;
  readonly #from = process.cpuUsage();
  #asideMs = 0;
  #passedMs = 0;

  constructor(core: number) {
    this.#core = core;
  }

  /** CPU time, ms */
  cpuMs(): number {
    const { user, system } = process.cpuUsage(this.#from);
    return (user + system) / 1000 - this.#asideMs;
  }

  nowMs(): number {
    return this.cpuMs() / this.#core + this.#passedMs;
  }

  pass(ms: number): void {
    this.#passedMs += ms;
  }

  /** Work that is the bench's own: its time is not counted. */
  aside(work: () => void): void {
    const before = this.cpuMs();
    work();
    this.#asideMs += this.cpuMs() - before;
  }
}

/** When trades arrive: evenly, with a burst in the middle. */
class Arrivals {
  readonly #load: Load;
  readonly #middle: number;
  readonly #time: OwnTime;

  constructor(load: Load, time: OwnTime) {
    this.#load = load;
    this.#middle = Math.floor(load.trades / 2);
    this.#time = time;
  }

  count(): number {
    const { rate, trades, burst } = this.#load;
    if (rate === null) return trades + burst;
    const even = Math.min(trades, Math.floor((this.#time.nowMs() * rate) / 1000));
    return even < this.#middle ? even : even + burst;
  }

  /** since trade i arrived; null where all were there from the beginning */
  lagMs(i: number): number | null {
    const { rate, burst } = this.#load;
    if (rate === null) return null;
    const even = i < this.#middle ? i : Math.max(this.#middle, i - burst);
    return this.#time.nowMs() - (even * 1000) / rate;
  }
}

/** What a run took. */
class Book {
  readonly #every: number;
  readonly #laps: Lap[] = [];
  readonly #lags: number[] = [];
  #batches = 0;
  #peakRss = 0;
  #lap = { trades: 0, ms: 0 };
  #behindSince: number | null = null;
  #drainMs: number | null = null;
  readonly #time: OwnTime;

  constructor(every: number, time: OwnTime) {
    this.#every = every;
    this.#time = time;
  }

  /** Nothing waits. */
  rest(): void {
    if (this.#behindSince === null) return;
    this.#drainMs = Math.max(this.#drainMs ?? 0, this.#time.nowMs() - this.#behindSince);
    this.#behindSince = null;
  }

  note({ lagMs, size, taken }: { taken: number; size: number; lagMs: number | null }): void {
    this.#batches += 1;
    if (lagMs !== null) this.#lags.push(lagMs);
    if (size === BATCH_MAX) this.#behindSince ??= this.#time.nowMs();
    const { rss, heapUsed } = process.memoryUsage();
    this.#peakRss = Math.max(this.#peakRss, rss);
    if (this.#every === 0 || Math.floor(taken / this.#every) === Math.floor((taken - size) / this.#every)) return;
    const ms = this.#time.nowMs();
    const trades = taken - this.#lap.trades;
    this.#laps.push({
      trades: taken,
      perSecond: (1000 * trades) / (ms - this.#lap.ms),
      rssMb: rss / MB,
      heapMb: heapUsed / MB,
    });
    this.#lap = { trades: taken, ms };
  }

  close(): Omit<Played, "calls"> {
    const sorted = this.#lags.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    return {
      batches: this.#batches,
      seconds: this.#time.nowMs() / 1000,
      cpuSeconds: this.#time.cpuMs() / 1000,
      lagMs: sorted.length === 0 ? null : { median: at(0.5), p99: at(0.99), max: at(1) },
      drainSeconds: this.#drainMs === null ? null : this.#drainMs / 1000,
      peakRssMb: this.#peakRss / MB,
      laps: this.#laps,
    };
  }
}

if (import.meta.main) {
  // The function's own lines of metrics go nowhere; the result is the last line.
  const print = process.stdout.write.bind(process.stdout);
  console.log = () => {};
  process.stdout.write = () => true;
  const played = await playLoad(JSON.parse(process.argv[2]!) as Load);
  print(`${JSON.stringify(played)}\n`);
}
