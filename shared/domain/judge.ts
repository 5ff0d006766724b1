import { firstNotFinite, type Undefined, undefinedBecause } from "../stats/numeric/degenerate.ts";
import { maxDrawdown } from "../stats/numeric/drawdown.ts";
import { momentsOf, variance } from "../stats/numeric/moments.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import { rollingWinRateStd, winsAndLosses } from "../stats/numeric/wins.ts";
import { chooseScales, type ScaleName, type Scales } from "../stats/rule/boundary.ts";
import { clipSides, robustSides } from "../stats/rule/clip.ts";
import { differingRows, missingReportsZ, pairCoverage } from "../stats/rule/evidence.ts";
import { computeScore, type ScoreParts } from "../stats/rule/score.ts";
import { type SharpeScore, sharpeRatio } from "../stats/rule/sharpe-difference.ts";
import { boundariesAt, type Route, threeScales } from "../stats/rule/three-scales.ts";
import { type Buckets, bucketDifferences, bucketRoute } from "../stats/rule/time-buckets.ts";
import { type Robustness, robustnessOf } from "./robustness.ts";
import type { ComparedRows, Unsummed } from "./rows.ts";
import type { Settings } from "./settings.ts";

/**
 * Judgement: the numbers the decision of one look rests on, a pure function of the rows and the settings.
 * What they mean is decided in decide.ts; what is shown beside them is added in evaluate.ts.
 */

export type Coverage = {
  /** signals both sides reported, and signals the challenger failed to report */
  both: number;
  missing: number;
  /** of these, signals that opened before its first report; left out: none */
  missingBeforeFirst?: number;
  /** champion's PnL on signals the challenger failed to report */
  championOnMissing: Float64Array;
  /** challenger's PnL on signals the champion failed to report; left out: none */
  challengerOnMissing?: Float64Array;
  /** rows of which a side consists of several fills, summed; left out: none */
  summed?: number;
  /** signals with a trade that could not be summed into a row, and why (the first ones); left out: none */
  unsummed?: Unsummed;
  /** rows in which silence was counted as an abstention; left out: none */
  assumed?: number;
};

/** How rows are compared. Fixed at deployment or at the first look, never switched by results. */
export type Design = "paired" | "bucketed" | "per-side";

