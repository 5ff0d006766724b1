import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Reconciliation, ReconciliationsPort } from "../pipeline/reconcile-ports.ts";
import { jsonFrom, jsonItem } from "./items.ts";
import { keys } from "./keys.ts";

/** The last comparison of each model, beside its ledger. */
export class DynamoReconciliations implements ReconciliationsPort {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = DynamoDBDocumentClient.from(client);
    this.#table = table;
  }

  async load(model: string): Promise<Reconciliation | null> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keys.reconciled(model), ConsistentRead: true }),
    );
    return jsonFrom<Reconciliation>(Item);
  }

  async save(reconciliation: Reconciliation): Promise<void> {
    const item = jsonItem(keys.reconciled(reconciliation.model), reconciliation);
    await this.#client.send(new PutCommand({ TableName: this.#table, Item: item }));
  }
}
