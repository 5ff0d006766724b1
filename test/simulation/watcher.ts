import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DomainEvent } from "../../shared/domain/event.ts";
import { type Registry, registryFaults } from "../../shared/domain/registry.ts";
import { jsonFrom } from "../../shared/store/items.ts";
import { keys } from "../../shared/store/keys.ts";
import type { DynamoDbEngine } from "./dynamodb/engine.ts";
import type { StoredItem } from "./dynamodb/values.ts";
import type { Truth } from "./truth.ts";

/** Looks at every change at the moment it is committed: what must hold at every read holds then or never. */

export type Violation = { invariant: string; what: string; step: number };
type Change = Parameters<DynamoDbEngine["onCommit"]>[0][number];

export class Watcher {
  readonly violations: Violation[] = [];
  readonly events = new Map<string, DomainEvent>();
  readonly published: string[] = [];
  /** the champion before the change that an event came with */
  readonly championBefore = new Map<string, string | null>();
  /** after each change of a ledger */
  onLedger: (model: string) => void = () => {};
  registry: Registry | null = null;
  readonly #truth: Truth;
  readonly #step: () => number;
  readonly #banned = new Set<number>();
  readonly #marked = new Set<string>();

  /** @param before  who watched until now */
  constructor(truth: Truth, step: () => number, before?: Watcher) {
    this.#truth = truth;
    this.#step = step;
    if (!before) return;
    for (const [id, event] of before.events) this.events.set(id, event);
    for (const [id, champion] of before.championBefore) this.championBefore.set(id, champion);
    for (const id of before.#marked) this.#marked.add(id);
    this.published.push(...before.published);
    this.registry = before.registry;
  }

  report(invariant: string, what: string): void {
    if (this.violations.length < 20) this.violations.push({ invariant, what, step: this.#step() });
  }

  notePublished(eventId: string): void {
    if (!this.events.has(eventId)) this.report("3", `${eventId} was published and is in no history`);
    this.published.push(eventId);
  }

  onCommit(changes: readonly Change[]): void {
    const state: Change[] = [];
    for (const change of changes) {
      if (change.table === "trades") this.#truth.noteChange(change.key, change.after);
      else state.push(change);
    }
    if (state.length === 0) return;
    const isAt = (pk: string) => (change: Change) => change.key.pk?.S === pk;
    const before = this.registry;
    const [registry] = state.filter(isAt(keys.registry().pk));
    // A note of when it went out is no new event.
    const history = state.filter((c) => isAt("HISTORY")(c) && !c.before).map((c) => jsonOf<DomainEvent>(c.after)!);
    const outbox = state
      .filter((c) => isAt("OUTBOX")(c) && c.after && !c.before)
      .map((c) => jsonOf<DomainEvent>(c.after)!);
    this.#checkEvents(history, outbox);
    for (const event of history) this.championBefore.set(event.eventId, before?.champion?.name ?? null);
    if (registry) this.#checkRegistry(before, jsonOf<Registry>(registry.after), history);
    this.#checkActors(before, history);
    for (const { key, before: was, after } of state) {
      // What is published leaves the outbox.
      if (key.pk!.S === "OUTBOX" && was && !after) this.#checkMark(key.sk!.S!);
      if (key.pk!.S!.startsWith("MODEL#") && key.sk!.S === "HEAD") this.onLedger(key.pk!.S!.slice("MODEL#".length));
    }
  }

  #checkEvents(history: readonly DomainEvent[], outbox: readonly DomainEvent[]): void {
    const ids = (events: readonly DomainEvent[]) =>
      events
        .map((e) => e.eventId)
        .sort()
        .join(" ");
    if (ids(history) !== ids(outbox))
      this.report("3", `history got "${ids(history)}", outbox "${ids(outbox)}" in one change`);
    for (const event of history) {
      if (this.events.has(event.eventId)) this.report("3", `${event.eventId} is in history twice`);
      this.events.set(event.eventId, event);
    }
  }

  #checkRegistry(before: Registry | null, after: Registry | null, history: readonly DomainEvent[]): void {
    this.registry = after;
    if (!after) {
      this.report("1", "the registry was deleted");
      return;
    }
    for (const fault of registryFaults(after, { maxChallengers: 3 }))
      this.report("1", `${fault} at version ${after.version}`);
    if (before?.champion && !after.champion) this.report("1", `no champion at version ${after.version}`);
    if (after.version <= (before?.version ?? 0)) this.report("1", `version ${after.version} after ${before?.version}`);
    for (const { registryVersion: v, eventId } of history)
      if (v !== null && (v <= (before?.version ?? 0) || v > after.version))
        this.report("3", `${eventId} in a change to ${after.version}`);
    if (rolesOf(before) !== rolesOf(after) && history.length === 0)
      this.report("3", `roles changed at version ${after.version} without an event`);
    for (const holder of holdersOf(after)) {
      this.#truth.noteDeployed(holder.name);
      if (this.#banned.has(holder.entry))
        this.report("7", `${holder.name} is back after its rollback, without a new version`);
    }
    for (const event of history) {
      if (event.type === "promotion" && after.archive[0]?.name !== before?.champion?.name)
        this.report("7", `after ${event.eventId} the former champion cannot be restored`);
      if (event.type === "rollback" && before?.champion) this.#banned.add(before.champion.entry);
      if (event.type === "rollback" && after.champion?.name !== event.details.restored)
        this.report(
          "7",
          `${event.eventId} restored ${event.details.restored}, and ${after.champion?.name} is champion`,
        );
    }
  }

  /** The system itself changes nothing while people have paused it. */
  #checkActors(before: Registry | null, history: readonly DomainEvent[]): void {
    if (!before?.paused) return;
    for (const event of history)
      if (event.actor === "understudy" && event.registryVersion !== null)
        this.report("8", `${event.eventId} while paused`);
  }

  #checkMark(eventId: string): void {
    if (this.#marked.has(eventId)) return;
    this.#marked.add(eventId);
    if (!this.published.includes(eventId)) this.report("3", `${eventId} is marked as published and was not`);
  }
}

function jsonOf<T>(item: StoredItem | undefined): T | null {
  return item === undefined ? null : jsonFrom<T>(unmarshall(item as Parameters<typeof unmarshall>[0]));
}

function holdersOf(registry: Registry) {
  return [registry.champion, ...registry.challengers, ...registry.archive, ...registry.queue].flatMap((m) => m ?? []);
}

function rolesOf(registry: Registry | null): string {
  if (!registry) return "";
  const { champion, challengers, archive, queue, paused } = registry;
  const names = (models: readonly { entry: number }[]) => models.map((m) => m.entry).join(",");
  return [champion?.entry, names(challengers), names(archive), names(queue), paused !== null].join("|");
}
