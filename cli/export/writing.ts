import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pagesOf, type TradesPort } from "../../shared/pipeline/reconcile-ports.ts";
import type { Life } from "./life.ts";

/** Files for other programs: CSV as RFC 4180 has it, or a JSON array. */

export type Format = "csv" | "json";
type Row = Readonly<Record<string, unknown>>;

/** Column of the file to attribute of the table: the names `replay` reads, so that an export can be played again. */
const tradeColumns: Readonly<Record<string, string>> = {
  model_name: "model_name",
  trade_id: "trade_id",
  signal_id: "signal_id",
  symbol: "symbol",
  side: "prediction",
  pnl: "pnl",
  opened_at: "opened_at",
  closed_at: "closed_at",
  executed: "executed",
  confidence: "confidence",
  actual_outcome: "actual_outcome",
  final: "final",
};

/** Raw trades page by page, as the ensemble wrote them: also those that were refused. @returns how many */
export async function writeTrades(
  file: string,
  {
    names,
    trades,
    format,
    signal,
  }: { names: readonly string[]; format: Format; trades: TradesPort; signal: AbortSignal },
): Promise<number> {
  let rows = 0;
  async function* items(): AsyncGenerator<Row> {
    for (const name of names) {
      for await (const page of pagesOf(trades, name)) {
        rows += page.length;
        yield* page as Row[];
      }
    }
  }
  const text = format === "json" ? jsonOf(items()) : csvOf(items(), tradeColumns);
  await pipeline(Readable.from(text), createWriteStream(file), { signal });
  return rows;
}

/** The figures of each model, named as in GET /shadow/status; one that is not defined is left empty. */
export async function writeMetrics(
  file: string,
  { lives, format }: { lives: readonly Life[]; format: Format },
): Promise<number> {
  const rows = lives.map(({ model, role, version, basis, abstained, metrics }): Row => {
    const { undefined_metrics: missing = [], ...figures } = metrics ?? {};
    const without = Object.fromEntries(missing.map(({ metric }) => [metric, null]));
    return { model_name: model, role, version, basis, abstained, ...figures, ...without };
  });
  const names = Object.fromEntries(rows.flatMap((row) => Object.keys(row).map((name) => [name, name])));
  const text = format === "json" ? jsonOf(rows) : csvOf(rows, names);
  await pipeline(Readable.from(text), createWriteStream(file));
  return rows.length;
}

async function* csvOf(rows: Iterable<Row> | AsyncIterable<Row>, columns: Readonly<Record<string, string>>) {
  yield `${Object.keys(columns).join(",")}\n`;
  for await (const row of rows)
    yield `${Object.values(columns)
      .map((name) => cellOf(row[name]))
      .join(",")}\n`;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* jsonOf(rows: Iterable<Row> | AsyncIterable<Row>) {
  let before = "[\n";
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
