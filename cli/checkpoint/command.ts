import { parseArgs } from "node:util";
import { exportCheckpoint } from "../checkpoint-file/export.ts";
import type { Manifest } from "../checkpoint-file/format.ts";
import { importCheckpoint, verifyCheckpoint } from "../checkpoint-file/import.ts";
import { checkTables, describeTable, openTables, targetHelp, targetOptions } from "../client/tables-target.ts";
import { asTheSystemSays, exitCodes, parseOrExplain, UsageError } from "../terminal/command-line.ts";
import { count, plural } from "../terminal/figures.ts";
import { makeProgress } from "../terminal/progress.ts";

const help = `Saves the whole of Understudy, trades and state, in one file, and restores it.

usage: npm run checkpoint -- export FILE [options]
       npm run checkpoint -- verify FILE
       npm run checkpoint -- import FILE [options]

${targetHelp}
  --force          export: replace FILE; import: empty the tables first, whatever they hold
  --json           the manifest as JSON on standard output
  --help           this text

An import checks the whole file first, and writes into empty tables only.

${exitCodes}

examples:
  npm run checkpoint -- export ./monday.checkpoint
  npm run checkpoint -- import ./monday.checkpoint --port 9000
  AWS_PROFILE=trading npm run checkpoint -- export ./prod.checkpoint --stage prod`;

type Output = { out: (text: string) => void; say: (text: string) => void };
type Values = { stage?: string; region?: string; port?: string; force: boolean; json: boolean };

/** @param argv  without the program's name */
export async function checkpoint(
  argv: string[],
  signal: AbortSignal,
  output: Output = {
    out: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
  },
): Promise<void> {
  const { values, positionals } = parseOrExplain(() =>
    parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...targetOptions,
        force: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) return output.out(help);
  const [verb, file, ...others] = positionals;
  if (!verb || !file || others.length > 0) throw new UsageError("say what to do and with which file: export FILE");
  const run = { export: runExport, verify: runVerify, import: runImport }[verb];
  if (!run) throw new UsageError(`"${verb}" is none of export, verify, import`);
  try {
    await run(file, values as Values, { signal, output });
  } catch (error) {
    throw asTheSystemSays(error, signal);
  }
}

type Surroundings = { signal: AbortSignal; output: Output };

async function runExport(file: string, values: Values, { signal, output }: Surroundings): Promise<void> {
  const target = openTables(values);
  try {
    const names = [target.tables.state, target.tables.trades];
    const sizes = await Promise.all(names.map((name) => describeTable({ client: target.client, name, signal })));
    const progress = makeProgress({ total: sizes.reduce((sum, { items }) => sum + items, 0), unit: "items" });
    const createdAt = new Date().toISOString();
    const manifest = await exportCheckpoint({ target, file, force: values.force, createdAt, progress, signal }).finally(
      progress.end,
    );
    report(manifest, values, output, `${file} holds`);
  } finally {
    target.close();
  }
}

async function runVerify(file: string, values: Values, { signal, output }: Surroundings): Promise<void> {
  const { manifest, header } = await verifyCheckpoint(file, { signal });
  report(
    manifest,
    values,
    output,
    `${file} is whole: exported ${header.created_at} from ${header.source.state}; it holds`,
  );
}

async function runImport(file: string, values: Values, { signal, output }: Surroundings): Promise<void> {
  const verified = await verifyCheckpoint(file, { signal });
  const { tables } = verified.manifest;
  const target = openTables(values);
  const progress = makeProgress({ total: tables.state.items + tables.trades.items, unit: "items" });
  try {
    await checkTables(target, signal);
    await importCheckpoint({ target, file, verified, force: values.force, progress, signal }).finally(progress.end);
    report(verified.manifest, values, output, `${target.tables.state} and ${target.tables.trades} now hold`);
  } catch (error) {
    if (signal.aborted) output.say("Interrupted: the tables hold a part; import again with --force.");
    throw error;
  } finally {
    target.close();
  }
}

function report(manifest: Manifest, values: Values, { out }: Output, begin: string): void {
  const { state, trades } = manifest.tables;
  out(
    values.json
      ? JSON.stringify(manifest, null, 2)
      : `${begin} ${plural(trades.items, "trade")} and ${count(state.items)} items of state, roles at version ${count(manifest.registry_version)}.`,
  );
}
