import {
  type Answered,
  DIFFERENCE_CLIP_SD,
  MARKET_SHARE,
  type PairedBaseline,
  volatilityRatio,
  winsShort,
} from "./paired-guard.ts";

/**
 * Whose fault an alarm is: over the trades since the ringing chart was last at rest, what did champion and former champion make of the
 * same signals?
 */

/** Net fall, in standard deviations of its sum, from which the champion alone is to blame. */
const MODEL_SD = 2;

export type Cause = "market" | "model" | "unclear";

/** Sums over the pairs since a chart was last at rest. A plain object: it is stored between checkpoints. */
export type Excursion = {
  pairs: number;
  championTrades: number;
  formerTrades: number;
  championShort: number;
  formerShort: number;
  championPnl: number;
  formerPnl: number;
  /** differences short of the promise, each held within eight standard deviations */
  netPnlShort: number;
  /** squares of the former's PnL about its baseline mean */
  formerSquares: number;
};

export const noExcursion: Excursion = {
  pairs: 0,
  championTrades: 0,
  formerTrades: 0,
  championShort: 0,
  formerShort: 0,
  championPnl: 0,
  formerPnl: 0,
  netPnlShort: 0,
  formerSquares: 0,
};

/** An excursion with one more pair. Cost: O(1). */
export function addToExcursion(
  e: Excursion,
  options: { champion: Answered; former: Answered; baseline: PairedBaseline },
): Excursion {
  const { champion, former, baseline: b } = options;
  const reach = DIFFERENCE_CLIP_SD * b.sdDifference;
  const short = b.promise - (champion.pnl - former.pnl);
  return {
    pairs: e.pairs + 1,
    championTrades: e.championTrades + champion.took,
    formerTrades: e.formerTrades + former.took,
    championShort: e.championShort + winsShort(champion, b.winRateNew),
    formerShort: e.formerShort + winsShort(former, b.winRateFormer),
    championPnl: e.championPnl + champion.pnl,
    formerPnl: e.formerPnl + former.pnl,
    netPnlShort: e.netPnlShort + Math.min(reach, Math.max(-reach, short)),
    formerSquares: e.formerSquares + (former.took === 1 ? (former.pnl - b.meanFormer) ** 2 : 0),
  };
}

/**
 * Attributes an alarm of one of the champion's own charts.
 * Definition: market when champion minus former is >= 0 over the excursion, or the former's fall (wins, or PnL for the PnL chart) is at
 *   least half the champion's; model when the net fall is >= 2 sd; else unclear. The sd of a sum over k pairs is
 *   s f sqrt(k (1 + k/n_b)), for PnL times max(1, the former's volatility ratio).
 * @param options.by  the series the chart watches
 * @param options.meanNew  champion's mean PnL in the baseline, account currency a trade
 * Degenerate: no pairs -> unclear
 */
export function attributeAlarm(
  e: Excursion,
  options: { by: "wins" | "pnl"; baseline: PairedBaseline; meanNew: number },
): Cause {
  const { baseline: b } = options;
  if (e.pairs === 0) return "unclear";
  if (e.championPnl - e.formerPnl >= 0) return "market";
  const byWins = options.by === "wins";
  const own = byWins ? e.championShort : options.meanNew * e.championTrades - e.championPnl;
  const theirs = byWins ? e.formerShort : b.meanFormer * e.formerTrades - e.formerPnl;
  if (own > 0 && theirs >= MARKET_SHARE * own) return "market";
  const wide = Math.sqrt(e.pairs * (1 + e.pairs / b.pairs));
  const volatility = volatilityRatio({ trades: e.formerTrades, squares: e.formerSquares, sd: b.sdFormer });
  const unit = byWins ? b.sdWins * b.serialWins : b.sdDifference * b.serialDifference * volatility;
  const net = byWins ? e.championShort - e.formerShort : e.netPnlShort;
  return unit > 0 && net >= MODEL_SD * unit * wide ? "model" : "unclear";
}
