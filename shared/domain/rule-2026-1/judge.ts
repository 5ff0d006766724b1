import { mergeMoments, momentsOf, variance } from "../../stats/numeric/moments.ts";
import { BOUNDARY_CONSTANTS, chooseScales, scaleNames, sequentialBoundary } from "../../stats/rule/boundary.ts";
import { computeScore } from "../../stats/rule/score.ts";
import type { Clip } from "../../stats/rule/sharpe-difference.ts";
import { type Boundaries, judgeRoute, type Route, threeScales } from "../../stats/rule/three-scales.ts";
import {
  bucketRoutes,
  type EvaluationInput,
  evidenceOf,
  figuresOf,
  type Judgement,
  NO_SCORE,
  prepare,
} from "../judge.ts";

/**
 * Judgement as rule 2026.1 made it: 5 to 9 lags, extreme rows clipped at the pooled mean +-5 pooled sd, one set of boundaries
 * for both routes, a Sharpe route that a loser could clear, and nothing a proof had to hold against.
 */

const CLIP_POOLED_SD = 5;

/** The clip of that rule, which one row could move on both sides. */
export const clipPooled: Clip = (sides) => {
  const pooled = mergeMoments(momentsOf(sides.challenger), momentsOf(sides.champion));
  const reach = CLIP_POOLED_SD * Math.sqrt(variance(pooled));
  let rows = 0;
  const held = (x: Float64Array) =>
    x.map((v) => {
      const inside = Math.min(pooled.mean + reach, Math.max(pooled.mean - reach, v));
      if (inside !== v) rows += 1;
      return inside;
    });
  const clipped = { challenger: held(sides.challenger), champion: held(sides.champion) };
  return rows === 0 ? null : { ...clipped, rows };
};

/** A route held against the boundaries of that rule. */
function heldAgainst(boundaries: Boundaries, mayClear: boolean): (route: Route) => Route {
  return (route) => {
    const measured = { hac: route.hac, blocks: route.blocks, tenths: route.tenths };
    return judgeRoute({ estimate: route.estimate, measured, boundaries, mayClear, degenerate: route.degenerate });
  };
}

/** @throws RangeError when columns do not belong together or the overlap is no number */
export function judge20261(options: EvaluationInput): Omit<Judgement, "robustness"> {
  const data = prepare(options);
  const { settings, slots } = options;
  const planned = chooseScales({
    overlap: options.overlap,
    longBlocks: settings.longBlocks,
    minTrades: settings.minTrades,
  });
  const scales = { ...planned, lagFloor: 0 };
  const three = threeScales({ ...data, slots, ...scales, clip: clipPooled });
  const { n } = three;
  const constants = BOUNDARY_CONSTANTS[scales.variant][slots];
  const boundaries = Object.fromEntries(
    scaleNames.map((scale) => [scale, sequentialBoundary({ a: constants[scale], n })]),
  ) as Boundaries;
  const held = heldAgainst(boundaries, n >= scales.firstLook);
  const common = { mean: held(three.mean), sharpe: held(three.sharpe) };
  const routes =
    data.buckets === null ? common : bucketRoutes({ buckets: data.buckets, n, slots, scales, sharpe: common.sharpe });
  const statisticalPass = routes.mean.clears || routes.sharpe.clears;
  const figures = {
    champion: figuresOf({ rows: data.champion, taken: data.championTaken }),
    challenger: figuresOf({ rows: data.challenger, taken: data.challengerTaken }),
  };
  return {
    problem: data.problem,
    n,
    design: options.design,
    slots,
    scales,
    figures,
    routes,
    statisticalPass,
    evidence: evidenceOf(options, data),
    score: n < 2 ? NO_SCORE : computeScore({ pass: statisticalPass, ...figures, tolerance: settings.mddTolerance }),
  };
}
