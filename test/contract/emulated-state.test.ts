import { paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { RejectedTrade } from "../../shared/domain/quarantine.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { EmulatedClient } from "../simulation/dynamodb/client.ts";
import { DynamoDbEngine } from "../simulation/dynamodb/engine.ts";
import { describeStateStore } from "./stores.case.ts";

const shape = { name: "state", partitionKey: "pk", sortKey: "sk", shards: 2 };

describeStateStore("the state store on the emulated DynamoDB", {
  start: async () => {},
  stop: async () => {},
  open: async () => {
    let now = 0;
    const engine = new DynamoDbEngine(() => now++);
    engine.addTable(shape);
    const client = new EmulatedClient(engine);
    return {
      state: new DynamoState(client, shape.name),
      other: new DynamoState(new EmulatedClient(engine), shape.name),
      rejected: async () => {
        const query = {
          TableName: shape.name,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :trade)",
          ExpressionAttributeValues: { ":pk": "QUARANTINE", ":trade": "TRADE#" },
          ConsistentRead: true,
        };
        const found: RejectedTrade[] = [];
        for await (const page of paginateQuery({ client }, query))
          for (const item of page.Items ?? []) found.push(JSON.parse(String(item.body)));
        return found;
      },
    };
  },
});
