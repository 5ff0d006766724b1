import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DynamoReconciliations } from "../../shared/store/dynamo-reconciliations.ts";
import { DynamoState } from "../../shared/store/dynamo-state.ts";
import { DynamoTrades } from "../../shared/store/dynamo-trades.ts";
import type { TablesTarget } from "./tables-target.ts";

/** The stores of the product on a target's tables. */
export function openStores({ client, tables }: TablesTarget) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    state: new DynamoState(documents, tables.state),
    trades: new DynamoTrades(client, tables.trades),
    reconciliations: new DynamoReconciliations(client, tables.state),
    clock: { now: () => Date.now() },
    // Only asks whether evaluate is called for what is taken in: here always.
    settings: { unreported: "abstain" as const, guardMaxLoss: null },
  };
}
