import { BOUNDARY_CONSTANTS, chooseScales, levelAtLook, type Scales } from "../stats/boundary.ts";
import { firstNotFinite, type Undefined, undefinedBecause } from "../stats/degenerate.ts";
import { maxDrawdown } from "../stats/drawdown.ts";
import { type EffectiveSampleSize, effectiveSampleSize } from "../stats/effective-sample-size.ts";
import { differingRows, missingReportsZ, pairCoverage } from "../stats/evidence.ts";
import { computeFiveTests, type FiveTests } from "../stats/five-tests.ts";
import { differences } from "../stats/mean-difference.ts";
import { computeMetrics, type Metrics, rollingWinRateStd, takenOnly, winsAndLosses } from "../stats/metrics.ts";
import { correlation, momentsOf, variance } from "../stats/moments.ts";
import { computeScore, type ScoreParts } from "../stats/score.ts";
import { type SharpeScore, sharpeRatio } from "../stats/sharpe-difference.ts";
import { type Stability, stabilityPanel } from "../stats/stability.ts";
import { boundariesAt, type Route, threeScales } from "../stats/three-scales.ts";
import { type Buckets, bucketDifferences, bucketRoute } from "../stats/time-buckets.ts";
import { FARTHEST, type TradesLeft, tradesLeft } from "../stats/trades-left.ts";
import type { Settings } from "./settings.ts";

/**
 * Evaluation: the numbers of one look at one challenger, a pure function of the rows, the settings and a seed.
 * `judge` computes what the decision rests on; `evaluate` adds everything a person wants to see beside it. What the numbers
 * mean is decided in decide.ts.
 */

/** Rows are columns, not objects. Index = one signal, in open-time order, settled signals only. */
export type PairedRows = {
  /** PnL per signal, account currency; 0 where the model abstained */
  champion: Float64Array;
  challenger: Float64Array;
  /** 1 where that model took the trade (not abstained) */
  championTook: Uint8Array;
  challengerTook: Uint8Array;
  /**
   * Unpaired designs only: 1 where the row is a row of that model at all (an abstention is one too). The rows are then the
   * merged time line of both models. Left out: the rows where it took the trade.
   */
  championReported?: Uint8Array;
  challengerReported?: Uint8Array;
};

export type Coverage = {
  /** signals both sides reported, and signals the challenger failed to report */
  both: number;
  missing: number;
  /** champion's PnL on signals the challenger failed to report */
  championOnMissing: Float64Array;
  /** champion's PnL on the paired signals; left out: the champion's column */
  championOnPaired?: Float64Array;
};

/** How rows are compared. Fixed at deployment or at the first look, never switched by results. */
export type Design = "paired" | "bucketed" | "per-side";

export type EvaluationInput = {
  rows: PairedRows;
  coverage: Coverage;
  design: Design;
  /** positions usually open together (median) */
  overlap: number;
  /** models ever tried, for the deflated Sharpe ratio */
  trials: number;
  /** most challengers open at the same time */
  slots: 1 | 2 | 3;
  /** of the resampling; made from champion, challenger and n */
  seed: string;
  settings: Settings;
};

/** One side's figures the decision needs. Sharpe, mean and sd per signal (an abstention is a 0), the rest per trade taken. */
export type SideFigures = {
  rows: number;
  trades: number;
  winRate: number | null;
  mean: number | null;
  sd: number | null;
  sharpe: number | null;
  maxDrawdown: number;
  rollingWrStd: number | null;
};

export type Evidence = {
  both: number;
  missing: number;
  /** 0..1; null for unpaired designs */
  coverage: number | null;
  /** Welch z of the champion's PnL, unreported minus paired signals; null with fewer than 20 */
  missingZ: number | null;
  /** rows on which the models earned differently; null for unpaired designs */
  differing: number | null;
  /** share of time buckets with trades of both; null unless bucketed */
  commonBuckets: number | null;
};

/** What a decision rests on. A plain object without NaN. */
export type Judgement = {
  /** why nothing can be judged at all (a value that is not a finite number); null otherwise */
  problem: Undefined | null;
  /** rows: paired signals, or rows of the shorter side */
  n: number;
  design: Design;
  slots: 1 | 2 | 3;
  scales: Scales;
  figures: { champion: SideFigures; challenger: SideFigures };
  routes: { mean: Route; sharpe: Route };
  /** one route clears all three of its boundaries by itself */
  statisticalPass: boolean;
  evidence: Evidence;
  score: ScoreParts;
};

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

type Prepared = {
  champion: Float64Array;
  challenger: Float64Array;
  championTaken: Float64Array;
  challengerTaken: Float64Array;
  paired: boolean;
  buckets: Buckets | null;
  problem: Undefined | null;
};

const NOTHING = new Float64Array(0);
const NO_SCORE: ScoreParts = { significance: 0, sharpe: 0, winRate: 0, drawdown: 0, consistency: 0, total: 0 };

function findProblem(o: EvaluationInput): Undefined | null {
  const columns: [string, Float64Array][] = [
    ["champion's PnL", o.rows.champion],
    ["challenger's PnL", o.rows.challenger],
    ["champion's PnL on unreported signals", o.coverage.championOnMissing],
  ];
  for (const [name, column] of columns) {
    const at = firstNotFinite(column);
    if (at >= 0)
      return undefinedBecause("NOT_FINITE", `The ${name} holds ${column[at]} at row ${at}: no number to judge by.`);
  }
  return null;
}

