import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { ensureTables } from "../../local/dynamodb/tables.ts";
import { synthesise } from "../../local/template/synthesis.ts";
import { type LocalTable, readTemplate } from "../../local/template/template.ts";
import type { TestDatabase } from "./database.ts";

/** Amazon's DynamoDB Local with tables as the CDK would deploy them, on a free port. */
export type LocalTables = {
  client: DynamoDBDocumentClient;
  endpoint: string;
  /** An empty state table of its own name. */
  makeStateTable(): Promise<string>;
  stop(): Promise<void>;
};

export async function makeLocalTables(database: TestDatabase): Promise<LocalTables> {
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

/** The state table as the data stack of the laptop's stage declares it. */
async function stateTable(): Promise<LocalTable> {
  const { tables } = await readTemplate(await synthesise({}), (name) => name);
  return tables.find(({ name }) => name.endsWith("-state"))!;
}