export type EvaluationInput = {
  /** paired for the paired design, unpaired for the two others */
  rows: ComparedRows;
  coverage: Coverage;
  design: Design;
  /** positions usually open together (median) over the rows of this look; null: not known */
  overlap: number | null;
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

export type EvidenceFigures = {
  both: number;
  missing: number;
  /** of these, signals that opened before the challenger's first report */
  missingBeforeFirst: number;
  /** 0..1; null for unpaired designs */
  coverage: number | null;
  /** Welch z of the champion's PnL, unreported minus paired signals; null with fewer than 20 */
  missingZ: number | null;
  /** rows on which the models earned differently; null for unpaired designs */
  differing: number | null;
  /** share of time buckets with trades of both; null unless bucketed */
  commonBuckets: number | null;
  /** signals the champion failed to report */
  missingChampion: number;
  /** rows with several fills on a side, summed */
  summed: number;
  /** signals with a trade in no row */
  unsummed: Unsummed;
  /** rows in which silence was counted as an abstention */
  assumed: number;
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
  evidence: EvidenceFigures;
  robustness: Robustness;
  score: ScoreParts;
};

/** Rows as the design uses them. */
export type Prepared = {
  champion: Float64Array;
  challenger: Float64Array;
  championTaken: Float64Array;
  challengerTaken: Float64Array;
  paired: boolean;
  buckets: Buckets | null;
  problem: Undefined | null;
};

const NOTHING = new Float64Array(0);
export const NO_SCORE: ScoreParts = { significance: 0, sharpe: 0, winRate: 0, drawdown: 0, consistency: 0, total: 0 };

function findProblem(options: EvaluationInput): Undefined | null {
  const columns: [string, Float64Array][] = [
    ["champion's PnL", options.rows.champion],
    ["challenger's PnL", options.rows.challenger],
    ["champion's PnL on unreported signals", options.coverage.championOnMissing],
    ["challenger's PnL on unreported signals", options.coverage.challengerOnMissing ?? NOTHING],
  ];
  for (const [name, column] of columns) {
    const at = firstNotFinite(column);
    if (at >= 0)
      return undefinedBecause("NOT_FINITE", `The ${name} holds ${column[at]} at row ${at}: no number to judge by.`);
  }
  return null;
}

export function prepare(options: EvaluationInput): Prepared {
  const { rows, design } = options;
  const n = rows.champion.length;
  if ((design === "paired") !== (rows.kind === "paired"))
    throw new RangeError(`${rows.kind} rows do not belong to the ${design} design`);
  for (const column of [rows.challenger, rows.championTook, rows.challengerTook]) {
    if (column.length !== n) throw new RangeError(`columns of ${n} and ${column.length} rows do not belong together`);
  }
  const problem = findProblem(options);
  if (problem !== null) {
    const none = { champion: NOTHING, challenger: NOTHING, championTaken: NOTHING, challengerTaken: NOTHING };
    return { ...none, paired: design === "paired", buckets: null, problem };
  }
  const championTaken = takenOnly({ pnl: rows.champion, took: rows.championTook });
  const challengerTaken = takenOnly({ pnl: rows.challenger, took: rows.challengerTook });
  if (rows.kind === "paired") {
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
  return {
    champion: takenOnly({ pnl: rows.champion, took: rows.championReported }),
    challenger: takenOnly({ pnl: rows.challenger, took: rows.challengerReported }),
    championTaken,
    challengerTaken,
    paired: false,
    buckets: design === "bucketed" ? bucketDifferences(rows) : null,
    problem,
  };
}

export function figuresOf(options: { rows: Float64Array; taken: Float64Array }): SideFigures {
  const m = momentsOf(options.rows);
  const trades = options.taken.length;
  return {
    rows: m.n,
    trades,
    winRate: trades > 0 ? winsAndLosses(options.taken).wins / trades : null,
    mean: m.n > 0 ? m.mean : null,
    sd: m.n > 0 ? Math.sqrt(variance(m)) : null,
    sharpe: sharpeRatio(m),
    maxDrawdown: maxDrawdown(options.taken),
    rollingWrStd: rollingWinRateStd(options.taken),
  };
}

export function evidenceOf(options: EvaluationInput, data: Prepared): EvidenceFigures {
  const { both, missing } = options.coverage;
  const readable = data.problem === null;
  return {
    both,
    missing,
    missingBeforeFirst: options.coverage.missingBeforeFirst ?? 0,
    coverage: data.paired ? pairCoverage({ both, missing }) : null,
    missingZ:
      readable && data.paired
        ? missingReportsZ({
            missing: options.coverage.championOnMissing,
            present: options.rows.champion,
          })
        : null,
    differing: data.paired ? differingRows(data) : null,
    commonBuckets: data.buckets?.common ?? null,
    missingChampion: options.coverage.challengerOnMissing?.length ?? 0,
    summed: options.coverage.summed ?? 0,
    unsummed: options.coverage.unsummed ?? { signals: 0, reasons: [] },
    assumed: options.coverage.assumed ?? 0,
  };
}

/** A judgement with what evaluate.ts goes on from. */
export type Judged = { judgement: Judgement; data: Prepared; sharpeScore: SharpeScore | Undefined };

/** The mean route on time buckets, and a Sharpe route that proves nothing there. */
export function bucketRoutes(options: {
  buckets: Buckets;
  n: number;
  slots: 1 | 2 | 3;
  scales: Scales;
  sharpe: Route;
}): Judgement["routes"] {
  const { scales, n, sharpe } = options;
  const boundaries = boundariesAt({ n, slots: options.slots, variant: scales.variant, route: "mean" });
  const degenerate = undefinedBecause(
    "NOT_MEASURED",
    "The Sharpe route has not been measured for time buckets, so it proves nothing here.",
  );
  const zero = (scale: ScaleName) => ({ ...sharpe[scale], z: 0, zWorse: 0, clears: false });
  return {
    mean: bucketRoute({ buckets: options.buckets, boundaries, mayClear: n >= scales.firstLook, n }),
    sharpe: {
      ...sharpe,
      hac: zero("hac"),
      blocks: zero("blocks"),
      tenths: zero("tenths"),
      clears: false,
      worse: false,
      blockedBy: ["hac", "blocks", "tenths"],
      degenerate,
    },
  };
}

/** As `judge`, keeping the prepared rows. */
export function judgeRows(options: EvaluationInput): Judged {
  const data = prepare(options);
  const { settings, slots } = options;
  const scales = chooseScales({
    overlap: options.overlap,
    longBlocks: settings.longBlocks,
    minTrades: settings.minTrades,
  });
  const robust = robustSides(data);
  const clipped = clipSides(data, robust);
  const three = threeScales({ ...data, slots, ...scales, clip: () => (clipped.rows === 0 ? null : clipped) });
  const { n } = three;
  const routes =
    data.buckets === null
      ? { mean: three.mean, sharpe: three.sharpe }
      : bucketRoutes({ buckets: data.buckets, n, slots, scales, sharpe: three.sharpe });
  const statisticalPass = routes.mean.clears || routes.sharpe.clears;
  const figures = {
    champion: figuresOf({ rows: data.champion, taken: data.championTaken }),
    challenger: figuresOf({ rows: data.challenger, taken: data.challengerTaken }),
  };
  const judgement: Judgement = {
    problem: data.problem,
    n,
    design: options.design,
    slots,
    scales,
    figures,
    routes,
    statisticalPass,
    evidence: evidenceOf(options, data),
    robustness: robustnessOf({
      ...data,
      signalIds: data.paired ? options.rows.signalIds : undefined,
      missingChallenger: options.coverage.championOnMissing,
      missingChampion: options.coverage.challengerOnMissing ?? NOTHING,
      scales,
      mean: routes.mean,
      proved: statisticalPass,
      clipped,
      robust,
      tolerance: settings.mddTolerance,
      seed: `${options.seed}|drawdown`,
    }),
    score: n < 2 ? NO_SCORE : computeScore({ pass: statisticalPass, ...figures, tolerance: settings.mddTolerance }),
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
