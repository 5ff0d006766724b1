import { basename } from "node:path";
import type { ComparisonAnswer } from "./api-answers.ts";
import { ApiRefusal } from "./api-client.ts";
import { CommandError, runCommand, switchColoursOff } from "./command-line.ts";
import { EventTeller } from "./event-teller.ts";
import { count, plural } from "./figures.ts";
import { makeProgress } from "./progress.ts";
import { chooseChampion, type FileRow, readFileRows, type Survey, surveyFile, type UnsentRow } from "./replay-file.ts";
import { LedgerWatch, waitUntilQuiet } from "./replay-ledgers.ts";
import { help, parseReplayOptions, type ReplayOptions } from "./replay-options.ts";
import { buildReport, type ReplayReport, type Sending } from "./replay-report.ts";
import { reportText } from "./replay-report-text.ts";
import { checkTable, openTarget, type Target } from "./replay-target.ts";
import { writeTrades } from "./trade-writer.ts";

/** `npm run replay -- FILE.csv`: the trades of a file through the stack, and a report of what it made of them. */

const say = (text: string) => void process.stderr.write(`${text}\n`);

async function main(signal: AbortSignal): Promise<void> {
  const o = parseReplayOptions(process.argv.slice(2));
  if (!o) return void process.stdout.write(help);
  if (o.noColor) switchColoursOff();
  const file = { path: o.file, map: o.map, delimiter: o.delimiter };
  const survey = await surveyFile(file);
  const champion = chooseChampion(survey, o.champion);
  warnAbout(survey);
  const target = await openTarget(o, say, signal);
  try {
    await checkTable(target);
    await checkChampion(target, survey, o);
    const notDeployed = await deployModels(target, survey, champion);
    const report = await replay({ o, survey, target, notDeployed, signal });
    process.stdout.write(o.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  } finally {
    await target.close();
  }
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
async function checkChampion(target: Target, survey: Survey, o: ReplayOptions): Promise<void> {
  const { champion } = await target.api.status();
  if (!champion || o.anyway || survey.models.some((m) => m.name === champion.model_name)) return;
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

type Run = {
  o: ReplayOptions;
  survey: Survey;
  target: Target;
  notDeployed: Sending["notDeployed"];
  signal: AbortSignal;
};

async function replay({ o, survey, target, notDeployed, signal }: Run): Promise<ReplayReport> {
  const unsent: UnsentRow[] = [];
  const ledgers = new LedgerWatch(target, signal);
  await ledgers.begin(survey.models.map((m) => m.name));
  const progress = makeProgress({ total: survey.rows, unit: "trades" });
  const events = new EventTeller(target.api, progress);
  await events.skipToNow();
  const startedAt = performance.now();
  let sent = 0;
  try {
    const file = { path: o.file, map: o.map, delimiter: o.delimiter };
    for await (const chunk of chunksOf(
      readFileRows(file, (row) => unsent.push(row)),
      o.chunk,
    )) {
      const trades = chunk.map((row) => row.item);
      await ledgers.expect(trades);
      const refused = await writeTrades(trades, {
        ...target,
        signal,
        onWritten: (written) => {
          sent += written.length;
          progress.to(sent);
        },
      });
      for (const { trade, reason } of refused) {
        ledgers.withdraw(trade);
        unsent.push({ line: lineOf(chunk, trade), reason });
      }
      await ledgers.caughtUp();
      await events.tell();
    }
    await waitUntilQuiet(target, signal);
    await events.tell();
  } catch (error) {
    progress.end();
    if (signal.aborted)
      say(
        `Interrupted after ${count(sent)} trades.${target.own ? "" : " The same command goes on, nothing counts twice."}`,
      );
    throw error;
  }
  progress.end();
  const durationMs = performance.now() - startedAt;
  const { repeated, known } = ledgers;
  const models = survey.models;
  const facts = {
    file: basename(o.file),
    url: target.api.url,
    ownStack: target.own !== null,
    models,
    sent,
    repeated,
    known,
  };
  return collect({ ...facts, unsent: unsent.sort((a, b) => a.line - b.line), notDeployed, durationMs }, target);
}

function lineOf(chunk: readonly FileRow[], item: FileRow["item"]): number {
  return chunk.find((row) => row.item === item)?.line ?? 0;
}

async function* chunksOf<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
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
