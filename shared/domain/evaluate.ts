import { correlation } from "../stats/numeric/moments.ts";
import { type EffectiveSampleSize, effectiveSampleSize } from "../stats/report/effective-sample-size.ts";
import { computeFiveTests, type FiveTests } from "../stats/report/five-tests.ts";
import { computeMetrics, type Metrics } from "../stats/report/metrics.ts";
import { type Stability, stabilityPanel } from "../stats/report/stability.ts";
import { FARTHEST, type TradesLeft, tradesLeft } from "../stats/report/trades-left.ts";
import { BOUNDARY_CONSTANTS, levelAtLook } from "../stats/rule/boundary.ts";
import { differences } from "../stats/rule/mean-difference.ts";
import type { Route } from "../stats/rule/three-scales.ts";
import { type EvaluationInput, type Judgement, judgeRows } from "./judge.ts";

export type { Coverage, Design, EvaluationInput, Evidence, Judgement, SideFigures } from "./judge.ts";
export { judge } from "./judge.ts";

/**
 * Evaluation: everything about one look at one challenger, a pure function of the rows, the settings and a seed.
 * `judge` computes what the decision rests on; `evaluate` adds what a person wants to see beside it.
 */

export type Evaluation = Judgement & {
  seed: string;
  champion: Metrics;
  challenger: Metrics;
  /** challenger minus champion; drawdown as a ratio */
  difference: {
    meanPnl: number | null;
    totalPnl: number;
    sharpePerSignal: number | null;
    winRate: number | null;
    drawdownRatio: number | null;
  };
  tests: FiveTests;
  /** null for unpaired designs */
  effectiveSampleSize: EffectiveSampleSize | null;
  stability: Stability | null;
  tradesLeft: { mean: TradesLeft; sharpe: TradesLeft };
  /** plain sentences to show beside the verdict */
  notes: string[];
};

function timeLeft(o: { route: Route; judgement: Judgement; step: number }): TradesLeft {
  const { route, judgement: j } = o;
  if (route.clears)
    return { half: 0, fourFifths: 0, passesAt: { hac: j.n, blocks: j.n, tenths: j.n }, searchedTo: FARTHEST };
  const sd = (se: number | null) =>
    se === null || route.degenerate !== null ? null : se * Math.sqrt(Math.max(0, j.n - 1));
  return tradesLeft({
    estimate: route.degenerate === null ? (route.estimate ?? 0) : 0,
    sd: { hac: sd(route.hac.se), blocks: sd(route.blocks.se), tenths: sd(route.tenths.se) },
    n: j.n,
    firstLook: j.scales.firstLook,
    step: o.step,
    slots: j.slots,
    variant: j.scales.variant,
    blockLength: j.scales.blockLength,
  });
}

const whole = (x: number): string => String(Math.round(x)).replace(/\B(?=(\d{3})+$)/g, ",");

function notesOf(o: { judgement: Judgement; size: EffectiveSampleSize | null; overlap: number }): string[] {
  const { n, scales } = o.judgement;
  const notes: string[] = [];
  if (o.judgement.problem !== null) notes.push(o.judgement.problem.reason);
  if (o.size !== null && n > 0) notes.push(`${whole(n)} rows, worth ${whole(o.size.worth)} independent ones.`);
  if (n >= 10)
    notes.push(
      `A market regime longer than about ${whole(n / 10)} rows (a tenth of ${whole(n)}) can pass for skill; no test of these rows can tell.`,
    );
  if (!scales.simulated)
    notes.push(`${whole(o.overlap)} positions are usually open together; error rates were measured up to 20 only.`);
  for (const route of [o.judgement.routes.mean, o.judgement.routes.sharpe]) {
    if (route.degenerate !== null && o.judgement.problem === null) notes.push(route.degenerate.reason);
  }
  return notes;
}

const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

/**
 * Everything about one look.
 * @param input.rows  one row per signal for the paired design, a merged time line for the others
 * @param input.settings  `nBootstrap` 0 switches resampling off; the decision does not change
 * @returns a plain object that survives JSON, without NaN or infinity; what does not exist is null or has its reason
 * Degenerate: a value that is not finite -> `problem` NOT_FINITE and every statistic undefined; fewer than 2 rows, or no
 *   variance -> the routes say so and nothing clears.
 * Accuracy: deterministic in its input. Cost O(n L + nBootstrap n/L).
 * @throws RangeError when columns do not belong together or the overlap is no number
 */
export function evaluate(input: EvaluationInput): Evaluation {
  const { judgement, data, sharpeScore } = judgeRows(input);
  const { settings, trials } = input;
  const { figures, scales, n, slots } = judgement;
  const related = data.paired ? correlation(data) : null;
  const champion = computeMetrics({ pnl: data.championTaken, trials, correlation: null });
  const challenger = computeMetrics({ pnl: data.challengerTaken, trials, correlation: related });
  const wins = (m: Metrics) => ({ wins: Math.round((m.winRate ?? 0) * m.nTrades), trades: m.nTrades });
  const d = data.paired ? differences(data) : null;
  const { blockLength } = scales;
  const size = d === null ? null : effectiveSampleSize({ d, blockLength });
  return {
    ...judgement,
    seed: input.seed,
    champion,
    challenger,
    difference: {
      meanPnl: minus(figures.challenger.mean, figures.champion.mean),
      totalPnl: challenger.totalPnl - champion.totalPnl,
      sharpePerSignal: minus(figures.challenger.sharpe, figures.champion.sharpe),
      winRate: minus(figures.challenger.winRate, figures.champion.winRate),
      drawdownRatio:
        figures.champion.maxDrawdown > 0 ? figures.challenger.maxDrawdown / figures.champion.maxDrawdown : null,
    },
    tests: computeFiveTests({
      ...data,
      alpha: settings.alpha,
      boundaryLevel: levelAtLook({ a: BOUNDARY_CONSTANTS[scales.variant][slots].hac, n }),
      resamples: settings.nBootstrap,
      seed: `${input.seed}|bootstrap`,
      tolerance: settings.mddTolerance,
      championWins: wins(champion),
      challengerWins: wins(challenger),
      sharpeScore,
    }),
    effectiveSampleSize: size,
    stability: d === null ? null : stabilityPanel({ d, blockLength }),
    tradesLeft: {
      mean: timeLeft({ route: judgement.routes.mean, judgement, step: settings.checkInterval }),
      sharpe: timeLeft({ route: judgement.routes.sharpe, judgement, step: settings.checkInterval }),
    },
    notes: notesOf({ judgement, size, overlap: input.overlap }),
  };
}
