import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type LocalStack, startLocalStack } from "../../local/stack.ts";
import type { EventAnswer } from "../../shared/api/contract/event.ts";
import { type Inbox, openInbox, type ReceivedAlert } from "../client/alert-inbox.ts";
import { Api } from "../client/api-client.ts";
import { connectDocuments } from "../client/stack-target.ts";
import { writeTrades } from "../client/trade-writer.ts";
import { itemOfTrade, type MarketTrade } from "../market/market.ts";
import { REHEARSAL_SIGNALS_MAX, RehearsalMarket, rehearsalModels } from "./rehearsal-market.ts";

/**
 * A whole cycle in a stack of its own, from the first trade to the rollback, with a real subscriber: what a checklist asks for and what must
 * not be tried on the stack that trades.
 */

export type Rehearsal = {
  /** common signals at the promotion; null: nobody was promoted */
  promotedAt: number | null;
  /** ms from the write of the trade that broke the promise to the answer that names the restored champion; null: no rollback */
  rollbackMs: number | null;
  restored: string | null;
  /** a first copy of each kind of event, and its alert as a queue received it; null: it did not come */
  alerts: { event: EventAnswer; alert: ReceivedAlert | null }[];
  /** what the functions logged as errors */
  errors: string[];
  /** of this process, the local stack and its servers in it, bytes */
  memoryBytes: number;
};

const ALERT_MS = 15_000;
/** Signals written at once while nothing can happen, around the first look, and under the guard. */
const STEPS = { filling: 20, looking: 5, guarded: 1 };
const FIRST_LOOK = 500;

export async function playRehearsal(options: {
  signal: AbortSignal;
  progress: (signals: number) => void;
}): Promise<Rehearsal> {
  const errors: string[] = [];
  const stack = await startLocalStack({
    ports: { api: 0, dynamodb: 0, messaging: 0 },
    environment: defaults(),
    log: ({ level, source, text }) => {
      if (level === "error") errors.push(`${source}: ${text}`);
    },
  });
  try {
    const inbox = await openInbox(stack);
    try {
      return await new Cycle(stack, inbox, options).play(errors);
    } finally {
      await inbox.close();
    }
  } finally {
    await stack.stop();
  }
}

/** Every setting at its default, whatever this shell has set: the rehearsal shows that the installation works. */
function defaults(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => /^(ENABLE_)?SHADOW_/.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

class Cycle {
  readonly #stack: LocalStack;
  readonly #inbox: Inbox;
  readonly #options: Parameters<typeof playRehearsal>[0];
  readonly #api: Api;
  readonly #client: DynamoDBDocumentClient;
  readonly #market = new RehearsalMarket();

  constructor(stack: LocalStack, inbox: Inbox, options: Parameters<typeof playRehearsal>[0]) {
    this.#stack = stack;
    this.#inbox = inbox;
    this.#options = options;
    this.#api = new Api(stack.urls.api, options.signal);
    this.#client = connectDocuments(stack.urls.dynamodb);
  }

  async play(errors: string[]): Promise<Rehearsal> {
    const { champion, better } = rehearsalModels;
    for (const name of Object.values(rehearsalModels))
      await this.#api.deploy({ model_name: name, model_type: "rehearsal" });
    const promoted = await this.#tradeUntilChampion(better);
    const promotedAt = promoted ? this.#market.signals : null;
    this.#market.collapse();
    const writtenAt = promoted ? await this.#tradeUntilChampion(champion) : null;
    const rollbackMs = writtenAt === null ? null : performance.now() - writtenAt;
    await this.#stack.whenDrained();
    const alerts = await this.#alerts();
    this.#client.destroy();
    return {
      promotedAt,
      rollbackMs,
      restored: rollbackMs === null ? null : await this.#api.champion(),
      alerts,
      errors,
      memoryBytes: process.memoryUsage().rss,
    };
  }

  /** @returns when the trade was written after which that model was champion; null: it never was */
  async #tradeUntilChampion(name: string): Promise<number | null> {
    const filling = name === rehearsalModels.better;
    while (this.#market.signals < REHEARSAL_SIGNALS_MAX) {
      this.#options.signal.throwIfAborted();
      const step = !filling ? STEPS.guarded : this.#market.signals < FIRST_LOOK - 20 ? STEPS.filling : STEPS.looking;
      const trades: MarketTrade[] = [];
      for (let i = 0; i < step; i++) trades.push(...this.#market.advance());
      const writtenAt = performance.now();
      await this.#write(trades);
      await this.#stack.whenDrained();
      this.#options.progress(this.#market.signals);
      if ((await this.#api.champion()) === name) return writtenAt;
    }
    return null;
  }

  async #write(trades: readonly MarketTrade[]): Promise<void> {
    const { signal } = this.#options;
    const table = this.#stack.tables.trades!;
    await writeTrades(trades.map(itemOfTrade), { client: this.#client, table, signal });
  }

  /** Of each kind of event the first, and its alert. */
  async #alerts(): Promise<Rehearsal["alerts"]> {
    const first = new Map<string, EventAnswer>();
    for (const event of await this.#api.wholeHistory())
      if (!first.has(event.event_type)) first.set(event.event_type, event);
    return Promise.all(
      [...first.values()].map(async (event) => ({
        event,
        alert: await this.#inbox.alertOf(event.event_id, { timeoutMs: ALERT_MS }),
      })),
    );
  }
}
