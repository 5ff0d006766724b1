import type { AlertsPort } from "../../shared/pipeline/ports.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { Cloud, type Tamper } from "./cloud.ts";
import type { EmulatedTable } from "./dynamodb/table.ts";
import { type Market, type Row, rowOf, write, written } from "./ensemble.ts";
import { EventSource, type MappingName } from "./event-source.ts";
import { FailureStore } from "./failure-store.ts";
import { Faults } from "./faults.ts";
import { emulatedTopic, type StreamFunctions, streamFunctions } from "./functions.ts";
import { checkQuiet, ledgerFaults } from "./invariants.ts";
import { People } from "./people.ts";
import type { Plan } from "./plan.ts";
import { Scheduler } from "./scheduler.ts";
import { seated, settingsOfLives } from "./terms.ts";
import { Truth } from "./truth.ts";
import { onVirtualMachine } from "./virtual-machine.ts";
import { type Violation, Watcher } from "./watcher.ts";

/** One life of the whole system, from a seed. */

export type LifeResult = {
  seed: string;
  violations: Violation[];
  faults: ReadonlyMap<string, number>;
  steps: number;
  /** what came to pass, by type of event */
  events: ReadonlyMap<string, number>;
  looks: number;
  trades: number;
};

/** What a life begins with: tables as an earlier one left them. */
export type Origin = { tables: EmulatedTable[]; truth: Truth; now: number; watcher: Watcher };

export type Mutant = { tamper?: Tamper; functions?: (of: StreamFunctions) => StreamFunctions };

