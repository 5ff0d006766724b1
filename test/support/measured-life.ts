import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { deploy } from "../../shared/api/deploy.ts";
import { promote } from "../../shared/api/promote.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import { evaluateDue } from "../../shared/pipeline/evaluate.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { CapacityMeter, type Units } from "./capacity-meter.ts";
import { FakeTable } from "./fake-table.ts";
import { commonSignals, insertion, type WrittenTrade } from "./pipeline.ts";

/**
 * A stage's life with every unit counted: ingest and evaluate as two functions with memories of their own, evaluate called where a
 * written item says so, as the event source mapping does.
 */

const MODELS = { champion: { mean: 50 }, first: { mean: 50 }, second: { mean: 50 }, third: { mean: 50 } };

export type StepUnits = Units & { calls: number };
export type Measured = { trades: number; ingest: StepUnits; evaluate: StepUnits };

/** Signals before `first` is promoted, and those its guard takes, and more. */
const SHADOW = 600;
const GUARDED = 150;

/**
 * @param options.batch  trades of one model that come together
 * @param options.reign  first: the champion was the first model deployed; guarded: `first` has just been promoted; settled: it has passed its
 *   guard, and the former champion goes on shadowing
 * @param options.minutes  from one signal to the next
 */
export async function measureLife(options: {
  signals: number;
  batch: number;
  reign?: "first" | "guarded" | "settled";
  minutes?: number;
}): Promise<Record<keyof typeof MODELS, Measured>> {
  const table = new FakeTable();
  try {
    const meter = new CapacityMeter();
    const client = meter.wrap(DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-central-1" })));
    let now = Date.UTC(2026, 6, 1);
    const settings = parseSettings({ SHADOW_N_BOOTSTRAP: "1000" });
    const ports = (state: DynamoState) => ({ state, settings, clock: { now: () => now } });
    const [ingesting, evaluating] = [ports(new DynamoState(client, "state")), ports(new DynamoState(client, "state"))];
    for (const name of Object.keys(MODELS)) {
      const request = { model_name: name, model_type: "t", version: "1", description: "", priority: 0, design: "auto" };
      await deploy(request as Parameters<typeof deploy>[0], ingesting, { actor: "ann", idempotency: null });
    }
    const measured = Object.fromEntries(Object.keys(MODELS).map((name) => [name, nothing()])) as Record<
      string,
      Measured
    >;
    const evaluation = { ...evaluating, hints: new Map(), standstills: new Map() };
    let sequence = 1;
    let signal = 0;
    const play = async (signals: number, batch: number) => {
      const rows = commonSignals({ from: signal, to: signal + signals, models: MODELS, seed: `cost ${signal}` });
      signal += signals;
      for (const trades of batchesOf(randomIds(everyMinutes(rows, options.minutes ?? 60), `ids ${signal}`), batch)) {
        const { model } = trades[0]!;
        // Live: a trade arrives a second after it closed.
        now = Date.parse(trades.at(-1)!.closedAt!) + 1000;
        const records = trades.map((row) => ({ ...insertion(row, String(sequence++)), arrivedAt: now }));
        add(measured[model]!.ingest, await meter.of(() => ingest(records, ingesting)));
        measured[model]!.trades += trades.length;
        const head = table.of(`MODEL#${model}`).find((item) => item.sk === "HEAD")!;
        if (head.evaluate === "due") add(measured[model]!.evaluate, await meter.of(() => evaluateDue(evaluation)));
      }
    };
    if (options.reign !== undefined && options.reign !== "first") {
      await play(SHADOW, 100);
      await promote("first", { force: true, reason: "measured" }, ingesting, { actor: "ann", idempotency: null });
      if (options.reign === "settled") await play(GUARDED, 1);
      for (const name of Object.keys(MODELS)) measured[name] = nothing();
    }
    await play(options.signals, options.batch);
    return measured as Record<keyof typeof MODELS, Measured>;
  } finally {
    table.mock.restore();
  }
}

const nothing = (): Measured => ({
  trades: 0,
  ingest: { reads: 0, writes: 0, calls: 0 },
  evaluate: { reads: 0, writes: 0, calls: 0 },
});

function add(to: StepUnits, units: Units): void {
  to.reads += units.reads;
  to.writes += units.writes;
  to.calls += 1;
}

/** Random UUIDs, one for the trade and one for the signal, and cents: what most ensembles write, and hard to pack. */
function randomIds(rows: WrittenTrade[], seed: string): WrittenTrade[] {
  const prng = createPrng(seed);
  const uuid = () => {
    const hex = Array.from({ length: 32 }, () => prng.below(16).toString(16)).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  const signals = new Map<string, string>();
  return rows.map((row) => {
    const signal_id = signals.get(row.id) ?? uuid();
    signals.set(row.id, signal_id);
    return { ...row, id: uuid(), signal_id, pnl: Math.round(Number(row.pnl) * 100) / 100 };
  });
}

/** The same rows, one signal every so many minutes. */
function everyMinutes(rows: WrittenTrade[], minutes: number): WrittenTrade[] {
  const begin = Date.UTC(2026, 0, 1);
  const moved = (text: string) => new Date(begin + ((Date.parse(text) - begin) * minutes) / 60).toISOString();
  return rows.map((row) => ({ ...row, closedAt: moved(row.closedAt!), opened_at: moved(String(row.opened_at)) }));
}

function batchesOf(rows: readonly WrittenTrade[], size: number): WrittenTrade[][] {
  const waiting = new Map<string, WrittenTrade[]>();
  const batches: WrittenTrade[][] = [];
  for (const row of rows) {
    const batch = [...(waiting.get(row.model) ?? []), row];
    waiting.set(row.model, batch);
    if (batch.length < size) continue;
    batches.push(batch);
    waiting.set(row.model, []);
  }
  return batches;
}
