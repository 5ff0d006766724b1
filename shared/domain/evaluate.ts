import { correlation, mean } from "../stats/numeric/moments.ts";
import { orderStatistics } from "../stats/numeric/order-statistics.ts";
import { type EffectiveSampleSize, effectiveSampleSize } from "../stats/report/effective-sample-size.ts";
import { computeFiveTests, type FiveTests } from "../stats/report/five-tests.ts";
import { computeMetrics, type Metrics } from "../stats/report/metrics.ts";
import { type Stability, stabilityPanel } from "../stats/report/stability.ts";
import { FARTHEST, type TradesLeft, tradesLeft } from "../stats/report/trades-left.ts";
import { BOUNDARY_CONSTANTS, type EvidenceRoute, levelAtLook } from "../stats/rule/boundary.ts";
import { differences } from "../stats/rule/mean-difference.ts";
import { seatedEarlyWords, tippingWords } from "./gates/silence.ts";
import { type EvaluationInput, type Judgement, judgeRows } from "./judge.ts";
import { rounded, roundedCount } from "./number-words.ts";

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
  /** the mean difference without the rows that helped the challenger most; null for unpaired designs and too few rows */
  withoutBest: { rows: number; meanPnl: number } | null;
  /** one loss of this size in so many trades would erase the advantage; null when there is none */
  erasingLoss: { loss: number; trades: number } | null;
  /** plain sentences to show beside the verdict */
  notes: string[];
};

function timeLeft(options: { name: EvidenceRoute; judgement: Judgement; step: number }): TradesLeft {
  const { judgement: j } = options;
  const route = j.routes[options.name];
  if (route.clears) return { n50: 0, n80: 0, passesAt: { hac: j.n, blocks: j.n, tenths: j.n }, searchedTo: FARTHEST };
  const sd = (se: number | null) =>
    se === null || route.degenerate !== null ? null : se * Math.sqrt(Math.max(0, j.n - 1));
  return tradesLeft({
    estimate: route.degenerate === null ? (route.estimate ?? 0) : 0,
    route: options.name,
    sd: { hac: sd(route.hac.se), blocks: sd(route.blocks.se), tenths: sd(route.tenths.se) },
    n: j.n,
    firstLook: j.scales.firstLook,
    step: options.step,
    slots: j.slots,
    variant: j.scales.variant,
    blockLength: j.scales.blockLength,
  });
}

/** Rows left out of `withoutBest`: max(10, 0.5 %). */
function withoutBest(d: Float64Array | null): Evaluation["withoutBest"] {
  if (d === null) return null;
  const rows = Math.max(10, Math.ceil(0.005 * d.length - 1e-9));
  if (d.length <= rows) return null;
  return { rows, meanPnl: mean(orderStatistics(d).smallest(d.length - rows)) };
}

/** A loss that comes once in a third of the trades and takes back what they earned more. */
function erasingLoss({ n, figures }: Judgement): Evaluation["erasingLoss"] {
  const better = minus(figures.challenger.mean, figures.champion.mean);
  return better === null || !(better > 0) ? null : { loss: (better * n) / 3, trades: Math.floor(n / 3) };
}

function overlapNotes({ scales }: Judgement): string[] {
  if (scales.overlap === null)
    return [
      "Too many trades do not say when they opened (opened_at), so nobody knows how many are open together: long blocks, first look at 1,000 rows. Send opened_at with every trade, or set SHADOW_OVERLAP.",
    ];
  if (scales.simulated) return [];
  return [
    `${roundedCount(scales.overlap)} positions are usually open together; error rates were measured up to 20 only.`,
  ];
}

/** What no test of these rows can see, and how large it would have to be. */
function limitNotes(j: Judgement, e: Pick<Evaluation, "withoutBest" | "erasingLoss">): string[] {
  const notes: string[] = [];
  const { ratio } = j.robustness.size;
  if (ratio !== null) notes.push(`The challenger trades ${rounded(ratio, 2)} times the champion's size.`);
  if (e.erasingLoss !== null)
    notes.push(
      `One loss of ${roundedCount(e.erasingLoss.loss)} in ${roundedCount(e.erasingLoss.trades)} trades would erase the advantage; a rare loss that has not happened yet cannot be tested.`,
    );
  if (e.withoutBest !== null)
    notes.push(
      `Without the ${e.withoutBest.rows} rows that helped the challenger most the mean difference is ${rounded(e.withoutBest.meanPnl, 2)}.`,
    );
  const tipping = tippingWords(j).trim();
  if (tipping !== "") notes.push(tipping);
  const seatedEarly = seatedEarlyWords(j).trim();
  if (seatedEarly !== "") notes.push(seatedEarly);
  if (j.evidence.summed > 0) notes.push(`${roundedCount(j.evidence.summed)} rows are sums of several fills.`);
  return notes;
}

function notesOf(
  options: Pick<Evaluation, "withoutBest" | "erasingLoss"> & { judgement: Judgement; size: EffectiveSampleSize | null },
): string[] {
  const { n } = options.judgement;
  const notes: string[] = [];
  if (options.judgement.problem !== null) notes.push(options.judgement.problem.reason);
  if (options.size !== null && n > 0)
    notes.push(`${roundedCount(n)} rows, worth ${roundedCount(options.size.worth)} independent ones.`);
  if (n >= 10)
    notes.push(
      `A market regime longer than about ${roundedCount(n / 10)} rows (a tenth of ${roundedCount(n)}) can pass for skill; no test of these rows can tell.`,
    );
  notes.push(...overlapNotes(options.judgement), ...limitNotes(options.judgement, options));
  for (const route of [options.judgement.routes.mean, options.judgement.routes.sharpe]) {
    if (route.degenerate !== null && options.judgement.problem === null) notes.push(route.degenerate.reason);
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
  const size = d === null ? null : effectiveSampleSize({ d, blockLength, lagFloor: scales.lagFloor });
  const limits = { withoutBest: withoutBest(d), erasingLoss: erasingLoss(judgement) };
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
      mean: timeLeft({ name: "mean", judgement, step: settings.checkInterval }),
      sharpe: timeLeft({ name: "sharpe", judgement, step: settings.checkInterval }),
    },
    ...limits,
    notes: notesOf({ judgement, size, ...limits }),
  };
}
