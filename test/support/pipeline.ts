import { itemOfTrade, type MarketTrade } from "../../cli/market/market.ts";
import { MemoryState } from "../../cli/year/memory-state.ts";
import type { Outcome } from "../../shared/api/answer.ts";
import { deploy } from "../../shared/api/deploy.ts";
import { parseSettings, type Settings } from "../../shared/domain/settings.ts";
import type { TradeRecord } from "../../shared/domain/trade-record.ts";
import { type EvaluatePorts, type EvaluateReport, evaluateWithPatience } from "../../shared/pipeline/evaluate.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import type { StatePort } from "../../shared/pipeline/ports.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";

/** A small system for pipeline tests: a store, a clock that moves by itself, and an ensemble that writes trades. */

/** Who asks, where it does not matter who. */
export const tester = { actor: "tester", idempotency: null };

export const HOUR = 3_600_000;
export const DAY_ONE = Date.UTC(2026, 0, 5);

export type System = {
  ports: EvaluatePorts & { state: StatePort };
  memory: MemoryState;
  deploy(name: string, options?: { version?: string; priority?: number }): Promise<unknown>;
  /** trades of several models, delivered in one batch */
  write(rows: readonly WrittenTrade[]): Promise<Awaited<ReturnType<typeof ingest>>>;
  evaluate(): Promise<EvaluateReport>;
};

export type WrittenTrade = { model: string; id: string; pnl: unknown; closedAt?: string } & Record<string, unknown>;

export function createSystem(environment: Record<string, string> = {}): System {
  const memory = new MemoryState();
  let now = Date.UTC(2026, 6, 1);
  let sequence = 100;
  const settings: Settings = parseSettings({ SHADOW_N_BOOTSTRAP: "1000", ...environment });
  const ports = {
    state: memory,
    clock: { now: () => (now += 5) },
    settings,
    hints: new Map(),
    standstills: new Map(),
  };
  const sleep = async (ms: number) => {
    now += ms;
  };
  return {
    ports,
    memory,
    deploy: (name, { version, priority } = {}) =>
      deploy(
        {
          model_name: name,
          model_type: "test",
          version: version ?? "1",
          description: "",
          priority: priority ?? 0,
          design: "auto",
        },
        ports,
        tester,
      ),
    write: (rows) =>
      ingest(
        rows.map((row) => insertion(row, String(sequence++))),
        ports,
      ),
    evaluate: () => evaluateWithPatience({ ...ports, sleep }),
  };
}

/** A trade of the made-up market, as an ensemble writes it. */
export function writtenTrade(trade: MarketTrade): WrittenTrade {
  const { model_name: model, trade_id: id, closed_at: closedAt, ...rest } = itemOfTrade(trade);
  return { model, id, closedAt, ...rest };
}

/** A trade as it lies in the trades table. */
export const imageOf = (row: WrittenTrade): Record<string, unknown> =>
  insertion(row, "1").newImage as Record<string, unknown>;

/** The stream record of a newly written trade. */
export function insertion(row: WrittenTrade, sequence: string): TradeRecord {
  const { model, id, closedAt, ...rest } = row;
  const image = { model_name: model, trade_id: id, closed_at: closedAt ?? new Date(DAY_ONE).toISOString(), ...rest };
  return {
    sequence,
    stream: "s1",
    change: "insert",
    expired: false,
    modelName: model,
    tradeId: id,
    newImage: image,
    oldImage: null,
    arrivedAt: Date.UTC(2026, 6, 1),
  };
}

/** n signals answered by every model: a common part with correlation 0.7, an edge per model; one signal an hour. */
export function commonSignals({
  seed,
  from,
  to,
  models,
}: {
  from: number;
  to: number;
  models: Record<string, { mean: number }>;
  seed: string;
}): WrittenTrade[] {
  const prng = createPrng(seed);
  const rows: WrittenTrade[] = [];
  for (let i = from; i < to; i++) {
    const common = prng.normal();
    for (const [model, { mean }] of Object.entries(models)) {
      const pnl = mean + 120 * (Math.sqrt(0.7) * common + Math.sqrt(0.3) * prng.normal());
      const closedAt = new Date(DAY_ONE + i * HOUR).toISOString();
      const opened_at = new Date(DAY_ONE + i * HOUR - HOUR / 2).toISOString();
      rows.push({ model, id: `s${String(i).padStart(6, "0")}`, pnl, closedAt, opened_at });
    }
  }
  return rows;
}

/** The champion `steady` and its challenger `better`. */
export async function twoModels(environment: Record<string, string> = {}): Promise<System> {
  const system = createSystem(environment);
  await system.deploy("steady");
  await system.deploy("better");
  return system;
}

/** Signals that both of them answer, by what each earns on average. */
export const tradesOfTwo = (options: {
  from: number;
  to: number;
  steady: number;
  better: number;
  seed?: string;
}): WrittenTrade[] =>
  commonSignals({
    ...options,
    models: { steady: { mean: options.steady }, better: { mean: options.better } },
    seed: options.seed ?? "life",
  });

export const typesOf = (report: { events: readonly { type: string }[] }): string[] => report.events.map((e) => e.type);

/** What an answer of the interface says. */
export async function dataOf<Data>(answer: Promise<Outcome<Data>>): Promise<Data> {
  const { body } = await answer;
  if (body.status === "success") return body.data;
  throw new Error(`${body.code}: ${body.message}`);
}
