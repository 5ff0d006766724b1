import { basename } from "node:path";
import { checkRealRows, type RealRows } from "../../calibration/exchange.ts";
import { type History, makeHistory, scoreCorrelation } from "../../calibration/history.ts";
import { typicalOverlap } from "../../shared/domain/overlap.ts";
import { parseTime } from "../../shared/domain/trade.ts";
import { cubeRootLength, politisWhiteLength } from "../../shared/stats/resampling/block-length.ts";
import { CommandError } from "../terminal/command-line.ts";
import { chooseChampion, readFileRows, surveyFile } from "../trade-file/trade-file.ts";
import type { OwnOptions } from "./options.ts";

/** A file's trades as the source of a calibration. */

export type OwnTrades = {
  file: string;
  model: string;
  history: History;
  firstOpened: string;
  lastClosed: string;
  overlap: number;
  blockLengthFrom: string;
  correlation: number;
  correlationFrom: string;
  /** the champion and other models of the file on the same signals; null: too few of them, or a correlation was given */
  real: (RealRows & { names: string[]; blockLengthFrom: string }) | null;
  /** rows that could not be used */
  skipped: number;
};

/** Fewer trades than that say too little about their own distribution to certify anything. */
const FEWEST_TRADES = 100;
/** Common signals from which a correlation is measured. */
const FEWEST_COMMON = 100;
/** Correlation when none can be measured: what models of one market usually have. */
const USUAL_CORRELATION = 0.5;

type Taken = { signalId: string | null; openedAt: number; closedAt: number; pnl: number };

async function readTaken({
  file,
  map,
  delimiter,
}: OwnOptions): Promise<{ byModel: Map<string, Taken[]>; skipped: number }> {
  const byModel = new Map<string, Taken[]>();
  let skipped = 0;
  const source = { path: file, map, delimiter };
  for await (const { item } of readFileRows(source, () => {
    skipped += 1;
  })) {
    if (item.prediction === 0) continue;
    const closedAt = parseTime(String(item.closed_at));
    const openedAt = item.opened_at === undefined ? closedAt : parseTime(String(item.opened_at));
    const { pnl } = item;
    if (closedAt === null || openedAt === null || typeof pnl !== "number" || !Number.isFinite(pnl)) {
      skipped += 1;
      continue;
    }
    const signalId = item.signal_id === undefined ? null : String(item.signal_id);
    const trades = byModel.get(item.model_name) ?? [];
    byModel.set(item.model_name, trades);
    trades.push({ signalId, openedAt, closedAt, pnl });
  }
  for (const trades of byModel.values()) trades.sort((a, b) => a.openedAt - b.openedAt || a.closedAt - b.closedAt);
  return { byModel, skipped };
}

/** Normal-score correlation with every other model on common signals; the median of them. */
function measuredCorrelation({
  byModel,
  model,
}: {
  byModel: Map<string, Taken[]>;
  model: string;
}): { r: number; models: number } | null {
  const mine = new Map(byModel.get(model)!.flatMap((t) => (t.signalId === null ? [] : [[t.signalId, t.pnl]])));
  const found: number[] = [];
  for (const [name, trades] of byModel) {
    if (name === model) continue;
    const common = trades.filter((t) => t.signalId !== null && mine.has(t.signalId));
    if (common.length < FEWEST_COMMON) continue;
    const champion = Float64Array.from(common, (t) => mine.get(t.signalId!)!);
    found.push(
      scoreCorrelation(
        champion,
        Float64Array.from(common, (t) => t.pnl),
      ),
    );
  }
  if (found.length === 0) return null;
  found.sort((a, b) => a - b);
  return { r: found[Math.floor(found.length / 2)]!, models: found.length };
}

/** Signals all of the models took, opening order, one column a model. */
function commonRows(byModel: Map<string, Taken[]>, names: readonly string[]): Float64Array[] {
  const [first, ...rest] = names.map((name) => byModel.get(name)!);
  const others = rest.map((trades) => new Map(trades.map((t) => [t.signalId, t.pnl])));
  const rows = first!.filter((t) => t.signalId !== null && others.every((m) => m.has(t.signalId)));
  return [
    Float64Array.from(rows, (t) => t.pnl),
    ...others.map((m) => Float64Array.from(rows, (t) => m.get(t.signalId)!)),
  ];
}

