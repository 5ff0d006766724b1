import { basename } from "node:path";
import type { ComparisonAnswer } from "../shared/api/contract/comparison.ts";
import { plainText } from "../shared/domain/plain-text.ts";
import { ApiRefusal } from "./client/api-client.ts";
import { checkTable, openTarget, type Target } from "./client/stack-target.ts";
import { LedgerWatch, waitUntilQuiet } from "./replay/ledgers.ts";
import { help, parseReplayOptions, type ReplayOptions } from "./replay/options.ts";
import { buildReport, type Sending } from "./replay/report.ts";
import type { ReplayReport } from "./replay/report-shape.ts";
import { reportText } from "./replay/report-text.ts";
import { type Sent, sendFile } from "./replay/sending.ts";
import { CommandError, runCommand, switchColoursOff } from "./terminal/command-line.ts";
import { EventPrinter } from "./terminal/event-lines.ts";
import { plural } from "./terminal/figures.ts";
import { makeProgress } from "./terminal/progress.ts";
import { chooseChampion, type Survey, surveyFile } from "./trade-file/trade-file.ts";

/** `npm run replay -- FILE.csv`: the trades of a file through the stack, and a report of what it made of them. */

const say = (text: string) => void process.stderr.write(`${plainText(text)}\n`);

async function main(signal: AbortSignal): Promise<void> {
  const options = parseReplayOptions(process.argv.slice(2));
  if (!options) return void process.stdout.write(help);
  if (options.noColor) switchColoursOff();
  const file = { path: options.file, map: options.map, delimiter: options.delimiter };
  const survey = await surveyFile(file);
  const champion = chooseChampion(survey, options.champion);
  refuseWhole(survey, options.file);
  warnAbout(survey);
  const target = await openTarget(options, say, signal);
  try {
    await checkTable(target);
    await checkChampion(target, survey, options);
    const notDeployed = await deployModels(target, survey, champion);
    const resume = options.pause ? await pauseFor(options, target) : null;
    const report = await replay({ options, survey, target, notDeployed, resume, signal });
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  } finally {
    await target.close();
  }
}

/** A wrong column or a date nobody reads is a mistake of the command; single bad rows are the quarantine's. */
function refuseWhole({ rows, refused }: Survey, file: string): void {
  if (refused.rows < rows) return;
  throw new CommandError(
    `${file}: none of its ${plural(rows, "row")} could count, so nothing was sent. Line ${refused.firstLine}: ` +
      `${refused.reasons.join("; ")}. Other columns are named with --map`,
  );
}

function warnAbout({ models, withSignalIds, outOfOrder }: Survey): void {
  if (models.length > 1 && !withSignalIds) {
    say(
      "Note: no signal_id, so no two trades are a pair and nothing can be proved; e.g. --map signal_id=symbol+opened_at",
    );
  }
  if (outOfOrder.rows > 0) {
    say(
      `Note: ${plural(outOfOrder.rows, "row")} (first: line ${outOfOrder.firstLine}) closed before a row above; ` +
        "sort the file by closed_at to have looks see them in time.",
    );
  }
}

/** A champion the file knows nothing of would be compared with models that never saw its signals. */
async function checkChampion(target: Target, survey: Survey, { anyway }: ReplayOptions): Promise<void> {
  const { champion } = await target.api.status();
  if (!champion || anyway || survey.models.some((m) => m.name === champion.model_name)) return;
  throw new CommandError(
    `the stack's champion ${champion.model_name} is not in the file: its models share no signals with it. ` +
      "Use --own for a stack of its own, or --anyway",
  );
}

/** Champion first, then the others as they appear; what is deployed already stays as it is. */
async function deployModels(target: Target, survey: Survey, champion: string): Promise<Sending["notDeployed"]> {
  const names = [champion, ...survey.models.map((m) => m.name).filter((name) => name !== champion)];
  const refused: { model_name: string; reason: string }[] = [];
  for (const name of names) {
    try {
      await target.api.deploy({ model_name: name, model_type: "replay", description: "deployed by a replay" });
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      if (error.code === "MODEL_EXISTS" || error.code === "VERSION_USED") continue;
      if (error.status >= 500) throw error;
      refused.push({ model_name: name, reason: error.message });
    }
  }
  for (const { model_name, reason } of refused) say(`Not deployed: ${model_name}: ${reason}`);
  return refused;
}

/** @returns what resumes; null when somebody else had paused, whose business that stays */
async function pauseFor({ file }: ReplayOptions, { api }: Target): Promise<(() => Promise<unknown>) | null> {
  const reason = `backfill of ${basename(file)}`;
  try {
    await api.pause({ reason });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.code !== "ALREADY_PAUSED") throw error;
    say("Automatic action was paused before, and stays so: understudy resume takes up what is due.");
    return null;
  }
  say("Paused: nothing automatic happens until the whole file is in.");
  return () => api.resume({ reason: `${reason} is in` });
}

type Run = {
  options: ReplayOptions;
  survey: Survey;
  target: Target;
  notDeployed: Sending["notDeployed"];
  /** null: nothing was paused */
  resume: (() => Promise<unknown>) | null;
  signal: AbortSignal;
};

async function replay({ options, survey, target, notDeployed, resume, signal }: Run): Promise<ReplayReport> {
  const counts: Sent = { sent: 0, unsent: [] };
  const ledgers = new LedgerWatch(target, signal);
  await ledgers.begin(survey.models.map((m) => m.name));
  const progress = makeProgress({ total: survey.rows, unit: "trades" });
  const events = new EventPrinter(target.api, progress);
  await events.skipToNow();
  const startedAt = performance.now();
  try {
    const file = { path: options.file, map: options.map, delimiter: options.delimiter };
    await sendFile({ file, chunk: options.chunk, target, ledgers, events, progress, signal, counts });
    await resume?.();
    await waitUntilQuiet(target, signal);
    await events.print();
  } catch (error) {
    progress.end();
    const goesOn = target.own ? "" : " The same command goes on, nothing counts twice.";
    if (signal.aborted) say(`Interrupted after ${plural(counts.sent, "trade")}.${goesOn}`);
    if (resume && !target.own) say("Automatic action is still paused: understudy resume ends that.");
    throw error;
  }
  progress.end();
  const sending: Sending = {
    file: basename(options.file),
    url: target.api.url,
    ownStack: target.own !== null,
    models: survey.models,
    sent: counts.sent,
    repeated: ledgers.repeated,
    known: ledgers.known,
    unsent: counts.unsent.sort((a, b) => a.line - b.line),
    notDeployed,
    durationMs: performance.now() - startedAt,
  };
  return collect(sending, target);
}

async function collect(sending: Sending, { api }: Target): Promise<ReplayReport> {
  const comparisons = new Map<string, ComparisonAnswer>();
  for (const { name } of sending.models) {
    const comparison = await api.comparison(name).catch((error: unknown) => {
      if (error instanceof ApiRefusal && error.status < 500) return null;
      throw error;
    });
    if (comparison) comparisons.set(name, comparison);
  }
  const [status, history, health] = await Promise.all([api.status(), api.wholeHistory(), api.health()]);
  return buildReport(sending, { status, history, comparisons, health });
}

await runCommand("replay", main);
