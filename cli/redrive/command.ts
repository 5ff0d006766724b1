import { parseArgs } from "node:util";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { snakeCase } from "../../shared/domain/snake-case.ts";
import { type RedriveReport, redrive } from "../../shared/pipeline/redrive.ts";
import { S3Failures } from "../../shared/store/s3-failures.ts";
import { openStores } from "../client/table-stores.ts";
import { checkTables, openTables, type TablesTarget, targetHelp, targetOptions } from "../client/tables-target.ts";
import { CommandError, exitCodes, parseOrExplain } from "../terminal/command-line.ts";
import { count, plural } from "../terminal/figures.ts";
import { makeProgress } from "../terminal/progress.ts";

const help = `Brings back the batches of stream records that were given up and lie in the failure store. Every trade counts once, however
often it comes; what was brought back leaves the store.

usage: npm run redrive -- [options]

${targetHelp}
  --json           the report as JSON on standard output
  --help           this text

Exit code 0: the store is empty now; 3: something stays there, and the report says why.

${exitCodes}

examples:
  npm run redrive
  AWS_PROFILE=trading npm run redrive -- --stage prod`;

const LEFT = 3;
const LINES_MAX = 10;

/** @param argv  without the program's name */
export async function redriveCommand(argv: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      args: argv,
      options: {
        ...targetOptions,
      },
    }),
  );
  if (values.help) return void process.stdout.write(`${help}\n`);
  const target = openTables(values);
  const s3 = new S3Client({ ...target.s3, maxAttempts: 5 });
  try {
    await checkTables(target, signal);
    const failures = new S3Failures(s3, await failureStoreOf(target, s3, signal));
    const progress = makeProgress({ total: await failures.count(), unit: "batches" });
    const report = await redrive(
      { ...openStores(target), failures },
      { signal, onBatch: (done) => progress.to(done) },
    ).finally(progress.end);
    process.stdout.write(values.json ? `${JSON.stringify(snakeCase(report), null, 2)}\n` : textOf(report));
    if (report.left.length > 0)
      throw new CommandError(`${plural(report.left.length, "batch", "batches")} stay in the failure store`, {
        exitCode: LEFT,
      });
  } finally {
    s3.destroy();
    target.close();
  }
}

/** The stage's bucket, by its name, in which the account stands. @throws CommandError when there is none */
async function failureStoreOf(target: TablesTarget, s3: S3Client, signal: AbortSignal): Promise<string> {
  const prefix = `understudy-${target.stage}-failures-`;
  const answer = await s3.send(new ListBucketsCommand({ Prefix: prefix }), { abortSignal: signal }).catch((error) => {
    signal.throwIfAborted();
    throw new CommandError(`S3 does not answer: ${(error as Error).message}`);
  });
  const names = (answer.Buckets ?? []).flatMap(({ Name }) => (Name?.startsWith(prefix) ? Name : []));
  const here = names.filter((name) => name.endsWith(`-${target.region}`));
  if (here.length !== 1) throw new CommandError(`there is no failure store of ${target.stage} in ${target.region}`);
  return here[0]!;
}

function textOf({ batches, counted, repeated, rejected, left }: RedriveReport): string {
  const lines = [
    batches + left.length === 0
      ? "The failure store is empty: nothing was given up."
      : `${plural(batches, "batch", "batches")} brought back: ${plural(counted, "trade")} counted, ${count(repeated)} known before` +
        `${rejected > 0 ? `, ${count(rejected)} rejected` : ""}.`,
    ...left.slice(0, LINES_MAX).map(({ key, reason }) => `  left: ${key}: ${reason}`),
    ...(left.length > LINES_MAX ? [`  … and ${count(left.length - LINES_MAX)} more`] : []),
  ];
  return `${lines.join("\n")}\n`;
}