function prepare(o: EvaluationInput): Prepared {
  const { rows, design } = o;
  const n = rows.champion.length;
  for (const column of [rows.challenger, rows.championTook, rows.challengerTook]) {
    if (column.length !== n) throw new RangeError(`columns of ${n} and ${column.length} rows do not belong together`);
  }
  const problem = findProblem(o);
  if (problem !== null) {
    const none = { champion: NOTHING, challenger: NOTHING, championTaken: NOTHING, challengerTaken: NOTHING };
    return { ...none, paired: design === "paired", buckets: null, problem };
  }
  const championTaken = takenOnly({ pnl: rows.champion, took: rows.championTook });
  const challengerTaken = takenOnly({ pnl: rows.challenger, took: rows.challengerTook });
  if (design === "paired") {
    return {
      champion: rows.champion,
      challenger: rows.challenger,
      championTaken,
      challengerTaken,
      paired: true,
      buckets: null,
      problem,
    };
  }
  const championReported = rows.championReported ?? rows.championTook;
  const challengerReported = rows.challengerReported ?? rows.challengerTook;
  return {
    champion: takenOnly({ pnl: rows.champion, took: championReported }),
    challenger: takenOnly({ pnl: rows.challenger, took: challengerReported }),
    championTaken,
    challengerTaken,
    paired: false,
    buckets: design === "bucketed" ? bucketDifferences({ ...rows, championReported, challengerReported }) : null,
    problem,
  };
}

function figuresOf(o: { rows: Float64Array; taken: Float64Array }): SideFigures {
  const m = momentsOf(o.rows);
  const trades = o.taken.length;
  return {
    rows: m.n,
    trades,
    winRate: trades > 0 ? winsAndLosses(o.taken).wins / trades : null,
    mean: m.n > 0 ? m.mean : null,
    sd: m.n > 0 ? Math.sqrt(variance(m)) : null,
    sharpe: sharpeRatio(m),
    maxDrawdown: maxDrawdown(o.taken),
    rollingWrStd: rollingWinRateStd(o.taken),
  };
}

function evidenceOf(o: EvaluationInput, data: Prepared): Evidence {
  const { both, missing } = o.coverage;
  const readable = data.problem === null;
  return {
    both,
    missing,
    coverage: data.paired ? pairCoverage({ both, missing }) : null,
    missingZ:
      readable && data.paired
        ? missingReportsZ({
            missing: o.coverage.championOnMissing,
            present: o.coverage.championOnPaired ?? o.rows.champion,
          })
        : null,
    differing: data.paired ? differingRows(data) : null,
    commonBuckets: data.buckets?.common ?? null,
  };
}

type Judged = { judgement: Judgement; data: Prepared; sharpeScore: SharpeScore | Undefined };

function judgeRows(o: EvaluationInput): Judged {
  const data = prepare(o);
  const { settings } = o;
  const scales = chooseScales({ overlap: o.overlap, longBlocks: settings.longBlocks, minTrades: settings.minTrades });
  const three = threeScales({ ...data, slots: o.slots, ...scales });
  const routes = { mean: three.mean, sharpe: three.sharpe };
  if (data.buckets !== null) {
    const boundaries = boundariesAt({ n: three.n, slots: o.slots, variant: scales.variant });
    const degenerate = undefinedBecause(
      "NOT_MEASURED",
      "The Sharpe route has not been measured for time buckets, so it proves nothing here.",
    );
    const zero = (scale: "hac" | "blocks" | "tenths") => ({ ...three.sharpe[scale], z: 0, zWorse: 0, clears: false });
    routes.mean = bucketRoute({ buckets: data.buckets, boundaries, mayClear: three.n >= scales.firstLook, n: three.n });
    routes.sharpe = {
      ...three.sharpe,
      hac: zero("hac"),
      blocks: zero("blocks"),
      tenths: zero("tenths"),
      clears: false,
      worse: false,
      blockedBy: ["hac", "blocks", "tenths"],
      degenerate,
    };
  }
  const statisticalPass = routes.mean.clears || routes.sharpe.clears;
  const figures = {
    champion: figuresOf({ rows: data.champion, taken: data.championTaken }),
    challenger: figuresOf({ rows: data.challenger, taken: data.challengerTaken }),
  };
  const judgement: Judgement = {
    problem: data.problem,
    n: three.n,
    design: o.design,
    slots: o.slots,
    scales,
    figures,
    routes,
    statisticalPass,
    evidence: evidenceOf(o, data),
    score:
      three.n < 2 ? NO_SCORE : computeScore({ pass: statisticalPass, ...figures, tolerance: settings.mddTolerance }),
  };
  return { judgement, data, sharpeScore: three.sharpeScore };
}

/**
 * What the decision of one look rests on, without the figures that are only shown. `decide(judge(x))` and
 * `decide(evaluate(x))` are the same decision: calibration uses the first to simulate whole lives of challengers.
 * @throws RangeError when columns do not belong together or the overlap is no number
 */
export function judge(input: EvaluationInput): Judgement {
  return judgeRows(input).judgement;
}

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
 * @param input.rows  as `PairedRows`: one row per signal for the paired design, a merged time line for the others
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
