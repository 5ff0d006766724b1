import type { Judgement } from "../../shared/domain/judge.ts";
import type { ScaleName } from "../../shared/stats/rule/boundary.ts";
import type { Route } from "../../shared/stats/rule/three-scales.ts";

/** Looks made by hand: judgements with every figure filled in, for tests of gates and decisions. */

type ZAndBoundary = readonly [z: number | null, boundary: number];

/** A route as judged: `clears` follows from the numbers. */
export function routeOf(scales: Record<ScaleName, ZAndBoundary>): Route {
  const one = ([z, boundary]: ZAndBoundary) => ({
    z,
    zWorse: z === null ? null : -z,
    boundary,
    clears: z !== null && z >= boundary,
    se: 1,
    df: 9,
    blockLength: 50,
  });
  const judged = { hac: one(scales.hac), blocks: one(scales.blocks), tenths: one(scales.tenths) };
  const blockedBy = (["hac", "blocks", "tenths"] as const).filter((scale) => !judged[scale].clears);
  return {
    estimate: 1,
    ...judged,
    clears: blockedBy.length === 0,
    worse: false,
    blockedBy,
    degenerate: null,
    barred: null,
  };
}

/** A look at which everything holds and every number is different; each test changes one thing. */
export function goodLook(change: (j: Judgement) => void = () => {}): Judgement {
  const j: Judgement = {
    problem: null,
    n: 800,
    design: "paired",
    slots: 3,
    scales: { variant: "standard", blockLength: 50, firstLook: 500, lagFloor: 24, overlap: 1, simulated: true },
    figures: {
      champion: {
        rows: 800,
        trades: 790,
        winRate: 0.56,
        mean: 50,
        sd: 120,
        sharpe: 0.42,
        maxDrawdown: 1000,
        rollingWrStd: 0.05,
      },
      challenger: {
        rows: 800,
        trades: 780,
        winRate: 0.58,
        mean: 60.5,
        sd: 121,
        sharpe: 0.5,
        maxDrawdown: 900,
        rollingWrStd: 0.06,
      },
    },
    routes: {
      mean: routeOf({ hac: [4, 3.1], blocks: [3.5, 2.8], tenths: [2.5, 2.2] }),
      sharpe: routeOf({ hac: [3.3, 3.1], blocks: [3.4, 2.8], tenths: [3, 2.2] }),
    },
    statisticalPass: true,
    evidence: {
      both: 800,
      missing: 0,
      missingBeforeFirst: 0,
      coverage: 1,
      missingZ: null,
      differing: 700,
      commonBuckets: null,
      missingChampion: 0,
      summed: 3,
      unsummed: { signals: 0, reasons: [] },
      assumed: 0,
    },
    robustness: {
      size: { ratio: 1.02, z: 3.8, bound: 2.48 },
      wild: { count: 0, rows: [], zMean: null, zSharpe: null, bound: 2.48 },
      stress: null,
      drawdownProbability: 0.25,
    },
    score: { significance: 30, sharpe: 25, winRate: 20, drawdown: 15, consistency: 10, total: 100 },
  };
  change(j);
  return j;
}

/** Neither route clears its boundaries. */
export function unproved(j: Judgement): void {
  j.routes = {
    mean: routeOf({ hac: [2.5, 3.1], blocks: [2.75, 2.8], tenths: [2.5, 2.2] }),
    sharpe: routeOf({ hac: [1, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] }),
  };
  j.statisticalPass = false;
  j.score.total = 55;
}
