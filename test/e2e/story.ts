import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { Api } from "../../cli/client/api-client.ts";
import { connectDocuments } from "../../cli/client/stack-target.ts";
import { itemOfTrade, type MarketTrade, simulateSignal } from "../../cli/market/market.ts";
import type { LocalStack } from "../../local/stack.ts";
import { until } from "../support/until.ts";

/** What the README's story is played through: the doors a user has, the interface and PutItem on the trades table. */
export type Doors = {
  api: Api;
  trades: DynamoDBDocumentClient;
  table: string;
  /** waits until what was written is counted and decided on, as far as that can be seen */
  settle(): Promise<unknown>;
};

export function doorsOf(stack: LocalStack): Doors {
  return {
    api: new Api(stack.urls.api),
    trades: connectDocuments(stack.urls.dynamodb),
    table: stack.tables.trades!,
    settle: () => stack.whenDrained({ timeoutMs: 240_000 }),
  };
}

/** Signals that come at most. */
const SIGNALS_MAX = 900;

const steady = { winRate: 0.56, meanPnl: 50, sdPnl: 120 };
const clever = { winRate: 0.59, meanPnl: 70, sdPnl: 120 };
const collapsed = { winRate: 0.2, meanPnl: -60, sdPnl: 60 };

/** The models and trades of one play of the story. Names hold the moment it began: any number of plays can follow each other. */
export class Story {
  readonly steady: string;
  readonly clever: string;
  readonly #doors: Doors;
  readonly #run: string;
  #signals = 0;
  #collapseFrom = Number.POSITIVE_INFINITY;
  #clock = Date.now();
  #newest: MarketTrade[] = [];

  constructor(doors: Doors, run: string) {
    this.#doors = doors;
    this.#run = run;
    this.steady = `story-${run}-steady`;
    this.clever = `story-${run}-clever`;
  }

  get signals(): number {
    return this.#signals;
  }

  /** The trades of the latest signal. */
  get newest(): readonly MarketTrade[] {
    return this.#newest;
  }

  collapse(): void {
    this.#collapseFrom = this.#signals;
  }

  /** The next signals, each answered by both models, all written at once. */
  async trade(signals: number): Promise<void> {
    const trades = Array.from({ length: signals }, () => this.#next()).flat();
    await Promise.all(trades.map((trade) => this.write(trade)));
  }

  /** @returns ms from the write of the last trade until that model was champion */
  async tradeUntilChampion(name: string, signalsAtOnce: number): Promise<number> {
    while (this.#signals < SIGNALS_MAX) {
      const writtenAt = performance.now();
      await this.trade(signalsAtOnce);
      const counted = await this.counted();
      if (counted.champion === name) return performance.now() - writtenAt;
    }
    throw new Error(`${SIGNALS_MAX} signals, and ${name} is not champion`);
  }

  /** Status once every trade is counted and nothing more follows from them. */
  async counted() {
    return until(
      "every trade counted",
      async () => {
        await this.#doors.settle();
        const { champion, challengers, archive } = await this.#doors.api.status();
        const mine = [champion, ...challengers, ...archive].filter((m) => this.isMine(m?.model_name));
        // A model that was rolled back is in none of these lists: its trades are not waited for.
        const complete = mine.length > 0 && mine.every((m) => m?.trade_count === this.#signals);
        return complete && { champion: champion?.model_name ?? null, mine };
      },
      60_000,
    );
  }

  isMine(name: string | undefined): boolean {
    return name === this.steady || name === this.clever;
  }

  /** As the README's writer does it: never over a trade that is there. */
  async write(trade: MarketTrade): Promise<void> {
    const Item = { ...itemOfTrade(trade), expires_at: Math.floor(Date.now() / 1000) + 86_400 };
    const ConditionExpression = "attribute_not_exists(trade_id)";
    await this.#doors.trades.send(new PutCommand({ TableName: this.#doors.table, Item, ConditionExpression }));
  }

  /** One signal now: both positions are closed before the next is opened. */
  #next(): MarketTrade[] {
    const k = this.#signals++;
    const profile = k < this.#collapseFrom ? clever : collapsed;
    const openedAt = Math.max(this.#clock + 1, Date.now());
    this.#clock = openedAt + 1;
    const model = { abstains: 0, holdMs: 1 };
    const answers = simulateSignal(
      {
        seed: "story-1",
        models: [
          { name: this.steady, profile: steady, ...model },
          { name: this.clever, profile, ...model },
        ],
        correlation: 0.7,
        tail: 5,
        symbols: ["STORY"],
        startAt: 0,
        everyMs: 1,
      },
      k,
    );
    this.#newest = answers.map((trade) => ({
      ...trade,
      tradeId: `${this.#run}-${trade.tradeId}`,
      signalId: `${this.#run}-${trade.signalId}`,
      openedAt,
      closedAt: openedAt + 1,
    }));
    return this.#newest;
  }
}
