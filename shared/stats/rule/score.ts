/** The 0-100 score: weights 30/25/20/15/10, scaled to +10 % Sharpe ratio and +2 points of win rate as full marks. */

export type ScoreParts = {
  /** 0 or 30 */
  significance: number;
  /** 0..25 */
  sharpe: number;
  /** 0..20 */
  winRate: number;
  /** 0..15 */
  drawdown: number;
  /** 0, 5 or 10 */
  consistency: number;
  /** sum, 0..100 */
  total: number;
};

const clip = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/**
 * Rolling win-rate sd over the sd that a stable model shows by chance alone.
 * Definition: rolling sd / sqrt(WR (1 - WR)/100).
 * @returns null when the rolling sd does not exist or WR is 0 or 1
 */
export function consistencyRatio(options: { rollingWrStd: number | null; winRate: number | null }): number | null {
  if (options.rollingWrStd === null || options.winRate === null || !(options.winRate > 0 && options.winRate < 1))
    return null;
  return options.rollingWrStd / Math.sqrt((options.winRate * (1 - options.winRate)) / 100);
}

/**
 * Score of a challenger.
 * Definition: 30 for a statistical pass; clip(250 (SR_h - SR_c)/SR_c, 0, 25), or 25 when SR_c <= 0 < SR_h - SR_c;
 *   clip(1000 (WR_h - WR_c), 0, 20); 15 clip((tolerance - MDD_h/MDD_c)/(tolerance - 1), 0, 1); consistency 10 below a ratio of
 *   1.25, 5 below 1.5.
 * @param options.champion,options.challenger  Sharpe ratio per row, win rate over trades taken, maximum drawdown on the same window
 * @param options.tolerance  of the drawdown gate, > 1 (at 1 the drawdown part is all or nothing)
 * @returns parts and total; a figure that does not exist earns nothing
 * Source: weights of the product's specification; scaling measured, docs/calibration.
 */
export function computeScore(options: {
  pass: boolean;
  champion: { sharpe: number | null; winRate: number | null; maxDrawdown: number };
  challenger: { sharpe: number | null; winRate: number | null; maxDrawdown: number; rollingWrStd: number | null };
  tolerance: number;
}): ScoreParts {
  const { champion: c, challenger: h } = options;
  const significance = options.pass ? 30 : 0;
  const sharpe = sharpePart({ champion: c.sharpe, challenger: h.sharpe });
  const winRate = c.winRate === null || h.winRate === null ? 0 : clip(1000 * (h.winRate - c.winRate), 0, 20);
  const drawdown = drawdownPart({ champion: c.maxDrawdown, challenger: h.maxDrawdown, tolerance: options.tolerance });
  const ratio = consistencyRatio(h);
  const consistency = ratio === null ? 0 : ratio < 1.25 ? 10 : ratio < 1.5 ? 5 : 0;
  return {
    significance,
    sharpe,
    winRate,
    drawdown,
    consistency,
    total: significance + sharpe + winRate + drawdown + consistency,
  };
}

function sharpePart(options: { champion: number | null; challenger: number | null }): number {
  if (options.champion === null || options.challenger === null) return 0;
  if (options.champion > 0) return clip((250 * (options.challenger - options.champion)) / options.champion, 0, 25);
  return options.challenger > options.champion ? 25 : 0;
}

function drawdownPart(options: { champion: number; challenger: number; tolerance: number }): number {
  if (!(options.champion > 0)) return options.challenger > 0 ? 0 : 15;
  const ratio = options.challenger / options.champion;
  if (options.tolerance <= 1) return ratio <= options.tolerance ? 15 : 0;
  return 15 * clip((options.tolerance - ratio) / (options.tolerance - 1), 0, 1);
}
