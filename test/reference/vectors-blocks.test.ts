import { describe, expect, it } from "vitest";
import type { Decision } from "../../shared/domain/decide.ts";
import { Pairing } from "../../shared/domain/pairing.ts";
import { decide20261 } from "../../shared/domain/rule-2026-1/decide.ts";
import { clipPooled, judge20261 } from "../../shared/domain/rule-2026-1/judge.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import { blockMeans, blockVariance } from "../../shared/stats/numeric/long-run-variance.ts";
import { mean, momentsOf, variance } from "../../shared/stats/numeric/moments.ts";
import { effectiveSampleSize } from "../../shared/stats/report/effective-sample-size.ts";
import { stabilityPanel } from "../../shared/stats/report/stability.ts";
import { chooseScales, type Slots, sequentialBoundary } from "../../shared/stats/rule/boundary.ts";
import { MISSING_Z_MIN, missingReportsZ, pairCoverage } from "../../shared/stats/rule/evidence.ts";
import { differences } from "../../shared/stats/rule/mean-difference.ts";
import { studentToNormal } from "../../shared/stats/rule/scale-score.ts";
import { judgeRoute, type Route, threeScales } from "../../shared/stats/rule/three-scales.ts";
import {
  deficitThreshold,
  drawdownThreshold,
  lagOneCorrelation,
  ROLLBACK_SD,
  serialFactor,
} from "../../shared/stats/watch/guard.ts";
import { volatilityRatio } from "../../shared/stats/watch/paired-guard.ts";
import { ledgerOf } from "../support/lives.ts";
import { type Case, expectNear, type Loose, loadVectors, sidesOf } from "../support/reference-cases.ts";
import { firstWinRollback } from "../support/win-rule.ts";

const HOUR = 3_600_000;
const file = loadVectors("vectors-blocks.json");
const defaults = parseSettings({});

const zs = (route: Route) => ({ hac: route.hac.z, m: route.blocks.z, tenth: route.tenths.z });

function asReference(r: { n: number; mean: Route; sharpe: Route }): Loose {
  const [m, s] = [zs(r.mean), zs(r.sharpe)];
  return {
    n: r.n,
    z: {
      hac: { z_mean: m.hac, z_sharpe: s.hac },
      m: { z_mean: m.m, z_sharpe: s.m },
      tenth: { z_mean: m.tenth, z_sharpe: s.tenth },
    },
    boundary: { hac: r.mean.hac.boundary, m: r.mean.blocks.boundary, tenth: r.mean.tenths.boundary },
    route_mean: r.mean.clears,
    route_sharpe: r.sharpe.clears,
    statistical: r.mean.clears || r.sharpe.clears,
  };
}

function threeScale(c: Case): Loose {
  const { dataset, k, m, first, paired = true, champion_first: cut } = c.inputs;
  const variant = m >= 100 ? ("long-block" as const) : ("standard" as const);
  const sides = sidesOf(file, dataset, cut);
  const plan = { blockLength: m, firstLook: first ?? 10 * m, lagFloor: 0, clip: clipPooled };
  const { n, mean, sharpe } = threeScales({ ...sides, paired, slots: k, variant, ...plan });
  // Then both routes had the same boundaries.
  const boundaries = { hac: mean.hac.boundary, blocks: mean.blocks.boundary, tenths: mean.tenths.boundary };
  const held = { ...sharpe, measured: sharpe, boundaries, mayClear: n >= plan.firstLook, barred: null };
  return asReference({ n, mean, sharpe: judgeRoute(held) });
}

/** The rule those cases were computed for. */
function lookAt(c: Case): { evaluation: ReturnType<typeof judge20261>; decision: Decision } {
  const sides = sidesOf(file, c.inputs.dataset);
  const all = new Uint8Array(sides.champion.length).fill(1);
  const evaluation = judge20261({
    rows: { kind: "paired", ...sides, championTook: all, challengerTook: all },
    coverage: {
      both: Math.round(c.inputs.coverage * 10_000),
      missing: Math.round((1 - c.inputs.coverage) * 10_000),
      championOnMissing: new Float64Array(0),
    },
    design: "paired",
    overlap: 1,
    trials: 1,
    slots: c.inputs.k as Slots,
    seed: c.id,
    settings: defaults,
  });
  return { evaluation, decision: decide20261(evaluation, defaults) };
}

function decideAsReference(c: Case): Loose {
  const { evaluation, decision } = lookAt(c);
  const passes = (name: string) => decision.gates.find((g) => g.gate === name)!.state === "pass";
  return {
    ...asReference({ n: evaluation.n, ...evaluation.routes }),
    evidence: { coverage: passes("coverage"), discordant: passes("differing") },
    gates: { sharpe: passes("sharpe"), n: passes("trades"), mdd: passes("drawdown"), wr: passes("win-rate") },
    score: decision.score,
    auto_promote: decision.verdict === "approve",
  };
}

