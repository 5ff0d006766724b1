import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { CommandError, UsageError, wholeOption } from "../terminal/command-line.ts";
import { type DeployedStage, deployedStage } from "./deployed-stage.ts";
import { localAccess } from "./local-access.ts";

/** Which tables a command works on that goes past the API: those of the local stack, or of a deployed stage. */
export type TablesTarget = {
  client: DynamoDBClient;
  stage: string;
  region: string;
  tables: { trades: string; state: string };
  /** how S3 is reached */
  s3: S3ClientConfig;
  close(): void;
};

/** The options of every such command, for `parseArgs`. */
export const targetOptions = {
  stage: { type: "string" },
  region: { type: "string" },
  port: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export const targetHelp = `  --stage NAME     ENSEMBLE/STAGE, or prod where one ensemble has it: its tables, with your own AWS credentials (AWS_PROFILE …)
  --region NAME    of the stage (AWS_REGION)
  --port N         without --stage: the local stack whose API listens there (8000)`;

export function openTables(values: {
  stage?: string | undefined;
  region?: string | undefined;
  port?: string | undefined;
}): TablesTarget {
  if (values.stage !== undefined && values.port !== undefined)
    throw new UsageError("--stage and --port name two different targets: give one");
  if (values.stage === undefined) return openLocal(wholeOption("port", values.port ?? "8000", { min: 1, max: 65_533 }));
  return openDeployed(deployedStage(values.stage, { region: values.region }));
}

/** Those of a stage that is known already. */
export function openDeployed({ stage, region }: DeployedStage): TablesTarget {
  const client = new DynamoDBClient({ region, maxAttempts: 5 });
  return { ...describe(stage.id), client, region, s3: { region }, close: () => client.destroy() };
}

function openLocal(port: number): TablesTarget {
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port + 1}`, ...localAccess, maxAttempts: 5 });
  const s3 = { endpoint: `http://127.0.0.1:${port + 2}`, ...localAccess };
  return { ...describe("local"), client, region: localAccess.region, s3, close: () => client.destroy() };
}

function describe(stage: string): { stage: string; tables: TablesTarget["tables"] } {
  return { stage, tables: { trades: `understudy-${stage}-trades`, state: `understudy-${stage}-state` } };
}

/** @throws CommandError in one line, when a table does not answer */
export async function describeTable({
  client,
  name,
  signal,
}: {
  client: DynamoDBClient;
  name: string;
  signal: AbortSignal;
}): Promise<{ items: number; keys: string[] }> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }), { abortSignal: signal });
    return { items: Table?.ItemCount ?? 0, keys: (Table?.KeySchema ?? []).map((key) => key.AttributeName ?? "") };
  } catch (error) {
    signal.throwIfAborted();
    const { name: type, code, message } = error as NodeJS.ErrnoException;
    const away = code === "ECONNREFUSED" ? "nothing listens there" : message || type;
    const why = type === "ResourceNotFoundException" ? "there is no such table" : away;
    throw new CommandError(`the table ${name} does not answer: ${why}`);
  }
}

/** @throws CommandError about the first table that does not answer */
export async function checkTables({ client, tables }: TablesTarget, signal: AbortSignal): Promise<void> {
  for (const name of Object.values(tables)) await describeTable({ client, name, signal });
}
