import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { TradesPort } from "../pipeline/reconcile-ports.ts";

/** The trades table, read model by model. */
export class DynamoTrades implements TradesPort {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    // Numbers become floats as they do in stream records, even where DynamoDB holds more digits.
    this.#client = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
    this.#table = table;
  }

  /** 1 MB, strongly consistent: a trade that was counted is there. */
  async page(model: string, after: string | null): Promise<{ rows: unknown[]; next: string | null }> {
    const answer = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: "model_name = :model",
        ExpressionAttributeValues: { ":model": model },
        ConsistentRead: true,
        ...(after !== null && { ExclusiveStartKey: { model_name: model, trade_id: after } }),
      }),
    );
    return { rows: answer.Items ?? [], next: (answer.LastEvaluatedKey?.trade_id as string | undefined) ?? null };
  }
}
