import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { Api, DEFAULT_URL } from "./client/api-client.ts";
import * as checks from "./doctor/checks.ts";
import { playRehearsal, type Rehearsal } from "./doctor/rehearsal.ts";
import { reportMarkdown, reportOf } from "./doctor/report.ts";
import { CommandError, parseOrExplain, runCommand, urlOption } from "./terminal/command-line.ts";
import { makeProgress } from "./terminal/progress.ts";

/** `npm run doctor`: the deployment checklist, carried out against a stack and filled in. */

const help = `Carries out the deployment checklist against a running stack and prints it filled in. It changes nothing there: what has to be
tried (promotion, rollback, alerts) is rehearsed in a stack of its own on this machine, with the default settings.

  npm run doctor -- [options]

  --url ADDRESS     the API (default ${DEFAULT_URL})
  --out FILE        the checklist as Markdown into FILE, too
  --by NAME         who signs (default: the user of this shell)
  --no-rehearsal    leave the rehearsal out (it takes about a minute)
  --json            one JSON document
  --help

It exits with 1 when a row fails. Rows for a person stay open.

Examples
  npm run doctor
  npm run doctor -- --out checklist.md --by "J. Doe"
  npm run doctor -- --json --no-rehearsal | jq .failed`;

await runCommand("doctor", async (signal) => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        url: { type: "string", default: DEFAULT_URL },
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
  const api = new Api(urlOption("url", values.url), signal);
  const findings = await examine(api, { signal, rehearse: values.rehearsal });
  const report = reportOf(findings, { at: new Date().toISOString(), by: values.by, stack: api.url });
  const markdown = reportMarkdown(report);
  if (values.out !== undefined) writeFileSync(values.out, markdown);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : markdown);
  if (report.failed > 0) throw new CommandError(`${report.failed} of the checklist's rows failed`);
});

async function examine(
  api: Api,
  { signal, rehearse }: { signal: AbortSignal; rehearse: boolean },
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
  };
  say("Timing a look and the recording of trades on this machine …");
  const speed = checks.speedFindings();
  const rehearsal = rehearse ? await rehearsed(say, signal) : null;
  return { ...ofTheStack, ...speed, ...checks.rehearsalFindings(rehearsal) };
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
