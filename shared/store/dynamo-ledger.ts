import { BatchGetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import {
  BLOCK_ROWS,
  emptyHead,
  joinRows,
  type LedgerBlock,
  type LedgerHead,
  type LedgerRows,
} from "../domain/ledger.ts";
import type { LedgerAppend, LedgerStretch, Written } from "../pipeline/ports.ts";
import { firstBlockAfter } from "./block-search.ts";
import { eventWrites } from "./dynamo-history.ts";
import { blockFrom, blockItem, type Item, jsonFrom, jsonItem } from "./items.ts";
import { type Key, keys } from "./keys.ts";
import { ATTEMPTS_MAX, backOff, isNew, type StateTable, type Write } from "./state-table.ts";

/** Full ledger blocks kept in memory: they never change. About 15 KB each. */
const CACHED_BLOCKS_MAX = 2000;
const BLOCKS_PER_PAGE = 20;

/** Ledgers in the state table: heads and blocks of rows. */
export class DynamoLedger {
  readonly #table: StateTable;
  readonly #blocks = new Map<string, LedgerBlock>();

  constructor(table: StateTable) {
    this.#table = table;
  }

  async loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>> {
    const heads = new Map<string, LedgerHead>();
    let wanted: Key[] = [...new Set(models)].map((model) => keys.head(model));
    // Ingest asks for one at a time; a single read needs no second permission and no second round.
    if (wanted.length === 1) {
      const head = jsonFrom<LedgerHead>(await this.#table.get(wanted[0]!));
      return head ? heads.set(head.model, head) : heads;
    }
    for (let attempt = 1; wanted.length > 0; attempt++) {
      const answer = await this.#table.client.send(
        new BatchGetCommand({ RequestItems: { [this.#table.name]: { Keys: wanted, ConsistentRead: true } } }),
      );
      for (const item of answer.Responses?.[this.#table.name] ?? []) {
        const head = jsonFrom<LedgerHead>(item)!;
        heads.set(head.model, head);
      }
      wanted = (answer.UnprocessedKeys?.[this.#table.name]?.Keys ?? []) as Key[];
      if (attempt >= ATTEMPTS_MAX && wanted.length > 0) throw new Error("ledger heads could not be read: throttled");
      if (wanted.length > 0) await backOff(attempt);
    }
    return heads;
  }

  async loadLastBlock(head: LedgerHead): Promise<LedgerBlock | null> {
    if (head.count % BLOCK_ROWS === 0) return null;
    const item = await this.#table.get(keys.block(head.model, Math.floor(head.count / BLOCK_ROWS)));
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

  async readStretch(model: string, options: { closedAfter: number | null; count: number }): Promise<LedgerStretch> {
    const head = (await this.loadHeads([model])).get(model);
    const end = Math.ceil((head?.count ?? 0) / BLOCK_ROWS);
    const { closedAfter, count } = options;
    const clockOf = async (index: number) => (await this.#blocksFrom(model, { index, wanted: 1 }))[0]!.clock;
    const blocks: LedgerBlock[] = [];
    let index = closedAfter === null ? 0 : await firstBlockAfter({ closedAfter, blocks: end, clockOf });
    for (let rows = 0; rows < count && index < end; ) {
      const wanted = Math.min(end - index, Math.ceil((count - rows) / BLOCK_ROWS));
      const found = await this.#blocksFrom(model, { index, wanted });
      blocks.push(...found);
      rows += found.reduce((sum, block) => sum + block.rows.count, 0);
      index += found.length;
    }
    return {
      rows: joinRows(blocks.map((block) => block.rows)),
      clock: blocks.at(-1)?.clock ?? closedAfter ?? Number.NEGATIVE_INFINITY,
      complete: index >= end,
    };
  }

  /** One or more of the blocks from an index on, as many as one answer holds and no more than are wanted. */
  async #blocksFrom(model: string, { index, wanted }: { index: number; wanted: number }): Promise<LedgerBlock[]> {
    const cached: LedgerBlock[] = [];
    while (cached.length < wanted) {
      const block = this.#blocks.get(`${model}/${index + cached.length}`);
      if (!block) break;
      cached.push(block);
    }
    if (cached.length > 0) return cached;
    const answer = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": keys.head(model).pk,
          ":first": keys.block(model, index).sk,
          ":last": keys.block(model, index + wanted - 1).sk,
        },
        ConsistentRead: true,
      }),
    );
    const blocks = (answer.Items ?? []).map(blockFrom);
    if (blocks[0]?.index !== index) throw new Error(`ledger block ${index} of ${model} is missing`);
    for (const block of blocks) if (block.rows.count === BLOCK_ROWS) this.#remember(model, block);
    return blocks;
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
    const answer = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
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
      const item = { ...headItem(append.after), ...this.#table.correlation() };
      writes.push(this.#table.put(item, unchanged(append.before?.watermark)));
    }
    for (const block of append.blocks) writes.push(this.#table.put(blockItem(append.after!.model, block)));
    if (append.rejections) {
      const { before, after } = append.rejections;
      const item = jsonItem(keys.rejectionCount(after.modelName), after, { watermark: after.watermark });
      writes.push(this.#table.put(item, unchanged(before?.watermark)));
    }
    for (const trade of append.rejected)
      writes.push(this.#table.put(jsonItem(keys.rejected(trade.modelName, trade.sequence), trade)));
    writes.push(...eventWrites(this.#table, append.events));
    return this.#table.transact(writes);
  }

  /** The writes that begin a model's ledger; none where it goes on: a model that comes back keeps its own. */
  async beginning(model: string): Promise<Write[]> {
    if ((await this.loadHeads([model])).has(model)) return [];
    return [this.#table.put({ ...headItem(emptyHead(model)), ...this.#table.correlation() }, isNew)];
  }
}

function headItem(head: LedgerHead): Item {
  return jsonItem(keys.head(head.model), head, { watermark: head.watermark });
}

/** Condition: the item is as it was read, recognised by its watermark, which grows with every write. */
function unchanged(watermark: string | undefined): Partial<NonNullable<Write["Put"]>> {
  return watermark === undefined
    ? isNew
    : { ConditionExpression: "watermark = :watermark", ExpressionAttributeValues: { ":watermark": watermark } };
}
