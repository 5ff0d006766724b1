import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseOrExplain, runCommand, wholeOption } from "../cli/terminal/command-line.ts";
import { type FunctionName, type Permissions, permissions } from "../infra/permissions.ts";
import { rounded } from "../shared/domain/number-words.ts";
import { statementsOf, templatesOf, variablesOf } from "../test/support/synthesised.ts";
import { chosenFunctions, show, tableOptions } from "./deployment-table.ts";
import { makeStarts, type Start } from "./starts.ts";
import { median } from "./subject.ts";

/** What each function calls, the statements of its role, how large it is, and how long it takes to start beside a bare handler. */

const HELP = `Prints, for every function: its calls, the statements of its role, its bundle, and its start beside that of a bare handler
with the same clients.

  npm run functions [-- options]

  --rounds N   starts of each, one after the other (default 7)
  --only A,B   these functions
  --write      put the table into docs/DEPLOYMENT.md
  --json
  --help

A start is a fresh process that loads the bundle with the variables of its template: processor time, and time by the clock. Ratios of
one run mean something, times of a shared machine little. The bare handler is bundled as the CDK's NodejsFunction does it.
`;

type Row = {
  name: FunctionName;
  calls: string[];
  statements: number;
  kilobytes: number;
  /** of its start beside the bare one's: processor time, and what a clock on the wall shows */
  cpu: number;
  wall: number;
};

function measure(rounds: number, measured: readonly FunctionName[]): Row[] {
  const { service } = templatesOf("dev");
  const starts = makeStarts((name) => variablesOf(service, name));
  try {
    const pairs = new Map(measured.map((name) => [name, [] as ReturnType<typeof starts.pairOf>[]]));
    for (let round = 0; round < rounds; round++)
      for (const name of measured) pairs.get(name)!.push(starts.pairOf(name));
    const ratioOf = (name: FunctionName, of: keyof Start) =>
      median(pairs.get(name)!.map(({ bare, ours }) => ours[of] / bare[of]));
    return measured.map((name) => ({
      name,
      calls: callsOf(permissions[name]),
      statements: statementsOf(service, name).length,
      kilobytes: Math.round(statSync(starts.fileOf(name)).size / 1024),
      cpu: ratioOf(name, "cpuMs"),
      wall: ratioOf(name, "wallMs"),
    }));
  } finally {
    starts.end();
  }
}

function callsOf(may: Permissions): string[] {
  return [
    ...may.state.map((action) => `dynamodb:${action}`),
    ...(may.publishesAlerts ? ["sns:Publish"] : []),
    ...(may.readsFailures ? ["s3:ListBucket"] : []),
  ];
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.name} | ${row.calls.join(", ") || "none"} | ${row.statements} | ${row.kilobytes} | ${rounded(row.cpu, 2)} | ${rounded(row.wall, 2)} |`,
  );
  return [
    "| function | calls made = calls allowed | statements of its role | bundle, KB | start beside a bare handler, CPU | wall |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        rounds: { type: "string", default: "7" },
        ...tableOptions,
      },
    }),
  );
  if (values.help) {
    console.log(HELP);
    return;
  }
  const rounds = wholeOption("rounds", values.rounds, { min: 1, max: 99 });
  show("functions", measure(rounds, chosenFunctions(values)), values, tableOf);
}

await runCommand("functions", main);
