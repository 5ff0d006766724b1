import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { DataStack } from "../../infra/data-stack.ts";
import { findStage } from "../../infra/stages.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { ensureTables } from "../../local/dynamodb/tables.ts";
import type { LocalTable } from "../../local/template/template.ts";

/** Amazon's DynamoDB Local with tables as the CDK would deploy them, on a free port. */
export type LocalTables = {
  client: DynamoDBDocumentClient;
  endpoint: string;
  /** An empty state table of its own name. */
  makeStateTable(): Promise<string>;
  stop(): Promise<void>;
};

export async function startLocalTables(): Promise<LocalTables> {
  const complaints: string[] = [];
  const database = await startDynamoDb({ port: 0, log: (line) => line.level !== "info" && complaints.push(line.text) });
  const connection = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const table = await stateTable();
  let made = 0;
  return {
    client: DynamoDBDocumentClient.from(connection, { marshallOptions: { removeUndefinedValues: true } }),
    endpoint: database.endpoint,
    makeStateTable: async () => {
      const name = `${table.name}-${++made}`;
      await ensureTables(makeCall(database.endpoint), [{ ...table, name }]);
      return name;
    },
    stop: async () => {
      connection.destroy();
      await database.stop();
    },
  };
}

type TableProperties = {
  TableName: string;
  KeySchema: LocalTable["keySchema"];
  AttributeDefinitions: LocalTable["attributeDefinitions"];
  StreamSpecification: { StreamViewType: string };
  TimeToLiveSpecification: { AttributeName: string };
};

/** The state table as the data stack of the laptop's stage declares it. */
async function stateTable(): Promise<LocalTable> {
  const outdir = await mkdtemp(join(tmpdir(), "understudy-tables-"));
  try {
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    const stack = new DataStack(app, "data", { stage: findStage("local", { environment: {} }) });
    const found = Object.values(Template.fromStack(stack).findResources("AWS::DynamoDB::GlobalTable"));
    const declared = found.map((resource) => resource.Properties as TableProperties);
    const state = declared.find((properties) => properties.TableName.endsWith("-state"))!;
    return {
      name: state.TableName,
      keySchema: state.KeySchema,
      attributeDefinitions: state.AttributeDefinitions,
      streamViewType: state.StreamSpecification.StreamViewType,
      timeToLiveAttribute: state.TimeToLiveSpecification.AttributeName,
    };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}
