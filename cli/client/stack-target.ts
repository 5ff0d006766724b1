import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { LocalStack } from "../../local/stack.ts";
import { CommandError } from "../terminal/command-line.ts";
import { Api, ApiAway, DEFAULT_URL } from "./api-client.ts";
import { localAccess } from "./local-access.ts";

/** Where a replay goes: a stack that runs already, or one of its own. */

export const DEFAULT_TABLE = "understudy-local-trades";

export type TargetOptions = {
  url: string | undefined;
  dynamodb: string | undefined;
  table: string | undefined;
  own: boolean;
};

export type Target = {
  api: Api;
  client: DynamoDBDocumentClient;
  table: string;
  /** the stack this replay started; null: it uses a running one */
  own: LocalStack | null;
  close(): Promise<void>;
};

/**
 * @param say  gets a sentence about what is used
 * @throws ApiAway when an address was given and nothing answers there
 */
export async function openTarget(
  options: TargetOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Target> {
  if (options.own) return openOwn(say, signal);
  const api = new Api(options.url ?? DEFAULT_URL, signal);
  try {
    await api.health();
  } catch (error) {
    if (!(error instanceof ApiAway) || options.url !== undefined) throw error;
    say(`No stack answers at ${DEFAULT_URL}, so this replay starts its own and stops it at the end.`);
    return openOwn(say, signal);
  }
  say(`Into the running stack at ${api.url}.`);
  const client = connectDocuments(options.dynamodb ?? endpointBeside(api.url));
  return { api, client, table: options.table ?? DEFAULT_TABLE, own: null, close: async () => client.destroy() };
}

async function openOwn(say: (text: string) => void, signal: AbortSignal): Promise<Target> {
  const { startLocalStack } = await import("../../local/stack.ts");
  const stack = await startLocalStack({
    ports: { api: 0, dynamodb: 0, messaging: 0 },
    log: ({ source, level, text }) => {
      if (level === "error") process.stderr.write(`${source}: ${text}\n`);
    },
  });
  if (signal.aborted) {
    await stack.stop();
    signal.throwIfAborted();
  }
  say(`Own stack: API ${stack.urls.api}, DynamoDB ${stack.urls.dynamodb}.`);
  const client = connectDocuments(stack.urls.dynamodb);
  return {
    api: new Api(stack.urls.api, signal),
    client,
    table: stack.tables.trades ?? DEFAULT_TABLE,
    own: stack,
    close: async () => {
      client.destroy();
      await stack.stop();
    },
  };
}

/** The local stack has DynamoDB one port above its API; a deployed one is reached through AWS' own endpoint. */
function endpointBeside(url: string): string | null {
  const { hostname, port } = new URL(url);
  if (hostname !== "127.0.0.1" && hostname !== "localhost") return null;
  return `http://127.0.0.1:${Number(port || 80) + 1}`;
}

/** @param endpoint  null: AWS' own, with the person's credentials */
export function connectDocuments(endpoint: string | null): DynamoDBDocumentClient {
  const local = endpoint !== null && /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(`${endpoint}/`);
  const client = new DynamoDBClient({
    maxAttempts: 5,
    ...(endpoint === null ? {} : { endpoint }),
    ...(local ? localAccess : {}),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Says in one line why the trades table does not answer. */
export async function checkTable(target: Target): Promise<void> {
  const { DescribeTableCommand } = await import("@aws-sdk/client-dynamodb");
  try {
    await target.client.send(new DescribeTableCommand({ TableName: target.table }));
  } catch (error) {
    const name = (error as Error).name;
    if (name === "AccessDeniedException") return; // writing may be allowed all the same
    const why = name === "ResourceNotFoundException" ? "there is no such table" : (error as Error).message || name;
    throw new CommandError(
      `the trades table ${target.table} does not answer: ${why} (--dynamodb and --table say where it is)`,
    );
  }
}
