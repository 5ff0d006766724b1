import type { Alert } from "../domain/alert.ts";
import type { AllocationBasis } from "../domain/allocation.ts";
import type { TransitionContext } from "../domain/draft.ts";
import type { DomainEvent } from "../domain/event.ts";
import type { IngestWrite } from "../domain/ingest.ts";
import type { Search } from "../domain/ingest-questions.ts";
import type { ChangeMark, LedgerBlock, LedgerHead, LedgerRows } from "../domain/ledger.ts";
import type { LookDossier } from "../domain/look.ts";
import type { RejectionCount } from "../domain/quarantine.ts";
import type { Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import type { UnknownModels } from "../domain/unknown-models.ts";

/**
 * Ports: what the steps need from the outside. `conflict` always means "somebody else was faster, nothing was written":
 * read again and decide again.
 */

export type Written = "written" | "conflict";

/**
 * Ingest of one model's records. The block comes first and counts for nothing until the head names it; the head, quarantine and events
 * are one write.
 */
export type LedgerAppend = IngestWrite & {
  model: string;
  /** what this append was computed from; head null: the model is not deployed and has no ledger */
  before: { head: LedgerHead | null; rejections: RejectionCount | null };
};

/** A change of the registry with everything that must be true together with it. */
export type RegistryCommit = {
  /** fence: the version the change was computed from */
  fromVersion: number;
  /** null: nothing but events is written, still only if the version is unchanged */
  registry: Registry | null;
  events: DomainEvent[];
  /** a model whose ledger begins now, with the version that is used up */
  enrolled?: { name: string; version: string };
  looks?: LookDossier[];
  answer?: StoredAnswer;
};

/** What a request with an Idempotency-Key was answered. */
export type StoredAnswer = { key: string; fingerprint: string; status: number; body: unknown; expiresAt: number };

export type HistoryPage = {
  events: DomainEvent[];
  /** when the alert of an event was published, epoch ms, by event id; not there: not yet */
  published: ReadonlyMap<string, number>;
  cursor: string | null;
};

export type HistoryQuery = {
  limit: number;
  cursor: string | null;
  type: string | null;
  modelName: string | null;
};

/** Rows in arrival order from somewhere in a ledger on. */
export type LedgerStretch = {
  rows: LedgerRows;
  /** latest close in it and before it, epoch ms; -Infinity where there is no row */
  clock: number;
  /** nothing follows */
  complete: boolean;
};

export interface StatePort {
  /** What the weights of the allocation rest on; null: nothing was kept yet. */
  loadAllocation(): Promise<AllocationBasis | null>;
  /** Replaces it, whatever was there: it is computed from what is, so the next refresh mends a lost race. */
  saveAllocation(basis: AllocationBasis): Promise<void>;
  /** @param options.mayBeStale  a second old does no harm, and is half as dear */
  loadRegistry(options?: { mayBeStale: boolean }): Promise<Registry>;
  loadHeads(models: readonly string[]): Promise<Map<string, LedgerHead>>;
  /** Versions of a model that were ever deployed. */
  loadUsedVersions(model: string): Promise<string[]>;
  /** A model's rows in arrival order: all of its blocks whose clock lies after `closedAfter` (null: all). */
  readRows(model: string, options: { closedAfter: number | null }): Promise<LedgerRows>;
  /** Rows of the trades searched for that lie in sealed blocks of this ledger. */
  findTrades(head: LedgerHead, search: Search): Promise<LedgerRows>;
  /** Of these trades those that were changed or deleted after they had been counted, by id. */
  loadChanges(model: string, tradeIds: readonly string[]): Promise<Map<string, ChangeMark>>;
  /** Of these records of one stream those in quarantine, by sequence number. */
  findRejected(model: string, options: { stream: string; sequences: readonly string[] }): Promise<Set<string>>;
  /** The newest rows of a model, at least `count` of them if there are that many, in arrival order. */
  readNewestRows(model: string, options: { count: number }): Promise<LedgerRows>;
  /**
   * A stretch of a model's ledger: from its first block whose clock lies after `closedAfter` (null: the beginning) on, at least
   * `count` rows if there are that many. Its cost does not grow with what lies before or behind.
   * @param options.head  as it was read before: the ledger as it stood then; left out: it is read
   */
  readStretch(
    model: string,
    options: { closedAfter: number | null; count: number; head?: LedgerHead | undefined },
  ): Promise<LedgerStretch>;
  /** Writes a block that nobody reads before a head names it. */
  sealBlock(model: string, block: LedgerBlock): Promise<void>;
  appendToLedger(append: LedgerAppend): Promise<Written>;
  commit(change: RegistryCommit): Promise<Written>;
  loadLook(options: { model: string; entry: number; reign: number; n: number }): Promise<LookDossier | null>;
  listLooks(options: { model: string; entry: number }): Promise<LookDossier[]>;
  listHistory(query: HistoryQuery): Promise<HistoryPage>;
  loadAnswer(key: string): Promise<StoredAnswer | null>;
  loadRejectionCount(model: string): Promise<RejectionCount | null>;
  /** Those of these models that have any. */
  listRejectionCounts(models: readonly string[]): Promise<RejectionCount[]>;
  loadUnknownModels(): Promise<UnknownModels | null>;
  /** In one write with its events; a conflict when somebody else was faster. */
  saveUnknownModels(change: {
    before: UnknownModels | null;
    after: UnknownModels;
    events: DomainEvent[];
  }): Promise<Written>;
  /** Events whose publication is not confirmed, oldest first among those that fit into a bounded read. */
  listUnpublished(options: { limit: number }): Promise<DomainEvent[]>;
  /** Takes an event out of the outbox; it stays in the history, which keeps when it was first published, epoch ms. */
  markPublished(event: Pick<DomainEvent, "eventId" | "at">, publishedAt: number): Promise<void>;
}

export interface AlertsPort {
  publish(alert: Alert): Promise<void>;
}

export interface Clock {
  /** epoch ms */
  now(): number;
}

/** What every step that changes roles needs. */
export type Ports = { state: StatePort; clock: Clock; settings: Settings };

export function contextOf(
  ports: Ports,
  options: { tradeTime: number | null; actor: string; reason: string },
): TransitionContext {
  return {
    now: ports.clock.now(),
    tradeTime: options.tradeTime,
    actor: options.actor,
    reason: options.reason,
    maxChallengers: ports.settings.maxChallengers,
    minTrades: ports.settings.minTrades,
    cooldownTrades: ports.settings.cooldownTrades,
  };
}
