import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Search } from "../domain/ingest-questions.ts";
import { joinRows, type LedgerBlock, type LedgerHead, type LedgerRows, rowsWhere } from "../domain/ledger.ts";
import { clockOfBlock } from "../domain/ledger-append.ts";
import { blockFrom } from "./items.ts";
import { keys } from "./keys.ts";
import type { StateTable } from "./state-table.ts";

/** Rows of sealed blocks kept in memory: they never change. About 200 bytes each. */
const CACHED_ROWS_MAX = 400_000;
/** Blocks of the first page of a read, and by how much each further one is larger: what is not needed is not paid for. */
const FIRST_PAGE = 2;
const PAGE_GROWTH = 4;
const PAGE_MAX = 512;
/** Largest page of what was sealed since blocks were last read. */
const NEAR_MAX = 8;
const PAGES_MAX = 10_000;

/**
 * Sealed blocks in the state table. Readers follow the chain from a head and pass over what no chain reaches. A block never changes and
 * names the one before it, so whether any is missing is seen: they are read at the price of a read that may be stale, and where one is
 * missing once more consistently.
 */
export class DynamoBlocks {
  readonly #table: StateTable;
  readonly #cache = new Map<string, LedgerBlock>();
  /** models of which any block has been in memory */
  readonly #known = new Set<string>();
  #cachedRows = 0;

  constructor(table: StateTable) {
    this.#table = table;
  }

  /** Rows of the blocks of a ledger from the newest backwards while they are wanted, in the order of the chain. */
  async readBack(head: LedgerHead, wanted: (block: LedgerBlock) => boolean): Promise<LedgerRows[]> {
    const parts: LedgerRows[] = [];
    let size = FIRST_PAGE;
    let mayBeStale = true;
    let read = new Map<string, LedgerBlock>();
    for (let name = head.sealed?.name ?? null; name !== null; ) {
      let block = this.#cache.get(keyOf(head.model, name)) ?? read.get(name);
      if (!block) {
        const { blocks } = await this.#page(head, { first: "", last: name, newestFirst: true, size, mayBeStale });
        size = Math.min(PAGE_MAX, size * PAGE_GROWTH);
        read = new Map(blocks.map((b) => [b.name, b]));
        block = read.get(name);
      }
      if (!block) {
        if (!mayBeStale) throw broken(head.model, name);
        mayBeStale = false;
        continue;
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
    const near = await this.#near(head, at);
    if (near) return yield* near;
    const walk = new ChainWalk(at);
    let mayBeStale = true;
    let first = clockText(at);
    let size = FIRST_PAGE;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { blocks, end } = await this.#page(head, {
        first,
        last: sealed.name,
        newestFirst: false,
        size,
        mayBeStale,
      });
      for (const block of blocks) {
        const next = walk.take(block);
        if (next) yield next;
        if (block.name !== sealed.name) continue;
        if (walk.follows(block)) return yield block;
        walk.torn = true;
      }
      if (end !== null && !walk.torn) {
        first = `${end}~`;
        size = Math.min(PAGE_MAX, size * PAGE_GROWTH);
      } else {
        // A read that may be stale can lack what was sealed a moment ago.
        if (!mayBeStale) break;
        mayBeStale = false;
        first = walk.again();
      }
    }
    throw broken(head.model, sealed.name);
  }

  /** The same where all of them are in memory but for a few that have been sealed since; else null. */
  async #near(head: LedgerHead, at: number): Promise<LedgerBlock[] | null> {
    let blocks = this.#cachedSince(head, at);
    let last = head.sealed!.name;
    if (blocks || !this.#known.has(head.model) || this.#cache.has(keyOf(head.model, last))) return blocks;
    for (let size = 1; blocks === null && size <= NEAR_MAX; size *= PAGE_GROWTH) {
      const { end } = await this.#page(head, { first: "", last, newestFirst: true, size, mayBeStale: true });
      blocks = this.#cachedSince(head, at);
      last = end ?? last;
    }
    return blocks;
  }

  /** The newest blocks of a ledger back to this moment, oldest first, where all of them are in memory, else null. */
  #cachedSince(head: LedgerHead, from: number): LedgerBlock[] | null {
    const blocks: LedgerBlock[] = [];
    for (let name = head.sealed?.name ?? null; name !== null; ) {
      // Its name says so: what lies before is not wanted, and mostly was not read.
      if (clockOfBlock(name) < from) break;
      const block = this.#cache.get(keyOf(head.model, name));
      if (!block) return null;
      blocks.push(block);
      name = block.previous;
    }
    return blocks.reverse();
  }

  /** @returns the blocks of this making of the ledger, and where the page ended, whatever ledger that block belongs to */
  async #page(
    { model, chain }: LedgerHead,
    options: { first: string; last: string; newestFirst: boolean; size: number; mayBeStale: boolean },
  ): Promise<{ blocks: LedgerBlock[]; end: string | null }> {
    const { pk, sk } = keys.block(model, options.last);
    const answer = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: { ":pk": pk, ":first": keys.block(model, options.first).sk, ":last": sk },
        ScanIndexForward: !options.newestFirst,
        Limit: options.size,
        ConsistentRead: !options.mayBeStale,
      }),
    );
    const items = (answer.Items ?? []).map(blockFrom);
    const blocks = items.filter((block) => block.chain === chain);
    for (const block of blocks) this.remember(model, block);
    return { blocks, end: items.at(-1)?.name ?? null };
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
    this.#known.add(model);
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

/** Follows a chain forward over blocks in the order of their names, some of which it does not reach. */
class ChainWalk {
  readonly #at: number;
  readonly #unconfirmed = new Map<string, LedgerBlock>();
  #last: LedgerBlock | null = null;
  /** a block was not seen that another one names */
  torn = false;

  constructor(at: number) {
    this.#at = at;
  }

  /** The next block of the chain, if this one proves it to be so. */
  take(block: LedgerBlock): LedgerBlock | null {
    const before = block.previous === null ? undefined : this.#unconfirmed.get(block.previous);
    this.#unconfirmed.set(block.name, block);
    if (!before || this.torn) return null;
    this.torn = !this.follows(before);
    if (this.torn) return null;
    this.#unconfirmed.delete(before.name);
    this.#last = before;
    return before;
  }

  /** Whether nothing lies between what was taken last, or the beginning, and this block. */
  follows({ previous }: LedgerBlock): boolean {
    if (this.#last) return previous === this.#last.name;
    return previous === null || clockOfBlock(previous) < this.#at;
  }

  /** Forgets what was not proved. @returns where to read again from */
  again(): string {
    this.#unconfirmed.clear();
    this.torn = false;
    return this.#last ? `${this.#last.name}~` : clockText(this.#at);
  }
}

function broken(model: string, block: string): Error {
  return new Error(`the ledger of ${model} is broken: its block ${block} is not there`);
}
