import { tooFew, type Undefined, undefinedBecause } from "../numeric/degenerate.ts";
import { normalIsf, normalSf } from "../numeric/distributions.ts";
import { drawdownHolds, drawdownRatio, maxDrawdown } from "../numeric/drawdown.ts";
import { mean, momentsOf } from "../numeric/moments.ts";
import { orderStatistics } from "../numeric/order-statistics.ts";
import { createPrng } from "../numeric/prng.ts";
import { cubeRootLength, politisWhiteLength } from "../resampling/block-length.ts";
import { resampleDifferences } from "../resampling/bootstrap.ts";
import { acceleration, bcaInterval, type Interval, percentileInterval } from "../resampling/bootstrap-interval.ts";
import { differences } from "../rule/mean-difference.ts";
import type { SharpeScore } from "../rule/sharpe-difference.ts";
import type { Sides } from "../rule/sides.ts";
import { jobsonKorkieMemmel } from "./jobson-korkie-memmel.ts";
import { pairedTTest, type TTest, welchTTest } from "./t-tests.ts";
import { disagreements, type McNemar, mcnemarExact, twoProportionZ } from "./win-rate-tests.ts";

/**
 * The five tests every report shows: t, bootstrap, Sharpe, win rate, drawdown. Each is valid at one look only; none of them
 * promotes anybody. What promotes is three-scales.ts with its sequential boundary.
 */

export type TReport = {
  kind: "defined";
  used: "paired" | "welch";
  statistic: number;
  df: number;
  p: number;
  significant: boolean;
  welch: TTest | Undefined;
  paired: TTest | Undefined | null;
};

export type BootstrapReport = {
  kind: "defined";
  /** mean difference per row, account currency */
  estimate: number;
  resamples: number;
  blockLength: number;
  seed: string;
  percentile95: Interval;
  bca95: Interval;
  /** two-sided with the boundary's one-sided level in each tail */
  atBoundary: { level: number; percentile: Interval; bca: Interval };
  /** the BCa interval at 95 % lies above 0 */
  significant: boolean;
};

export type SharpeReport = {
  kind: "defined";
  difference: number;
  se: number;
  statistic: number;
  zClipped: number;
  p: number;
  low95: number;
  high95: number;
  significant: boolean;
  jobsonKorkieMemmel: { kind: "defined"; z: number; se: number } | Undefined | null;
};

export type WinRateReport = {
  kind: "defined";
  used: "mcnemar" | "two-proportion";
  /** challenger minus champion, over trades taken */
  difference: number;
  p: number;
  significant: boolean;
  twoProportion: { z: number; p: number };
  mcnemar: McNemar | null;
};

export type DrawdownReport = {
  kind: "defined";
  champion: number;
  challenger: number;
  /** null when the champion had no drawdown */
  ratio: number | null;
  tolerance: number;
  /** the literal gate: challenger <= tolerance * champion */
  holds: boolean;
  /** share of resamples in which the gate would not hold; null when no resampling was asked for */
  probabilityExceeds: number | null;
  resamples: number;
  blockLength: number;
};

export type FiveTests = {
  t: TReport | Undefined;
  bootstrap: BootstrapReport | Undefined;
  sharpe: SharpeReport | Undefined;
  winRate: WinRateReport | Undefined;
  drawdown: DrawdownReport | Undefined;
};

type ComparedSides = Sides & { paired: boolean };

function reportT(options: ComparedSides & { alpha: number }): TReport | Undefined {
  const welch = welchTTest({ champion: momentsOf(options.champion), challenger: momentsOf(options.challenger) });
  const paired = options.paired ? pairedTTest(options) : null;
  const used = paired ?? welch;
  if (used.kind === "undefined") return used;
  const { t, df, p } = used;
  return {
    kind: "defined",
    used: options.paired ? "paired" : "welch",
    statistic: t,
    df,
    p,
    significant: p < options.alpha,
    welch,
    paired,
  };
}

function reportSharpe(
  options: ComparedSides & { score: SharpeScore | Undefined; alpha: number },
): SharpeReport | Undefined {
  const s = options.score;
  if (s.kind === "undefined") return s;
  const reach = normalIsf(0.025) * s.se;
  const p = normalSf(s.z);
  return {
    kind: "defined",
    difference: s.difference,
    se: s.se,
    statistic: s.z,
    zClipped: s.zClipped,
    p,
    low95: s.difference - reach,
    high95: s.difference + reach,
    significant: p < options.alpha,
    jobsonKorkieMemmel: options.paired ? jobsonKorkieMemmel(options) : null,
  };
}

/** Wins and trades taken of one side. */
export type WinCount = { wins: number; trades: number };

