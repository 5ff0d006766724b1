import type { LedgerRows } from "../domain/ledger.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import { histogram, keepExtremes, rollingFigures, runningTotal, underwater } from "../stats/report/courses.ts";
import { POINTS_MAX } from "./contract/drawn-lines.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { drawn } from "./tag.ts";

/** Trades in a rolling window. */
const WINDOW = 100;
const BINS = 40;
/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959964;

/** The newest trades as equity, rolling figures and a distribution. */
export function recentOf(rows: LedgerRows): WatchAnswer["recent"] {
  const pnl = takenOnly(rows);
  if (pnl.length === 0) return null;
  const equity = runningTotal(pnl);
  const under = underwater(equity);
  const kept = keepExtremes([equity, under], { points: POINTS_MAX });
  const rolling = rollingFigures(pnl, { window: WINDOW });
  const drawnRolling = keepExtremes([rolling.winRate, rolling.sharpe], { points: POINTS_MAX });
  const { from, width, counts } = histogram(pnl, { bins: BINS });
  return {
    trades: pnl.length,
    trade: kept.map((i) => i + 1),
    equity: kept.map((i) => drawn(equity[i]!)),
    drawdown: kept.map((i) => drawn(under[i]!)),
    window: WINDOW,
    rolling: {
      trade: drawnRolling.map((i) => rolling.from + i + 1),
      win_rate: drawnRolling.map((i) => drawn(rolling.winRate[i]!)),
      sharpe: drawnRolling.map((i) => drawn(rolling.sharpe[i]!)),
      ...bandsOf(pnl),
    },
    distribution: { from: drawn(from), width: drawn(width), counts },
    spread: spreadOf(pnl),
  };
}

/** How much of the mean rests on few trades. */
function spreadOf(pnl: Float64Array): NonNullable<WatchAnswer["recent"]>["spread"] {
  const sorted = Float64Array.from(pnl).sort();
  const n = sorted.length;
  const meanOf = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
  return {
    mean: drawn(meanOf(sorted)),
    best: sorted[n - 1]!,
    worst: sorted[0]!,
    mean_without_best: drawn(meanOf(sorted.subarray(0, n - Math.ceil(n / 100)))),
  };
}

/**
 * Where 95 % of windows lie when nothing changes: p +- 1.96 sqrt(p (1-p)/w) and S +- 1.96 sqrt((1 + S^2/2)/w), as if trades were
 * independent.
 * Source: A. Lo (2002), The statistics of Sharpe ratios, Financial Analysts Journal 58, 36-52, eq. 9.
 */
function bandsOf(
  pnl: Float64Array,
): Pick<NonNullable<WatchAnswer["recent"]>["rolling"], "win_rate_band" | "sharpe_band"> {
  const n = pnl.length;
  if (n < WINDOW) return { win_rate_band: null, sharpe_band: null };
  const p = pnl.reduce((wins, x) => wins + (x > 0 ? 1 : 0), 0) / n;
  const mean = pnl.reduce((sum, x) => sum + x, 0) / n;
  const sd = Math.sqrt(pnl.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  const sharpe = sd > 0 ? mean / sd : 0;
  const around = (x: number, half: number): [number, number] => [drawn(x - half), drawn(x + half)];
  return {
    win_rate_band: around(p, Z_95 * Math.sqrt((p * (1 - p)) / WINDOW)),
    sharpe_band: around(sharpe, Z_95 * Math.sqrt((1 + sharpe ** 2 / 2) / WINDOW)),
  };
}
