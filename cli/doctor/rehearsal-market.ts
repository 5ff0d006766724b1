import { MarketTape, type MarketTrade } from "../market/market.ts";

/**
 * The market of the rehearsal: the champion, a challenger that is better and later collapses, and one that earns more
 * but wins less often than is asked for. So everything people are alerted about first happens within some hundred signals: a decision for a person, a promotion, a
 * degradation, a rollback.
 */

export const rehearsalModels = { champion: "rehearsal-steady", better: "rehearsal-clever", rare: "rehearsal-rare" };

/** Signals that come at most. */
export const REHEARSAL_SIGNALS_MAX = 900;

const steady = { winRate: 0.56, meanPnl: 50, sdPnl: 120 };
const clever = { winRate: 0.59, meanPnl: 66, sdPnl: 120 };
const rare = { winRate: 0.47, meanPnl: 75, sdPnl: 170 };
const collapsed = { winRate: 0.2, meanPnl: -60, sdPnl: 60 };

/** @param seed  the one in use was looked for: with it the two challengers are proved at different looks */
export class RehearsalMarket {
  readonly #tape = new MarketTape();
  readonly #seed: string;
  #collapseFrom: number | null = null;

  constructor(seed = "rehearsal-1") {
    this.#seed = seed;
  }

  get signals(): number {
    return this.#tape.signals;
  }

  /** From now on the better one has lost its edge. */
  collapse(): void {
    this.#collapseFrom ??= this.#tape.signals;
  }

  /** The trades that closed before the next signal. */
  advance(): MarketTrade[] {
    const breaks = this.#collapseFrom === null ? [] : [{ fromSignal: this.#collapseFrom, profile: collapsed }];
    const model = { abstains: 0, holdMs: 20 * 60_000 };
    const { champion, better, rare: seldom } = rehearsalModels;
    return this.#tape.advance({
      seed: this.#seed,
      models: [
        { name: champion, profile: steady, ...model },
        { name: better, profile: clever, breaks, ...model },
        { name: seldom, profile: rare, ...model },
      ],
      correlation: 0.7,
      tail: 5,
      symbols: ["REHEARSAL"],
      startAt: Date.UTC(2024, 0, 5, 9),
      everyMs: 12 * 3_600_000,
    });
  }
}