function guardRun(i: Loose, serial: number): number | null {
  return firstWinRollback({ wins: i.wins, winRate: i.baseline_wr, trades: i.baseline_n, serial });
}

/** Replaced: vectors-guard.json holds the chart in use. */
const replaced = new Set(["cusum_pnl_vol"]);

const d = (c: Case) => differences(sidesOf(file, c.inputs.dataset));

/**
 * The rows the production pairing takes of signals in these states, in this order. One opens an hour; those before the first open
 * one are past their deadline when the last report comes.
 */
function settledRows(states: readonly ("both" | "open" | "missing")[]): number[] {
  const firstOpen = states.indexOf("open");
  const openedAt = (i: number) => (firstOpen < 0 || i < firstOpen ? i : 1000 + i) * HOUR;
  const trades = states.map((state, signal) => {
    const times = { openedAt: openedAt(signal), closedAt: openedAt(signal) + HOUR / 2 };
    return { signal, state, ...times };
  });
  const champion = ledgerOf(trades.map(({ state: _, ...trade }) => trade));
  const challenger = ledgerOf(trades.flatMap(({ state, ...trade }) => (state === "both" ? [trade] : [])));
  const options = { startAt: null, settleMs: 100 * HOUR, unreported: "exclude", before: Infinity } as const;
  return new Pairing(champion, challenger, options).latest().signalIds.map((id) => Number(id.slice(1)));
}

const compute: Record<string, (c: Case) => Loose> = {
  three_scale: threeScale,
  decide: decideAsReference,
  block_lrv: (c) => {
    const { value, blocks } = blockVariance(d(c), c.inputs.size);
    return { lrv: value, blocks, means: [...blockMeans(d(c), c.inputs.size)] };
  },
  effective_sample_size: (c) => ({ ess: effectiveSampleSize({ d: d(c), blockLength: c.inputs.m, lagFloor: 0 }).worth }),
  stability: (c) => {
    const s = stabilityPanel({ d: d(c), blockLength: c.inputs.m });
    return { positive_blocks: s.positiveBlocks, tenths: s.tenths, positive_tenths: s.positiveTenths, halves: s.halves };
  },
  t_to_z: ({ inputs: i }) => ({ z: i.t.map((t: number, k: number) => studentToNormal({ t, df: i.df[k] })) }),
  block_length: ({ inputs: i }) => ({
    m: i.overlap.map(
      (overlap: number) =>
        chooseScales({ overlap, longBlocks: i.strict ? "always" : "auto", minTrades: 500 }).blockLength,
    ),
  }),
  sequential_boundary: ({ inputs: i }) => ({ b: i.n.map((n: number) => sequentialBoundary({ a: i.a, n })) }),
  settled_prefix: ({ inputs: i }) => ({ rows: settledRows(i.signals) }),
  coverage_gate: ({ inputs: i }) => {
    const coverage = pairCoverage(i);
    const z = missingReportsZ({ missing: i.missing_pnl, present: i.present });
    return { coverage, z_missing: z, ok: coverage >= 0.98 && (z === null || z > MISSING_Z_MIN) };
  },
  serial_factor: ({ inputs: i }) => ({ r: lagOneCorrelation(i.wins), factor: serialFactor(i.wins) }),
  post_promotion_guard: ({ inputs: i }) => ({
    deficit_threshold: deficitThreshold({
      winRate: i.baseline_wr,
      baselineTrades: i.baseline_n,
      window: 100,
      sd: ROLLBACK_SD,
      serial: i.serial,
    }),
    rollback_at: guardRun(i, i.serial),
    rollback_at_without: guardRun(i, 1),
  }),
  mdd_threshold: ({ inputs: i }) => {
    const m = momentsOf(i.reference_baseline);
    const now: number[] = i.reference_now;
    const squares = now.reduce((sum, x) => sum + (x - mean(i.reference_baseline)) ** 2, 0);
    const ratio = volatilityRatio({ trades: now.length, squares, sd: Math.sqrt(variance(m)) });
    return { threshold: drawdownThreshold({ q95: i.q95, ratio }) };
  },
};

describe("reference vectors, block checks and repairs", () => {
  const cases = file.cases.filter((c) => !replaced.has(c.function));

  it.each(cases.map((c) => [c.id, c] as const))("%s agrees with its reference", (_, c) => {
    expectNear(compute[c.function]!(c), c.expected, c.abs_tol, c.id);
  });

  it("knows every function of the file", () => {
    expect(cases.map((c) => c.function).filter((name) => !(name in compute))).toEqual([]);
  });
});
