import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { CommandError } from "../terminal/command-line.ts";
import { pause } from "../terminal/pause.ts";

/** Writing trades as the ensemble does: BatchWriteItem, in order per model. */

export type Trade = { model_name: string; trade_id: string; [attribute: string]: unknown };

/** DynamoDB's limit of one call. */
const BATCH_ITEMS_MAX = 25;
/** Models written at the same time. */
const LANES_MAX = 4;
/** Tries for items DynamoDB did not take; with the pauses below about half a minute. */
const ATTEMPTS_MAX = 14;
const PAUSE_MS = { first: 50, most: 4000 };

export type WriteOptions = {
  client: DynamoDBDocumentClient;
  table: string;
  signal: AbortSignal;
  /** called after every call with the number of items that went in */
  onWritten?: (trades: readonly Trade[]) => void;
};

/**
 * Writes trades: one lane per model, at most four lanes at once; within a lane one call after the other.
 * @returns the trades DynamoDB refuses for what they are, with its reason
 * @throws CommandError when it goes on taking nothing
 */
export async function writeTrades<T extends Trade>(
  trades: readonly T[],
  options: WriteOptions,
): Promise<{ trade: T; reason: string }[]> {
  const lanes = [...Map.groupBy(trades, (trade) => trade.model_name).values()];
  const refused: { trade: T; reason: string }[] = [];
  let next = 0;
  const work = async () => {
    while (next < lanes.length) {
      const lane = lanes[next++]!;
      for (const batch of batchesOf(lane)) {
        options.signal.throwIfAborted();
        refused.push(...(await writeBatch(batch, options)));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES_MAX, lanes.length) }, work));
  return refused;
}

/** A call may not hold the same key twice. */
function batchesOf<T extends Trade>(lane: readonly T[]): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let ids = new Set<string>();
  for (const trade of lane) {
    if (batch.length === BATCH_ITEMS_MAX || ids.has(trade.trade_id)) {
      batches.push(batch);
      batch = [];
      ids = new Set();
    }
    batch.push(trade);
    ids.add(trade.trade_id);
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

async function writeBatch<T extends Trade>(
  batch: readonly T[],
  options: WriteOptions,
): Promise<{ trade: T; reason: string }[]> {
  try {
    await putAll(batch, options);
  } catch (error) {
    if ((error as Error).name !== "ValidationException") throw explained(error, options);
    return writeOneByOne(batch, options);
  }
  options.onWritten?.(batch);
  return [];
}

async function putAll(batch: readonly Trade[], { client, table, signal }: WriteOptions): Promise<void> {
  let requests: Record<string, unknown>[] = batch.map((Item) => ({ PutRequest: { Item } }));
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) await pause(Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** (attempt - 1)), signal);
    const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }), {
      abortSignal: signal,
    });
    requests = answer.UnprocessedItems?.[table] ?? [];
    if (requests.length === 0) return;
  }
  throw new CommandError(
    `DynamoDB left ${requests.length} trades unwritten after ${ATTEMPTS_MAX} tries: it is throttled`,
  );
}

/** One bad item spoils its whole call: find it, and write the others. */
async function writeOneByOne<T extends Trade>(
  batch: readonly T[],
  options: WriteOptions,
): Promise<{ trade: T; reason: string }[]> {
  const refused: { trade: T; reason: string }[] = [];
  for (const trade of batch) {
    try {
      await options.client.send(new PutCommand({ TableName: options.table, Item: trade }), {
        abortSignal: options.signal,
      });
      options.onWritten?.([trade]);
    } catch (error) {
      if ((error as Error).name !== "ValidationException") throw explained(error, options);
      refused.push({ trade, reason: (error as Error).message });
    }
  }
  return refused;
}

/** What stopped the writing, in one line. */
function explained(error: unknown, { table, signal }: WriteOptions): unknown {
  if (signal.aborted || error instanceof CommandError || !(error instanceof Error)) return signal.reason ?? error;
  const code = (error as NodeJS.ErrnoException).code;
  const unreachable = code !== undefined && /^E[A-Z]+$/.test(code);
  return new CommandError(
    `writing to ${table} failed: ${unreachable ? `DynamoDB went away (${code})` : error.message || error.name}`,
  );
}
