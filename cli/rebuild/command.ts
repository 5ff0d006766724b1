import { parseArgs } from "node:util";
import { snakeCase } from "../../shared/domain/snake-case.ts";
import { CannotRebuild, rebuild } from "../../shared/pipeline/rebuild.ts";
import { openStores } from "../client/table-stores.ts";
import { checkTables, openTables, targetHelp, targetOptions } from "../client/tables-target.ts";
import { CommandError, exitCodes, parseOrExplain, UsageError } from "../terminal/command-line.ts";
import { count, plural } from "../terminal/figures.ts";
import { makeProgress } from "../terminal/progress.ts";

const help = `Makes one model's ledger anew from its raw trades, and puts it in place of the present one in a single write. Roles, history and
looks stay as they are. For a ledger that npm run reconcile says cannot be mended row by row.

usage: npm run rebuild -- MODEL [options]

  --force          also when the present ledger cannot be read: rows whose raw trade has expired are then lost
${targetHelp}
  --json           the report as JSON on standard output
  --help           this text

${exitCodes}

examples:
  npm run rebuild -- momentum-1
  AWS_PROFILE=trading npm run rebuild -- momentum-1 --stage prod`;

/** @param argv  without the program's name */
export async function rebuildCommand(argv: string[], signal: AbortSignal): Promise<void> {
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
  if (values.help) return void process.stdout.write(`${help}\n`);
  const [model, ...others] = positionals;
  if (!model || others.length > 0) throw new UsageError("say whose ledger: one model's name");
  const target = openTables(values);
  // Nobody knows how many trades a model has before they have been read.
  const progress = makeProgress({ total: 0, unit: "trades" });
  try {
    await checkTables(target, signal);
    const options = { force: values.force, signal, onPage: (trades: number) => progress.to(trades) };
    const report = await rebuild(model, openStores(target), options).finally(progress.end);
    const text = `The ledger of ${model} now has ${plural(report.after, "row")}; it had ${count(report.before)}. ${plural(report.kept, "row")} whose trade has expired or was changed stayed, ${count(report.dropped)} without any trade went.`;
    process.stdout.write(`${values.json ? JSON.stringify(snakeCase(report), null, 2) : text}\n`);
  } catch (error) {
    if (error instanceof CannotRebuild) throw new CommandError(error.message);
    throw error;
  } finally {
    target.close();
  }
}
