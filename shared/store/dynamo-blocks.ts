import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Search } from "../domain/ingest-questions.ts";
import { joinRows, type LedgerBlock, type LedgerHead, type LedgerRows, rowsWhere } from "../domain/ledger.ts";
import { blockFrom } from "./items.ts";
import { keys } from "./keys.ts";
import type { StateTable } from "./state-table.ts";

/** Rows of sealed blocks kept in memory: they never change. About 200 bytes each. */
const CACHED_ROWS_MAX = 400_000;
/** Blocks of the first page of a read, and by how much each further one is larger: what is not needed is not paid for. */
const FIRST_PAGE = 2;
const PAGE_GROWTH = 4;
const PAGE_MAX = 512;
const PAGES_MAX = 10_000;

/** Sealed blocks in the state table. Readers follow the chain from a head and pass over what no chain reaches. */
export class DynamoBlocks {
  readonly #table: StateTable;
  readonly #cache = new Map<string, LedgerBlock>();
  #cachedRows = 0;

  constructor(table: StateTable) {
    this.#table = table;
  }

  /** Rows of the blocks of a ledger from the newest backwards while they are wanted, in the order of the chain. */
  async readBack(head: LedgerHead, wanted: (block: LedgerBlock) => boolean): Promise<LedgerRows[]> {
    const parts: LedgerRows[] = [];
    let size = FIRST_PAGE;
    let read = new Map<string, LedgerBlock>();
    for (let name = head.sealed?.name ?? null; name !== null; ) {
      let block = this.#cache.get(keyOf(head.model, name)) ?? read.get(name);
      if (!block) {
        const page = await this.#page(head.model, { first: "", last: name, newestFirst: true, size });
        size = Math.min(PAGE_MAX, size * PAGE_GROWTH);
        read = new Map(page.map((b) => [b.name, b]));
        block = read.get(name);
        if (!block) throw new Error(`the ledger of ${head.model} is broken: its block ${name} is not there`);
      }
      if (!wanted(block)) break;
      parts.push(block.rows);
      name = block.previous;
    }
    return parts.reverse();
  }

  /** Rows of the trades searched for. */
  async find(head: LedgerHead, { from, until, ids }: Search): Promise<LedgerRows> {
    const found: LedgerRows[] = [];
    for await (const block of this.from(head, from)) {
      found.push(rowsWith(block, ids));
      // Everything later came in when the clock stood beyond what any trade came late.
      if (block.clock > until) break;
    }
    return joinRows(found);
  }

  /**
   * Blocks of a ledger whose clock stands at this moment or later, oldest first. A block's key begins with its clock, so the read begins
   * where the first of them lies. Whether a block is part of the ledger is known from the one that names it: only who had read a
   * committed head could do so.
   */
  async *from(head: LedgerHead, at: number): AsyncGenerator<LedgerBlock> {
    const { sealed } = head;
    if (sealed === null || sealed.clock < at) return;
    const near = this.#cachedSince(head, at);
    if (near) return yield* near;
    const unconfirmed = new Map<string, LedgerBlock>();
    let first = clockText(at);
    let size = FIRST_PAGE;
    for (let page = 0; page < PAGES_MAX; page++) {
      const blocks = await this.#page(head.model, { first, last: sealed.name, newestFirst: false, size });
      for (const block of blocks) {
        const before = block.previous === null ? undefined : unconfirmed.get(block.previous);
        if (before) {
          yield before;
          unconfirmed.delete(before.name);
        }
        unconfirmed.set(block.name, block);
      }
      const last = unconfirmed.get(sealed.name);
      if (last) return yield last;
      const end = blocks[blocks.length - 1];
      if (!end) break;
      first = `${end.name}~`;
      size = Math.min(PAGE_MAX, size * PAGE_GROWTH);
    }
    throw new Error(`the ledger of ${head.model} is broken: its block ${sealed.name} is not there`);
  }

  /** The newest blocks of a ledger back to this moment, oldest first, where all of them are in memory, else null. */
  #cachedSince(head: LedgerHead, from: number): LedgerBlock[] | null {
    const blocks: LedgerBlock[] = [];
    for (let name = head.sealed?.name ?? null; name !== null; ) {
      const block = this.#cache.get(keyOf(head.model, name));
      if (!block) return null;
      if (block.clock < from) break;
      blocks.push(block);
      name = block.previous;
    }
    return blocks.reverse();
  }

  async #page(
    model: string,
    options: { first: string; last: string; newestFirst: boolean; size: number },
  ): Promise<LedgerBlock[]> {
    const { pk, sk } = keys.block(model, options.last);
    const answer = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: { ":pk": pk, ":first": keys.block(model, options.first).sk, ":last": sk },
        ScanIndexForward: !options.newestFirst,
        Limit: options.size,
        ConsistentRead: true,
      }),
    );
    const blocks = (answer.Items ?? []).map(blockFrom);
    for (const block of blocks) this.remember(model, block);
    return blocks;
  }

  remember(model: string, block: LedgerBlock): void {
    const key = keyOf(model, block.name);
    if (this.#cache.has(key)) return;
    for (const [oldest, { rows }] of this.#cache) {
      if (this.#cachedRows + block.rows.count <= CACHED_ROWS_MAX) break;
      this.#cache.delete(oldest);
      this.#cachedRows -= rows.count;
    }
    this.#cache.set(key, block);
    this.#cachedRows += block.rows.count;
  }
}

function keyOf(model: string, name: string): string {
  return `${model}/${name}`;
}

function clockText(at: number): string {
  return String(Math.max(0, at)).padStart(13, "0");
}

function rowsWith({ rows }: LedgerBlock, ids: ReadonlySet<string>): LedgerRows {
  return rowsWhere(rows, (i) => ids.has(rows.tradeIds[i]!));
}
