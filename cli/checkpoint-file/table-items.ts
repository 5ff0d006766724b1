import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { CommandError } from "../terminal/command-line.ts";
import { pause } from "../terminal/pause.ts";
import type { StoredItem } from "./item-json.ts";

/** Whole tables item by item: the only place that reads or writes a table from end to end. */

/** DynamoDB's limit of one call. */
const BATCH_ITEMS_MAX = 25;
/** Calls at the same time. */
const LANES = 4;
const ATTEMPTS_MAX = 12;
const PAUSE_MS = { first: 50, most: 5000 };

export type Table = { client: DynamoDBClient; name: string; signal: AbortSignal };

/** Every item, page by page (1 MB each), as it is at that moment. */
export async function* scan(
  { client, name, signal }: Table,
  only: { FilterExpression: string; ExpressionAttributeValues: Record<string, AttributeValue> } | undefined = undefined,
): AsyncGenerator<StoredItem> {
  let start: StoredItem | undefined;
  do {
    signal.throwIfAborted();
    const page: { Items?: StoredItem[] | undefined; LastEvaluatedKey?: StoredItem | undefined } = await client.send(
      new ScanCommand({ TableName: name, ConsistentRead: true, ExclusiveStartKey: start, ...only }),
      { abortSignal: signal },
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

export async function isEmpty({ client, name, signal }: Table): Promise<boolean> {
  const page = await client.send(new ScanCommand({ TableName: name, Limit: 1, ConsistentRead: true }), {
    abortSignal: signal,
  });
  return (page.Items ?? []).length === 0;
}

/** The registry's version; 0 before the first deployment. */
export async function registryVersion({ client, name, signal }: Table): Promise<number> {
  const Key = { pk: { S: "REGISTRY" }, sk: { S: "REGISTRY" } };
  const { Item } = await client.send(new GetItemCommand({ TableName: name, Key, ConsistentRead: true }), {
    abortSignal: signal,
  });
  return Number(Item?.version?.N ?? 0);
}

/** Puts items in batches, four calls at a time, in bounded memory. `flush` waits for the last. */
export class BatchWriter {
  readonly #table: Table;
  #batch: WriteRequest[] = [];
  readonly #running = new Set<Promise<void>>();
  #failed: unknown;

  constructor(table: Table) {
    this.#table = table;
  }

  put(item: StoredItem): Promise<void> {
    return this.#add({ PutRequest: { Item: item } });
  }

  delete(key: StoredItem): Promise<void> {
    return this.#add({ DeleteRequest: { Key: key } });
  }

  async flush(): Promise<void> {
    await this.#send();
    await Promise.all(this.#running);
    if (this.#failed) throw this.#failed;
  }

  async #add(request: WriteRequest): Promise<void> {
    this.#batch.push(request);
    if (this.#batch.length >= BATCH_ITEMS_MAX) await this.#send();
  }

  async #send(): Promise<void> {
    if (this.#failed) throw this.#failed;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    while (this.#running.size >= LANES) await Promise.race(this.#running);
    const call: Promise<void> = writeAll(batch, this.#table)
      .catch((error: unknown) => {
        this.#failed ??= error;
      })
      .finally(() => this.#running.delete(call));
    this.#running.add(call);
  }
}

async function writeAll(batch: WriteRequest[], { client, name, signal }: Table): Promise<void> {
  let left = batch;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) await pause(Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** (attempt - 1)), signal);
    const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: left } }), {
      abortSignal: signal,
    });
    left = answer.UnprocessedItems?.[name] ?? [];
    if (left.length === 0) return;
  }
  throw new CommandError(`${name} left ${left.length} items unwritten after ${ATTEMPTS_MAX} tries: it is throttled`);
}
