import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { DiskQueue } from "./disk-queue.ts";
import { type Decision, type Item, itemOf, type Trade } from "./trade.ts";

const BATCH = 100;
const PAUSE_MS = { first: 100, most: 30_000 };
/** The table takes such a trade never, however often it is sent. */
const HOPELESS = new Set(["ValidationException", "ItemCollectionSizeLimitExceededException"]);

export type RecorderOptions = {
  /** name or ARN of the trades table */
  table: string;
  /** where the queue lies; one process a directory */
  queueDir: string;
  client?: Pick<DynamoDBDocumentClient, "send">;
  /** trades that wait at most; default 100,000 */
  mostWaiting?: number;
  /** gets a line about what went wrong; default: standard error */
  log?: (line: string) => void;
};

/** written: taken by the table. repeated: it had them before. waiting: on disk. lost: queue full or disk failed; each was logged. */
export type Stats = { written: number; repeated: number; waiting: number; refused: number; lost: number };

/**
 * Writes trades in the background: record() puts them into a queue on disk and returns; they are written to the trades table in
 * order, and tried again for as long as it takes. record() never throws because of the network, the table or the disk.
 */
export class Recorder {
  readonly #queue: DiskQueue;
  readonly #client: Pick<DynamoDBDocumentClient, "send">;
  readonly #table: string;
  readonly #log: (line: string) => void;
  readonly #stopping = new AbortController();
  readonly #counts = { written: 0, repeated: 0, lost: 0 };
  /** trades the table will never take, with its reason: for a person */
  readonly refused: { item: Item; reason: string }[] = [];
  #writing: Promise<void> | null = null;

  constructor(options: RecorderOptions) {
    this.#table = options.table;
    this.#client = options.client ?? impatientClient();
    this.#log = options.log ?? ((line) => void process.stderr.write(`understudy: ${line}\n`));
    this.#queue = new DiskQueue(options.queueDir, options.mostWaiting ?? 100_000);
    this.#start();
  }

  /**
   * The decisions of all models about one signal, also of those that abstained: a silent model counts against its evidence.
   * @returns false when they could not be kept; that was logged, and trading goes on
   */
  record(signalId: string, decisions: Readonly<Record<string, Decision>>): boolean {
    return this.recordTrades(
      Object.entries(decisions).map(([modelName, decision]) => ({ modelName, signalId, decision })),
    );
  }

  recordTrades(trades: readonly Trade[]): boolean {
    const items = trades.map(itemOf);
    try {
      if (!this.#queue.add(items)) return this.#lose(items, "the queue is full");
    } catch (error) {
      return this.#lose(items, `the queue on disk fails: ${error instanceof Error ? error.message : error}`);
    }
    this.#start();
    return true;
  }

  /** Waits until everything is written. @returns false when it was not within that time; it stays on disk */
  async flush(timeoutMs = 30_000): Promise<boolean> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (this.#queue.size > 0 && !deadline.aborted)
      await Promise.race([this.#writing, sleep(Math.min(50, timeoutMs), undefined, { signal: deadline })]).catch(
        () => {},
      );
    return this.#queue.size === 0;
  }

  /** Writes what it can and ends. What is left stays on disk for the next Recorder on the same directory. */
  async close(timeoutMs = 10_000): Promise<boolean> {
    const allWritten = await this.flush(timeoutMs);
    this.#stopping.abort();
    await this.#writing;
    this.#queue.close();
    return allWritten;
  }

  stats(): Stats {
    return { ...this.#counts, waiting: this.#queue.size, refused: this.refused.length };
  }

  #lose(items: readonly Item[], why: string): false {
    this.#counts.lost += items.length;
    this.#log(
      `${items.length} trades are lost, ${why}: ${items.map((i) => `${i.model_name}/${i.trade_id}`).join(", ")}`,
    );
    return false;
  }

  #start(): void {
    if (this.#queue.size === 0 || this.#stopping.signal.aborted) return;
    this.#writing ??= this.#work().finally(() => {
      this.#writing = null;
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    let pause = PAUSE_MS.first;
    while (this.#queue.size > 0 && !signal.aborted) {
      if (await this.#writeSome()) {
        pause = PAUSE_MS.first;
        continue;
      }
      // Full jitter, so that several ensembles do not come back in step.
      await sleep(randomInt(pause + 1), undefined, { signal }).catch(() => {});
      pause = Math.min(PAUSE_MS.most, 2 * pause);
    }
  }

  /** In the queue's order, so that what is out of it is always its beginning. @returns whether anything got out */
  async #writeSome(): Promise<boolean> {
    let done = 0;
    for (const item of this.#queue.first(BATCH)) {
      if (this.#stopping.signal.aborted || !(await this.#write(item))) break;
      done += 1;
    }
    if (done > 0) this.#queue.done(done);
    return done > 0;
  }

  async #write(item: Item): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: item,
          // Trades never change: what is there under this id stays.
          ConditionExpression: "attribute_not_exists(trade_id)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      this.#counts.written += 1;
      return true;
    } catch (error) {
      return this.#settle(item, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** @returns true: the item is done with all the same */
  #settle(item: Item, error: Error): boolean {
    const name = `${item.model_name}/${item.trade_id}`;
    if (error instanceof ConditionalCheckFailedException) {
      this.#counts.repeated += 1;
      const pnl = error.Item?.pnl;
      const there = pnl === undefined ? String(item.pnl) : (pnl.N ?? pnl.S);
      // The same trade again, after a lost answer or a restart, is no news; another one under its id is a fault.
      if (Number(there) !== Number(item.pnl)) this.#refuse(item, "a trade with this id exists with another pnl");
      return true;
    }
    if (HOPELESS.has(error.name)) {
      this.#refuse(item, error.message);
      return true;
    }
    this.#log(`the trades table does not take ${name} just now: ${error.message || error.name}`);
    return false;
  }

  #refuse(item: Item, reason: string): void {
    this.refused.push({ item, reason });
    this.#log(`${item.model_name}/${item.trade_id} is refused: ${reason}`);
  }
}

/** The queue tries again, so a single call need not be patient; none may hang. */
function impatientClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
  });
  return DynamoDBDocumentClient.from(client);
}
