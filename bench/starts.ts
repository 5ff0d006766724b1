import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type Bundles, bundleFunctions } from "../infra/bundle.ts";
import { type FunctionName, type Permissions, permissions } from "../infra/permissions.ts";

/** How long a function takes to start, beside a bare handler that has the same clients and does nothing. */

const root = join(import.meta.dirname, "..");

const clients = {
  dynamodb: [
    'import { DynamoDBClient } from "@aws-sdk/client-dynamodb";',
    'import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";',
    "export const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));",
  ],
  sns: ['import { SNSClient } from "@aws-sdk/client-sns";', "export const topic = new SNSClient({});"],
  s3: ['import { S3Client } from "@aws-sdk/client-s3";', "export const store = new S3Client({});"],
} as const;

type Client = keyof typeof clients;

/** openapi has no client; its yardstick is what every other route pays. */
function clientsOf(may: Permissions): Client[] {
  return ["dynamodb", ...(may.publishesAlerts ? ["sns" as const] : []), ...(may.readsFailures ? ["s3" as const] : [])];
}

/** Bundled as the CDK's NodejsFunction does it. */
function bundleBare(file: string, used: readonly Client[]): void {
  const lines = [...used.flatMap((name) => clients[name]), "export const handler = async () => {};"];
  buildSync({
    stdin: { contents: lines.join("\n"), resolveDir: root },
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: "error",
  });
}

export type Start = { cpuMs: number; wallMs: number };

const environment = { STAGE: "bench", TRADES_TABLE: "t", STATE_TABLE: "s", AWS_REGION: "us-east-1" };

/** Loads one module in a fresh process. */
function startOf(file: string, variables: Readonly<Record<string, string>>): Start {
  const script = `const at = performance.now(); const from = process.cpuUsage(); await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(from);
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() - at }));`;
  const args = ["--input-type=module", "--eval", script];
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...environment, ...variables }, encoding: "utf8" }));
}

export type Starts = {
  /** one right after the other, so that whatever else the machine does falls on both */
  pairOf(name: FunctionName): { bare: Start; ours: Start };
  /** processor time over that of the one bare start that is made for all functions with its clients: quick, and less sure */
  againstFirstBare(name: FunctionName): number;
  fileOf(name: FunctionName): string;
  end(): void;
};

/**
 * @param variablesOf  what the template sets for a function: options of Node among it can cost more than all its code
 * @param bundles  left out: made anew
 */
export function makeStarts(
  variablesOf: (name: FunctionName) => Readonly<Record<string, string>>,
  bundles: Bundles = bundleFunctions(),
): Starts {
  const directory = mkdtempSync(join(tmpdir(), "understudy-bare-"));
  const made = new Set<string>();
  const bareFor = (name: FunctionName): string => {
    const used = clientsOf(permissions[name]);
    const file = join(directory, `${used.join("-")}.mjs`);
    if (!made.has(file)) bundleBare(file, used);
    made.add(file);
    return file;
  };
  const fileOf = (name: FunctionName) => join(bundles.directoryOf(name), "index.mjs");
  const firstBare = new Map<string, number>();
  return {
    pairOf: (name) => ({ bare: startOf(bareFor(name), {}), ours: startOf(fileOf(name), variablesOf(name)) }),
    againstFirstBare: (name) => {
      const file = bareFor(name);
      const bareMs = firstBare.get(file) ?? startOf(file, {}).cpuMs;
      firstBare.set(file, bareMs);
      return startOf(fileOf(name), variablesOf(name)).cpuMs / bareMs;
    },
    fileOf,
    end: () => rmSync(directory, { recursive: true, force: true }),
  };
}
