import type { AllocationBasis } from "../domain/allocation.ts";
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
import type { RejectedTrade, RejectionCount } from "../domain/quarantine.ts";
import { emptyRegistry, type Registry } from "../domain/registry.ts";
import type {
  HistoryPage,
  HistoryQuery,
  LedgerAppend,
  LedgerStretch,
  RegistryCommit,
  StatePort,
  StoredAnswer,
  Written,
} from "../pipeline/ports.ts";
import { firstBlockAfter } from "./block-search.ts";

/** The state port in memory, with the same conditions as DynamoDB: for simulations and tests. */
export class MemoryState implements StatePort {
  #registry: Registry = emptyRegistry;
  #allocation: AllocationBasis | null = null;
  readonly #heads = new Map<string, LedgerHead>();
  readonly #blocks = new Map<string, LedgerBlock[]>();
  readonly #versions = new Map<string, Set<string>>();
  readonly #looks = new Map<string, LookDossier>();
  readonly #history: DomainEvent[] = [];
  readonly #outbox = new Map<string, DomainEvent>();
  readonly #published = new Map<string, number>();
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #rejections = new Map<string, RejectionCount>();
  readonly rejected: RejectedTrade[] = [];

  async loadRegistry(): Promise<Registry> {
    return structuredClone(this.#registry);
  }

  async loadAllocation(): Promise<AllocationBasis | null> {
    return structuredClone(this.#allocation);
  }

  async saveAllocation(basis: AllocationBasis): Promise<void> {
    this.#allocation = structuredClone(basis);
  }

  async loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>> {
    const found = models.flatMap((model) => this.#heads.get(model) ?? []);
    return new Map(found.map((head) => [head.model, structuredClone(head)]));
  }

  async loadUsedVersions(model: string): Promise<string[]> {
    return [...(this.#versions.get(model) ?? [])];
  }

  async loadLastBlock(head: LedgerHead): Promise<LedgerBlock | null> {
    if (head.count % BLOCK_ROWS === 0) return null;
    return this.#blocks.get(head.model)?.[Math.floor(head.count / BLOCK_ROWS)] ?? null;
  }

  async readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows> {
    const blocks = (this.#blocks.get(model) ?? []).filter(
      (b) => options.closedAfter === null || b.clock > options.closedAfter,
    );
    return joinRows(blocks.map((b) => b.rows));
  }

  async readNewestRows(model: string, options: { count: number }): Promise<LedgerRows> {
    const blocks: LedgerBlock[] = [];
    let rows = 0;
    for (const block of [...(this.#blocks.get(model) ?? [])].reverse()) {
      if (rows >= options.count) break;
      blocks.unshift(block);
      rows += block.rows.count;
    }
    return joinRows(blocks.map((b) => b.rows));
  }

  async readStretch(model: string, options: { closedAfter: number | null; count: number }): Promise<LedgerStretch> {
    const all = this.#blocks.get(model) ?? [];
    const { closedAfter, count } = options;
    const clockOf = async (index: number) => all[index]!.clock;
    let index = closedAfter === null ? 0 : await firstBlockAfter({ closedAfter, blocks: all.length, clockOf });
    const blocks: LedgerBlock[] = [];
    for (let rows = 0; rows < count && index < all.length; index++) {
      blocks.push(all[index]!);
      rows += all[index]!.rows.count;
    }
    return {
      rows: joinRows(blocks.map((block) => block.rows)),
      clock: blocks.at(-1)?.clock ?? closedAfter ?? Number.NEGATIVE_INFINITY,
      complete: index >= all.length,
    };
  }

  async appendToLedger(append: LedgerAppend): Promise<Written> {
    if (this.#anyKnown(append.events)) return "conflict";
    if (append.after && this.#heads.get(append.after.model)?.watermark !== append.before?.watermark) return "conflict";
    if (append.rejections) {
      const present = this.#rejections.get(append.rejections.after.modelName);
      if (present?.watermark !== append.rejections.before?.watermark) return "conflict";
      this.#rejections.set(append.rejections.after.modelName, structuredClone(append.rejections.after));
    }
    if (append.after) {
      this.#heads.set(append.after.model, structuredClone(append.after));
      const blocks = this.#blocks.get(append.after.model) ?? [];
      for (const block of append.blocks) blocks[block.index] = block;
      this.#blocks.set(append.after.model, blocks);
    }
    this.rejected.push(...structuredClone(append.rejected));
    this.#record(append.events);
    return "written";
  }

  async commit(change: RegistryCommit): Promise<Written> {
    if (this.#registry.version !== change.fromVersion || this.#anyKnown(change.events)) return "conflict";
    const lookKeys = (change.looks ?? []).map((look) =>
      lookKey({ ...look, model: look.challenger, entry: look.challengerEntry }),
    );
    if (lookKeys.some((key) => this.#looks.has(key))) return "conflict";
    if (change.answer && this.#answers.has(change.answer.key)) return "conflict";
    if (change.enrolled) {
      const versions = this.#versions.get(change.enrolled.name) ?? new Set();
      if (versions.has(change.enrolled.version)) return "conflict";
      this.#versions.set(change.enrolled.name, versions.add(change.enrolled.version));
      if (!this.#heads.has(change.enrolled.name))
        this.#heads.set(change.enrolled.name, emptyHead(change.enrolled.name));
    }
    if (change.registry) this.#registry = structuredClone(change.registry);
    for (const [i, key] of lookKeys.entries()) this.#looks.set(key, structuredClone(change.looks![i]!));
    if (change.answer) this.#answers.set(change.answer.key, structuredClone(change.answer));
    this.#record(change.events);
    return "written";
  }

  async loadLook(options: { model: string; entry: number; reign: number; n: number }): Promise<LookDossier | null> {
    return this.#looks.get(lookKey(options)) ?? null;
  }

  async listLooks(options: { model: string; entry: number }): Promise<LookDossier[]> {
    return [...this.#looks.values()]
      .filter((look) => look.challenger === options.model && look.challengerEntry === options.entry)
      .sort((a, b) => a.reign - b.reign || a.n - b.n);
  }

  async listHistory(query: HistoryQuery): Promise<HistoryPage> {
    const before = query.cursor ?? "~";
    const fitting = this.#history
      .filter((e) => (!query.type || e.type === query.type) && (!query.modelName || e.modelName === query.modelName))
      .sort((a, b) => (historyKey(a) < historyKey(b) ? 1 : -1))
      .filter((e) => historyKey(e) < before);
    const events = structuredClone(fitting.slice(0, query.limit));
    const published = new Map(
      events.flatMap(({ eventId }) => {
        const at = this.#published.get(eventId);
        return at === undefined ? [] : [[eventId, at] as const];
      }),
    );
    return {
      events,
      published,
      cursor: fitting.length > events.length ? historyKey(events[events.length - 1]!) : null,
    };
  }

  async loadAnswer(key: string): Promise<StoredAnswer | null> {
    return this.#answers.get(key) ?? null;
  }

  async loadRejectionCount(model: string): Promise<RejectionCount | null> {
    return structuredClone(this.#rejections.get(model) ?? null);
  }

  async listRejectionCounts(): Promise<RejectionCount[]> {
    return structuredClone([...this.#rejections.values()]);
  }

  async listUnpublished(options: { limit: number }): Promise<DomainEvent[]> {
    const events = [...this.#outbox.values()].sort((a, b) => a.at - b.at);
    return structuredClone(events.slice(0, options.limit));
  }

  async markPublished({ eventId }: Pick<DomainEvent, "eventId" | "at">, publishedAt: number): Promise<void> {
    if (!this.#published.has(eventId)) this.#published.set(eventId, publishedAt);
    this.#outbox.delete(eventId);
  }

  #anyKnown(events: readonly DomainEvent[]): boolean {
    return events.some((event) => this.#outbox.has(event.eventId));
  }

  #record(events: readonly DomainEvent[]): void {
    for (const event of structuredClone(events)) {
      this.#history.push(event);
      this.#outbox.set(event.eventId, event);
    }
  }
}

function lookKey(options: { model: string; entry: number; reign: number; n: number }): string {
  return `${options.model}/${options.entry}/${options.reign}/${options.n}`;
}

function historyKey(event: DomainEvent): string {
  return `${String(event.at).padStart(13, "0")}#${event.eventId}`;
}
