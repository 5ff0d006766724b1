import { type DomainEvent, type EventDetails, type EventType, mintEvent } from "./event.ts";
import {
  ARCHIVE_MAX,
  type Archived,
  type Challenger,
  type Champion,
  DEPARTED_MAX,
  type Departed,
  type ModelEntry,
  type Registry,
} from "./registry.ts";

/** A registry in the making: what a transition changes, step by step, and the events the steps bring about. */

export type TransitionContext = {
  /** epoch ms */
  now: number;
  /** moment of trade time the change takes effect, epoch ms; null before any trade */
  tradeTime: number | null;
  actor: string;
  reason: string;
  maxChallengers: number;
  /** rows of a new challenger's first look */
  minTrades: number;
  /** trades after a rollback before anything is promoted by itself, and signals over which it is judged; 0: neither */
  cooldownTrades: number;
};

export class Draft {
  readonly next: Registry;
  readonly events: DomainEvent[] = [];
  readonly #c: TransitionContext;

  constructor(registry: Registry, c: TransitionContext) {
    this.#c = c;
    this.next = {
      ...structuredClone(registry),
      version: registry.version + 1,
      // Wall clocks differ between machines; history must not run backwards.
      updatedAt: Math.max(c.now, registry.updatedAt + 1),
    };
  }

  /** @param reason  why it happened, where that is not what the whole change was made for */
  event<T extends EventType>(
    type: T,
    modelName: string | null,
    summary: string,
    details: EventDetails[T],
    reason: string = this.#c.reason,
  ): void {
    const { version, updatedAt: at } = this.next;
    const { tradeTime, actor } = this.#c;
    const occasion = { of: "registry", version, index: this.events.length } as const;
    this.events.push(mintEvent(type, occasion, { at, tradeTime, modelName, summary, actor, reason, details }));
  }

  challenger(name: string): Challenger | null {
    return this.next.challengers.find((m) => m.name === name) ?? null;
  }

  remove(name: string): void {
    this.next.challengers = this.next.challengers.filter((m) => m.name !== name);
  }

  depart(model: ModelEntry, role: Departed["role"], reason: string): void {
    const departed: Departed = { ...entryOf(model), role, since: this.next.updatedAt, reason };
    this.next.departed = [departed, ...this.next.departed].slice(0, DEPARTED_MAX);
  }

  /** The former champion goes on shadowing; the oldest of more than three leaves. */
  archive(model: Champion): void {
    const { baseline } = model.monitor;
    const archived: Archived = { ...entryOf(model), role: "archive", since: this.next.updatedAt, baseline };
    const all = [archived, ...this.next.archive];
    this.next.archive = all.slice(0, ARCHIVE_MAX);
    for (const dropped of all.slice(ARCHIVE_MAX)) {
      this.depart(dropped, "retired", "left the archive of the last three champions");
      this.event(
        "retired",
        dropped.name,
        `${dropped.name} left the archive: it keeps the last ${ARCHIVE_MAX} champions.`,
        { version: dropped.version, why: "archive-full" },
        "the archive was full",
      );
    }
  }

  /** Every open challenger starts anew: evidence against the former champion says nothing about the new one. */
  beginReign(): void {
    this.next.reign += 1;
    this.next.challengers = this.next.challengers.map((m) => ({
      ...m,
      since: this.next.updatedAt,
      startAt: this.#c.tradeTime,
      nextLook: this.#c.minTrades,
      lastLook: null,
    }));
  }

  fillPlaces(): void {
    while (this.next.champion && this.next.challengers.length < this.#c.maxChallengers && this.next.queue.length > 0) {
      const [first, ...rest] = this.next.queue;
      this.next.queue = rest;
      this.seatChallenger(first!);
      this.event(
        "deployed",
        first!.name,
        `${first!.name} left the queue and is now a challenger (0 % allocation).`,
        { version: first!.version, role: "challenger" },
        "a place became free",
      );
    }
  }

  seatChallenger(model: ModelEntry): void {
    this.next.trials += 1;
    this.next.challengers.push({
      ...entryOf(model),
      role: "challenger",
      since: this.next.updatedAt,
      startAt: this.#c.tradeTime,
      nextLook: this.#c.minTrades,
      lastLook: null,
    });
  }
}

/** The part of a model that stays the same in every role. */
export function entryOf(m: ModelEntry): ModelEntry {
  return {
    entry: m.entry,
    name: m.name,
    version: m.version,
    type: m.type,
    description: m.description,
    priority: m.priority,
    design: m.design,
    deployedAt: m.deployedAt,
    ...(m.score === undefined ? {} : { score: m.score }),
  };
}
