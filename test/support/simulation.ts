import { MemoryState } from "../../cli/year/memory-state.ts";
import { Refused } from "../../shared/api/answer.ts";
import { deploy } from "../../shared/api/deploy.ts";
import { pauseOrResume } from "../../shared/api/pause.ts";
import { promote } from "../../shared/api/promote.ts";
import { retire } from "../../shared/api/retire.ts";
import { rollback } from "../../shared/api/rollback.ts";
import type { Alert } from "../../shared/domain/alert.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { LookDossier } from "../../shared/domain/look.ts";
import type { LookHints } from "../../shared/domain/look-hints.ts";
import { type Registry, registryFaults } from "../../shared/domain/registry.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import type { TradeRecord } from "../../shared/domain/trade-record.ts";
import { evaluateDue } from "../../shared/pipeline/evaluate.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { notify } from "../../shared/pipeline/notify.ts";
import type { StatePort } from "../../shared/pipeline/ports.ts";
import { createPrng, type Prng } from "../../shared/stats/numeric/prng.ts";
import { type FaultRates, type FaultyState, InjectedFault, withFaults, withMethod } from "./faults.ts";
import { commonSignals, insertion, type WrittenTrade } from "./pipeline.ts";

/**
 * A whole life under faults, seeded: deliveries are cut anyhow, repeated and overtaken, calls fail before or after they
 * took effect, functions die and start cold, and several run at the same time. Afterwards nothing fails any more and the rest is
 * delivered.
 */

export const models = ["steady", "better", "equal"] as const;
const ROUNDS_MAX = 3000;

export type Simulated = {
  memory: MemoryState;
  /** every record of both shards */
  stream: readonly TradeRecord[];
  /** ids of the valid trades of a model, in the order in which they were written */
  valid: Map<string, WrittenTrade[]>;
  /** sequence numbers of the records that must not count */
  poison: string[];
  alerts: Alert[];
  /** registries handed out by the store, and what was wrong with any of them */
  reads: number;
  faultyReads: string[];
  injected: number;
  events: DomainEvent[];
  looks: LookDossier[];
  registry: Registry;
};

/** What the ensemble writes: two shards, a model in one of them, with poison in between. */
function writeTrades() {
  const rise = { steady: { mean: 50 }, better: { mean: 90 }, equal: { mean: 50 } };
  const fall = { ...rise, better: { mean: -60 } };
  const rows = [
    ...commonSignals({ from: 0, to: 505, models: rise, seed: "story" }),
    ...commonSignals({ from: 505, to: 605, models: fall, seed: "fall" }),
  ];
  const shards: [TradeRecord[], TradeRecord[]] = [[], []];
  const valid = new Map<string, WrittenTrade[]>(models.map((model) => [model, []]));
  const poison: string[] = [];
  let sequence = 1000;
  const put = (row: WrittenTrade, good: boolean) => {
    const shard = shards[row.model === "steady" ? 0 : 1];
    const record = insertion(row, String(sequence++));
    shard.push(record);
    if (good) valid.get(row.model)!.push(row);
    else poison.push(record.sequence);
  };
  for (const [i, row] of rows.entries()) {
    if (i % 61 === 7) put({ ...row, id: `bad-${i}`, pnl: "NaN" }, false);
    if (i % 97 === 13) put({ ...row, id: `ghost-${i}`, model: "ghost" }, false);
    put(row, true);
  }
  return { shards, valid, poison };
}

class FaultySystem {
  readonly memory = new MemoryState();
  readonly alerts: Alert[] = [];
  readonly faultyReads: string[] = [];
  readonly prng: Prng;
  readonly state: FaultyState;
  readonly written = writeTrades();
  readonly settings = parseSettings({ SHADOW_N_BOOTSTRAP: "1000" });
  reads = 0;
  #positions = [0, 0];
  #hints: [LookHints, LookHints] = [new Map(), new Map()];
  #outbox = 0;
  #commands = 0;
  #now = Date.UTC(2026, 6, 1);
  people: boolean;

