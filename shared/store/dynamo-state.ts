import { randomInt } from "node:crypto";
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { DomainEvent } from "../domain/event.ts";
import {
  BLOCK_ROWS,
  emptyHead,
  joinRows,
  type LedgerBlock,
  type LedgerHead,
  type LedgerRows,
} from "../domain/ledger.ts";
import type { LookDossier } from "../domain/look.ts";
import type { RejectionCount } from "../domain/quarantine.ts";
import { emptyRegistry, type Registry } from "../domain/registry.ts";
import type {
  HistoryPage,
  HistoryQuery,
  LedgerAppend,
  RegistryCommit,
  StatePort,
  StoredAnswer,
  Written,
} from "../pipeline/ports.ts";
import { blockFrom, blockItem, type Item, jsonFrom, jsonItem } from "./items.ts";
import { type Key, keys } from "./keys.ts";

/** Attempts of one transaction against throttling and momentary conflicts. */
const ATTEMPTS_MAX = 6;
const BACKOFF_MS = 20;
/** Full ledger blocks kept in memory: they never change. About 15 KB each. */
const CACHED_BLOCKS_MAX = 2000;
const BLOCKS_PER_PAGE = 20;
const OUTBOX_KEPT_SECONDS = 30 * 24 * 3600;
const PAGES_MAX = 50;

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** The state port on DynamoDB: every change is one conditional transaction, every read strongly consistent. */
export class DynamoState implements StatePort {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #correlationId: () => string | undefined;
  readonly #blocks = new Map<string, LedgerBlock>();

