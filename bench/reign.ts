import { deploy } from "../shared/api/deploy.ts";
import { promote } from "../shared/api/promote.ts";
import { parseSettings } from "../shared/domain/settings.ts";
import type { TradeRecord } from "../shared/domain/trade-record.ts";
import { type EvaluatePorts, evaluateDue } from "../shared/pipeline/evaluate.ts";
import { ingest } from "../shared/pipeline/ingest.ts";
import type { StatePort } from "../shared/pipeline/ports.ts";
import { createPrng } from "../shared/stats/numeric/prng.ts";

/**
 * A reign of n signals: leader was promoted over former, which answers every signal since; towards the end rival enters as a
 * challenger and comes near the end of its test. One signal a minute.
 */

const MINUTE = 60_000;
const BEGIN = Date.UTC(2020, 0, 1);
const SHADOW = 600;
/** Signals of rival's test: it ends at 5,000. */
const TEST_MAX = 4_900;
const BATCH = 2_000;
/** Longer reigns are not played step by step: each of their checkpoints reads what those before did, and says nothing new. */
const PLAYED_MAX = 10_000;

export type Reign = EvaluatePorts & { state: StatePort };

export class Life {
  readonly ports: Reign;
  readonly #prng = createPrng("reign");
  #signal = 0;
  #sequence = 1_000;

  constructor(state: StatePort) {
    const settings = parseSettings({ SHADOW_N_BOOTSTRAP: "1000", SHADOW_AUTO_PROMOTE: "false" });
    // Live: a trade arrives when it closes.
    const clock = { now: () => BEGIN + this.#signal * MINUTE };
    this.ports = { state, settings, clock, hints: new Map(), standstills: new Map() };
  }

  /**
   * Everything up to n signals of the reign.
   * @returns milliseconds the steps took over full ledgers; null where the reign is so long that its checkpoint was set instead
   */
  async begin(n: number): Promise<{ catchUpMs: number | null }> {
    const by = { actor: "bench", idempotency: null };
    const model = { model_type: "bench", version: "1", description: "", priority: 0, design: "auto" as const };
    await deploy({ ...model, model_name: "former" }, this.ports, by);
    await deploy({ ...model, model_name: "leader" }, this.ports, by);
    await this.trade(SHADOW, ["former", "leader"]);
    await promote("leader", { force: true, reason: "bench" }, this.ports, by);
    const test = Math.min(TEST_MAX, Math.floor(0.9 * n));
    await this.trade(n - test, ["former", "leader"]);
    const startedAt = performance.now();
    if (n <= PLAYED_MAX) await this.settle();
    else await this.leap();
    const catchUpMs = n <= PLAYED_MAX ? performance.now() - startedAt : null;
    await deploy({ ...model, model_name: "rival" }, this.ports, by);
    await this.trade(test, ["former", "leader", "rival"]);
    await this.settle();
    return { catchUpMs };
  }

  /** As if all steps had been taken: the guard is over, and the monitor's checkpoint and the sums beside it are at the present. */
  async leap(): Promise<void> {
    const { state } = this.ports;
    const registry = await state.loadRegistry();
    const champion = registry.champion!;
    const heads = await state.loadHeads([champion.name]);
    const upTo = heads.get(champion.name)!.clock;
    const batches = Array.from({ length: 40 }, (_, i) => (i % 9) - 4);
    const pairs = this.#signal - SHADOW;
    const shadow = { upTo, pairs, total: 0, size: Math.ceil(pairs / 40), batches, rest: { count: 0, sum: 0 } };
    const charts = { ...champion.monitor.charts, trades: pairs };
    const next = {
      ...champion,
      guard: { ...champion.guard!, status: "passed" as const },
      monitor: { ...champion.monitor, upTo, charts, shadow },
    };
    const version = registry.version + 1;
    await state.commit({
      fromVersion: registry.version,
      registry: { ...registry, version, champion: next },
      events: [],
    });
  }

  /** Evaluates until nothing is due. */
  async settle(): Promise<void> {
    for (let version = -1; ; ) {
      await evaluateDue(this.ports);
      const registry = await this.ports.state.loadRegistry();
      if (registry.version === version) return;
      version = registry.version;
    }
  }

  /** The next signals, answered by these models. */
  async trade(signals: number, models: readonly string[]): Promise<void> {
    for (let done = 0; done < signals; ) {
      const some = Math.min(BATCH, signals - done);
      const records = new Map<string, TradeRecord[]>(models.map((model) => [model, []]));
      for (let i = 0; i < some; i++) {
        const common = 60 * this.#prng.normal();
        for (const model of models) records.get(model)!.push(this.#record(model, common));
        this.#signal += 1;
      }
      for (const batch of records.values()) {
        const { failed } = await ingest(batch, this.ports);
        if (failed.length > 0) throw new Error(`${failed.length} trades were not taken in`);
      }
      done += some;
    }
  }

  #record(model: string, common: number): TradeRecord {
    const closedAt = BEGIN + this.#signal * MINUTE;
    const id = `s${this.#signal}`;
    const time = (at: number) => new Date(at).toISOString();
    const pnl = 10 + common + 40 * this.#prng.normal();
    const newImage = {
      model_name: model,
      trade_id: id,
      pnl,
      closed_at: time(closedAt),
      opened_at: time(closedAt - 30_000),
    };
    return {
      sequence: String(this.#sequence++),
      stream: "bench",
      change: "insert",
      expired: false,
      modelName: model,
      tradeId: id,
      newImage,
      oldImage: null,
      arrivedAt: closedAt,
    };
  }
}
