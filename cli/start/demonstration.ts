import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { LocalStack } from "../../local/stack.ts";
import type { GuardAnswer } from "../../shared/api/contract/champion-watch.ts";
import { type Inbox, openInbox } from "../client/alert-inbox.ts";
import { Api } from "../client/api-client.ts";
import { connectDocuments } from "../client/stack-target.ts";
import { type Trade, writeTrades } from "../client/trade-writer.ts";
import { itemOfTrade, MarketTape, type MarketTrade } from "../market/market.ts";
import { money, percent } from "../terminal/figures.ts";
import { pause } from "../terminal/pause.ts";
import { better, challengers, champion, collapsed, fallen, market, type Turns } from "./demonstration-models.ts";
import { Reporter } from "./demonstration-reporter.ts";
import { lastLines, makePrinter, type Printer, progressText } from "./demonstration-words.ts";

/**
 * What `npm start` plays: models are deployed, trades come in as an ensemble would write them, a challenger is promoted, survives a
 * market that falls on everybody, collapses by itself, and is rolled back. Everything is real but the market.
 */

export type DemonstrationOptions = {
  json: boolean;
  signal: AbortSignal;
  /** 1: about two minutes; Infinity: as fast as the machine can */
  speed?: number;
  write?: (line: string) => void;
};

/** Signals a second at speed 1: while evidence gathers, and under the guard. */
const PACE = { evidence: 6, guard: 3 };
/** Signals written at once when nothing is to be watched. */
const FAST_STEP = 10;
/** Signals beyond the first look after which a promotion is not waited for any longer. */
const PATIENCE = 600;
/** Trades of the new champion before the market falls. */
const FALL_AFTER = 12;
const GUARD_PROGRESS_EVERY = 6;
const CALM_SIGNALS = 30;
const PROGRESS_EVERY = 100;

/** Plays it once; returns with the stack as it is then. Ends early, without an error, when the signal comes. */
export async function playDemonstration(stack: LocalStack, options: DemonstrationOptions): Promise<void> {
  const { json, signal, speed = 1, write = console.log } = options;
  const print = makePrinter({ json, write });
  const api = new Api(stack.urls.api, signal);
  const client = connectDocuments(stack.urls.dynamodb);
  let inbox: Inbox | null = null;
  try {
    if ((await api.status()).champion) {
      print("note", "Models are deployed here already; the demonstration plays on an empty stack only.");
      return;
    }
    inbox = await openInbox(stack);
    await new Play({ stack, api, client, inbox, print, signal, speed, json, write }).run();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await inbox?.close();
    client.destroy();
  }
}

type Stage = {
  stack: LocalStack;
  api: Api;
  client: DynamoDBDocumentClient;
  inbox: Inbox;
  print: Printer;
  signal: AbortSignal;
  speed: number;
  json: boolean;
  write: (line: string) => void;
};