  constructor(seed: string, people: boolean) {
    this.people = people;
    this.prng = createPrng(seed);
    const watched = withMethod(this.memory, "loadRegistry", (load) => async () => this.#watch(await load()));
    this.state = withFaults(watched, this.prng);
  }

  ports(state: StatePort = this.state) {
    return { state, settings: this.settings, clock: { now: () => ++this.#now } };
  }

  #watch(registry: Registry): Registry {
    this.reads += 1;
    this.faultyReads.push(...registryFaults(registry, { maxChallengers: 3 }));
    return registry;
  }

  /** The caller repeats a request under one key until it gets an answer. */
  async deploy(name: string): Promise<void> {
    const request = { model_name: name, model_type: "t", version: "1", description: "", priority: 0, design: "auto" };
    for (let attempt = 0; attempt < 200; attempt++) {
      try {
        const idempotency = { key: `deploy-${name}`, fingerprint: name };
        await deploy(request as Parameters<typeof deploy>[0], this.ports(), { actor: "ann", idempotency });
        return;
      } catch (error) {
        if (!(error instanceof InjectedFault) && !/BUSY/.test(String((error as { code?: string }).code))) throw error;
      }
    }
    throw new Error(`${name} could not be deployed in 200 attempts`);
  }

  /** One delivery of a shard: from where it stood, or from earlier; what failed comes again. */
  async deliver(shard: 0 | 1): Promise<void> {
    const records = this.written.shards[shard];
    const back = this.prng.uniform() < 0.2 ? this.prng.below(60) : 0;
    const from = Math.max(0, this.#positions[shard]! - back);
    const batch = records.slice(from, from + 1 + this.prng.below(60));
    const { failed } = await ingest(batch, this.ports());
    const first = batch.findIndex((record) => failed.includes(record.sequence));
    // Deliveries of a shard may overlap after a timeout; the position never skips what has failed.
    const reached = from + (first < 0 ? batch.length : first);
    this.#positions[shard] =
      first < 0 ? Math.max(this.#positions[shard]!, reached) : Math.min(this.#positions[shard]!, reached);
  }

  async evaluate(environment: 0 | 1): Promise<void> {
    if (this.prng.uniform() < 0.3) this.#hints[environment] = new Map();
    await evaluateDue({ ...this.ports(), hints: this.#hints[environment], standstills: new Map() });
  }

  async publish(): Promise<void> {
    const entries = await this.#outboxEntries();
    const batch = entries.slice(this.#outbox, this.#outbox + 10);
    const publish = async (alert: Alert) => {
      if (this.prng.uniform() < this.state.rates.before) throw new InjectedFault("SNS does not answer");
      this.alerts.push(alert);
    };
    const { failed } = await notify(batch, { ...this.ports(), alerts: { publish } }, { environment: "test" });
    const first = batch.findIndex((event) => failed.some((f) => f.eventId === event.eventId));
    this.#outbox += first < 0 ? batch.length : first;
  }

  async #outboxEntries(): Promise<DomainEvent[]> {
    const { events } = await this.memory.listHistory({ limit: 1e6, cursor: null, type: null, modelName: null });
    return events.reverse();
  }

  async idle(): Promise<boolean> {
    const delivered = this.#positions.every((at, shard) => at >= this.written.shards[shard]!.length);
    return delivered && this.#outbox >= (await this.#outboxEntries()).length;
  }

  /** Somebody interferes by hand, sensibly or not. */
  async interfere(): Promise<void> {
    const by = { actor: "ann", idempotency: { key: `by-hand-${this.#commands++}`, fingerprint: "f" } };
    const name = models[this.prng.below(models.length)]!;
    const reason = "on a whim";
    const commands = [
      () => promote(name, { force: true, reason }, this.ports(), by),
      () => rollback({ reason, dry_run: false }, this.ports(), by),
      () => retire(name, this.ports(), { ...by, reason }),
      () => pauseOrResume("pause", this.ports(), { ...by, reason }),
      () => pauseOrResume("resume", this.ports(), { ...by, reason }),
      () => pauseOrResume("resume", this.ports(), { ...by, reason }),
    ];
    const command = commands[this.prng.below(commands.length)]!;
    // Repeated under the same key until there is an answer, as a careful caller does.
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        await command();
        return;
      } catch (error) {
        if (error instanceof Refused) return;
        if (!(error instanceof InjectedFault)) throw error;
      }
    }
  }

  /** A few things at once, some of which may fail. */
  async round(): Promise<void> {
    const actions = [
      ...(this.people ? [() => this.interfere()] : []),
      () => this.deliver(0),
      () => this.deliver(1),
      () => this.evaluate(0),
      () => this.evaluate(1),
      () => this.publish(),
    ];
    const chosen = Array.from({ length: 1 + this.prng.below(3) }, () => this.prng.below(actions.length));
    const outcomes = await Promise.allSettled([...new Set(chosen)].map((i) => actions[i]!()));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected" && !(outcome.reason instanceof InjectedFault)) throw outcome.reason;
    }
  }
}

/** @param options.people  persons promote, roll back, retire, pause and resume meanwhile */
export async function simulate({
  seed,
  people,
  rates,
}: {
  seed: string;
  rates: FaultRates;
  people?: boolean;
}): Promise<Simulated> {
  const faulty = new FaultySystem(seed, people === true);
  faulty.state.rates = rates;
  for (const name of models) await faulty.deploy(name);
  for (let round = 0; round < ROUNDS_MAX && !(await faulty.idle()); round++) await faulty.round();
  faulty.state.rates = { before: 0, after: 0, conflict: 0 };
  faulty.people = false;
  for (let round = 0; round < ROUNDS_MAX && !(await faulty.idle()); round++) await faulty.round();
  await faulty.evaluate(0);
  while (!(await faulty.idle())) await faulty.publish();
  const { memory, alerts, reads, faultyReads, written } = faulty;
  const looks = await Promise.all(models.map((model, i) => memory.listLooks({ model, entry: i + 1 })));
  const { events } = await memory.listHistory({ limit: 1e6, cursor: null, type: null, modelName: null });
  return {
    memory,
    stream: written.shards.flat(),
    valid: written.valid,
    poison: written.poison,
    alerts,
    reads,
    faultyReads,
    injected: faulty.state.injected,
    events: events.reverse(),
    looks: looks.flat(),
    registry: await memory.loadRegistry(),
  };
}
