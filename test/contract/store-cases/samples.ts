import type { DomainEvent, EventOf, EventType } from "../../../shared/domain/event.ts";
import type { LedgerHead } from "../../../shared/domain/ledger.ts";
import { appendTrades } from "../../../shared/domain/ledger-append.ts";
import type { LookDossier } from "../../../shared/domain/look.ts";
import { emptyRegistry, type Registry } from "../../../shared/domain/registry.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import type { HistoryQuery, LedgerAppend, RegistryCommit, Written } from "../../../shared/pipeline/ports.ts";
import { anEvent, NOON } from "../../support/samples.ts";
import { state } from "./store-under-test.ts";

/** Commits, events, looks and appends with just enough in them. */

export const registryAt = (version: number, changes: Partial<Registry> = {}): Registry => ({
  ...emptyRegistry,
  version,
  updatedAt: NOON + version,
  ...changes,
});

let eventsMade = 0;
export function event(changes: Partial<EventOf<EventType>> = {}): DomainEvent {
  eventsMade += 1;
  const { type = "deployed", ...rest } = changes;
  return anEvent(type, { eventId: `e${String(eventsMade).padStart(6, "0")}`, at: NOON + eventsMade, ...rest });
}

export const change = (version: number, changes: Partial<RegistryCommit> = {}): RegistryCommit => ({
  fromVersion: version - 1,
  registry: registryAt(version),
  events: [],
  ...changes,
});

/** A look with just enough in it to tell it from others. */
export function look(n: number, changes: Partial<LookDossier> = {}): LookDossier {
  const dossier = {
    challenger: "beta",
    champion: "alpha",
    challengerEntry: 2,
    championEntry: 1,
    reign: 1,
    n,
    at: NOON,
  };
  return { ...dossier, seed: `seed ${n}`, ...changes } as LookDossier;
}

export const answer = (key: string) => ({ key, fingerprint: "f", status: 201, body: { a: [1, "ä"] }, expiresAt: NOON });

export const everything: HistoryQuery = { limit: 200, cursor: null, type: null, modelName: null };

export const nothing = { rejected: [], rejections: null, changes: new Map(), events: [], evaluate: false };

/** What an append of these trades to a ledger is, as ingest makes it. */
export function appendOf(head: LedgerHead, rows: readonly Trade[]): LedgerAppend {
  const appended = appendTrades(head, rows);
  return {
    ...nothing,
    model: head.model,
    before: { head, rejections: null },
    head: { ...head, ...appended.head, revision: head.revision + 1 },
    block: appended.block,
  };
}

/** Appends trades to alpha's ledger from how it stands, as ingest does, and hands out what it wrote. */
export async function append(rows: readonly Trade[], on = state): Promise<{ written: Written; append: LedgerAppend }> {
  const change = appendOf((await on.loadHeads(["alpha"])).get("alpha")!, rows);
  return { written: await on.appendToLedger(change), append: change };
}

export const enrol = () => state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));

export const headNow = async () => (await state.loadHeads(["alpha"])).get("alpha")!;
