import { parseArgs } from "node:util";
import type { DomainEvent } from "../shared/domain/event.ts";
import { type Report, reportOf } from "../shared/domain/report.ts";
import { parseOrExplain, runCommand, UsageError, wholeOption } from "./terminal/command-line.ts";
import { count, decimal, money, percent } from "./terminal/figures.ts";
import { type Candidate, candidates, firstChampion, truthOf } from "./year/models.ts";
import { playYear, type Year } from "./year/play.ts";

const HELP = `A scripted year: 26 challengers against a simulated market, through the production steps, in memory.
The truth about every model is known to the script only; the report says how often the system found it.

  npm run year                     about half a minute
  npm run year -- --seed other     another year
  npm run year -- --json

Options
  --seed TEXT      which year (default: 2025)
  --per-day N      signals a day (default: 40)
  --json           one JSON document on standard output
  --no-color       accepted for uniformity; nothing is coloured
  --help`;

/** Event ids shown behind a figure. */
const TRACES_MAX = 4;

/** One challenger's fate, and the truth about it against the champion it last met. */
type Fate = { name: string; truth: string; outcome: string; signals: number | null; event: string | null };

type Outcome = { fates: Fate[]; report: Report; signals: number; trades: number; champion: string };

await runCommand("year", async (signal) => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        seed: { type: "string", default: "2025" },
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
  const progress = !values.json && process.stderr.isTTY;
  const year = await playYear({
    seed: values.seed,
    signalsPerDay: wholeOption("--per-day", values["per-day"], { min: 1, max: 1000 }),
    days: 365,
    signal,
    onProgress: ({ day, registry }) => {
      if (progress)
        process.stderr.write(
          `\rday ${day} of 365, champion ${registry.champion?.name}, ${registry.queue.length} waiting   `,
        );
    },
  });
  if (progress) process.stderr.write("\n");
  if (signal.aborted) return;
  const outcome = await outcomeOf(year);
  console.log(values.json ? JSON.stringify(outcome, null, 2) : textOf(outcome));
});

async function outcomeOf(year: Year): Promise<Outcome> {
  const registry = await year.memory.loadRegistry();
  return {
    fates: fatesOf(
      year.events,
      registry.champion!.name,
      registry.challengers.map((m) => m.name),
    ),
    report: reportOf(year.events, { from: null, to: null }),
    signals: year.signals,
    trades: year.trades,
    champion: registry.champion!.name,
  };
}

/** Follows the seat through history; each challenger is judged against the champion at the moment of its fate. */
function fatesOf(events: readonly DomainEvent[], lastChampion: string, open: readonly string[]): Fate[] {
  const all = new Map<string, Candidate>([firstChampion, ...candidates].map((c) => [c.name, c]));
  const fates = new Map<string, Fate>();
  let champion: Candidate = firstChampion;
  for (const event of events) {
    const candidate = all.get(event.modelName ?? "");
    const fate = (outcome: string, signals: number | null): Fate => ({
      name: candidate!.name,
      truth: truthOf(candidate!, champion),
      outcome,
      signals,
      event: event.eventId,
    });
    if (event.type === "promotion") {
      fates.set(candidate!.name, fate("promoted", event.details.n));
      champion = candidate!;
    } else if (event.type === "retired" && event.details.why !== "archive-full" && !fates.has(candidate!.name)) {
      const signals = "n" in event.details ? event.details.n : null;
      fates.set(candidate!.name, fate(`retired (${event.details.why})`, signals));
    } else if (event.type === "rollback") {
      const promoted = fates.get(candidate!.name);
      if (promoted) promoted.outcome = "promoted, collapsed, rolled back";
      champion = all.get(event.details.restored)!;
    }
  }
  const now = all.get(lastChampion)!;
  return candidates.map(
    (c) =>
      fates.get(c.name) ?? {
        name: c.name,
        truth: truthOf(c, now),
        outcome: open.includes(c.name) ? "still tested" : "still waiting",
        signals: null,
        event: null,
      },
  );
}

function textOf({ fates, report, signals, trades, champion }: Outcome): string {
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
    `  in truth better and retired all the same: ${missed.length}${missed.length > 0 ? ` (${missed.map((f) => f.name).join(", ")})` : ""}`,
    `Rollbacks ${report.rollbacks}, ${report.automaticRollbacks} automatic ${trace("rollbacks")}; rate ${percent(report.rollbackRate)}`,
    `Retired ${report.retired}, ${report.rejectedAsWorse} for futility ${trace("rejectedAsWorse")}`,
    `Degradation alerts ${report.degradations} ${trace("degradations")}; waiting for a person ${report.manualReviews} ${trace("manualReviews")}`,
    `Mean improvement at promotion: win rate ${decimal((report.meanWinRateChange ?? 0) * 100)} points, PnL ${money(report.meanPnlChange)} a signal`,
    `Paper loss the retired models would have cost on their own test signals: ${count(report.paperLossAvoided)} ${trace("paperLossAvoided")}`,
    `Common signals to a decision, mean: ${report.meanSignalsToDecision === null ? "none" : count(report.meanSignalsToDecision)}`,
    `Promotions whose former champion did better meanwhile: ${report.promotionsWorseThanFormer} of ${report.promotionsJudged} judged`,
    "In brackets: the events behind a figure, by their ids in the history; all of them with --json.",
  ].join("\n");
}
