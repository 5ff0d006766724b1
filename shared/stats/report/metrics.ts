import { type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { normalCdf, normalPpf } from "../numeric/distributions.ts";
import { maxDrawdown } from "../numeric/drawdown.ts";
import { isConstant, kurtosis, type Moments, momentsOf, skewness, variance } from "../numeric/moments.ts";
import { orderStatistics } from "../numeric/order-statistics.ts";
import { ROLLING_WINDOW, rollingWinRateStd, winsAndLosses } from "../numeric/wins.ts";
import { sharpeRatio, sharpeStandardError } from "../rule/sharpe-difference.ts";

/** Figures of one model over the trades it took. Money in account currency; nothing is annualised. */
export type Metrics = {
  nTrades: number;
  /** share of trades with PnL > 0, 0..1; null without trades */
  winRate: number | null;
  meanPnl: number | null;
  /** population standard deviation */
  stdPnl: number | null;
  totalPnl: number;
  /** mean / population standard deviation, per trade taken */
  sharpeRatio: number | null;
  /** mean / sqrt(mean(min(x,0)^2)) over all trades, target 0 */
  sortinoRatio: number | null;
  /** >= 0 */
  maxDrawdown: number;
  /** population sd of the win rate over every window of 100 trades; null below 100 */
  rollingWrStd: number | null;
  /** sum of wins / sum of losses */
  profitFactor: number | null;
  /** mean PnL in units of the average loss ("R") */
  expectancy: number | null;
  averageWin: number | null;
  /** >= 0 */
  averageLoss: number | null;
  longestLosingRun: number;
  /** total PnL / maximum drawdown of the window, not annualised */
  calmarRatio: number | null;
  skew: number | null;
  /** 3 for a normal */
  kurtosis: number | null;
  /** loss exceeded by 5 % of trades, positive = loss */
  valueAtRisk95: number | null;
  /** mean loss of the worst 5 %, positive = loss */
  expectedShortfall95: number | null;
  /** P(true Sharpe > 0), 0..1 */
  probabilisticSharpe: number | null;
  /** P(true Sharpe > best expected of `trials` worthless models), 0..1 */
  deflatedSharpe: number | null;
  /** correlation of PnL per signal; null for the champion and for unpaired designs */
  correlationWithChampion: number | null;
  /** why a figure above is null */
  reasons: Record<string, Undefined>;
};

/**
 * Sortino ratio, target 0.
 * Definition: mean / sqrt(mean(min(x, 0)^2)), all trades in the denominator.
 * @returns null without losses (NO_DOWNSIDE) or without trades
 * Source: F. Sortino and L. Price (1994), J. of Investing 3(3), 59-64.
 */
export function sortinoRatio(pnl: ArrayLike<number>): number | null {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < pnl.length; i++) {
    sum += pnl[i]!;
    if (pnl[i]! < 0) squares += pnl[i]! * pnl[i]!;
  }
  return squares > 0 ? sum / pnl.length / Math.sqrt(squares / pnl.length) : null;
}

/**
 * Loss at the 5 % point and the mean beyond it.
 * Definition: k = ceil(0.05 n); VaR = -x_(k), ES = -mean(x_(1..k)), x ascending.
 * @returns null without trades
 * Source: C. Acerbi and D. Tasche (2002), J. Banking and Finance 26, 1487-1503, eq. 3.4 (historical estimator).
 */
export function tailLosses(pnl: Float64Array): { valueAtRisk: number; expectedShortfall: number } | null {
  if (pnl.length === 0) return null;
  const worst = orderStatistics(pnl).smallest(Math.ceil(0.05 * pnl.length));
  let sum = 0;
  for (const loss of worst) sum += loss;
  return { valueAtRisk: -worst.at(-1)!, expectedShortfall: -sum / worst.length };
}

const EULER = 0.5772156649015329;

/**
 * Probabilistic and deflated Sharpe ratio.
 * Definition: P(SR0) = Phi((SR - SR0)/se), se = sqrt((1 - g3 SR + (g4-1)/4 SR^2)/(n-1)); SR0 = 0, and for the deflated one
 *   SR0 = se ((1 - e) Phi^-1(1 - 1/N) + e Phi^-1(1 - 1/(N exp 1))), e = Euler's constant, N = models ever tried.
 * @param options.trials  N >= 1; 1 deflates nothing
 * Assumes: independent trades; the trials' Sharpe ratios scatter as one worthless model's would (the registry knows how many
 *   models were tried, not how their ratios scattered).
 * @returns null when the Sharpe ratio does not exist
 * Source: D. Bailey and M. Lopez de Prado (2012), J. Risk 15(2), 3-44, eq. 11; (2014), J. Portfolio Management 40(5), eq. 2-3.
 */
