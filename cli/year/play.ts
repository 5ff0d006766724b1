import { deploy } from "../../shared/api/deploy.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { TradeRecord } from "../../shared/domain/ingest.ts";
import type { Registry } from "../../shared/domain/registry.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import { type EvaluatePorts, evaluateDue } from "../../shared/pipeline/evaluate.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { MemoryState } from "../../shared/store/memory-state.ts";
import { type MarketOptions, MarketTape, type MarketTrade } from "../market/market.ts";
import { candidates, firstChampion, marketModels } from "./models.ts";

/** Plays the year through the production steps (ingest, evaluate, transition) on the store in memory. */

/** Signals whose trades arrive together. */
const BATCH_SIGNALS = 10;
const DAY_MS = 24 * 3_600_000;
const START = Date.UTC(2025, 0, 1);
/** After a promotion, signals until the market of a model that is to collapse goes away. */
const COLLAPSE_AFTER = 15;

export type Year = { memory: MemoryState; events: DomainEvent[]; signals: number; trades: number };

export type YearOptions = {
  seed: string;
  signalsPerDay: number;
  days: number;
  signal: AbortSignal;
  onProgress(o: { day: number; registry: Registry }): void;
};

export async function playYear(o: YearOptions): Promise<Year> {
  const memory = new MemoryState();
  let now = START;
  // The wall clock of the year follows its trades, so that history carries the year's dates.
  const ports: EvaluatePorts = {
    state: memory,
    clock: { now: () => now },
    settings: parseSettings({}),
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
  const goneFrom = new Map<string, number>();
  const tape = new MarketTape();
  const everyMs = DAY_MS / o.signalsPerDay;
  const year: Year = { memory, events: [], signals: Math.round(o.days * o.signalsPerDay), trades: 0 };
  let pending: MarketTrade[] = [];
  for (let k = 0; k < year.signals && !o.signal.aborted; k++) {
    pending.push(...tape.advance({ ...marketOf(o.seed, everyMs), models: marketModels(goneFrom) }));
    if ((k + 1) % BATCH_SIGNALS !== 0) continue;
    now = START + (k + 1) * everyMs;
    const registry = await memory.loadRegistry();
    const records = pending
      .filter((trade) => isSeated(registry, trade.modelName))
      .map((trade, i) => recordOf(trade, { k, i, now }));
    pending = [];
    year.trades += records.length;
    await ingest(records, ports);
    const { events } = await evaluateDue(ports);
    for (const event of events) if (event.type === "promotion") plan(event, goneFrom, k);
    o.onProgress({ day: Math.floor((k + 1) / o.signalsPerDay), registry });
  }
  year.events = (
    await memory.listHistory({ limit: 10_000, cursor: null, type: null, modelName: null })
  ).events.toReversed();
  return year;
}

function plan(promotion: DomainEvent, goneFrom: Map<string, number>, k: number): void {
  const candidate = candidates.find((c) => c.name === promotion.modelName);
  if (candidate?.collapses && !goneFrom.has(candidate.name)) goneFrom.set(candidate.name, k + COLLAPSE_AFTER);
}

/** Waiting and departed models do not trade. */
function isSeated(registry: Registry, name: string): boolean {
  return [registry.champion, ...registry.challengers, ...registry.archive].some((m) => m?.name === name);
}

function marketOf(seed: string, everyMs: number): Omit<MarketOptions, "models"> {
  return { seed, correlation: 0.7, tail: 5, symbols: ["BTCUSDT", "ETHUSDT"], startAt: START, everyMs };
}

/** The stream record of a trade, as DynamoDB would deliver it. */
function recordOf(trade: MarketTrade, o: { k: number; i: number; now: number }): TradeRecord {
  return {
    sequence: String(1_000_000 * (o.k + 1) + o.i),
    change: "insert",
    expired: false,
    modelName: trade.modelName,
    tradeId: trade.tradeId,
    newImage: {
      model_name: trade.modelName,
      trade_id: trade.tradeId,
      signal_id: trade.signalId,
      pnl: trade.pnl,
      prediction: trade.prediction,
      opened_at: new Date(trade.openedAt).toISOString(),
      closed_at: new Date(trade.closedAt).toISOString(),
    },
    oldImage: null,
    arrivedAt: Math.max(o.now, trade.closedAt),
  };
}
