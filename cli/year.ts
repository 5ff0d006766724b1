import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { exitCodes, parseOrExplain, runCommand, UsageError, wholeOption } from "./terminal/command-line.ts";
import { count, decimal, money, percent } from "./terminal/figures.ts";
import { makeProgress } from "./terminal/progress.ts";
import { type Outcome, outcomeOf } from "./year/fates.ts";
import { playYear } from "./year/play.ts";
import { summaryOf, summaryText } from "./year/summary.ts";
import { playYears } from "./year/years.ts";

const HELP = `A scripted year: 26 challengers against a simulated market, through the production steps, in memory.
Some promoted models collapse, and after some promotions the market falls on every model. The truth about
every model is known to the script only; the report says how often the system found it.

  npm run year -- [options]        about half a minute a year

Options
  --seed TEXT      which year (default: 2025)
  --seeds N        N years, seeds TEXT-1 to TEXT-N, on several threads
  --workers N      threads (default: all cores)
  --per-day N      signals a day (default: 40)
  --json           one JSON document on standard output
  --no-color       accepted for uniformity; nothing is coloured
  --help

${exitCodes}

Examples
  npm run year -- --seed other     another year
  npm run year -- --seeds 20       twenty years: how often it errs, with standard errors
  npm run year -- --json`;

const DAYS = 365;
/** Event ids shown behind a figure. */
const TRACES_MAX = 4;

await runCommand("year", async (signal) => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        seed: { type: "string", default: "2025" },
        seeds: { type: "string" },
        workers: { type: "string" },
        "per-day": { type: "string", default: "40" },
        json: { type: "boolean", default: false },
        color: { type: "boolean", default: true },
        help: { type: "boolean", default: false },
      },
      allowNegative: true,
    }),
  );
  if (values.help) return console.log(HELP);
  if (!values.seed) throw new UsageError("--seed must not be empty");
  const signalsPerDay = wholeOption("per-day", values["per-day"], { min: 1, max: 1000 });
  const { seed, json } = values;
  if (values.seeds === undefined) return playOne({ seed, json, signalsPerDay, signal });
  const years = wholeOption("seeds", values.seeds, { min: 2, max: 10_000 });
  const workers =
    values.workers === undefined
      ? availableParallelism()
      : wholeOption("workers", values.workers, { min: 1, max: 256 });
  await playMany({ seed, json, signalsPerDay, signal, years, workers });
});

type Run = { seed: string; json: boolean; signalsPerDay: number; signal: AbortSignal };

async function playOne({ seed, json, signalsPerDay, signal }: Run): Promise<void> {
  const progress = makeProgress({ total: DAYS, unit: "days" });
  let reigning = "";
  const year = await playYear({
    seed,
    signalsPerDay,
    days: DAYS,
    signal,
    onProgress: ({ day, registry }) => {
      const champion = registry.champion?.name ?? "nobody";
      if (champion !== reigning) progress.say(`day ${day}: champion ${champion}, ${registry.queue.length} waiting`);
      reigning = champion;
      progress.to(day);
    },
  });
  progress.end();
  if (signal.aborted) return;
  const outcome = await outcomeOf(year);
  console.log(json ? JSON.stringify(outcome, null, 2) : textOf(outcome));
}

async function playMany({
  years,
  seed,
  signalsPerDay,
  workers,
  signal,
  json,
}: Run & { years: number; workers: number }): Promise<void> {
  const seeds = Array.from({ length: years }, (_, i) => `${seed}-${i + 1}`);
  const progress = makeProgress({ total: years, unit: "years" });
  const truths = await playYears({
    seeds,
    signalsPerDay,
    workers,
    signal,
    onDone: (done) => progress.to(done),
  });
  progress.end();
  if (signal.aborted) return;
  const summary = summaryOf(truths, seed);
  console.log(json ? JSON.stringify({ seeds, summary, years: truths }, null, 2) : summaryText(summary));
}

function textOf({ fates, truths, report, signals, trades, champion }: Outcome): string {
  const tested = fates.filter((f) => f.outcome !== "still waiting");
  const promoted = fates.filter((f) => f.outcome.startsWith("promoted"));
  const falsely = promoted.filter((f) => f.truth !== "better");
  const missed = fates.filter((f) => f.truth === "better" && f.outcome.startsWith("retired"));
  const trace = (figure: string) => {
    const ids = report.traces[figure] ?? [];
    const rest = ids.length > TRACES_MAX ? `, ${ids.length - TRACES_MAX} more` : "";
    return `[${ids.slice(0, TRACES_MAX).join(", ")}${rest}]`;
  };
  const rows = fates.map(
    (f) =>
      `${f.name}  in truth ${f.truth.padEnd(6)}  ${f.outcome.padEnd(33)} ${f.signals === null ? "" : `after ${count(f.signals)} common signals`}  ${f.event ?? ""}`,
  );
  return [
    ...rows,
    "",
    `${count(signals)} signals, ${count(trades)} trades, ${tested.length} challengers tested; champion at the end: ${champion}`,
    `Promotions ${report.promotions} ${trace("promotions")}`,
    `  of models that were in truth not better: ${falsely.length}${falsely.length > 0 ? ` (${falsely.map((f) => f.name).join(", ")})` : ""}`,
    `  at most ${decimal(report.expectedFalsePromotions, 2)} were to be expected if nobody were better: ${report.testsBegun} tests begun (entries, and restarts after a change of champion), each at the level of one slot`,
    `  in truth better and retired all the same: ${missed.length}${missed.length > 0 ? ` (${missed.map((f) => f.name).join(", ")})` : ""}`,
    `Rollbacks ${report.rollbacks}, ${report.automaticRollbacks} automatic ${trace("rollbacks")}; rate ${percent(report.rollbackRate)}`,
    `  that restored a model which was in truth worse: ${truths.harmfulRollbacks}`,
    `Collapses of a promoted model ${truths.collapses}, rolled back ${truths.collapsesCaught}; market falls on every model ${truths.marketFalls}, called a market by the guard ${truths.marketCalled}`,
    `Retired ${report.retired}, ${report.rejectedAsWorse} proved worse ${trace("rejectedAsWorse")}`,
    `Degradation alerts ${report.degradations} ${trace("degradations")}; waiting for a person ${report.manualReviews} ${trace("manualReviews")}`,
    `Mean improvement at promotion: win rate ${decimal(report.meanWinRateChange === null ? null : 100 * report.meanWinRateChange)} points, PnL ${money(report.meanPnlChange)} a signal`,
    `Paper loss, net, the retired models would have cost on their own test signals: ${count(report.paperLossAvoided)} ${trace("paperLossAvoided")}`,
    `Common signals to a decision, mean: ${report.meanSignalsToDecision === null ? "none" : count(report.meanSignalsToDecision)}`,
    `Promotions whose former champion did better meanwhile: ${report.promotionsWorseThanFormer} of ${report.promotionsJudged} judged`,
    "In brackets: the events behind a figure, by their ids in the history; all of them with --json.",
  ].join("\n");
}
