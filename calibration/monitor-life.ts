import type { LedgerRows } from "../shared/domain/ledger.ts";
import { type CompletedPair, freshMonitor, type MonitorReading, readMonitor } from "../shared/domain/monitor.ts";
import { createPrng, type Prng } from "../shared/stats/numeric/prng.ts";
import { type Baseline, freezeBaseline } from "../shared/stats/watch/baseline.ts";
import { freezePaired } from "../shared/stats/watch/paired-guard.ts";
import { changedProcess } from "./guard-life.ts";
import { type Columns, drawMarket, type MarketProcess } from "./market-process.ts";
import type { MonitorScenario } from "./scenario.ts";
import { count, type Tally } from "./tally.ts";

/** Runs of the degradation monitor: how long a stable champion goes without a false alarm, how soon a fall is seen. */

/** Trades drawn at once. */
const PIECE = 4000;
/** Trades given to the monitor at once. */
const BATCH = 200;
/** Rows from which the true figures of a process are read. */
const KNOWN_ROWS = 400_000;
/** Run lengths are counted in bins of that many trades. */
const BIN = 10;
/** The monitor needs no drawdown quantile. */
const PATHS = 1;

/** The watched model is the process's challenger, promoted; its champion is the former one. */
const columnsOf = (options: { process: MarketProcess; rows: number; prng: Prng }): Columns =>
  drawMarket({ ...options, challengers: 1 });

function baselineOf({ champion, challengers }: Columns): Baseline {
  const pnl = challengers[0]!;
  const took = new Uint8Array(pnl.length).fill(1);
  const paired = freezePaired({ pnlNew: pnl, pnlFormer: champion, tookNew: took, tookFormer: took });
  return freezeBaseline({ pnl, reference: champion, paired, window: 100, count: PATHS, seed: "calibration" })!;
}

const known = new Map<string, Baseline>();

/** The true figures of a process, from a very long series of its own; a serial correlation seen by chance is none. */
function knownBaseline(process: MarketProcess): Baseline {
  const key = JSON.stringify(process);
  const found = known.get(key);
  if (found) return found;
  const made = baselineOf(columnsOf({ process, rows: KNOWN_ROWS, prng: createPrng(`known|${key}`) }));
  known.set(key, made);
  return made;
}

type Watch = { state: MonitorReading["state"]; trades: number };

/** Rows [from, to) through the production monitor; the reading of the first alarm, or null. */
function feed(watch: Watch, columns: Columns): MonitorReading | null {
  const pnl = columns.challengers[0]!;
  for (let from = 0; from < pnl.length; from += BATCH) {
    const to = Math.min(pnl.length, from + BATCH);
    const rows = batch(columns, { from, to, at: watch.trades });
    const reading = readMonitor({ state: watch.state, ...rows, before: Number.POSITIVE_INFINITY, seed: "" });
    watch.state = reading.state;
    if (reading.alarms.length > 0) {
      watch.trades = reading.at! + 1;
      return reading;
    }
    watch.trades += to - from;
  }
  return null;
}

function batch(columns: Columns, options: { from: number; to: number; at: number }) {
  const size = options.to - options.from;
  const times = Float64Array.from({ length: size }, (_, i) => options.at + i);
  const pnl = columns.challengers[0]!.subarray(options.from, options.to);
  const ones = new Uint8Array(size).fill(1);
  const ids = new Array<string>(size).fill("");
  const flags = { took: ones, executed: ones, openedKnown: ones, final: ones };
  const trades: LedgerRows = {
    count: size,
    tradeIds: ids,
    signalIds: ids,
    pnl,
    openedAt: times,
    closedAt: times,
    ...flags,
  };
  const pairs = Array.from(
    pnl,
    (x, i): CompletedPair => ({
      at: options.at + i,
      champion: { pnl: x, took: 1 },
      former: { pnl: columns.champion[options.from + i]!, took: 1 },
    }),
  );
  return { trades, pairs };
}

type Run = { length: number; reading: MonitorReading | null } | "early";

/** Trades to the first alarm after the change, and the alarm; "early" when one came before the change. */
function runOf(options: { scenario: MonitorScenario; baseline: Baseline; prng: Prng }): Run {
  const { process, warm, after, limit } = options.scenario;
  const watch: Watch = { state: freshMonitor(options.baseline, null), trades: 0 };
  if (warm > 0 && feed(watch, columnsOf({ process, rows: warm, prng: options.prng })) !== null) return "early";
  const start = watch.trades;
  const changed: MarketProcess = after === null ? process : changedProcess(process, after);
  while (watch.trades - start < limit) {
    const rows = Math.min(PIECE, limit - (watch.trades - start));
    const reading = feed(watch, columnsOf({ process: changed, rows, prng: options.prng }));
    if (reading !== null) return { length: watch.trades - start, reading };
  }
  return { length: limit, reading: null };
}

export function playMonitor(options: { scenario: MonitorScenario; seed: string; from: number; to: number }): Tally {
  const tally: Tally = {};
  const { scenario } = options;
  for (let i = options.from; i < options.to; i++) {
    const prng = createPrng(`${options.seed}|${scenario.name}|${i}`);
    const baseline =
      scenario.baseline === "known"
        ? knownBaseline(scenario.process)
        : baselineOf(columnsOf({ process: scenario.process, rows: scenario.baseline, prng }));
    const run = runOf({ scenario, baseline, prng });
    count(tally, "lives");
    if (run === "early") {
      count(tally, "early");
      continue;
    }
    count(tally, "runs");
    count(tally, "sum", run.length);
    count(tally, "squares", run.length * run.length);
    if (run.reading === null) {
      count(tally, "none");
      continue;
    }
    count(tally, `run@${Math.ceil(run.length / BIN) * BIN}`);
    count(tally, `cause:${run.reading.cause}`);
    for (const chart of run.reading.alarms) count(tally, `chart:${chart}`);
  }
  return tally;
}
