import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { parseOrExplain, runCommand, UsageError, wholeOption } from "../cli/terminal/command-line.ts";
import { type Bundles, bundleFunctions } from "../infra/bundle.ts";
import { logicalId } from "../infra/names.ts";
import { type FunctionName, functionNames, type Permissions, permissions } from "../infra/permissions.ts";
import { makeApp } from "../infra/synthesise.ts";
import { rounded } from "../shared/domain/number-words.ts";
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

A start is the processor time of a fresh process that loads the bundle. Ratios of one run mean something, times of a shared
machine little. The bare handler is bundled as the CDK's NodejsFunction does it.
`;

type Row = { name: FunctionName; calls: string[]; statements: number; kilobytes: number; ratio: number };

const root = join(import.meta.dirname, "..");
const clients = {
  dynamodb: [
    'import { DynamoDBClient } from "@aws-sdk/client-dynamodb";',
    'import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";',
    "const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));",
  ],
  sns: ['import { SNSClient } from "@aws-sdk/client-sns";', "const topic = new SNSClient({});"],
  s3: ['import { S3Client } from "@aws-sdk/client-s3";', "const store = new S3Client({});"],
} as const;

function clientsOf(may: Permissions): (keyof typeof clients)[] {
  return [
    ...(may.state.length > 0 ? (["dynamodb"] as const) : []),
    ...(may.publishesAlerts ? (["sns"] as const) : []),
    ...(may.readsFailures ? (["s3"] as const) : []),
  ];
}

/** A handler that has the clients and does nothing, bundled as NodejsFunction would. */
function bareHandler(directory: string, used: (keyof typeof clients)[]): string {
  const file = join(directory, `bare-${used.join("-")}.mjs`);
  const body = used.flatMap((name) => [...clients[name]]);
  const kept = used.map((name) => ({ dynamodb: "table", sns: "topic", s3: "store" })[name]);
  buildSync({
    stdin: { contents: [...body, `export const handler = async () => [${kept}].length;`].join("\n"), resolveDir: root },
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: "error",
  });
  return file;
}

const environment = { STAGE: "bench", TRADES_TABLE: "t", STATE_TABLE: "s", AWS_REGION: "us-east-1" };

/** Processor milliseconds of loading one module in a fresh process. */
function start(file: string): number {
  const script = `const from = process.cpuUsage(); await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(from); console.log((user + system) / 1000);`;
  const answer = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { env: environment });
  return Number(answer.toString());
}

type Resource = { Type: string; Properties: Record<string, unknown> };

/** Statements of each function's role, its logs and traces included, as the template of dev has them. */
function statementsOf(bundles: Bundles): Map<FunctionName, number> {
  const outdir = mkdtempSync(join(tmpdir(), "understudy-synth-"));
  try {
    const context = { stage: "dev" };
    const options = { context, outdir, builtinCloudFormationValidation: false };
    const { app, service } = makeApp({ environment: {}, bundles, app: options });
    const { Resources } = app.synth().getStackByName(service.stackName).template as {
      Resources: Record<string, Resource>;
    };
    const policies = Object.values(Resources).filter(({ Type }) => Type === "AWS::IAM::Policy");
    return new Map(
      functionNames.map((name) => {
        const ofRole = policies.filter(({ Properties: p }) =>
          (p.Roles as { Ref: string }[]).some(({ Ref }) => new RegExp(`^${logicalId(name)}Role[0-9A-F]{8}$`).test(Ref)),
        );
        const documents = ofRole.map(({ Properties: p }) => p.PolicyDocument as { Statement: unknown[] });
        return [name, documents.reduce((sum, { Statement }) => sum + Statement.length, 0)];
      }),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function measure(rounds: number, measured: readonly FunctionName[]): Row[] {
  const directory = mkdtempSync(join(tmpdir(), "understudy-bare-"));
  try {
    const bundles = bundleFunctions();
    const fileOf = (name: FunctionName) => join(bundles.directoryOf(name), "index.mjs");
    const statements = statementsOf(bundles);
    const bareOf = new Map(
      measured.map((name) => [name, bareHandler(directory, clientsOf(permissions[name]))] as const),
    );
    const ratios = new Map<FunctionName, number[]>(measured.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const name of measured) {
        // Side by side, so that whatever else the machine does falls on both.
        const bare = start(bareOf.get(name)!);
        ratios.get(name)!.push(start(fileOf(name)) / bare);
      }
    return measured.map((name) => ({
      name,
      calls: callsOf(permissions[name]),
      statements: statements.get(name) ?? 0,
      kilobytes: Math.round(statSync(fileOf(name)).size / 1024),
      ratio: median(ratios.get(name)!),
    }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
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
      `| ${row.name} | ${row.calls.join(", ") || "none"} | ${row.statements} | ${row.kilobytes} | ${rounded(row.ratio, 2)} |`,
  );
  return [
    "| function | calls made = calls allowed | statements of its role | bundle, KB | start beside a bare handler |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        rounds: { type: "string", default: "7" },
        only: { type: "string" },
        write: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) {
    console.log(HELP);
    return;
  }
  const only = values.only?.split(",");
  const measured = functionNames.filter((name) => only?.includes(name) ?? true);
  if (values.write && only) throw new UsageError("--write writes the whole table: leave --only out");
  const rows = measure(wholeOption("rounds", values.rounds, { min: 1, max: 99 }), measured);
  console.log(values.json ? JSON.stringify(rows) : tableOf(rows));
  if (!values.write) return;
  const document = join(root, "docs", "DEPLOYMENT.md");
  const text = readFileSync(document, "utf8");
  const fenced = /(<!-- functions -->\n)[\s\S]*?(\n<!-- \/functions -->)/;
  writeFileSync(
    document,
    text.replace(fenced, (_all, from, to) => `${from}${tableOf(rows)}${to}`),
  );
}

await runCommand("functions", main);
