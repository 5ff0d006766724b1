import { mean, momentsOf, variance } from "../shared/stats/numeric/moments.ts";
import { createPrng, type Prng } from "../shared/stats/numeric/prng.ts";
import { type ChartBaseline, freshCharts, stepCharts } from "../shared/stats/watch/degradation.ts";
import { serialFactor } from "../shared/stats/watch/guard.ts";
import type { MonitorScenario } from "./scenario.ts";
import { count, type Tally } from "./tally.ts";
import { drawWorld, type World } from "./world.ts";

/** Runs of the degradation monitor: how long a stable champion goes without a false alarm, how soon a fall is seen. */

/** Trades drawn at once. */
const PIECE = 4000;
/** Rows from which the true figures of a world are read. */
const KNOWN_ROWS = 400_000;
/** Run lengths are counted in bins of that many trades. */
const BIN = 10;

function baselineOf(pnl: Float64Array): ChartBaseline {
  const m = momentsOf(pnl);
  const wins = Uint8Array.from(pnl, (x) => (x > 0 ? 1 : 0));
  return {
    winRate: mean(wins),
    trades: pnl.length,
    meanPnl: m.mean,
    sdPnl: Math.sqrt(variance(m)),
    serial: serialFactor(wins),
  };
}

const championOf = (o: { world: World; rows: number; prng: Prng }): Float64Array =>
  drawWorld({ ...o, challengers: 0 }).champion;

const known = new Map<string, ChartBaseline>();

/** The true figures of a world, from a very long series of its own; a serial correlation seen by chance is none. */
function knownBaseline(world: World): ChartBaseline {
  const key = JSON.stringify(world);
  const found = known.get(key);
  if (found) return found;
  const pnl = championOf({ world, rows: KNOWN_ROWS, prng: createPrng(`known|${key}`) });
  const made = baselineOf(pnl);
  known.set(key, made);
  return made;
}

/** Trades to the first alarm after the change; null when one came before it, or none within the limit. */
function runLength(o: { scenario: MonitorScenario; baseline: ChartBaseline; prng: Prng }): number | "early" | "none" {
  const { world, warm, after, limit } = o.scenario;
  let state = freshCharts;
  let trades = 0;
  const step = (pnl: Float64Array): boolean => {
    for (let i = 0; i < pnl.length; i++) {
      trades += 1;
      const next = stepCharts({ state, pnl: pnl[i]!, baseline: o.baseline });
      state = next.state;
      if (next.alarms.length > 0) return true;
    }
    return false;
  };
  if (warm > 0 && step(championOf({ world, rows: warm, prng: o.prng }))) return "early";
  const changed = after === null ? world : { ...world, champion: after };
  for (trades = 0; trades < limit; ) {
    if (step(championOf({ world: changed, rows: Math.min(PIECE, limit - trades), prng: o.prng }))) return trades;
  }
  return "none";
}

export function playMonitor(o: { scenario: MonitorScenario; seed: string; from: number; to: number }): Tally {
  const tally: Tally = {};
  const { scenario } = o;
  for (let i = o.from; i < o.to; i++) {
    const prng = createPrng(`${o.seed}|${scenario.name}|${i}`);
    const baseline =
      scenario.baseline === "known"
        ? knownBaseline(scenario.world)
        : baselineOf(championOf({ world: scenario.world, rows: scenario.baseline, prng }));
    const run = runLength({ scenario, baseline, prng });
    count(tally, "lives");
    if (run === "early" || run === "none") count(tally, run);
    if (run === "early") continue;
    const length = run === "none" ? scenario.limit : run;
    count(tally, "runs");
    count(tally, "sum", length);
    count(tally, "squares", length * length);
    if (run !== "none") count(tally, `run@${Math.ceil(length / BIN) * BIN}`);
  }
  return tally;
}