const others = ["delta", "echo"] as const;
export const HISTORY_SIGNALS = 480;
const START = Date.UTC(2026, 6, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS_MAX = 400_000;

export class Life {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly cloud: Cloud;
  readonly truth: Truth;
  readonly watcher: Watcher;
  readonly people: People;
  readonly failures: FailureStore;
  readonly sources: Readonly<Record<MappingName, EventSource>>;
  #renewed = false;
  readonly #functions: StreamFunctions;
  readonly #alerts: AlertsPort;
  readonly #market: Market;
  readonly #from: number;
  #busy = 0;

  constructor(plan: Plan, origin: Origin | null, mutant: Mutant) {
    const prng = createPrng(`${plan.seed}|schedule`);
    this.plan = plan;
    this.scheduler = new Scheduler(prng, origin?.now ?? START);
    this.faults = new Faults({ seed: plan.seed, rates: plan.rates, limit: plan.faultsMax });
    this.cloud = new Cloud({
      scheduler: this.scheduler,
      faults: this.faults,
      settings: settingsOfLives,
      tables: origin?.tables.map((table) => table.clone()) ?? null,
      tamper: mutant.tamper ?? ((client) => client),
    });
    this.truth = origin ? origin.truth.clone() : new Truth();
    if (plan.rates.has("exhaustion")) this.truth.noteAnyOrder();
    this.watcher = new Watcher(this.truth, () => this.scheduler.steps, origin?.watcher);
    this.people = new People({
      cloud: this.cloud,
      watcher: this.watcher,
      prng: createPrng(`${plan.seed}|people`),
      models: [...seated, ...others],
    });
    this.#from = origin ? HISTORY_SIGNALS : 0;
    this.#market = marketOf(origin ? "history" : plan.seed, plan.seed);
    this.#functions = (mutant.functions ?? ((same) => same))(streamFunctions(this.scheduler));
    this.#alerts = emulatedTopic(this.scheduler, this.faults, (eventId) => this.watcher.notePublished(eventId));
    this.failures = new FailureStore(this.scheduler, this.faults);
    this.sources = this.#connect();
    this.cloud.engine.onCommit = (changes) => {
      this.watcher.onCommit(changes);
      for (const source of Object.values(this.sources)) source.wake();
    };
    const sampled = createPrng(`${plan.seed}|samples`);
    this.watcher.onLedger = (model) => {
      if (sampled.below(10) === 0) void this.#checkLedger(model);
    };
  }

  #connect(): Record<MappingName, EventSource> {
    const { cloud, scheduler, faults } = this;
    const [functions, alerts] = [this.#functions, this.#alerts];
    const source = (name: MappingName) =>
      new EventSource(name, {
        scheduler,
        faults,
        failures: this.failures,
        invoke: (records) =>
          cloud.invoke(name, records, (environment, batch) => functions[name]({ ...environment, alerts }, batch)),
      });
    const sources = { ingest: source("ingest"), evaluate: source("evaluate"), notify: source("notify") };
    sources.ingest.follow(cloud.table("trades").stream);
    sources.evaluate.follow(cloud.table("state").stream);
    sources.notify.follow(cloud.table("state").stream);
    return sources;
  }

  async live(): Promise<void> {
    if (this.#from === 0 && this.plan.inOrder) for (const model of seated) await this.#deployFirst(model);
    else if (this.#from === 0) for (const model of seated) this.#begin(() => this.#deployAtLast(model));
    for (const model of seated) this.#begin(() => this.#writeTrades(model));
    for (let person = 0; person < this.plan.people; person++) this.#begin(() => this.#interfere(person));
    this.#begin(() => this.#moveShards());
    this.#begin(() => this.#tick());
    if (this.plan.rates.has("exhaustion"))
      for (let person = 0; person < 2; person++) this.#begin(() => this.#bringBackNowAndThen());
    await this.#untilQuiet();
    this.faults.calm = true;
    await this.#untilQuiet();
    await this.#comeToRest();
    await checkQuiet(this);
  }

  /**
   * What was given up is brought back, and whoever is paused is resumed; then the clock calls evaluate and the sweep, which take up
   * what fell due meanwhile.
   */
  async #comeToRest(): Promise<void> {
    const paused = [...this.watcher.events.values()].some(({ type }) => type === "paused");
    const gaveUp = this.faults.counts.has("exhaustion");
    if (!paused && !gaveUp) return;
    if (this.watcher.registry?.paused) this.#begin(async () => void (await this.people.resume("at last.")));
    if (gaveUp) this.#begin(() => this.#bringBack());
    await this.#untilQuiet();
    this.#begin(() => this.#byTheClock("evaluate"));
    await this.#untilQuiet();
    if (!gaveUp) return;
    // What is younger than a minute counts as on its way.
    this.#begin(async () => {
      await this.scheduler.wait(2 * MINUTE);
      await this.#byTheClock("sweep");
    });
    await this.#untilQuiet();
  }

  /** People who see in the health what was given up; two may do it at once. */
  async #bringBackNowAndThen(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await this.scheduler.wait(this.scheduler.prng.below(this.plan.live ? this.plan.signals * 20_000 : 3000));
      if (this.failures.size > 0) await this.#bringBack();
    }
  }

  async #bringBack(): Promise<void> {
    const failures = this.failures.port();
    await this.cloud.call("redrive", (environment) => this.#functions.redrive({ ...environment, failures }));
  }

  async #byTheClock(name: "evaluate" | "sweep"): Promise<void> {
    await this.cloud.call(name, (environment) => this.#functions[name]({ ...environment, alerts: this.#alerts }, []));
  }

  /** The clock's calls, as often in a short life as in a long one. */
  async #tick(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await this.scheduler.wait(
        this.plan.live ? (this.plan.signals * MINUTE) / 4 : 70_000 * this.scheduler.prng.below(2),
      );
      await this.#byTheClock("sweep");
      await this.#byTheClock("evaluate");
    }
  }

  #begin(work: () => Promise<void>): void {
    this.#busy += 1;
    this.scheduler.start(async () => {
      await this.scheduler.wait(this.scheduler.prng.below(20));
      await work();
      this.#busy -= 1;
    });
  }

  async #untilQuiet(): Promise<void> {
    await this.scheduler.play({ stepsMax: STEPS_MAX });
    const idle = Object.values(this.sources).every((source) => source.idle);
    if (this.#busy > 0 || !idle || this.cloud.running > 0)
      throw new Error(`stands still: ${this.#busy} busy, ${this.cloud.running} running`);
  }

  async #deployFirst(model: string): Promise<void> {
    this.#begin(() => this.#deployAtLast(model));
    await this.#untilQuiet();
  }

  async #deployAtLast(model: string): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt++)
      if ((await this.people.deploy(model, `first-${attempt}`)) !== "unknown") return;
  }

  #row(model: string, i: number): Row {
    const live = this.plan.live;
    const closedAt = live ? this.scheduler.now : START - 60 * 24 * HOUR + i * HOUR;
    return rowOf(this.#market, model, i, closedAt);
  }

  async #writeTrades(model: string): Promise<void> {
    const prng = createPrng(`${this.plan.seed}|writer|${model}`);
    const { plan } = this;
    const row = (i: number) => this.#row(model, i);
    const [from, to] = [this.#from, this.#from + plan.signals];
    const rows = function* () {
      for (let i = from; i < to; i++) yield row(i);
    };
    const perCall = 1 + prng.below(plan.live ? 12 : 25);
    const pauseMs = () => (plan.live ? perCall * MINUTE + prng.below(2000) : prng.below(200));
    await write(written(rows(), this.faults), this.cloud, { pauseMs, perCall });
  }

  async #interfere(person: number): Promise<void> {
    const prng = createPrng(`${this.plan.seed}|person|${person}`);
    const span = this.plan.live ? (this.plan.signals * MINUTE) / this.plan.requests : 3000;
    for (let i = 0; i < this.plan.requests; i++) {
      await this.scheduler.wait(prng.below(Math.ceil(span)));
      await this.people.anything(person * 100 + i);
    }
  }

  async #moveShards(): Promise<void> {
    for (let i = 0; i < 12; i++) {
      await this.scheduler.wait(this.plan.live ? (this.plan.signals * MINUTE) / 12 : 800);
      for (const table of [this.cloud.table("trades"), this.cloud.table("state")]) {
        const open = table.stream.shards.filter((shard) => !shard.closed);
        if (open.length < 6 && this.faults.happens("shard-split"))
          table.stream.split(open[this.faults.of("shard-split").below(open.length)]!);
      }
      if (!this.#renewed && this.faults.happens("new-stream", 1 / 12)) this.#renewStream();
      for (const source of Object.values(this.sources)) source.wake();
    }
  }

  #renewStream(): void {
    this.#renewed = true;
    this.truth.noteRenewed();
    const trades = this.cloud.table("trades");
    trades.renewStream();
    this.sources.ingest.follow(trades.stream);
  }

  async #checkLedger(model: string): Promise<void> {
    const rows = await this.cloud.observer().readRows(model, { closedAfter: null });
    for (const fault of ledgerFaults(model, rows, this.truth)) this.watcher.report("2", fault);
  }
}