class Play {
  readonly #stage: Stage;
  readonly #reporter: Reporter;
  readonly #tape = new MarketTape();
  #turns: Turns = { fall: null, recovery: null, collapse: null };
  #reportedAt = 0;
  #guardReportedAt = 0;
  /** when the next signal may come, on the clock of `performance` */
  #dueAt = 0;
  /** whose trades are executed */
  #executing: string = champion.name;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#reporter = new Reporter(stage);
  }

  async run(): Promise<void> {
    await this.#modelsIntroduced();
    if (!(await this.#evidenceGathered())) return;
    if (!(await this.#fallSurvived())) return;
    if (!(await this.#collapseSurvived())) return;
    await this.#ended();
  }

  async #modelsIntroduced(): Promise<void> {
    const { api, print } = this.#stage;
    print("title", "1  A champion and three challengers");
    print(
      "note",
      `A simulated market, ${money(50, 0)} a trade for the champion; all four models answer the same signals.`,
    );
    for (const { name, type, story } of [champion, ...challengers]) {
      const { role } = await api.deploy({ model_name: name, model_type: type, description: story });
      print("event", `${name} is ${role}, ${role === "champion" ? 100 : 0} % of the money: ${story}`, {
        model: name,
        role,
      });
      await this.#breathe(600);
    }
  }

  /** @returns false when no promotion came */
  async #evidenceGathered(): Promise<boolean> {
    const { api, print } = this.#stage;
    const { settings } = await api.status();
    print("title", "2  Evidence: trades come in, a look every 100 common signals");
    print(
      "note",
      `Nobody is promoted for luck: the first look comes at ${settings.min_trades} common signals, ` +
        "and in the long run at most 5 % of all champions are ever replaced by an equal model.",
    );
    while (this.#tape.signals < settings.min_trades + PATIENCE) {
      await this.#advance(PACE.evidence);
      await this.#reportProgress();
      await this.#reporter.catchUp();
      if (this.#reporter.promoted) {
        this.#executing = this.#reporter.promoted;
        return true;
      }
    }
    print(
      "note",
      `No promotion within ${this.#tape.signals} signals, with these settings. GET /shadow/status says what is missing.`,
    );
    return false;
  }

  /** @returns false when the market's fall was not seen, or cost the champion its seat */
  async #fallSurvived(): Promise<boolean> {
    const { api, print } = this.#stage;
    print("title", "3  Under guard: the new champion and the former one on the same signals");
    for (let watching = true; watching; ) {
      await this.#advance(PACE.guard);
      const guard = await this.#reportGuard();
      watching = guard?.status === "watching" && (guard.reading?.trades ?? 0) < FALL_AFTER;
    }
    this.#turns = { ...this.#turns, fall: this.#tape.signals };
    print(
      "note",
      `Now the market falls: from here every model wins ${percent(fallen.winRate, { digits: 0 })} of its trades. ` +
        "It is nobody's fault, and nobody tells the system.",
    );
    const { settings } = await api.status();
    await this.#watchUntil(() => this.#reporter.marketFell || this.#reporter.rolledBack, settings.guard_trades);
    this.#turns = { ...this.#turns, recovery: this.#tape.signals };
    if (this.#reporter.marketFell && !this.#reporter.rolledBack) {
      print(
        "note",
        `${better.name} stays: a guard that looks at its trades alone would have restored ${champion.name}, which does no better.`,
      );
      return true;
    }
    print("note", "No market alert came, with these settings. GET /shadow/status says how the guard stands.");
    return false;
  }

  /** @returns false when no rollback came */
  async #collapseSurvived(): Promise<boolean> {
    const { api, print } = this.#stage;
    this.#turns = { ...this.#turns, collapse: this.#tape.signals };
    print("title", "4  A real collapse");
    print(
      "note",
      `The market is well again, but what ${better.name} lived on is not: from here it alone wins ` +
        `${percent(collapsed.winRate, { digits: 0 })} of its trades and makes ${money(collapsed.meanPnl, 0)} on average.`,
    );
    const { settings } = await api.status();
    const reading = this.#reporter.watchChampion();
    try {
      await this.#watchUntil(() => this.#reporter.rolledBack, 2 * settings.guard_trades);
    } finally {
      await reading.stop();
    }
    if (this.#reporter.rolledBack) return true;
    print("note", "No rollback came, with these settings. GET /shadow/status says how the guard stands.");
    return false;
  }

  /** Lets signals come under the guard until something has happened, or that many have come. */
  async #watchUntil(happened: () => boolean, signals: number): Promise<void> {
    const last = this.#tape.signals + signals;
    while (!happened() && this.#tape.signals < last) {
      await this.#advance(PACE.guard);
      await this.#reporter.catchUp();
      if (!happened()) await this.#reportGuard();
    }
  }

  async #ended(): Promise<void> {
    const { api, print, inbox, stack, json, write } = this.#stage;
    const { champion: restored } = await api.status();
    this.#executing = restored!.model_name;
    const until = this.#tape.signals + CALM_SIGNALS;
    while (this.#tape.signals < until) {
      await this.#advance(PACE.evidence);
      await this.#reporter.catchUp();
    }
    await this.#write(this.#tape.end());
    print("title", "5  What remains");
    const status = await api.status();
    const restarted = status.challengers.map((m) => m.model_name).join(" and ");
    print(
      "note",
      `${status.champion!.model_name} trades real money again; ${better.name} is quarantined: it may come back only as a new version.`,
    );
    print("note", `${restarted} start again at zero: what they proved, they proved against another champion.`);
    print(
      "note",
      `${inbox.count()} alerts reached an SQS queue subscribed to the topic; every change stands in the history.`,
    );
    if (!json) for (const line of ["", ...lastLines(stack.urls.api, { quarantined: better.name })]) write(line);
  }

  /** Lets signals come and writes the trades that close, at the pace a person can follow. */
  async #advance(perSecond: number): Promise<void> {
    const { speed, signal, stack } = this.#stage;
    signal.throwIfAborted();
    if (!Number.isFinite(speed)) {
      const trades: MarketTrade[] = [];
      for (let i = 0; i < FAST_STEP; i++) trades.push(...this.#next());
      await this.#write(trades);
      return stack.whenDrained();
    }
    const dueAt = Math.max(performance.now(), this.#dueAt);
    await pause(Math.max(0, dueAt - performance.now()), signal);
    this.#dueAt = dueAt + 1000 / (perSecond * speed);
    await this.#write(this.#next());
  }

  #next(): MarketTrade[] {
    return this.#tape.advance(market(this.#turns));
  }

  async #write(trades: readonly MarketTrade[]): Promise<void> {
    const { client, stack, signal } = this.#stage;
    const items = trades.map((trade) => itemOf(trade, this.#executing));
    this.#reporter.noteWriting(items);
    await writeTrades(items, { client, table: stack.tables.trades!, signal });
  }

  async #reportProgress(): Promise<void> {
    const { api, print } = this.#stage;
    if (this.#tape.signals - this.#reportedAt < PROGRESS_EVERY) return;
    this.#reportedAt = this.#tape.signals;
    const status = await api.status();
    print("progress", progressText(status, this.#tape.signals), { signals: this.#tape.signals });
  }

  async #reportGuard(): Promise<GuardAnswer | null> {
    const guard = (await this.#stage.api.status()).champion?.guard ?? null;
    const seen = guard?.reading?.trades ?? 0;
    if (seen - this.#guardReportedAt >= GUARD_PROGRESS_EVERY) {
      this.#guardReportedAt = seen;
      this.#stage.print("progress", `Trade ${seen} of ${guard!.window}: ${guard!.in_words}`, { trades: seen });
    }
    return guard;
  }

  async #breathe(ms: number): Promise<void> {
    if (Number.isFinite(this.#stage.speed)) await pause(ms / this.#stage.speed, this.#stage.signal);
  }
}

function itemOf(trade: MarketTrade, executing: string): Trade {
  return {
    ...itemOfTrade(trade),
    symbol: trade.symbol,
    confidence: trade.confidence,
    executed: trade.modelName === executing && trade.prediction !== 0,
  };
}
