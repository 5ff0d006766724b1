import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseOrExplain, runCommand, UsageError, wholeOption } from "../cli/terminal/command-line.ts";
import { rounded } from "../shared/domain/number-words.ts";
import { lengths, showLengths } from "./length.ts";
import { loads, showLoads } from "./load.ts";
import { type Absent, type Reference, startReferences } from "./references.ts";
import { inputOf, median, samplePairs, secondsOfOne } from "./subject.ts";

/** Benchmarks: the speed of an evaluation against other ways of doing it, its growth, and how fast a rollback is. */

const HELP = `Measures speed, side by side in one run.

  npm run bench [-- options]

  --only PART       evaluation, growth, rollback, length or load; the last two only when
                    named (default: the other three)
  --rounds N        alternating rounds of the comparison (default 7)
  --pairs N         pairs of the comparison (default 500)
  --resamples N     bootstrap resamples (default 10000)
  --signals N       longest reign of length (default 1000000: about half an hour)
  --seconds N       of each sustained load (default 20)
  --backlog N       trades of load's backlog (default 1000000: a few minutes)
  --write-baseline  keep the ratios of this run in bench/baseline.json
  --json            one JSON document
  --help

Times are CPU times; all methods use one core. Times of a shared machine mean
little, ratios within one run a lot: every round runs all methods one after the
other, and the median of the ratios is reported.

Examples
  npm run bench
  npm run bench -- --only evaluation --rounds 15
  npm run bench -- --only growth --json
  npm run bench -- --only length --signals 100000
  npm run bench -- --only load --seconds 5 --backlog 100000
`;

const BASELINE = join(import.meta.dirname, "baseline.json");
const PARTS = ["evaluation", "growth", "rollback", "length", "load"] as const;
/** They take long: only when named. */
const LONG: readonly string[] = ["length", "load"];
/** Evaluations before the clock starts, and per round. */
const WARM_UP = 60;
const PER_ROUND = 25;
const GROWTH = [
  { pairs: 500, evaluations: 300 },
  { pairs: 5_000, evaluations: 90 },
  { pairs: 50_000, evaluations: 15 },
] as const;

type Compared = { name: string; what: string; version: string; medianMs: number; ratio: number; worst: number };
type Comparison = { pairs: number; resamples: number; rounds: number; oursMs: number; others: (Compared | Absent)[] };
type Growth = {
  pairs: number;
  firstMs: number;
  medianMs: number;
  keptMb: number;
  grewMb: number;
  peakRssMb: number;
  timesSmallest: number;
};
type Baseline = { ratios: Record<string, number>; growth: Record<string, number> };

/** Runs every method once a round, so that whatever else the machine does falls on all of them alike. */
async function compare(options: { pairs: number; resamples: number; rounds: number }): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-bench-"));
  const sides = samplePairs(options.pairs);
  const all = await startReferences({ ...sides, resamples: options.resamples, folder });
  const references = all.filter((r): r is Reference => "run" in r);
  const input = (i: number) => inputOf({ ...sides, resamples: options.resamples, seed: `bench|${i}` });
  const ours: number[] = [];
  const seconds = new Map<string, number[]>(references.map((r) => [r.name, []]));
  try {
    secondsOfOne({ times: WARM_UP, input });
    for (let round = 0; round < options.rounds; round++) {
      for (const reference of references) seconds.get(reference.name)!.push((await reference.run()).seconds);
      ours.push(secondsOfOne({ times: PER_ROUND, input }));
    }
  } finally {
    for (const reference of references) reference.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const others = all.map((r) => {
    if (!("run" in r)) return r;
    const times = seconds.get(r.name)!;
    const ratios = times.map((t, i) => t / ours[i]!);
    const { name, what, version } = r;
    return { name, what, version, medianMs: 1000 * median(times), ratio: median(ratios), worst: Math.min(...ratios) };
  });
  return { ...options, oursMs: 1000 * median(ours), others };
}

function growth(resamples: number): Growth[] {
  const measured = GROWTH.map(({ pairs, evaluations }) => {
    const args = ["--expose-gc", join(import.meta.dirname, "growth-probe.ts"), pairs, resamples, evaluations];
    return JSON.parse(execFileSync(process.execPath, args.map(String), { encoding: "utf8" })) as Growth;
  });
  return measured.map((m) => ({ ...m, timesSmallest: m.medianMs / measured[0]!.medianMs }));
}

/** The rollback benchmark as it stands; its own reason where it cannot run (it needs Java for the local stack). */
function rollback(): unknown {
  const program = join(import.meta.dirname, "rollback-latency.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--json"], { encoding: "utf8" });
  if (status === 0) return JSON.parse(stdout);
  const reason = stderr.split("\n").find((line) => /^\w*Error: /.test(line));
  return { absent: `node bench/rollback-latency.ts failed: ${reason ?? `exit code ${status}`}` };
}

