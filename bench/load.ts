import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { CORE_MB, sizeOf } from "../infra/sizes.ts";
import { rounded, roundedCount } from "../shared/domain/number-words.ts";
import type { Load, Played } from "./load-probe.ts";

/** Load of the ingest function: sustained, in bursts, and a backlog; a fresh process for each. */

export type LoadRun = { what: string; load: Load; played: Played };

/** As on Lambda, with the share of a core that ingest's memory buys; a call of DynamoDB takes about 5 ms. */
const onLambda = { core: sizeOf("ingest").memoryMb / CORE_MB, latencyMs: 5 };

/** @param options.backlog  trades of the backlog */
export function loads(options: { seconds: number; backlog: number }): LoadRun[] {
  const { seconds, backlog } = options;
  const run = (what: string, load: Partial<Load> & Pick<Load, "models">): LoadRun => {
    const whole = { rate: null, trades: 0, burst: 0, core: 1, latencyMs: 0, every: 0, ...load };
    const probe = spawnSync(process.execPath, [join(import.meta.dirname, "load-probe.ts"), JSON.stringify(whole)], {
      encoding: "utf8",
    });
    if (probe.status !== 0) throw new Error(`${what}: ${probe.stderr.trim()}`);
    return { what, load: whole, played: JSON.parse(probe.stdout) as Played };
  };
  const sustained = (models: number, rate: number) => ({ models, rate, trades: rate * seconds });
  const every = Math.max(500, Math.floor(backlog / 10));
  return [
    run("four models, sustained", sustained(4, 5000)),
    run("four models, a burst", { ...sustained(4, 1000), burst: 50_000 }),
    run("one model, sustained", sustained(1, 1000)),
    run("one model, a burst", { ...sustained(1, 200), burst: 10_000 }),
    run("four models, as on Lambda", { ...sustained(4, 5000), ...onLambda }),
    run("one model, as on Lambda", { ...sustained(1, 1000), ...onLambda }),
    run("backlog of four models", { models: 4, trades: backlog, every }),
    run("backlog of one model", { models: 1, trades: backlog, every }),
    run("backlog of four models, as on Lambda", { models: 4, trades: Math.ceil(backlog / 5), ...onLambda }),
  ];
}

/** A table of the runs, and one of each backlog, as Markdown. */
export function showLoads(runs: readonly LoadRun[]): string {
  const head = ["run", "arrive a second, at once", "taken in a second", "lag ms: median", "99 %", "most"];
  head.push("burst taken in after, s", "trades a batch", "calls a batch", "peak RSS MB");
  const lines = runs.map(({ load, what, played }) => {
    const trades = load.trades + load.burst;
    const lag = played.lagMs;
    const arrive = load.rate === null ? `all ${roundedCount(trades)}` : roundedCount(load.rate);
    return row([
      what,
      load.burst > 0 ? `${arrive}, ${roundedCount(load.burst)}` : arrive,
      roundedCount(Math.round(trades / played.seconds)),
      ...(lag ? [lag.median, lag.p99, lag.max].map((ms) => rounded(ms, 0)) : ["", "", ""]),
      played.drainSeconds === null || load.burst === 0 ? "" : rounded(played.drainSeconds, 1),
      rounded(trades / played.batches, 0),
      rounded(played.calls / played.batches, 1),
      rounded(played.peakRssMb, 0),
    ]);
  });
  const laps = runs.filter(({ played }) => played.laps.length > 0).map(showLaps);
  return [[row(head), rule(head.length), ...lines].join("\n"), ...laps].join("\n\n");
}

function showLaps({ what, played }: LoadRun): string {
  const head = [`${what}, trades`, "trades/s", "RSS MB", "heap MB"];
  const lines = played.laps.map((lap) =>
    row([
      roundedCount(lap.trades),
      roundedCount(Math.round(lap.perSecond)),
      rounded(lap.rssMb, 0),
      rounded(lap.heapMb, 0),
    ]),
  );
  return [row(head), rule(head.length), ...lines].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rule = (columns: number): string => row(Array.from({ length: columns }, () => "---"));
