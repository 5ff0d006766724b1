import { createPrng, type Prng } from "../../shared/stats/numeric/prng.ts";
import { type Profile, pnlShape } from "./pnl.ts";

/**
 * A small market: several models answer the same signals. Their PnL is correlated (one common factor), heavy-tailed
 * (Student t) and, from a chosen signal on, may follow another profile (a regime break).
 * Pure: signal k depends on the options and on k alone, so a break decided later leaves the past as it was.
 */

export type MarketModel = {
  name: string;
  profile: Profile;
  /** probability that it does not trade a signal, 0..1 */
  abstains: number;
  /** mean time a position stays open, ms */
  holdMs: number;
  /** from that signal on (counted from 0) this profile holds, until the next one; in growing order */
  breaks?: readonly { fromSignal: number; profile: Profile }[];
};

export type MarketOptions = {
  seed: string;
  models: readonly MarketModel[];
  /** of two models' PnL on one signal before it is bent into their profiles, 0..1 */
  correlation: number;
  /** degrees of freedom of the Student t, whole, at least 3: smaller means heavier tails */
  tail: number;
  symbols: readonly string[];
  /** when the first signal comes, epoch ms */
  startAt: number;
  /** mean time between signals, ms */
  everyMs: number;
};

export type MarketTrade = {
  modelName: string;
  tradeId: string;
  signalId: string;
  symbol: string;
  /** 0: abstained */
  prediction: -1 | 0 | 1;
  /** epoch ms */
  openedAt: number;
  closedAt: number;
  /** account currency, whole cents; 0 when abstained */
  pnl: number;
  /** 0..1, unrelated to the outcome, as simple rules' confidence usually is */
  confidence: number;
};

/** Longest hold, in multiples of the model's mean hold. */
const HOLD_FACTOR_MAX = 6;

/** When signal k comes, epoch ms; strictly increasing in k. */
export function signalOpenedAt(
  { seed, startAt, everyMs }: Pick<MarketOptions, "seed" | "startAt" | "everyMs">,
  k: number,
): number {
  const jitter = createPrng(`${seed}|time|${k}`).uniform() / 2;
  return startAt + Math.floor((k + jitter) * everyMs);
}

/**
 * What the models make of signal k, in the order of `options.models`.
 * Definition: model i draws T_i = (sqrt(r) F + sqrt(1-r) E_i) / sqrt(W/v), F and E_i standard normal, W chi-square with v
 *   degrees of freedom shared by all models (wild signals are wild for everybody), and bends T_i into its profile.
 */
export function simulateSignal(options: MarketOptions, k: number): MarketTrade[] {
  const openedAt = signalOpenedAt(options, k);
  const prng = createPrng(`${options.seed}|${k}`);
  const common = prng.normal();
  const stretch = Math.sqrt(options.tail / chiSquare(prng, options.tail));
  const symbol = options.symbols[prng.below(options.symbols.length)]!;
  const side = prng.below(2) === 0 ? 1 : -1;
  const signalId = `${symbol}-${String(k).padStart(6, "0")}`;
  return options.models.map((model) => {
    // Every model draws the same amount of numbers, traded or not, so that one model's profile cannot move another's luck.
    const own = prng.normal();
    const abstained = prng.uniform() < model.abstains;
    const hold = Math.min(HOLD_FACTOR_MAX, Math.exp(0.5 * prng.normal() - 0.125)) * model.holdMs;
    const confidence = Math.round(100 * (0.5 + 0.5 * prng.uniform())) / 100;
    const latent = (Math.sqrt(options.correlation) * common + Math.sqrt(1 - options.correlation) * own) * stretch;
    const broken = model.breaks?.findLast((b) => k >= b.fromSignal);
    const shape = pnlShape({ profile: broken?.profile ?? model.profile, tail: options.tail });
    return {
      modelName: model.name,
      tradeId: `${signalId}-${model.name}`,
      signalId,
      symbol,
      prediction: abstained ? 0 : side,
      openedAt,
      closedAt: abstained ? openedAt : openedAt + Math.max(1000, Math.round(hold / 1000) * 1000),
      pnl: abstained ? 0 : Math.round(100 * shape(latent)) / 100,
      confidence,
    };
  });
}

function chiSquare(prng: Prng, df: number): number {
  let sum = 0;
  for (let i = 0; i < df; i++) sum += prng.normal() ** 2;
  return sum;
}

/** Trades in the order in which they close, as an ensemble reports them, while signals go on coming. */
export class MarketTape {
  #next = 0;
  #open: MarketTrade[] = [];

  /** Signals that have come. */
  get signals(): number {
    return this.#next;
  }

  /**
   * Lets the next signal come.
   * @param options  the market; its breaks may change between calls for signals still to come
   * @returns the trades that closed before the signal after it, in closing order
   */
  advance(options: MarketOptions): MarketTrade[] {
    this.#open.push(...simulateSignal(options, this.#next));
    this.#next += 1;
    return this.#closeUntil(signalOpenedAt(options, this.#next));
  }

  /** Closes what is still open. */
  end(): MarketTrade[] {
    return this.#closeUntil(Number.POSITIVE_INFINITY);
  }

  #closeUntil(at: number): MarketTrade[] {
    const closed = this.#open.filter((trade) => trade.closedAt <= at);
    this.#open = this.#open.filter((trade) => trade.closedAt > at);
    return closed.sort(
      (a, b) => a.closedAt - b.closedAt || a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1),
    );
  }
}

/** A trade as the trades table takes it. */
export function itemOfTrade(trade: MarketTrade) {
  return {
    model_name: trade.modelName,
    trade_id: trade.tradeId,
    signal_id: trade.signalId,
    pnl: trade.pnl,
    prediction: trade.prediction,
    opened_at: new Date(trade.openedAt).toISOString(),
    closed_at: new Date(trade.closedAt).toISOString(),
  };
}
