import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AllocationBasis } from "../domain/allocation.ts";
import type { DomainEvent } from "../domain/event.ts";
import type { Search } from "../domain/ingest-questions.ts";
import type { ChangeMark, LedgerBlock, LedgerHead, LedgerRows } from "../domain/ledger.ts";
import type { LookDossier } from "../domain/look.ts";
import type { RejectionCount } from "../domain/quarantine.ts";
import type { Registry } from "../domain/registry.ts";
import type { UnknownModels } from "../domain/unknown-models.ts";
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
import { DynamoHistory } from "./dynamo-history.ts";
import { DynamoLedger } from "./dynamo-ledger.ts";
import { DynamoQuarantine } from "./dynamo-quarantine.ts";
import { DynamoRegistry } from "./dynamo-registry.ts";
import { StateTable } from "./state-table.ts";

/** The state port on DynamoDB: one table, a file for each subject in it. */
export class DynamoState implements StatePort {
  readonly #registry: DynamoRegistry;
  readonly #ledger: DynamoLedger;
  readonly #history: DynamoHistory;
  readonly #quarantine: DynamoQuarantine;

  constructor(
    client: DynamoDBDocumentClient,
    name: string,
    options: { correlationId?: () => string | undefined } = {},
  ) {
    const table = new StateTable(client, name, options);
    this.#ledger = new DynamoLedger(table);
    this.#registry = new DynamoRegistry(table, this.#ledger);
    this.#history = new DynamoHistory(table);
    this.#quarantine = new DynamoQuarantine(table);
  }

  loadRegistry(options?: { mayBeStale: boolean }): Promise<Registry> {
    return this.#registry.loadRegistry(options);
  }

  loadAllocation(): Promise<AllocationBasis | null> {
    return this.#registry.loadAllocation();
  }

  saveAllocation(basis: AllocationBasis): Promise<void> {
    return this.#registry.saveAllocation(basis);
  }

  commit(change: RegistryCommit): Promise<Written> {
    return this.#registry.commit(change);
  }

  loadUsedVersions(model: string): Promise<string[]> {
    return this.#registry.loadUsedVersions(model);
  }

  loadLook(options: { model: string; entry: number; reign: number; n: number }): Promise<LookDossier | null> {
    return this.#registry.loadLook(options);
  }

  listLooks(options: { model: string; entry: number }): Promise<LookDossier[]> {
    return this.#registry.listLooks(options);
  }

  loadAnswer(key: string): Promise<StoredAnswer | null> {
    return this.#registry.loadAnswer(key);
  }

  loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>> {
    return this.#ledger.loadHeads(models);
  }

  findTrades(head: LedgerHead, search: Search): Promise<LedgerRows> {
    return this.#ledger.findTrades(head, search);
  }

  loadChanges(model: string, tradeIds: readonly string[]): Promise<Map<string, ChangeMark>> {
    return this.#ledger.loadChanges(model, tradeIds);
  }

  findRejected(model: string, options: { stream: string; sequences: readonly string[] }): Promise<Set<string>> {
    return this.#quarantine.findRejected(model, options);
  }

  readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows> {
    return this.#ledger.readRows(model, options);
  }

  readNewestRows(model: string, options: { count: number }): Promise<LedgerRows> {
    return this.#ledger.readNewestRows(model, options);
  }

  readStretch(...[model, options]: Parameters<StatePort["readStretch"]>): Promise<LedgerStretch> {
    return this.#ledger.readStretch(model, options);
  }

  sealBlock(model: string, block: LedgerBlock): Promise<void> {
    return this.#ledger.sealBlock(model, block);
  }

  appendToLedger(append: LedgerAppend): Promise<Written> {
    return this.#ledger.appendToLedger(append);
  }

  listHistory(query: HistoryQuery): Promise<HistoryPage> {
    return this.#history.listHistory(query);
  }

  listUnpublished(options: { limit: number }): Promise<DomainEvent[]> {
    return this.#history.listUnpublished(options);
  }

  markPublished(event: Pick<DomainEvent, "eventId" | "at">, publishedAt: number): Promise<void> {
    return this.#history.markPublished(event, publishedAt);
  }

  loadRejectionCount(model: string): Promise<RejectionCount | null> {
    return this.#quarantine.loadRejectionCount(model);
  }

  listRejectionCounts(models: readonly string[]): Promise<RejectionCount[]> {
    return this.#quarantine.listRejectionCounts(models);
  }

  loadUnknownModels(): Promise<UnknownModels | null> {
    return this.#quarantine.loadUnknownModels();
  }

  saveUnknownModels(change: Parameters<StatePort["saveUnknownModels"]>[0]): Promise<Written> {
    return this.#quarantine.saveUnknownModels(change);
  }
}
