import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type CsvError, parse } from "csv-parse";
import { checkTrade, parseTime } from "../../shared/domain/trade.ts";
import { CommandError } from "../terminal/command-line.ts";
import { type ColumnMap, type Columns, findColumns } from "./columns.ts";
import { readRow, type TradeItem } from "./row.ts";

/** Reading a file of trades, row by row, however long it is. */

/** delimiter null: the one the first line is divided by */
export type FileOptions = { path: string; map: ColumnMap; delimiter: string | null };

export type FileRow = { line: number; item: TradeItem };

/** A row that could not be sent; `line` counts from 1, the header included. */
export type UnsentRow = { line: number; reason: string };

/**
 * The rows of a file in its order; rows that cannot be sent are reported instead.
 * @throws CommandError when the file cannot be read or its columns do not fit
 */
export async function* readFileRows(options: FileOptions, onUnsent: (row: UnsentRow) => void): AsyncGenerator<FileRow> {
  const file = await stat(options.path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      error.code === "ENOENT" ? `there is no file ${options.path}` : `${options.path}: ${error.message}`,
    );
  });
  if (!file.isFile()) throw new CommandError(`${options.path} is no file`);
  const parser = parse({
    bom: true,
    delimiter: options.delimiter ?? (await dividerOf(options.path)),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      onUnsent(unreadable(error));
      return undefined;
    },
  });
  const source = createReadStream(options.path);
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  let header: { columns: Columns; width: number } | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        header = {
          columns: findColumns({ header: record, map: options.map, file: options.path }),
          width: record.length,
        };
        continue;
      }
      const read = readRow(record, header);
      if (read.ok) yield { line: info.lines, item: read.item };
      else onUnsent({ line: info.lines, reason: read.reason });
    }
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    throw new CommandError(`${options.path} cannot be read: ${error.message}`);
  } finally {
    source.destroy();
  }
  if (!header) throw new CommandError(`${options.path} is empty: its first line must name the columns`);
}

/** Spreadsheets of many countries write semicolons, terminals tabs: whichever divides the names of the columns most often. */
async function dividerOf(path: string): Promise<string> {
  const source = createReadStream(path);
  try {
    for await (const line of createInterface({ input: source })) {
      const divided = (by: string) => line.split(by).length;
      return [",", ";", "\t", "|"].reduce((best, by) => (divided(by) > divided(best) ? by : best));
    }
    return ",";
  } finally {
    source.destroy();
  }
}

function unreadable(error: CsvError | undefined): UnsentRow {
  if (error?.code !== "CSV_QUOTE_NOT_CLOSED") {
    return { line: Number(error?.lines ?? 0), reason: error?.message ?? "the row cannot be read" };
  }
  const opened = /opening quote at line (\d+)/.exec(error.message)?.[1] ?? error.lines;
  return {
    line: Number(opened),
    reason: "a quotation mark opens here and never closes: nothing from here on was read",
  };
}

export type Survey = {
  /** rows that can be sent */
  rows: number;
  /** in order of first appearance */
  models: { name: string; rows: number; executed: number }[];
  /** rows that close before a row above them does, and the first such line */
  outOfOrder: { rows: number; firstLine: number | null };
  withSignalIds: boolean;
  /** rows that quarantine would keep, and why the first of them */
  refused: { rows: number; firstLine: number | null; reasons: readonly string[] };
};

/** What is in the file, before anything is sent. */
export async function surveyFile(options: FileOptions): Promise<Survey> {
  const models = new Map<string, { name: string; rows: number; executed: number }>();
  const survey: Survey = {
    rows: 0,
    models: [],
    outOfOrder: { rows: 0, firstLine: null },
    withSignalIds: false,
    refused: { rows: 0, firstLine: null, reasons: [] },
  };
  const arrivedAt = Date.now();
  let latest = Number.NEGATIVE_INFINITY;
  for await (const { line, item } of readFileRows(options, () => {})) {
    survey.rows += 1;
    const model = models.get(item.model_name) ?? { name: item.model_name, rows: 0, executed: 0 };
    models.set(item.model_name, model);
    model.rows += 1;
    if (item.executed === true) model.executed += 1;
    if (item.signal_id !== undefined) survey.withSignalIds = true;
    const check = checkTrade(item, { arrivedAt });
    if (!check.ok) {
      if (survey.refused.rows === 0) survey.refused = { rows: 0, firstLine: line, reasons: check.reasons };
      survey.refused.rows += 1;
    }
    const closedAt = parseTime(String(item.closed_at)) ?? latest;
    if (closedAt < latest) {
      survey.outOfOrder.rows += 1;
      survey.outOfOrder.firstLine ??= line;
    }
    latest = Math.max(latest, closedAt);
  }
  survey.models = [...models.values()];
  return survey;
}

/** Who is champion when the first trade comes: the chosen model, else the first one whose trades were executed, else the first. */
export function chooseChampion(survey: Survey, chosen: string | undefined): string {
  const names = survey.models.map((model) => model.name);
  if (chosen !== undefined) {
    if (names.includes(chosen)) return chosen;
    throw new CommandError(`--champion ${chosen}: the file's models are ${names.slice(0, 30).join(", ")}`);
  }
  const first = survey.models.find((model) => model.executed > 0) ?? survey.models[0];
  if (!first) throw new CommandError("the file has no row that can be sent");
  return first.name;
}
