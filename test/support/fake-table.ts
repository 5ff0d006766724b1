import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";

/**
 * The state table behind the SDK's mock: enough of DynamoDB for the calls the store makes, and a record of them all.
 * Whether the store's conditions are right is not shown here but by test/contract, on Amazon's own DynamoDB.
 */

type Item = Record<string, unknown>;
type Key = { pk: string; sk: string };
type Values = Record<string, unknown> | undefined;
type Write = NonNullable<TransactWriteCommand["input"]["TransactItems"]>[number];

export class FakeTable {
  readonly items = new Map<string, Item>();
  /** names of DynamoDB's permissions, as the calls needed them */
  readonly actions = new Set<string>();
  readonly mock = mockClient(DynamoDBDocumentClient);
  transactions: Write[][] = [];

  constructor() {
    const did = (action: string) => this.actions.add(action);
    this.mock.on(GetCommand).callsFake(({ Key: key }) => {
      did("GetItem");
      return { Item: this.items.get(nameOf(key)) };
    });
    this.mock.on(BatchGetCommand).callsFake(({ RequestItems }) => {
      did("BatchGetItem");
      const [[table, { Keys }]] = Object.entries(RequestItems) as [[string, { Keys: Key[] }]];
      return { Responses: { [table]: Keys.flatMap((key) => this.items.get(nameOf(key)) ?? []) } };
    });
    this.mock.on(PutCommand).callsFake((put) => {
      did("PutItem");
      if (!this.#holds(this.items.get(nameOf(put.Item)), put.ConditionExpression, put.ExpressionAttributeValues))
        throw new ConditionalCheckFailedException({ $metadata: {}, message: "conflict" });
      this.items.set(nameOf(put.Item), put.Item);
      return {};
    });
    this.mock.on(QueryCommand).callsFake((input) => {
      did("Query");
      return this.#query(input);
    });
    this.mock.on(UpdateCommand).callsFake(({ Key: key, ExpressionAttributeValues: values }) => {
      did("UpdateItem");
      const item = this.items.get(nameOf(key));
      if (!item) throw new ConditionalCheckFailedException({ $metadata: {}, message: "no such item" });
      item.published_at ??= values[":at"];
      return {};
    });
    this.mock.on(DeleteCommand).callsFake(({ Key: key }) => {
      did("DeleteItem");
      this.items.delete(nameOf(key));
      return {};
    });
    this.mock.on(TransactWriteCommand).callsFake(({ TransactItems }) => {
      for (const write of TransactItems as Write[]) did(actionOf(write));
      this.transactions.push(TransactItems);
      return this.#transact(TransactItems);
    });
  }

  /** Items written so far whose partition key it is, in key order. */
  of(pk: string): Item[] {
    const found = [...this.items.values()].filter((item) => item.pk === pk);
    return found.sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1));
  }

  #query(input: QueryCommand["input"]): { Items: Item[]; LastEvaluatedKey?: Item } {
    const values = input.ExpressionAttributeValues ?? {};
    const text = (name: string) => String(values[name]);
    const condition = input.KeyConditionExpression!;
    const fits = (sk: string) => {
      if (condition.includes("begins_with")) return sk.startsWith(text(":prefix"));
      if (condition.includes("BETWEEN")) return sk >= text(":first") && sk <= text(":last");
      return !condition.includes("sk <") || sk < text(":last");
    };
    let found = this.of(text(":pk")).filter((item) => fits(String(item.sk)));
    if (input.ScanIndexForward === false) found.reverse();
    const more = input.Limit !== undefined && found.length > input.Limit;
    if (more) found = found.slice(0, input.Limit);
    const last = more ? { LastEvaluatedKey: found[found.length - 1]! } : {};
    if (input.FilterExpression) found = found.filter((item) => item.published_at === undefined);
    return { Items: found, ...last };
  }

  #transact(writes: readonly Write[]): object {
    const failed = writes.map((write) => {
      const { ConditionExpression, ExpressionAttributeValues } = (write.Put ?? write.Update ?? write.ConditionCheck)!;
      return !this.#holds(this.items.get(nameOf(keyOf(write))), ConditionExpression, ExpressionAttributeValues);
    });
    if (failed.includes(true)) {
      const CancellationReasons = failed.map((f) => ({ Code: f ? "ConditionalCheckFailed" : "None" }));
      throw new TransactionCanceledException({ $metadata: {}, message: "cancelled", CancellationReasons });
    }
    for (const write of writes) {
      if (write.Put) this.items.set(nameOf(keyOf(write)), write.Put.Item!);
      if (!write.Update) continue;
      const added = write.Update.ExpressionAttributeValues![":set"] as Set<string>;
      const before = (this.items.get(nameOf(keyOf(write)))?.versions as Set<string>) ?? new Set();
      this.items.set(nameOf(keyOf(write)), { ...keyOf(write), versions: new Set([...before, ...added]) });
    }
    return {};
  }

  #holds(item: Item | undefined, condition: string | undefined, values: Values): boolean {
    if (condition === undefined) return true;
    if (condition === "attribute_not_exists(pk)") return item === undefined;
    if (condition === "version = :version") return item?.version === values?.[":version"];
    if (condition === "revision = :revision") return item?.revision === values?.[":revision"];
    if (condition.includes("NOT contains(versions"))
      return !(item?.versions as Set<unknown> | undefined)?.has(values?.[":version"]);
    throw new Error(`the fake table does not know the condition ${condition}`);
  }
}

function actionOf(write: Write): string {
  if (write.Put) return "PutItem";
  return write.Update ? "UpdateItem" : "ConditionCheckItem";
}

function keyOf(write: Write): Key {
  return (write.Put?.Item ?? write.Update?.Key ?? write.ConditionCheck?.Key) as Key;
}

function nameOf(key: unknown): string {
  const { pk, sk } = key as Key;
  return `${pk}\n${sk}`;
}
