import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { knownNames } from "../../shared/domain/registry.ts";
import { openStores } from "../client/table-stores.ts";
import { checkTables, openTables, targetHelp, targetOptions } from "../client/tables-target.ts";
import { asTheSystemSays, CommandError, exitCodes, parseOrExplain, UsageError } from "../terminal/command-line.ts";
import { count, list } from "../terminal/figures.ts";
import { readLife } from "./life.ts";
import { tearsheet } from "./tearsheet.ts";
import { type Format, writeMetrics, writeTrades } from "./writing.ts";

const help = `Writes what is known into files: raw trades, figures, and a tearsheet with plots for each model.

usage: npm run export -- [WHAT …] [options]

  WHAT             trades, metrics, tearsheets                           (all three)
  --out DIR        where to                                              (understudy-export)
  --format KIND    of trades and metrics: csv or json                    (csv)
  --model NAME     only this model; may be given again                   (all that were ever deployed)
${targetHelp}
  --json           which files were written, as JSON on standard output
  --help           this text

The CSV of trades can be replayed as it is. A tearsheet is one HTML file without scripts: it can be mailed and printed.

${exitCodes}

examples:
  npm run export -- --out ./monday
  npm run export -- tearsheets --model momentum-v2
  AWS_PROFILE=trading npm run export -- trades --format json --stage prod`;

const kinds = ["trades", "metrics", "tearsheets"] as const;
type Kind = (typeof kinds)[number];
/** What a written file holds. */
type Written = { file: string; rows: number; unit: string };

/** @param argv  without the program's name */
export async function exportCommand(argv: string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseOrExplain(() =>
    parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...targetOptions,
        out: { type: "string", default: "understudy-export" },
        format: { type: "string", default: "csv" },
        model: { type: "string", multiple: true },
      },
    }),
  );
  if (values.help) return void process.stdout.write(`${help}\n`);
  const wanted = kindsOf(positionals);
  const format = values.format;
  if (format !== "csv" && format !== "json") throw new UsageError(`--format is csv or json, not "${format}"`);
  const target = openTables(values);
  try {
    await checkTables(target, signal);
    const out = resolve(values.out);
    await mkdir(out, { recursive: true });
    const written = await writeAll(openStores(target), { wanted, format, out, names: values.model ?? null, signal });
    const line = ({ file, rows, unit }: Written) => `${file}  ${count(rows)} ${unit}`;
    process.stdout.write(
      values.json ? `${JSON.stringify({ files: written }, null, 2)}\n` : `${written.map(line).join("\n")}\n`,
    );
  } catch (error) {
    throw asTheSystemSays(error, signal);
  } finally {
    target.close();
  }
}

function kindsOf(words: readonly string[]): Set<Kind> {
  const unknown = words.find((word) => !(kinds as readonly string[]).includes(word));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is none of ${list(kinds)}`);
  return new Set(words.length === 0 ? kinds : (words as Kind[]));
}

type Plan = { wanted: Set<Kind>; format: Format; out: string; names: readonly string[] | null; signal: AbortSignal };

async function writeAll(stores: ReturnType<typeof openStores>, plan: Plan): Promise<Written[]> {
  const { wanted, format, out } = plan;
  const registry = await stores.state.loadRegistry();
  const deployed = knownNames(registry);
  const missing = (plan.names ?? []).filter((name) => !deployed.includes(name));
  if (missing.length > 0) throw new CommandError(`never deployed: ${list(missing)}`);
  const names = [...new Set(plan.names ?? deployed)];
  if (names.length === 0) throw new CommandError("nobody is deployed yet: there is nothing to write");
  const written: Written[] = [];
  if (wanted.has("trades")) {
    const file = join(out, `trades.${format}`);
    const rows = await writeTrades(file, { names, format, trades: stores.trades, signal: plan.signal });
    written.push({ file, rows, unit: "trades" });
  }
  if (!wanted.has("metrics") && !wanted.has("tearsheets")) return written;
  const lives = [];
  for (const name of names) {
    plan.signal.throwIfAborted();
    lives.push(await readLife(name, registry, stores.state));
  }
  if (wanted.has("metrics")) {
    const file = join(out, `metrics.${format}`);
    written.push({ file, rows: await writeMetrics(file, { lives, format }), unit: "models" });
  }
  if (!wanted.has("tearsheets")) return written;
  for (const life of lives) {
    const file = join(out, `tearsheet-${life.model}.html`);
    await writeFile(file, tearsheet(life));
    written.push({ file, rows: life.pnl.length, unit: "trades drawn" });
  }
  return written;
}