function reportWinRate(
  options: ComparedSides & { alpha: number; championWins: WinCount; challengerWins: WinCount },
): WinRateReport | Undefined {
  const { championWins: c, challengerWins: h } = options;
  if (c.trades < 1 || h.trades < 1)
    return tooFew({ have: Math.min(c.trades, h.trades), need: 1, what: "trades taken on each side" });
  const twoProportion = twoProportionZ({ champion: c, challenger: h });
  const mcnemar = options.paired ? mcnemarExact(disagreements(options)) : null;
  const p = mcnemar?.p ?? twoProportion.p;
  return {
    kind: "defined",
    used: mcnemar === null ? "two-proportion" : "mcnemar",
    difference: h.wins / h.trades - c.wins / c.trades,
    p,
    significant: p < options.alpha,
    twoProportion,
    mcnemar,
  };
}

/**
 * Rows per block when both sides are resampled.
 * Definition: the larger of ceil(n^(1/3)) and the Politis-White length of the difference (of each side, when not paired),
 *   at most n/10 and at least 1.
 */
export function bootstrapBlockLength(options: ComparedSides): number {
  const n = Math.min(options.champion.length, options.challenger.length);
  const series = options.paired ? [differences(options)] : [options.challenger, options.champion];
  const automatic = series.map((x) => {
    const length = politisWhiteLength(x);
    return length.kind === "defined" ? Math.ceil(length.circular) : 1;
  });
  return Math.max(1, Math.min(Math.max(cubeRootLength(n), ...automatic), Math.floor(n / 10)));
}

type Resampled = { bootstrap: BootstrapReport | Undefined; exceeds: number | null; blockLength: number };

function resample(
  options: ComparedSides & { count: number; seed: string; level: number; tolerance: number; varies: boolean },
): Resampled {
  const blockLength = bootstrapBlockLength(options);
  const { differences: d, exceeding } = resampleDifferences({
    ...options,
    blockLength,
    prng: createPrng(options.seed),
  });
  const exceeds = exceeding / options.count;
  if (!options.varies) {
    return {
      bootstrap: undefinedBecause("DEGENERATE_VARIANCE", "The difference does not vary: every resample is the same."),
      exceeds,
      blockLength,
    };
  }
  const of = orderStatistics(d);
  const estimate = mean(options.challenger) - mean(options.champion);
  const series = options.paired ? [differences(options)] : [options.challenger, options.champion];
  const a = acceleration({ series, blockLength });
  const bca = (tail: number) => bcaInterval({ of, estimate, acceleration: a, tail });
  const bca95 = bca(0.025);
  return {
    bootstrap: {
      kind: "defined",
      estimate,
      resamples: options.count,
      blockLength,
      seed: options.seed,
      percentile95: percentileInterval({ of, tail: 0.025 }),
      bca95,
      atBoundary: {
        level: options.level,
        percentile: percentileInterval({ of, tail: options.level }),
        bca: bca(options.level),
      },
      significant: bca95.low > 0,
    },
    exceeds,
    blockLength,
  };
}

/**
 * All five tests of one look.
 * @param options.champion,options.challenger  rows in open-time order, account currency, finite; the same length when `paired`
 * @param options.alpha  one-sided level at which `significant` is said, of a single look
 * @param options.boundaryLevel  one-sided level of the sequential boundary at this n
 * @param options.resamples  bootstrap paths; 0 computes no interval and no probability
 * @param options.seed  of the resampling
 * @returns each test, or its reason for not existing; never NaN
 * Cost O(n L + resamples n/L).
 * Source: in each test's own file.
 */
export function computeFiveTests(
  options: ComparedSides & {
    alpha: number;
    boundaryLevel: number;
    resamples: number;
    seed: string;
    tolerance: number;
    championWins: WinCount;
    challengerWins: WinCount;
    sharpeScore: SharpeScore | Undefined;
  },
): FiveTests {
  const n = Math.min(options.champion.length, options.challenger.length);
  if (n < 2) {
    const few = tooFew({ have: n, need: 2, what: "rows" });
    return { t: few, bootstrap: few, sharpe: few, winRate: few, drawdown: few };
  }
  const t = reportT(options);
  const plan = { ...options, count: options.resamples, level: options.boundaryLevel, varies: t.kind === "defined" };
  const resampled = options.resamples > 0 ? resample(plan) : null;
  const own = {
    champion: maxDrawdown(options.champion),
    challenger: maxDrawdown(options.challenger),
    tolerance: options.tolerance,
  };
  return {
    t,
    bootstrap: resampled?.bootstrap ?? undefinedBecause("NOT_COMPUTED", "Resampling was switched off."),
    sharpe: reportSharpe({ ...options, score: options.sharpeScore }),
    winRate: reportWinRate(options),
    drawdown: {
      kind: "defined",
      ...own,
      ratio: drawdownRatio(own),
      holds: drawdownHolds(own),
      probabilityExceeds: resampled?.exceeds ?? null,
      resamples: resampled === null ? 0 : options.resamples,
      blockLength: resampled?.blockLength ?? 0,
    },
  };
}
