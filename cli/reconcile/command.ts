import { parseArgs } from "node:util";
import { mismatchKinds } from "../../shared/domain/mismatch.ts";
import { snakeCase } from "../../shared/domain/snake-case.ts";
import { type ModelReport, type ReconcileReport, reconcile } from "../../shared/pipeline/reconcile.ts";
import { openStores } from "../client/table-stores.ts";
import { checkTables, openTables, targetHelp, targetOptions } from "../client/tables-target.ts";
import { CommandError, exitCodes, parseOrExplain } from "../terminal/command-line.ts";
import { count, list, money, plural } from "../terminal/figures.ts";
import { pause } from "../terminal/pause.ts";
import { makeProgress } from "../terminal/progress.ts";

const help = `Compares the raw trades with the ledgers, model by model: what is missing, extra, different or double.

usage: npm run reconcile -- [options]

  --repair         take missing trades in, in the order in which they closed
  --model NAME     only this model; may be given again                  (all of the registry)
${targetHelp}
  --json           the report as JSON on standard output
  --help           this text

Exit code 0: everything agrees, or was repaired; 3: something is left, and the report says what to do.

${exitCodes}

examples:
  npm run reconcile
  AWS_PROFILE=trading npm run reconcile -- --stage prod --repair`;

const LEFT = 3;

/** @param argv  without the program's name */
export async function reconcileCommand(argv: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      args: argv,
      options: {
        ...targetOptions,
        repair: { type: "boolean", default: false },
        model: { type: "string", multiple: true },
      },
    }),
  );
  if (values.help) return void process.stdout.write(`${help}\n`);
  const target = openTables(values);
  try {
    await checkTables(target, signal);
    const report = await run(target, { models: values.model ?? null, repair: values.repair }, signal);
    process.stdout.write(values.json ? `${JSON.stringify(snakeCase(report), null, 2)}\n` : textOf(report));
    const left = report.models.filter((model) => model.left.length > 0).map(({ model }) => model);
    left.push(...report.failed.map(({ model }) => model));
    if (left.length > 0 || report.unknown.length > 0)
      throw new CommandError(
        left.length > 0 ? `something is left to do for ${list(left)}` : `never deployed: ${list(report.unknown)}`,
        { exitCode: LEFT },
      );
  } finally {
    target.close();
  }
}

async function run(
  target: ReturnType<typeof openTables>,
  options: { models: readonly string[] | null; repair: boolean },
  signal: AbortSignal,
): Promise<ReconcileReport> {
  const stores = openStores(target);
  // Nobody knows how many trades a model has before they have been read.
  const progress = makeProgress({ total: 0, unit: "trades" });
  let before = 0;
  let last = 0;
  try {
    return await reconcile(
      {
        ...stores,
        sleep: async (ms) => {
          progress.say(
            `Some trades are not in the ledger: looking again in ${ms / 1000} s, they may be on their way …`,
          );
          await pause(ms, signal);
        },
      },
      {
        ...options,
        signal,
        onPage: (_model, trades) => {
          if (trades < last) before += last;
          last = trades;
          progress.to(before + trades);
        },
      },
    );
  } finally {
    progress.end();
  }
}

function textOf(report: ReconcileReport): string {
  const lines = report.models.flatMap(linesOf);
  for (const { model, reason } of report.failed)
    lines.push(`${model}: CANNOT BE COMPARED — ${reason}`, `  left: npm run rebuild -- ${model}, if it is the ledger`);
  if (lines.length === 0) lines.push("No model has a ledger yet.");
  return `${lines.join("\n")}\n`;
}

function linesOf(model: ModelReport): string[] {
  const { raw, ledger } = model.figures;
  const agrees = mismatchKinds.every((kind) => model.mismatches[kind].count === 0) && model.head.length === 0;
  const lines = [
    `${model.model}: ${agrees ? "agrees" : "DOES NOT AGREE"} — ${plural(raw.trades, "valid trade")} (${money(raw.totalPnl)}), ` +
      `${plural(ledger.trades, "row")} (${money(ledger.totalPnl)})` +
      `${model.invalid > 0 ? `, ${count(model.invalid)} invalid` : ""}` +
      `${model.expired > 0 ? `, ${count(model.expired)} expired` : ""}` +
      `${model.explained > 0 ? `, ${count(model.explained)} changed or deleted and reported then` : ""}`,
  ];
  for (const kind of mismatchKinds) {
    const { count: found, ids } = model.mismatches[kind];
    if (found === 0) continue;
    lines.push(`  ${kind}: ${count(found)}: ${ids.slice(0, 5).join(", ")}${found > 5 ? " …" : ""}`);
  }
  for (const fault of model.head) lines.push(`  head: ${fault}`);
  if (model.repaired > 0) lines.push(`  repaired: ${plural(model.repaired, "trade")} taken in`);
  for (const left of model.left) lines.push(`  left: ${left}`);
  return lines;
}
