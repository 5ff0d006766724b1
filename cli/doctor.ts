import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isLoopbackHost } from "../local/http/loopback.ts";
import { exportCheckpoint } from "./checkpoint-file/export.ts";
import { verifyCheckpoint } from "./checkpoint-file/import.ts";
import { type Api, DEFAULT_URL } from "./client/api-client.ts";
import { connect } from "./client/connection.ts";
import { type DeployedStage, deployedStage } from "./client/deployed-stage.ts";
import { openStores } from "./client/table-stores.ts";
import { checkTables, openDeployed, openTables, type TablesTarget } from "./client/tables-target.ts";
import * as checks from "./doctor/checks.ts";
import { type Finding, pass, unknown } from "./doctor/finding.ts";
import { figuresFinding, historyFinding } from "./doctor/integrity.ts";
import { playRehearsal, type Rehearsal } from "./doctor/rehearsal.ts";
import { reportMarkdown, reportOf } from "./doctor/report.ts";
import { deployedFindings } from "./doctor/stage-checks.ts";
import { gatherFacts } from "./doctor/stage-facts.ts";
import { CommandError, exitCodes, parseOrExplain, runCommand } from "./terminal/command-line.ts";
import { plural } from "./terminal/figures.ts";
import { pause } from "./terminal/pause.ts";
import { makeProgress } from "./terminal/progress.ts";

/** `npm run doctor`: the deployment checklist, carried out against a stack and filled in. */

const help = `Carries out the deployment checklist against a running stack and prints it filled in. It changes nothing there: what has to be
tried (promotion, rollback, alerts) is rehearsed in a stack of its own on this machine, with the default settings.

  npm run doctor -- [options]

  --url ADDRESS     the API (default ${DEFAULT_URL})
  --stage NAME      a stage in AWS instead, ENSEMBLE/STAGE or prod where one ensemble has it, with your own credentials (AWS_PROFILE …): also
                    subscriptions, alarms, quotas, triggers, lag, what was given up, versions
  --region NAME     of the stage, where its file leaves it open (AWS_REGION)
  --out FILE        the checklist as Markdown into FILE, too
  --by NAME         who signs (default: the user of this shell)
  --no-rehearsal    leave the rehearsal out (it takes about a minute)
  --json            one JSON document
  --help

It exits with 1 when a row fails. Rows for a person stay open.

${exitCodes}

Examples
  npm run doctor
  npm run doctor -- --out checklist.md --by "J. Doe"
  npm run doctor -- --json --no-rehearsal | jq .failed
  AWS_PROFILE=trading npm run doctor -- --stage prod --no-rehearsal`;

await runCommand("doctor", async (signal) => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        url: { type: "string" },
        stage: { type: "string" },
        region: { type: "string" },
        out: { type: "string" },
        by: { type: "string", default: userInfo().username },
        rehearsal: { type: "boolean", default: true },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
      allowNegative: true,
    }),
  );
  if (values.help) return void process.stdout.write(`${help}\n`);
  const target = values.stage === undefined ? null : deployedStage(values.stage, { region: values.region });
  const api = await connect(values, signal);
  const findings = await examine(api, { signal, rehearse: values.rehearsal, target });
  const inAws = target && deployedFindings(await gatherFacts(target), target);
  const report = reportOf(findings, inAws, { at: new Date().toISOString(), by: values.by, stack: api.url });
  const markdown = reportMarkdown(report);
  if (values.out !== undefined) writeFileSync(values.out, markdown);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : markdown);
  if (report.failed > 0) throw new CommandError(`${report.failed} of the checklist's rows failed`);
});

async function examine(
  api: Api,
  { signal, rehearse, target }: { signal: AbortSignal; rehearse: boolean; target: DeployedStage | null },
): Promise<checks.Findings> {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  say(`Examining ${api.url} …`);
  const status = await api.status();
  const ofTheStack = {
    settings: checks.settingsFinding(status),
    routes: await checks.routesFinding(api, status),
    champion: checks.championFinding(status),
    challenger: checks.challengerFinding(status),
    decision: checks.decisionFinding(status),
    rollbackDryRun: await checks.rollbackFinding(api),
    first100: checks.first100Finding(status),
    success: await checks.successFinding(api),
    ...(await checks.healthFindings(api)),
    ...(await integrity(status, { url: api.url, target, signal })),
  };
  say("Timing a look and the recording of trades on this machine …");
  const speed = checks.speedFindings();
  const rehearsal = rehearse ? await rehearsed(say, signal) : null;
  return { ...ofTheStack, ...speed, ...checks.rehearsalFindings(rehearsal) };
}

type Integrity = Pick<checks.Findings, "tradeHistory" | "figures" | "checkpoint">;

/** What the tables themselves say. */
async function integrity(
  status: Awaited<ReturnType<Api["status"]>>,
  o: { url: string; target: DeployedStage | null; signal: AbortSignal },
): Promise<Integrity> {
  const { port, host } = new URL(o.url);
  if (!o.target && !isLoopbackHost(host)) return notRead("the tables are found by --stage alone");
  const tables = o.target ? openDeployed(o.target) : openTables({ port: port || "80" });
  try {
    await checkTables(tables, o.signal);
    const { state, trades, clock } = openStores(tables);
    const sleep = (ms: number) => pause(ms, o.signal);
    return {
      tradeHistory: await historyFinding(status, { state, trades, clock, sleep }, { signal: o.signal }),
      figures: await figuresFinding(status, trades),
      checkpoint: o.target
        ? unknown("reads everything: npm run checkpoint -- export FILE --stage NAME")
        : await checkpointFinding(tables, o.signal),
    };
  } catch (error) {
    o.signal.throwIfAborted();
    if (!(error instanceof CommandError)) throw error;
    return notRead(error.message);
  } finally {
    tables.close();
  }
}

function notRead(why: string): Integrity {
  const finding = unknown(why);
  return { tradeHistory: finding, figures: finding, checkpoint: finding };
}

/** Saves both tables into a file, reads it back, and removes it. */
async function checkpointFinding(target: TablesTarget, signal: AbortSignal): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-doctor-"));
  const progress = makeProgress({ total: 0, unit: "items" });
  try {
    const file = join(folder, "all.checkpoint");
    const createdAt = new Date().toISOString();
    await exportCheckpoint({ target, file, force: false, createdAt, progress, signal });
    const { tables } = (await verifyCheckpoint(file, { signal })).manifest;
    return pass(
      `${plural(tables.trades.items, "trade")} and ${plural(tables.state.items, "item")} of state in one file`,
    );
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rehearsed(say: (text: string) => void, signal: AbortSignal): Promise<Rehearsal> {
  say("Rehearsing promotion, collapse and rollback in a stack of its own …");
  const progress = makeProgress({ total: 540, unit: "signals" });
  try {
    return await playRehearsal({ signal, progress: (signals) => progress.to(signals) });
  } finally {
    progress.end();
  }
}
