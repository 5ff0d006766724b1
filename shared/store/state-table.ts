import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Written } from "../pipeline/ports.ts";
import type { Item } from "./items.ts";
import type { Key } from "./keys.ts";

/** Attempts of one call against throttling and momentary conflicts. */
const ATTEMPTS_MAX = 6;
/** Keys DynamoDB takes in one batch. */
const BATCH_KEYS_MAX = 100;
const BACKOFF_MS = 20;
export const PAGES_MAX = 50;

export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

export type Condition = Partial<Pick<NonNullable<Write["Put"]>, "ConditionExpression" | "ExpressionAttributeValues">>;

/** Condition: nothing lies under this key yet. */
export const isNew = { ConditionExpression: "attribute_not_exists(pk)" };

/** The state table: every read strongly consistent where it is not said otherwise, every change one conditional transaction. */
export class StateTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly #correlationId: () => string | undefined;

  /**
   * @param options.correlationId  what the work under way was caused by: items that set off the next step carry it there
   */
  constructor(client: DynamoDBDocumentClient, name: string, options: { correlationId?: () => string | undefined }) {
    this.client = client;
    this.name = name;
    this.#correlationId = options.correlationId ?? (() => undefined);
  }

  correlation(): { correlation_id?: string } {
    const id = this.#correlationId();
    return id === undefined ? {} : { correlation_id: id };
  }

  put(item: Item, condition: Condition = {}): Write {
    return { Put: { TableName: this.name, Item: item, ...condition } };
  }

  async get(key: Key, options = { mayBeStale: false }): Promise<Record<string, unknown> | undefined> {
    const answer = await this.client.send(
      new GetCommand({ TableName: this.name, Key: key, ConsistentRead: !options.mayBeStale }),
    );
    return answer.Item;
  }

  /** The items there are under these keys, in any order. */
  async getAll(keys: readonly Key[]): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    // A single read needs no second permission and no second round.
    if (keys.length === 1) {
      const item = await this.get(keys[0]!);
      return item ? [item] : [];
    }
    for (let at = 0; at < keys.length; at += BATCH_KEYS_MAX) {
      let wanted: Key[] = keys.slice(at, at + BATCH_KEYS_MAX);
      for (let attempt = 1; wanted.length > 0; attempt++) {
        const answer = await this.client.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } }),
        );
        found.push(...(answer.Responses?.[this.name] ?? []));
        wanted = (answer.UnprocessedKeys?.[this.name]?.Keys ?? []) as Key[];
        if (wanted.length === 0) break;
        if (attempt >= ATTEMPTS_MAX) throw new Error(`${wanted.length} items could not be read: throttled`);
        await backOff(attempt);
      }
    }
    return found;
  }

  /** All pages of a query, up to a bound. */
  async query(
    input: Omit<ConstructorParameters<typeof QueryCommand>[0], "TableName">,
    options: { pagesMax: number } = { pagesMax: PAGES_MAX },
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    for (let page = 0; page < options.pagesMax; page++) {
      const answer = await this.client.send(
        new QueryCommand({ TableName: this.name, ConsistentRead: true, ...input, ExclusiveStartKey: start }),
      );
      items.push(...(answer.Items ?? []));
      start = answer.LastEvaluatedKey;
      if (!start) return items;
    }
    return items;
  }

  /** One item; a failed condition is a conflict, and a transaction under way on the same item is waited for. */
  async putOne(item: Item, condition: Condition = {}): Promise<Written> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.send(new PutCommand({ TableName: this.name, Item: item, ...condition }));
        return "written";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "conflict";
        if (!(error instanceof TransactionConflictException) || attempt >= ATTEMPTS_MAX) throw error;
        await backOff(attempt);
      }
    }
  }

  /** One item alone at half the price of a transaction, anything else as one. */
  write(writes: Write[]): Promise<Written> {
    const [put] = writes.length === 1 ? [writes[0]!.Put] : [];
    if (!put) return this.transact(writes);
    const { TableName: _, Item: item, ...condition } = put;
    return this.putOne(item as Item, condition);
  }

  /** One transaction; a failed condition is a conflict, a passing fault is tried again. */
  async transact(writes: Write[]): Promise<Written> {
    if (writes.length === 0) return "written";
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.send(new TransactWriteCommand({ TransactItems: writes }));
        return "written";
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code);
        if (codes.includes("ConditionalCheckFailed")) return "conflict";
        const passing = codes.every((code) => code === "None" || PASSING.has(code ?? ""));
        if (!passing || attempt >= ATTEMPTS_MAX) throw error;
        await backOff(attempt);
      }
    }
  }
}

const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/** Exponential back-off with full jitter. */
async function backOff(attempt: number): Promise<void> {
  const ms = randomInt(BACKOFF_MS * 2 ** attempt);
  await sleep(ms);
}