  /**
   * @param options.correlationId  what the work under way was caused by: items that set off the next step carry it there
   */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    options: { correlationId?: () => string | undefined } = {},
  ) {
    this.#client = client;
    this.#table = table;
    this.#correlationId = options.correlationId ?? (() => undefined);
  }

  async loadRegistry(): Promise<Registry> {
    return jsonFrom<Registry>(await this.#get(keys.registry())) ?? emptyRegistry;
  }

  async loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>> {
    const heads = new Map<string, LedgerHead>();
    let wanted: Key[] = [...new Set(models)].map((model) => keys.head(model));
    // Ingest asks for one at a time; a single read needs no second permission and no second round.
    if (wanted.length === 1) {
      const head = jsonFrom<LedgerHead>(await this.#get(wanted[0]!));
      return head ? heads.set(head.model, head) : heads;
    }
    for (let attempt = 1; wanted.length > 0; attempt++) {
      const answer = await this.#client.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: wanted, ConsistentRead: true } } }),
      );
      for (const item of answer.Responses?.[this.#table] ?? []) {
        const head = jsonFrom<LedgerHead>(item)!;
        heads.set(head.model, head);
      }
      wanted = (answer.UnprocessedKeys?.[this.#table]?.Keys ?? []) as Key[];
      if (attempt >= ATTEMPTS_MAX && wanted.length > 0) throw new Error("ledger heads could not be read: throttled");
      if (wanted.length > 0) await backOff(attempt);
    }
    return heads;
  }

  async loadUsedVersions(model: string): Promise<string[]> {
    const item = await this.#get(keys.versions(model));
    return item ? [...(item.versions as Set<string>)] : [];
  }

  async loadLastBlock(head: LedgerHead): Promise<LedgerBlock | null> {
    if (head.count % BLOCK_ROWS === 0) return null;
    const item = await this.#get(keys.block(head.model, Math.floor(head.count / BLOCK_ROWS)));
    return item ? blockFrom(item) : null;
  }

  async readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows> {
    return this.#readBlocks(model, (block) => options.closedAfter === null || block.clock > options.closedAfter);
  }

  async readNewestRows(model: string, options: { count: number }): Promise<LedgerRows> {
    let rows = 0;
    return this.#readBlocks(model, (block) => {
      const wanted = rows < options.count;
      rows += block.rows.count;
      return wanted;
    });
  }

  /** Blocks from the newest backwards while they are wanted, joined in arrival order. */
  async #readBlocks(model: string, wanted: (block: LedgerBlock) => boolean): Promise<LedgerRows> {
    const blocks: LedgerBlock[] = [];
    let before = "BLOCK$"; // '$' follows '#': past every block
    for (;;) {
      const page = await this.#blocksBefore(model, before);
      for (const block of page) {
        if (!wanted(block)) return joinRows(blocks.reverse().map((b) => b.rows));
        blocks.push(block);
      }
      const oldest = page[page.length - 1];
      if (!oldest || oldest.index === 0) return joinRows(blocks.reverse().map((b) => b.rows));
      before = keys.block(model, oldest.index).sk;
    }
  }

  async #blocksBefore(model: string, before: string): Promise<LedgerBlock[]> {
    const previous = before === "BLOCK$" ? -1 : Number(before.slice("BLOCK#".length)) - 1;
    const cached: LedgerBlock[] = [];
    for (let index = previous; index >= 0; index--) {
      const block = this.#blocks.get(`${model}/${index}`);
      if (!block) break;
      cached.push(block);
    }
    if (cached.length > 0) return cached;
    const answer = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": keys.head(model).pk,
          ":first": "BLOCK#",
          ":last": previous >= 0 ? keys.block(model, previous).sk : "BLOCK#~",
        },
        ScanIndexForward: false,
        // The open block changes all the time; alone it is the cheapest first page when the rest is in memory.
        Limit: previous === -1 && this.#blocks.size > 0 ? 1 : BLOCKS_PER_PAGE,
        ConsistentRead: true,
      }),
    );
    const blocks = (answer.Items ?? []).map(blockFrom);
    for (const block of blocks) if (block.rows.count === BLOCK_ROWS) this.#remember(model, block);
    return blocks;
  }

  #remember(model: string, block: LedgerBlock): void {
    if (this.#blocks.size >= CACHED_BLOCKS_MAX) this.#blocks.delete(this.#blocks.keys().next().value!);
    this.#blocks.set(`${model}/${block.index}`, block);
  }

  async appendToLedger(append: LedgerAppend): Promise<Written> {
    const writes: Write[] = [];
    if (append.after) {
      const item = { ...headItem(append.after), ...this.#correlation() };
      writes.push(this.#put(item, unchanged(append.before?.watermark)));
    }
    for (const block of append.blocks) writes.push(this.#put(blockItem(append.after!.model, block)));
    if (append.rejections) {
      const { before, after } = append.rejections;
      const item = jsonItem(keys.rejectionCount(after.modelName), after, { watermark: after.watermark });
      writes.push(this.#put(item, unchanged(before?.watermark)));
    }
    for (const trade of append.rejected)
      writes.push(this.#put(jsonItem(keys.rejected(trade.modelName, trade.sequence), trade)));
    writes.push(...this.#eventWrites(append.events));
    return this.#transact(writes);
  }

  async commit(change: RegistryCommit): Promise<Written> {
    const fence = {
      ConditionExpression: change.fromVersion === 0 ? "attribute_not_exists(pk)" : "version = :version",
      ...(change.fromVersion === 0 ? {} : { ExpressionAttributeValues: { ":version": change.fromVersion } }),
    };
    const writes: Write[] = [
      change.registry
        ? this.#put(jsonItem(keys.registry(), change.registry, { version: change.registry.version }), fence)
        : { ConditionCheck: { TableName: this.#table, Key: keys.registry(), ...fence } },
    ];
    if (change.enrolled) writes.push(...(await this.#enrol(change.enrolled)));
    for (const look of change.looks ?? []) {
      const { challenger: model, challengerEntry: entry, reign, n } = look;
      const item = jsonItem(keys.look({ model, entry, reign, n }), look);
      writes.push(this.#put(item, { ConditionExpression: "attribute_not_exists(pk)" }));
    }
    if (change.answer) {
      const item = jsonItem(keys.answer(change.answer.key), change.answer, {
        expires_at: Math.floor(change.answer.expiresAt / 1000),
      });
      writes.push(this.#put(item, { ConditionExpression: "attribute_not_exists(pk)" }));
    }
    writes.push(...this.#eventWrites(change.events));
    return this.#transact(writes);
  }

  async #enrol({ name, version }: { name: string; version: string }): Promise<Write[]> {
    const writes: Write[] = [
      {
        Update: {
          TableName: this.#table,
          Key: keys.versions(name),
          UpdateExpression: "ADD versions :set",
          ConditionExpression: "attribute_not_exists(versions) OR NOT contains(versions, :version)",
          ExpressionAttributeValues: { ":set": new Set([version]), ":version": version },
        },
      },
    ];
    // A model that comes back with a new version keeps its ledger.
    if (!(await this.loadHeads([name])).has(name)) {
      const item = { ...headItem(emptyHead(name)), ...this.#correlation() };
      writes.push(this.#put(item, { ConditionExpression: "attribute_not_exists(pk)" }));
    }
    return writes;
  }

  async loadLook(options: { model: string; entry: number; reign: number; n: number }): Promise<LookDossier | null> {
    return jsonFrom<LookDossier>(await this.#get(keys.look(options)));
  }

  async listLooks(options: { model: string; entry: number }): Promise<LookDossier[]> {
    const items = await this.#query({
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": keys.head(options.model).pk, ":prefix": keys.looksOf(options.entry) },
    });
    return items.map((item) => jsonFrom<LookDossier>(item)!);
  }

  async listHistory(query: HistoryQuery): Promise<HistoryPage> {
    const events: DomainEvent[] = [];
    let last: string | null = query.cursor;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: last === null ? "pk = :pk" : "pk = :pk AND sk < :last",
          ExpressionAttributeValues: { ":pk": "HISTORY", ...(last === null ? {} : { ":last": last }) },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: 100,
        }),
      );
      for (const item of answer.Items ?? []) {
        const event = jsonFrom<DomainEvent>(item)!;
        const fits =
          (!query.type || event.type === query.type) && (!query.modelName || event.modelName === query.modelName);
        if (fits && events.length === query.limit) return { events, cursor: last };
        if (fits) events.push(event);
        last = String(item.sk);
      }
      if (!answer.LastEvaluatedKey) return { events, cursor: null };
    }
    return { events, cursor: last };
  }

  async loadAnswer(key: string): Promise<StoredAnswer | null> {
    return jsonFrom<StoredAnswer>(await this.#get(keys.answer(key)));
  }

  async loadRejectionCount(model: string): Promise<RejectionCount | null> {
    return jsonFrom<RejectionCount>(await this.#get(keys.rejectionCount(model)));
  }

  async listRejectionCounts(): Promise<RejectionCount[]> {
    const items = await this.#query({
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": "QUARANTINE", ":prefix": "COUNT#" },
    });
    return items.map((item) => jsonFrom<RejectionCount>(item)!);
  }

  async listUnpublished(options: { limit: number }): Promise<DomainEvent[]> {
    const items = await this.#query({
      KeyConditionExpression: "pk = :pk",
      FilterExpression: "attribute_not_exists(published_at)",
      ExpressionAttributeValues: { ":pk": "OUTBOX" },
    });
    // Keys of the outbox are event ids, and only some of these begin with a time.
    const events = items.map((item) => jsonFrom<DomainEvent>(item)!).sort((a, b) => a.at - b.at);
    return events.slice(0, options.limit);
  }

  async markPublished(eventId: string, at: number): Promise<void> {
    const update = new UpdateCommand({
      TableName: this.#table,
      Key: keys.outbox(eventId),
      UpdateExpression: "SET published_at = if_not_exists(published_at, :at)",
      // An entry that has expired in the meantime must not come back half.
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":at": at },
    });
    try {
      await this.#client.send(update);
    } catch (error) {
      // Expired: there is nothing left to mark, and publishing it once more would not help.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  #eventWrites(events: readonly DomainEvent[]): Write[] {
    return events.flatMap((event) => [
      this.#put(jsonItem(keys.history(event.at, event.eventId), event), {
        ConditionExpression: "attribute_not_exists(pk)",
      }),
      this.#put(
        jsonItem(keys.outbox(event.eventId), event, {
          expires_at: Math.floor(event.at / 1000) + OUTBOX_KEPT_SECONDS,
          ...this.#correlation(),
        }),
        {
          ConditionExpression: "attribute_not_exists(pk)",
        },
      ),
    ]);
  }

  #correlation(): { correlation_id?: string } {
    const id = this.#correlationId();
    return id === undefined ? {} : { correlation_id: id };
  }

  #put(item: Item, condition: Partial<NonNullable<Write["Put"]>> = {}): Write {
    return { Put: { TableName: this.#table, Item: item, ...condition } };
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const answer = await this.#client.send(new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }));
    return answer.Item;
  }

  /** All pages of a query, up to a bound. */
  async #query(
    input: Omit<ConstructorParameters<typeof QueryCommand>[0], "TableName">,
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await this.#client.send(
        new QueryCommand({ TableName: this.#table, ConsistentRead: true, ...input, ExclusiveStartKey: start }),
      );
      items.push(...(answer.Items ?? []));
      start = answer.LastEvaluatedKey;
      if (!start) return items;
    }
    return items;
  }

  /** One transaction; a failed condition is a conflict, a passing fault is tried again. */
  async #transact(writes: Write[]): Promise<Written> {
    if (writes.length === 0) return "written";
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(new TransactWriteCommand({ TransactItems: writes }));
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

function headItem(head: LedgerHead): Item {
  return jsonItem(keys.head(head.model), head, { watermark: head.watermark });
}

/** Condition: the item is as it was read, recognised by its watermark, which grows with every write. */
function unchanged(watermark: string | undefined): Partial<NonNullable<Write["Put"]>> {
  return watermark === undefined
    ? { ConditionExpression: "attribute_not_exists(pk)" }
    : { ConditionExpression: "watermark = :watermark", ExpressionAttributeValues: { ":watermark": watermark } };
}

/** Exponential back-off with full jitter. */
async function backOff(attempt: number): Promise<void> {
  const ms = randomInt(BACKOFF_MS * 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, ms));
}
