import type { EventAnswer, EventAnswerOf } from "../../shared/api/contract/event.ts";
import type { Inbox } from "../client/alert-inbox.ts";
import type { Api } from "../client/api-client.ts";
import type { Trade } from "../client/trade-writer.ts";
import { duration } from "../terminal/figures.ts";
import { pause } from "../terminal/pause.ts";
import { challengers } from "./demonstration-models.ts";
import { type Kind, lookLegend, lookText, type Printer } from "./demonstration-words.ts";

/** Tells what happens as it happens: events of the history with their alerts, and the looks behind them. */

const ALERT_WAIT_MS = 10_000;
const CHAMPION_POLL_MS = 10;
/** Writing times kept: far more than a guard's window holds. */
const WRITES_KEPT = 5000;

const kinds: Partial<Record<EventAnswer["event_type"], Kind>> = {
  promotion: "promotion",
  rollback: "rollback",
  degradation: "degradation",
  guard_unclear: "degradation",
  market: "degradation",
};

export class Reporter {
  readonly #api: Api;
  readonly #inbox: Inbox;
  readonly #print: Printer;
  readonly #signal: AbortSignal;
  readonly #printedEvents = new Set<string>();
  readonly #printedLooks = new Set<string>();
  /** trade id to when its writing began, epoch ms */
  readonly #writtenAt = new Map<string, number>();
  /** champion to when it was first read as champion, epoch ms */
  readonly #seenAt = new Map<string, number>();
  #version = -1;
  promoted: string | null = null;
  rolledBack = false;
  marketFell = false;

  constructor(options: { api: Api; inbox: Inbox; print: Printer; signal: AbortSignal }) {
    this.#api = options.api;
    this.#inbox = options.inbox;
    this.#print = options.print;
    this.#signal = options.signal;
  }

  noteWriting(trades: readonly Trade[]): void {
    const now = Date.now();
    if (this.#writtenAt.size > WRITES_KEPT) this.#writtenAt.clear();
    for (const trade of trades) this.#writtenAt.set(trade.trade_id, now);
  }

  /** Reads the champion's name all the time, as an ensemble that wants to know at once. */
  watchChampion(): { stop(): Promise<void> } {
    const stopping = new AbortController();
    this.#seenAt.clear();
    let last: string | null = null;
    const watching = (async () => {
      while (!stopping.signal.aborted && !this.#signal.aborted) {
        const name = await this.#api.champion();
        if (name !== last) this.#seenAt.set(name, Date.now());
        last = name;
        await pause(CHAMPION_POLL_MS, stopping.signal).catch(() => {});
      }
    })();
    watching.catch(() => {}); // awaited by stop
    return {
      stop: async () => {
        stopping.abort();
        await watching;
      },
    };
  }

  /** Tells everything that is new. */
  async catchUp(): Promise<void> {
    const { events } = await this.#api.history({ limit: 20 });
    const newest = Math.max(-1, ...events.map((event) => event.registry_version ?? -1));
    const fresh = events.filter((event) => !this.#printedEvents.has(event.event_id)).reverse();
    for (const event of fresh) this.#printedEvents.add(event.event_id);
    if (await this.#changedSince(newest)) await this.#tellLooks();
    for (const event of fresh) await this.#tellEvent(event);
  }

  /** A look without consequences leaves no event, only a new version of the registry. */
  async #changedSince(newest: number): Promise<boolean> {
    const version = (await this.#api.health()).registry_version ?? newest;
    const changed = version !== this.#version;
    this.#version = version;
    return changed;
  }

  async #tellLooks(): Promise<void> {
    for (const { name } of challengers) {
      const comparison = await this.#api.comparison(name);
      if (!comparison) continue;
      for (const look of [...(comparison.earlier_reigns ?? []), ...comparison.path]) {
        const key = `${name} ${look.reign} ${look.n}`;
        if (this.#printedLooks.has(key)) continue;
        if (this.#printedLooks.size === 0) this.#print("note", lookLegend);
        this.#printedLooks.add(key);
        this.#print("look", lookText(name, look), { model: name, n: look.n, verdict: look.verdict, score: look.score });
      }
    }
  }

  async #tellEvent(event: EventAnswer): Promise<void> {
    const { event_type: type, summary, reason, event_id } = event;
    if (type === "deployed") return;
    const kind = kinds[type] ?? "event";
    this.#print(kind, `${type.toUpperCase().replaceAll("_", " ")}: ${summary}`, { event_id, type });
    if (type === "rollback") this.#print("note", `Why: ${reason}.`);
    const alert = await this.#inbox.alertOf(event_id, { timeoutMs: ALERT_WAIT_MS });
    this.#signal.throwIfAborted();
    const took = alert ? duration(Math.max(0, alert.receivedAt - Date.parse(event.at))) : null;
    if (alert)
      this.#print("alert", `${alert.priority} alert, in an SQS subscriber's queue ${took} after the change`, {
        event_id,
      });
    else this.#print("alert", `no alert came within ${ALERT_WAIT_MS / 1000} s`, { event_id });
    if (type === "promotion") this.promoted = event.model_name;
    if (type === "market") this.marketFell = true;
    if (event.event_type === "rollback") {
      this.#tellSpeed(event);
      this.rolledBack = true;
    }
  }

  /** From the write of the trade that broke the guard to the first read that named the restored champion. */
  #tellSpeed({ details }: EventAnswerOf<"rollback">): void {
    const { restored } = details;
    const tradeId = details.automatic ? details.guard.trade_id : null;
    if (tradeId === null) return;
    const writtenAt = this.#writtenAt.get(tradeId);
    const seenAt = this.#seenAt.get(restored);
    if (writtenAt === undefined || seenAt === undefined) return;
    const ms = seenAt - writtenAt;
    this.#print(
      "rollback",
      `${ms} ms from the write of the breaching trade (${tradeId}) to the first read that names ${restored} champion`,
      { rollback_ms: ms, trade_id: tradeId, restored },
    );
  }
}
