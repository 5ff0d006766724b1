import { deploy } from "../../shared/api/deploy.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { Registry } from "../../shared/domain/registry.ts";
import { parseSettings, type Settings } from "../../shared/domain/settings.ts";
import type { TradeRecord } from "../../shared/domain/trade-record.ts";
import { type EvaluatePorts, evaluateDue } from "../../shared/pipeline/evaluate.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { itemOfTrade, type MarketOptions, MarketTape, type MarketTrade } from "../market/market.ts";
import { MemoryState } from "./memory-state.ts";
import { candidates, firstChampion, marketModels } from "./models.ts";

/** Plays the year through the production steps (ingest, evaluate, transition) on the store in memory. */

/** Signals whose trades arrive together. */
const BATCH_SIGNALS = 10;
const DAY_MS = 24 * 3_600_000;
const START = Date.UTC(2025, 0, 1);
/** After a promotion, signals until the edge of a model that is to collapse goes away, or until the market falls. */
const CHANGE_AFTER = 15;
/** Signals a market fall lasts: longer than the guard watches. */
const FALL_SIGNALS = 150;
/** Resamples of a look; they are shown and decide nothing, and a year has hundreds of looks. */
const BOOTSTRAP = "1000";

export type Year = {
  memory: MemoryState;
  events: DomainEvent[];
  signals: number;
  trades: number;
  settings: Settings;
  /** per model that collapsed the signal from which its edge was collapsed */
  collapsesFrom: ReadonlyMap<string, number>;
  /** signals in which every model fell */
  falls: readonly Fall[];
  /** signals that had come when an event was committed */
  signalOf(event: DomainEvent): number;
};

export type Fall = { from: number; to: number };

export type YearOptions = {
  seed: string;
  signalsPerDay: number;
  days: number;
  signal: AbortSignal;
  onProgress(options: { day: number; registry: Registry }): void;
};

export async function playYear(options: YearOptions): Promise<Year> {
  const memory = new MemoryState();
  let now = START;
  // The wall clock of the year follows its trades, so that history carries the year's dates.
  const ports: EvaluatePorts = {
    state: memory,
    clock: { now: () => now },
    settings: parseSettings({ SHADOW_N_BOOTSTRAP: BOOTSTRAP }),
    hints: new Map(),
    standstills: new Map(),
  };
  for (const { name } of [firstChampion, ...candidates]) {
    await deploy(
      { model_name: name, model_type: "simulated", version: "1", description: "", priority: 0, design: "auto" },
      ports,
      { actor: "year", idempotency: null },
    );
  }
  const collapsesFrom = new Map<string, number>();
  const falls: Fall[] = [];
  const tape = new MarketTape();
  const everyMs = DAY_MS / options.signalsPerDay;
  const year: Year = {
    memory,
    events: [],
    signals: Math.round(options.days * options.signalsPerDay),
    trades: 0,
    settings: ports.settings,
    collapsesFrom,
    falls,
    signalOf: (event) => Math.round((event.at - START) / everyMs),
  };
  let pending: MarketTrade[] = [];
  for (let k = 0; k < year.signals && !options.signal.aborted; k++) {
    const falling = falls.some((f) => k >= f.from && k < f.to);
    const models = marketModels({ signal: k, collapsesFrom, falling });
    pending.push(...tape.advance({ ...marketOf(options.seed, everyMs), models }));
    if ((k + 1) % BATCH_SIGNALS !== 0) continue;
    now = START + (k + 1) * everyMs;
    const registry = await memory.loadRegistry();
    const records = pending
      .filter((trade) => trades(registry, trade.modelName))
      .map((trade, i) => recordOf(trade, { k, i, now }));
    pending = [];
    year.trades += records.length;
    await ingest(records, ports);
    const { events } = await evaluateDue(ports);
    for (const event of events) if (event.type === "promotion") plan(event, { collapsesFrom, falls, signal: k });
    options.onProgress({ day: Math.floor((k + 1) / options.signalsPerDay), registry });
  }
  year.events = (
    await memory.listHistory({ limit: 10_000, cursor: null, type: null, modelName: null })
  ).events.toReversed();
  return year;
}

/** What follows a promotion: the model's own collapse, a market fall, or nothing. */
function plan(
  promotion: DomainEvent,
  options: { collapsesFrom: Map<string, number>; falls: Fall[]; signal: number },
): void {
  const candidate = candidates.find((c) => c.name === promotion.modelName);
  const from = options.signal + CHANGE_AFTER;
  if (candidate?.collapses) {
    if (!options.collapsesFrom.has(candidate.name)) options.collapsesFrom.set(candidate.name, from);
  } else if (candidate?.fallFollows) options.falls.push({ from, to: from + FALL_SIGNALS });
}

/** Models at the head of the queue that trade already: nobody's first signals after it is seated may be missing. */
const WAITING_TRADE = 3;
/** Rolled-back models that still trade on paper, so that their rollback can be judged. */
const ROLLED_BACK_TRADE = 2;

/** Models further back in the queue, and those long collapsed, do not trade. */
function trades(registry: Registry, name: string): boolean {
  const { champion, challengers, archive, queue, departed } = registry;
  const rolledBack = departed.filter((m) => m.role === "quarantined").slice(0, ROLLED_BACK_TRADE);
  return [champion, ...challengers, ...archive, ...queue.slice(0, WAITING_TRADE), ...rolledBack].some(
    (m) => m?.name === name,
  );
}

function marketOf(seed: string, everyMs: number): Omit<MarketOptions, "models"> {
  return { seed, correlation: 0.7, tail: 5, symbols: ["BTCUSDT", "ETHUSDT"], startAt: START, everyMs };
}

/** The stream record of a trade, as DynamoDB would deliver it. */
function recordOf(trade: MarketTrade, options: { k: number; i: number; now: number }): TradeRecord {
  return {
    sequence: String(1_000_000 * (options.k + 1) + options.i),
    stream: "year",
    change: "insert",
    expired: false,
    modelName: trade.modelName,
    tradeId: trade.tradeId,
    newImage: itemOfTrade(trade),
    oldImage: null,
    arrivedAt: Math.max(options.now, trade.closedAt),
  };
}
