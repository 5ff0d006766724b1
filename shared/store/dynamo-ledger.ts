import type { Search } from "../domain/ingest-questions.ts";
import {
  type ChangeMark,
  emptyHead,
  joinRows,
  type LedgerBlock,
  type LedgerHead,
  type LedgerRows,
} from "../domain/ledger.ts";
import { shortName } from "../domain/quarantine.ts";
import type { LedgerAppend, LedgerStretch, StatePort, Written } from "../pipeline/ports.ts";
import { DynamoBlocks } from "./dynamo-blocks.ts";
import { eventWrites } from "./dynamo-history.ts";
import { blockItem, headFrom, headItem, jsonItem } from "./items.ts";
import { keys } from "./keys.ts";
import { stretchOf } from "./ledger-stretch.ts";
import { type Condition, isNew, type StateTable, type Write } from "./state-table.ts";

/** Ledgers in the state table: heads with their tails, sealed blocks, and what was changed after it had been counted. */
export class DynamoLedger {
  readonly #table: StateTable;
  readonly #blocks: DynamoBlocks;

  constructor(table: StateTable) {
    this.#table = table;
    this.#blocks = new DynamoBlocks(table);
  }

  async loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>> {
    const items = await this.#table.getAll([...new Set(models)].map((model) => keys.head(model)));
    return new Map(items.map(headFrom).map((head) => [head.model, head]));
  }

  async readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows> {
    return this.#readBack(model, () => (block) => options.closedAfter === null || block.clock > options.closedAfter);
  }

  async readNewestRows(model: string, options: { count: number }): Promise<LedgerRows> {
    return this.#readBack(model, (head) => {
      let rows = head.tail.count;
      return (block) => {
        const wanted = rows < options.count;
        rows += block.rows.count;
        return wanted;
      };
    });
  }

  async readStretch(...[model, options]: Parameters<StatePort["readStretch"]>): Promise<LedgerStretch> {
    const { closedAfter } = options;
    const head = options.head ?? (await this.loadHeads([model])).get(model);
    return stretchOf(
      head,
      options,
      this.#blocks.from(head ?? emptyHead(model), closedAfter === null ? 0 : closedAfter + 1),
    );
  }

  async #readBack(model: string, choose: (head: LedgerHead) => Parameters<DynamoBlocks["readBack"]>[1]) {
    const head = (await this.loadHeads([model])).get(model);
    if (!head) return joinRows([]);
    return joinRows([...(await this.#blocks.readBack(head, choose(head))), head.tail]);
  }

  findTrades(head: LedgerHead, search: Search): Promise<LedgerRows> {
    return this.#blocks.find(head, search);
  }

  async loadChanges(model: string, tradeIds: readonly string[]): Promise<Map<string, ChangeMark>> {
    const items = await this.#table.getAll(tradeIds.map((id) => keys.changed(model, id)));
    const marks = items.map((item): [string, ChangeMark] => [
      String(item.sk).slice("CHANGED#".length),
      { stream: String(item.stream), sequence: String(item.sequence) },
    ]);
    return new Map(marks);
  }

  async sealBlock(model: string, block: LedgerBlock): Promise<void> {
    await this.#table.putOne(blockItem(model, block));
  }

  /**
   * The block first, as a plain write: it counts for nothing until the head names it, so an attempt that ends here leaves something
   * that no reader reaches. Then the head; where nothing else comes with it that is one conditional write, at half the price of a
   * transaction.
   */
  async appendToLedger(append: LedgerAppend): Promise<Written> {
    const { model, block, head } = append;
    if (block) await this.#table.putOne(blockItem(model, block));
    const written = await this.#commit(append);
    if (written === "written" && head && block) this.#blocks.remember(model, block);
    return written;
  }

  #commit({ model, head, before, evaluate, ...rest }: LedgerAppend): Promise<Written> {
    const item = head && { ...headItem(head, { evaluate }), ...this.#table.correlation() };
    const fence = head && unchanged(before.head);
    const others: Write[] = [];
    if (rest.rejections) {
      const counts = jsonItem(keys.rejectionCount(model), rest.rejections, { revision: rest.rejections.count });
      others.push(this.#table.put(counts, unchangedCount(before.rejections)));
    }
    for (const trade of rest.rejected)
      others.push(this.#table.put(jsonItem(keys.rejected(model, trade), trade), isNew));
    for (const [id, mark] of rest.changes) others.push(this.#table.put({ ...keys.changed(model, id), ...mark }));
    others.push(...eventWrites(this.#table, rest.events));
    if (!item) return this.#table.transact([...others, ...this.#isNotDeployed(model)]);
    return this.#table.write([this.#table.put(item, fence!), ...others]);
  }

  /** A trade that counts for nothing because its model is not deployed must not be written so when it just has been. */
  #isNotDeployed(model: string): Write[] {
    return [{ ConditionCheck: { TableName: this.#table.name, Key: keys.head(shortName(model)), ...isNew } }];
  }

  /** The writes that begin a model's ledger; none where it goes on: a model that comes back keeps its own. */
  async beginning(model: string): Promise<Write[]> {
    if ((await this.loadHeads([model])).has(model)) return [];
    return [
      this.#table.put({ ...headItem(emptyHead(model), { evaluate: false }), ...this.#table.correlation() }, isNew),
    ];
  }
}

/** Condition: the head is as it was read. */
function unchanged(head: LedgerHead | null): Condition {
  return head === null ? isNew : revisionIs(head.revision);
}

function unchangedCount(rejections: { count: number } | null): Condition {
  return rejections === null ? isNew : revisionIs(rejections.count);
}

function revisionIs(revision: number): Condition {
  return { ConditionExpression: "revision = :revision", ExpressionAttributeValues: { ":revision": revision } };
}