export function confidentSharpe(options: {
  moments: Moments;
  trials: number;
}): { probabilistic: number; deflated: number } | null {
  const sr = sharpeRatio(options.moments);
  const se = sharpeStandardError(options.moments);
  if (sr === null || se === null || !(se > 0)) return null;
  const wide = se * Math.sqrt(options.moments.n / (options.moments.n - 1));
  const trials = Math.max(1, options.trials);
  const best = trials > 1 ? (1 - EULER) * normalPpf(1 - 1 / trials) + EULER * normalPpf(1 - 1 / (trials * Math.E)) : 0;
  return { probabilistic: normalCdf(sr / wide), deflated: normalCdf(sr / wide - best) };
}

function explain(options: { m: Moments; wins: number; losses: number; drawdown: number }): Record<string, Undefined> {
  const reasons: Record<string, Undefined> = {};
  const note = (names: string[], code: Undefined["code"], reason: string) => {
    for (const name of names) reasons[name] = undefinedBecause(code, reason);
  };
  const n = options.m.n;
  if (n === 0)
    note(
      ["winRate", "meanPnl", "stdPnl", "valueAtRisk95", "expectedShortfall95"],
      "INSUFFICIENT_DATA",
      "No trades were taken.",
    );
  const spread = ["sharpeRatio", "skew", "kurtosis", "probabilisticSharpe", "deflatedSharpe"];
  if (n < 2) note(spread, "INSUFFICIENT_DATA", `${n} trades taken, at least 2 needed.`);
  else if (isConstant(options.m)) note(spread, "DEGENERATE_VARIANCE", "Every trade earned the same.");
  if (n < ROLLING_WINDOW)
    note(["rollingWrStd"], "INSUFFICIENT_DATA", `${n} trades taken, a window holds ${ROLLING_WINDOW}.`);
  if (options.losses === 0)
    note(["sortinoRatio", "profitFactor", "expectancy", "averageLoss"], "NO_DOWNSIDE", "No trade lost money.");
  if (options.wins === 0) note(["averageWin"], "INSUFFICIENT_DATA", "No trade won money.");
  if (!(options.drawdown > 0)) note(["calmarRatio"], "NO_DRAWDOWN", "Equity never fell below its peak.");
  return reasons;
}

/**
 * All figures of one model.
 * @param options.pnl  PnL of the trades taken, in order, account currency, finite
 * @param options.trials  models ever tried, for the deflated Sharpe ratio
 * @param options.correlation  with the champion per signal, null where it does not apply
 * @returns no NaN; a figure that does not exist is null and has its reason in `reasons`
 * Cost O(n log n) (value at risk sorts).
 */
export function computeMetrics(options: { pnl: Float64Array; trials: number; correlation: number | null }): Metrics {
  const m = momentsOf(options.pnl);
  const { wins, losses, won, lost, longestLosingRun } = winsAndLosses(options.pnl);
  const drawdown = maxDrawdown(options.pnl);
  const tail = tailLosses(options.pnl);
  const sharpe = confidentSharpe({ moments: m, trials: options.trials });
  const total = won - lost;
  const averageLoss = losses > 0 ? lost / losses : null;
  return {
    nTrades: m.n,
    winRate: m.n > 0 ? wins / m.n : null,
    meanPnl: m.n > 0 ? m.mean : null,
    stdPnl: m.n > 0 ? Math.sqrt(variance(m)) : null,
    totalPnl: total,
    sharpeRatio: sharpeRatio(m),
    sortinoRatio: sortinoRatio(options.pnl),
    maxDrawdown: drawdown,
    rollingWrStd: rollingWinRateStd(options.pnl),
    profitFactor: lost > 0 ? won / lost : null,
    expectancy: averageLoss !== null ? m.mean / averageLoss : null,
    averageWin: wins > 0 ? won / wins : null,
    averageLoss,
    longestLosingRun,
    calmarRatio: drawdown > 0 ? total / drawdown : null,
    skew: skewness(m),
    kurtosis: kurtosis(m),
    valueAtRisk95: tail?.valueAtRisk ?? null,
    expectedShortfall95: tail?.expectedShortfall ?? null,
    probabilisticSharpe: sharpe?.probabilistic ?? null,
    deflatedSharpe: sharpe?.deflated ?? null,
    correlationWithChampion: options.correlation,
    reasons: explain({ m, wins, losses, drawdown }),
  };
}
