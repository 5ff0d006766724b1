import type { AllocationBasis } from "../../shared/domain/allocation.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { Search } from "../../shared/domain/ingest-questions.ts";
import {
  type ChangeMark,
  emptyHead,
  joinRows,
  type LedgerBlock,
  type LedgerHead,
  type LedgerRows,
  rowsWhere,
} from "../../shared/domain/ledger.ts";
import type { LookDossier } from "../../shared/domain/look.ts";
import type { RejectedTrade, RejectionCount } from "../../shared/domain/quarantine.ts";
import { emptyRegistry, type Registry } from "../../shared/domain/registry.ts";
import type { UnknownModels } from "../../shared/domain/unknown-models.ts";
import type {
  HistoryPage,
  HistoryQuery,
  LedgerAppend,
  LedgerStretch,
  RegistryCommit,
  StatePort,
  StoredAnswer,
  Written,
} from "../../shared/pipeline/ports.ts";
import { stretchOf } from "../../shared/store/ledger-stretch.ts";

/** The state port in memory, with the same conditions as DynamoDB: for simulations and tests. */
export class MemoryState implements StatePort {
  #registry: Registry = emptyRegistry;
  #allocation: AllocationBasis | null = null;
  readonly #heads = new Map<string, LedgerHead>();
  readonly #blocks = new Map<string, LedgerBlock>();
  readonly #changes = new Map<string, ChangeMark>();
  readonly #versions = new Map<string, Set<string>>();
  readonly #looks = new Map<string, LookDossier>();
  /** Newest first. */
  readonly #history: { key: string; event: DomainEvent }[] = [];
  readonly #outbox = new Map<string, DomainEvent>();
  readonly #published = new Map<string, number>();
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #rejections = new Map<string, RejectionCount>();
  #unknownModels: UnknownModels | null = null;
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

  async readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows> {
    return this.#readBack(model, (block) => options.closedAfter === null || block.clock > options.closedAfter);
  }

  async readNewestRows(model: string, options: { count: number }): Promise<LedgerRows> {
    let rows = this.#heads.get(model)?.tail.count ?? 0;
    return this.#readBack(model, (block) => {
      const wanted = rows < options.count;
      rows += block.rows.count;
      return wanted;
    });
  }

  #readBack(model: string, wanted: (block: LedgerBlock) => boolean): LedgerRows {
    const head = this.#heads.get(model);
    const parts = head ? [head.tail] : [];
    for (const block of this.#chain(head)) {
      if (!wanted(block)) break;
      parts.push(block.rows);
    }
    return joinRows(parts.reverse());
  }

  /** Sealed blocks, newest first. */
  *#chain(head: LedgerHead | undefined): Generator<LedgerBlock> {
    for (let name = head?.sealed?.name ?? null; name !== null; ) {
      const block = this.#blocks.get(`${head!.model}/${name}`)!;
      yield block;
      name = block.previous;
    }
  }

  async findTrades(head: LedgerHead, search: Search): Promise<LedgerRows> {
    const parts: LedgerRows[] = [];
    for (const { clock, rows } of this.#chain(head)) {
      if (clock < search.from) break;
      parts.push(rowsWhere(rows, (i) => search.ids.has(rows.tradeIds[i]!)));
    }
    return joinRows(parts.reverse());
  }

  async loadChanges(model: string, tradeIds: readonly string[]): Promise<Map<string, ChangeMark>> {
    const known = tradeIds.flatMap((id): [string, ChangeMark][] => {
      const mark = this.#changes.get(`${model}/${id}`);
      return mark ? [[id, mark]] : [];
    });
    return new Map(known);
  }

  async findRejected(model: string, options: { stream: string; sequences: readonly string[] }): Promise<Set<string>> {
    const fits = (r: RejectedTrade) => r.modelName === model && r.stream === options.stream;
    const known = new Set(this.rejected.filter(fits).map((r) => r.sequence));
    return new Set(options.sequences.filter((sequence) => known.has(sequence)));
  }

  async readStretch(...[model, options]: Parameters<StatePort["readStretch"]>): Promise<LedgerStretch> {
    const head = options.head ?? this.#heads.get(model);
    const { closedAfter } = options;
    const blocks = [...this.#chain(head)].reverse();
    return stretchOf(
      head,
      options,
      blocks.filter((block) => closedAfter === null || block.clock > closedAfter),
    );
  }

  async sealBlock(model: string, block: LedgerBlock): Promise<void> {
    this.#blocks.set(`${model}/${block.name}`, structuredClone(block));
  }

  async appendToLedger(append: LedgerAppend): Promise<Written> {
    const { model, head, before, block, rejected, rejections, changes, events } = append;
    // As on DynamoDB: the block is written whatever becomes of the head.
    if (block) this.#blocks.set(`${model}/${block.name}`, structuredClone(block));
    await Promise.resolve();
    if (this.#heads.get(model)?.revision !== before.head?.revision) return "conflict";
    if (rejections && this.#rejections.get(model)?.count !== before.rejections?.count) return "conflict";
    const isKnown = (a: RejectedTrade) =>
      this.rejected.some((b) => b.modelName === model && b.sequence === a.sequence && b.stream === a.stream);
    if (this.#anyKnown(events) || rejected.some(isKnown)) return "conflict";
    if (head) this.#heads.set(model, structuredClone(head));
    if (rejections) this.#rejections.set(model, structuredClone(rejections));
    for (const [id, mark] of changes) this.#changes.set(`${model}/${id}`, mark);
    this.rejected.push(...structuredClone(rejected));
    this.#record(events);
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
    const fitting = this.#history.filter(
      ({ key, event: e }) =>
        key < before && (!query.type || e.type === query.type) && (!query.modelName || e.modelName === query.modelName),
    );
    const events = fitting.slice(0, query.limit).map(({ event }) => structuredClone(event));
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

  async listRejectionCounts(models: readonly string[]): Promise<RejectionCount[]> {
    return structuredClone([...new Set(models)].flatMap((model) => this.#rejections.get(model) ?? []));
  }

  async loadUnknownModels(): Promise<UnknownModels | null> {
    return structuredClone(this.#unknownModels);
  }

  async saveUnknownModels(change: Parameters<StatePort["saveUnknownModels"]>[0]): Promise<Written> {
    if (this.#unknownModels?.revision !== change.before?.revision || this.#anyKnown(change.events)) return "conflict";
    this.#unknownModels = structuredClone(change.after);
    this.#record(change.events);
    return "written";
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
      const key = historyKey(event);
      const older = this.#history.findIndex((other) => other.key < key);
      this.#history.splice(older < 0 ? this.#history.length : older, 0, { key, event });
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
