import { paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { RejectedTrade } from "../../shared/domain/quarantine.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { makeDatabase } from "../support/database.ts";
import { type LocalTables, makeLocalTables } from "../support/local-tables.ts";
import { describeStateStore } from "./stores.case.ts";

let tables: LocalTables;

describeStateStore("the state store on DynamoDB", {
  start: async () => {
    tables = await makeLocalTables(await makeDatabase());
  },
  stop: () => tables.stop(),
  open: async () => {
    const name = await tables.makeStateTable();
    return {
      state: new DynamoState(tables.client, name),
      other: new DynamoState(tables.client, name),
      rejected: async () => {
        const query = {
          TableName: name,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :trade)",
          ExpressionAttributeValues: { ":pk": "QUARANTINE", ":trade": "TRADE#" },
          ConsistentRead: true,
        };
        const found: RejectedTrade[] = [];
        for await (const page of paginateQuery({ client: tables.client }, query))
          for (const item of page.Items ?? []) found.push(JSON.parse(String(item.body)));
        return found;
      },
    };
  },
});
