import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Invocation } from "../../local/lambda/invocation.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import type { Settings } from "../../shared/domain/settings.ts";
import type { EvaluatePorts } from "../../shared/pipeline/evaluate.ts";
import type { Clock } from "../../shared/pipeline/ports.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { type Call, EmulatedClient, type Line, lineFaults } from "./dynamodb/client.ts";
import { cancelled, DynamoDbEngine } from "./dynamodb/engine.ts";
import { EmulatedTable } from "./dynamodb/table.ts";
import type { Faults } from "./faults.ts";
import { Process, type Scheduler } from "./scheduler.ts";

/** What AWS gives: tables behind an unreliable line, functions that start, are kept warm and die, a topic. */

export const tableNames = { trades: "trades", state: "state" } as const;

/** As the data stack declares them. */
const shapes = {
  trades: { name: tableNames.trades, partitionKey: "model_name", sortKey: "trade_id", shards: 2 },
  state: { name: tableNames.state, partitionKey: "pk", sortKey: "sk", shards: 2 },
};

/** What a function keeps in memory from one call to the next. */
export type Environment = EvaluatePorts & { clock: Clock };

/** Stands between the product and the emulated client: what a mutant changes on the way. */
export type Tamper = (client: DynamoDBDocumentClient, functionName: string) => DynamoDBDocumentClient;

export class Cloud {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly engine: DynamoDbEngine;
  readonly settings: Settings;
  readonly #tamper: Tamper;
  readonly #warm = new Map<string, { environment: Environment; skewMs: number }[]>();
  /** invocations that run */
  running = 0;

  constructor(options: {
    scheduler: Scheduler;
    faults: Faults;
    settings: Settings;
    tables: readonly EmulatedTable[] | null;
    tamper: Tamper;
  }) {
    this.scheduler = options.scheduler;
    this.faults = options.faults;
    this.settings = options.settings;
    this.#tamper = options.tamper;
    this.engine = new DynamoDbEngine(() => Math.floor(this.scheduler.now));
    for (const table of options.tables ?? Object.values(shapes).map((shape) => new EmulatedTable(shape)))
      this.engine.addTable(table);
    this.scheduler.dies = () => this.faults.happens("crash");
  }

  table(name: keyof typeof tableNames): EmulatedTable {
    return this.engine.table(name);
  }

  client(functionName: string): DynamoDBDocumentClient {
    return this.#tamper(new EmulatedClient(this.engine, this.#line()), functionName);
  }

  /** Reads as things are, without a fault and without taking time. */
  observer(): DynamoState {
    return new DynamoState(new EmulatedClient(this.engine), tableNames.state);
  }

  /**
   * One call of a function, in an environment that is warm or begins cold.
   * @returns null when it died: nobody knows how far it came
   */
  async call<T>(functionName: string, work: (environment: Environment) => Promise<T>) {
    const pool = this.#warm.get(functionName) ?? [];
    this.#warm.set(functionName, pool);
    const warm = this.faults.happens("cold-start") ? undefined : pool.pop();
    const kept = warm ?? this.#start(functionName);
    const process = new Process(functionName, kept.skewMs);
    this.running += 1;
    const outcome = await this.scheduler.run(process, () => work(kept.environment));
    this.running -= 1;
    if (outcome) pool.push(kept);
    return outcome;
  }

  /** As Lambda calls a function for a stream. */
  async invoke(
    functionName: string,
    records: readonly StreamRecord[],
    work: (environment: Environment, records: readonly StreamRecord[]) => Promise<object>,
  ): Promise<Invocation> {
    // What a function gets is a copy, as JSON gives it.
    const copy = structuredClone(records);
    const outcome = await this.call(functionName, (environment) => work(environment, copy));
    const requestId = functionName;
    if (outcome === null)
      return { ok: false, cause: "crash", error: { errorType: "Runtime.ExitError", errorMessage: "died" }, requestId };
    if ("error" in outcome) {
      // A programming error is no fault of the line: it must not be retried away.
      if (outcome.error instanceof TypeError || outcome.error instanceof RangeError) this.scheduler.fail(outcome.error);
      return {
        ok: false,
        cause: "error",
        error: { errorType: "Error", errorMessage: String(outcome.error) },
        requestId,
      };
    }
    return { ok: true, payload: outcome.done, requestId };
  }

  #start(functionName: string): { environment: Environment; skewMs: number } {
    const skewMs = this.faults.happens("skew") ? this.faults.of("skew").below(10_000) - 5000 : 0;
    const environment = {
      state: new DynamoState(this.client(functionName), tableNames.state),
      clock: { now: () => Math.floor(this.scheduler.now + skewMs) },
      settings: this.settings,
      hints: new Map(),
      standstills: new Map(),
    };
    return { environment, skewMs };
  }

  #line(): Line {
    const { scheduler, faults } = this;
    const latency = () =>
      faults.happens("slow") ? 1000 + faults.of("slow").below(8000) : 1 + scheduler.prng.below(12);
    return {
      request: async (call: Call) => {
        // It arrives whether or not whoever sent it is still there, and it may be on its way for long.
        if (scheduler.process && faults.happens("crash")) scheduler.process.die();
        await scheduler.waitOutside(latency());
        if (faults.happens("throttle")) throw lineFaults.throttle();
        if (faults.happens("internal")) throw lineFaults.internal();
        if (faults.happens("lost-request")) {
          await scheduler.wait(1000);
          throw lineFaults.timeout();
        }
        if (call.operation === "TransactWriteItems" && faults.happens("conflict"))
          throw cancelled(
            Array.from({ length: call.items }, (_, i) => ({ Code: i === 0 ? "TransactionConflict" : "None" })),
          );
      },
      inFlight: () => scheduler.waitOutside(latency()),
      response: async (call: Call) => {
        await scheduler.wait(1 + scheduler.prng.below(5));
        if (call.writes && faults.happens("lost-answer")) {
          await scheduler.wait(1000);
          throw lineFaults.timeout();
        }
      },
      backOff: (attempt) => scheduler.wait(scheduler.prng.below(100 * 2 ** attempt)),
      isStale: () => faults.happens("stale"),
      isTorn: () => faults.happens("torn"),
    };
  }
}
