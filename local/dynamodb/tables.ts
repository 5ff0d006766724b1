import { StackError } from "../stack-error.ts";
import type { LocalTable } from "../template/template.ts";
import { type Call, DynamoDbError } from "./dynamodb-calls.ts";

/**
 * Makes the template's tables, or checks that those kept from an earlier run have the same keys.
 * @returns whether any was there before
 */
export async function ensureTables(call: Call, tables: readonly LocalTable[]): Promise<boolean> {
  let anyBefore = false;
  for (const table of tables) {
    try {
      await call("CreateTable", {
        TableName: table.name,
        KeySchema: table.keySchema,
        AttributeDefinitions: table.attributeDefinitions,
        BillingMode: "PAY_PER_REQUEST",
        ...(table.streamViewType && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamViewType },
        }),
      });
    } catch (error) {
      if (!(error instanceof DynamoDbError && error.type === "ResourceInUseException")) throw error;
      anyBefore = true;
    }
    await assertTableFits(call, table);
    if (table.timeToLiveAttribute) await enableTimeToLive(call, table.name, table.timeToLiveAttribute);
  }
  return anyBefore;
}

type Description = { TableStatus: string; KeySchema: LocalTable["keySchema"]; LatestStreamArn?: string };

async function assertTableFits(call: Call, table: LocalTable): Promise<void> {
  const { KeySchema, LatestStreamArn } = await describe(call, table.name);
  const keys = (schema: LocalTable["keySchema"]) => schema.map((key) => `${key.KeyType} ${key.AttributeName}`).join();
  if (keys(KeySchema) !== keys(table.keySchema) || (table.streamViewType && !LatestStreamArn)) {
    throw new StackError(`Table ${table.name} exists with other keys or no stream: use another data directory`);
  }
}

export async function streamArnOf(call: Call, tableName: string): Promise<string> {
  const { LatestStreamArn } = await describe(call, tableName);
  if (!LatestStreamArn) throw new Error(`Table ${tableName} has no stream`);
  return LatestStreamArn;
}

async function describe(call: Call, tableName: string): Promise<Description> {
  return (await call("DescribeTable", { TableName: tableName })).Table as Description;
}

async function enableTimeToLive(call: Call, tableName: string, attribute: string): Promise<void> {
  const described = await call("DescribeTimeToLive", { TableName: tableName });
  const status = (described.TimeToLiveDescription as { TimeToLiveStatus?: string } | undefined)?.TimeToLiveStatus;
  if (status === "ENABLED" || status === "ENABLING") return;
  await call("UpdateTimeToLive", {
    TableName: tableName,
    TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
  });
}