/** As many other models as there are slots, those with the most common signals first, while enough rows are left. */
function realRows({
  byModel,
  model,
  slots,
  block,
}: {
  byModel: Map<string, Taken[]>;
  model: string;
  slots: number;
  block: number | undefined;
}): OwnTrades["real"] {
  const shared = (name: string) => commonRows(byModel, [model, name])[0]!.length;
  const others = [...byModel.keys()]
    .filter((name) => name !== model)
    .map((name) => ({ name, rows: shared(name) }))
    .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1))
    .slice(0, slots);
  for (let k = others.length; k >= 1; k--) {
    const names = [model, ...others.slice(0, k).map((m) => m.name)];
    const models = commonRows(byModel, names);
    if (models[0]!.length < FEWEST_COMMON) continue;
    const lengths = models.slice(1).map((m) => blockOf({ pnl: m.map((x, i) => x - models[0]![i]!), chosen: block }));
    const longest = lengths.reduce((a, b) => (b.length > a.length ? b : a));
    return { ...checkRealRows({ models, blockLength: longest.length }), names, blockLengthFrom: longest.from };
  }
  return null;
}

function blockOf({ chosen, pnl }: { pnl: Float64Array; chosen: number | undefined }): { length: number; from: string } {
  if (chosen !== undefined) {
    if (chosen > pnl.length)
      throw new CommandError(`--block ${chosen} is longer than the ${pnl.length} trades there are`);
    return { length: chosen, from: "given" };
  }
  const found = politisWhiteLength(pnl);
  const root = cubeRootLength(pnl.length);
  // A length of one would cut every tie in time that the data may have beyond its autocorrelation.
  if (found.kind === "undefined" || found.circular < root) return { length: root, from: "cube root of the trades" };
  return { length: Math.ceil(found.circular), from: "Politis and White" };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** @throws CommandError when the file cannot be read or holds too few trades of the model */
export async function readOwnTrades(options: OwnOptions, slots: number): Promise<OwnTrades> {
  const survey = await surveyFile({ path: options.file, map: options.map, delimiter: options.delimiter });
  const names = survey.models.map((m) => m.name);
  if (options.model !== undefined && !names.includes(options.model))
    throw new CommandError(`--model ${options.model}: the file's models are ${names.slice(0, 30).join(", ")}`);
  const model = options.model ?? chooseChampion(survey, undefined);
  const { byModel, skipped } = await readTaken(options);
  const trades = byModel.get(model) ?? [];
  if (trades.length < FEWEST_TRADES)
    throw new CommandError(
      `${model} has ${trades.length} usable trades; at least ${FEWEST_TRADES} are needed to resample`,
    );
  const pnl = Float64Array.from(trades, (t) => t.pnl);
  if (pnl.every((x) => x === pnl[0]))
    throw new CommandError(`every trade of ${model} earned the same: nothing to resample`);
  const block = blockOf({ pnl, chosen: options.block });
  const measured = options.correlation === undefined ? measuredCorrelation({ byModel, model }) : null;
  const correlationFrom =
    options.correlation !== undefined
      ? "given"
      : measured
        ? `measured: median over ${measured.models} other models of the file`
        : "assumed: the file holds no other model on the same signals";
  return {
    file: basename(options.file),
    model,
    history: makeHistory({ pnl, blockLength: block.length }),
    firstOpened: dayOf(trades[0]!.openedAt),
    lastClosed: dayOf(trades.reduce((at, t) => Math.max(at, t.closedAt), 0)),
    overlap: typicalOverlap({
      openedAt: Float64Array.from(trades, (t) => t.openedAt),
      closedAt: Float64Array.from(trades, (t) => t.closedAt),
      count: trades.length,
    }),
    blockLengthFrom: block.from,
    correlation: options.correlation ?? Math.min(0.99, Math.max(-0.99, measured?.r ?? USUAL_CORRELATION)),
    correlationFrom,
    real: options.correlation === undefined ? realRows({ byModel, model, slots, block: options.block }) : null,
    skipped,
  };
}