/** @param of  what the beginning is drawn from; what comes later differs from life to life */
function marketOf(of: string, seed: string): Market {
  const prng = createPrng(`${seed}|market`);
  const from = HISTORY_SIGNALS + 25 + prng.below(20);
  return {
    seed: of,
    means: { alpha: 50, bravo: 92, charlie: 50 },
    falls: { model: "bravo", from, mean: prng.below(3) === 0 ? 92 : -70 },
  };
}

export async function runLife(plan: Plan, origin: Origin | null = null, mutant: Mutant = {}): Promise<LifeResult> {
  const life = new Life(plan, origin, mutant);
  await onVirtualMachine(life.scheduler, plan.seed, async () => {
    try {
      await life.live();
    } catch (error) {
      life.watcher.report("crash", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  });
  return resultOf(life);
}

function resultOf({ plan, watcher, faults, scheduler, cloud, truth }: Life): LifeResult {
  const events = new Map<string, number>();
  for (const { type } of watcher.events.values()) events.set(type, (events.get(type) ?? 0) + 1);
  const state = cloud.table("state");
  const looks = seated
    .flatMap((model) => state.collection(`MODEL#${model}`))
    .filter((item) => item.sk!.S!.startsWith("LOOK#"));
  const trades = seated.reduce((sum, model) => sum + truth.expected(model).size, 0);
  return {
    seed: plan.seed,
    violations: watcher.violations,
    faults: faults.counts,
    steps: scheduler.steps,
    events,
    looks: looks.length,
    trades,
  };
}