const figures = (x: number): string => rounded(x, x >= 100 ? 0 : x >= 10 ? 1 : 2);

function showComparison(c: Comparison, baseline: Baseline | null): string {
  const lines = [
    `Complete evaluation of ${c.pairs} pairs, ${c.resamples} resamples of mean and drawdown, all tests and scales: ${figures(c.oursMs)} ms`,
    `(CPU time, medians of ${c.rounds} alternating rounds)`,
  ];
  for (const other of c.others) {
    if ("absent" in other) {
      lines.push(`  ${other.what}: not measured, ${other.absent}`);
      continue;
    }
    const kept = baseline?.ratios[other.name];
    const before = kept === undefined ? "" : `, baseline ${figures(kept)}`;
    lines.push(
      `  ${figures(other.ratio)} times faster (worst round ${figures(other.worst)}${before}) than ${other.what}: ${figures(other.medianMs)} ms, ${other.version}`,
    );
  }
  return lines.join("\n");
}

function showGrowth(rows: readonly Growth[]): string {
  const lines = ["Growth of the complete evaluation with its pairs (a fresh process each):"];
  for (const g of rows) {
    lines.push(
      `  ${String(g.pairs).padStart(6)} pairs: ${figures(g.medianMs)} ms (${figures(g.timesSmallest)} times the smallest), first one ${figures(g.firstMs)} ms; ` +
        `keeps ${figures(Math.max(0, g.keptMb))} MB, grows ${figures(Math.max(0, g.grewMb))} MB over further evaluations, peak RSS ${figures(g.peakRssMb)} MB`,
    );
  }
  return lines.join("\n");
}

function readBaseline(): Baseline | null {
  try {
    return JSON.parse(readFileSync(BASELINE, "utf8"));
  } catch {
    return null;
  }
}

function writeBaseline(comparison: Comparison, rows: readonly Growth[]): void {
  const round = (x: number) => Number(x.toPrecision(3));
  const measured = comparison.others.filter((other): other is Compared => "ratio" in other);
  const baseline: Baseline = {
    ratios: Object.fromEntries(measured.map((other) => [other.name, round(other.ratio)])),
    growth: Object.fromEntries(rows.map((g) => [g.pairs, round(g.timesSmallest)])),
  };
  writeFileSync(BASELINE, `${JSON.stringify(baseline, null, 2)}\n`);
}

async function main(): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        only: { type: "string" },
        rounds: { type: "string", default: "7" },
        pairs: { type: "string", default: "500" },
        resamples: { type: "string", default: "10000" },
        signals: { type: "string", default: "1000000" },
        seconds: { type: "string", default: "20" },
        backlog: { type: "string", default: "1000000" },
        "write-baseline": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }),
  );
  if (values.help) return void process.stdout.write(HELP);
  const only = values.only;
  if (only !== undefined && !PARTS.some((part) => part === only))
    throw new UsageError(`--only must be ${PARTS.join(", ")}, not "${only}"`);
  if (values["write-baseline"] && only !== undefined) throw new UsageError("--write-baseline needs all parts");
  const plan = {
    rounds: wholeOption("rounds", values.rounds, { min: 1, max: 1000 }),
    pairs: wholeOption("pairs", values.pairs, { min: 20, max: 1_000_000 }),
    resamples: wholeOption("resamples", values.resamples, { min: 100, max: 1_000_000 }),
  };
  const longest = {
    signalsMax: wholeOption("signals", values.signals, { min: 1_000, max: 1_000_000 }),
  };
  const pressure = {
    seconds: wholeOption("seconds", values.seconds, { min: 1, max: 3_600 }),
    backlog: wholeOption("backlog", values.backlog, { min: 10_000, max: 10_000_000 }),
  };
  const wants = (part: (typeof PARTS)[number]) => (only === undefined ? !LONG.includes(part) : only === part);
  const say = (text: string) => (values.json ? undefined : console.log(text));
  const evaluation = wants("evaluation") ? await compare(plan) : null;
  if (evaluation !== null) say(showComparison(evaluation, plan.pairs === 500 ? readBaseline() : null));
  const rows = wants("growth") ? growth(plan.resamples) : null;
  if (rows !== null) say(showGrowth(rows));
  const latency = wants("rollback") ? rollback() : null;
  if (latency !== null) say(`Rollback, from the breaching trade to the restored champion: ${JSON.stringify(latency)}`);
  const length = wants("length") ? lengths(longest) : null;
  if (length !== null) say(showLengths(length));
  const load = wants("load") ? loads(pressure) : null;
  if (load !== null) say(showLoads(load));
  if (values["write-baseline"] && evaluation !== null && rows !== null) writeBaseline(evaluation, rows);
  if (values.json) console.log(JSON.stringify({ evaluation, growth: rows, rollback: latency, length, load }, null, 2));
}

await runCommand("bench", main);
