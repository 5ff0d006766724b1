import { describe, expect, it } from "vitest";
import { type Decision, decide } from "../../shared/domain/decide.ts";
import { type Evaluation, evaluate } from "../../shared/domain/evaluate.ts";
import type { EvaluationInput } from "../../shared/domain/judge.ts";
import { rowsOf } from "../../shared/domain/ledger.ts";
import { Pairing } from "../../shared/domain/pairing.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import type { Trade } from "../../shared/domain/trade.ts";
import { hacVariance } from "../../shared/stats/numeric/long-run-variance.ts";
import { robustScale } from "../../shared/stats/numeric/robust.ts";
import { chooseScales } from "../../shared/stats/rule/boundary.ts";
import { clipSide } from "../../shared/stats/rule/clip.ts";
import { differences } from "../../shared/stats/rule/mean-difference.ts";
import { stressMissing } from "../../shared/stats/rule/missing-reports.ts";
import { blockScore } from "../../shared/stats/rule/scale-score.ts";
import { type SharpeVersion, sharpeDifference } from "../../shared/stats/rule/sharpe-difference.ts";
import type { Route } from "../../shared/stats/rule/three-scales.ts";
import { generatePnl } from "../support/generated-pnl.ts";
import { expectNear, type Loose, readJson } from "../support/reference-cases.ts";
import { aTrade } from "../support/samples.ts";

type Case = { id: string; function: string; why: string; input: Loose; expected: Loose };

const file: { tolerances: Record<string, number>; cases: Case[] } = readJson("vectors-2c.json");
const {
  z: Z_NEAR,
  money: MONEY_NEAR,
  score: SCORE_NEAR,
  probability: SHARE_NEAR,
} = file.tolerances as {
  z: number;
  money: number;
  score: number;
  probability: number;
};
const settings = { ...parseSettings({}), nBootstrap: 0 };
const floats = (x: readonly number[] | undefined) => Float64Array.from(x ?? []);

function inputOf(i: Loose, sides: { champion: Float64Array; challenger: Float64Array }): EvaluationInput {
  const n = sides.champion.length;
  const took = new Uint8Array(n).fill(1);
  const championOnMissing = floats(i.missing_challenger);
  return {
    rows: { kind: "paired", ...sides, championTook: took, challengerTook: took },
    coverage: {
      both: n,
      missing: championOnMissing.length,
      championOnMissing,
      challengerOnMissing: floats(i.missing_champion),
      unsummed: { signals: i.unsummed ?? 0, reasons: [] },
    },
    design: "paired",
    overlap: i.overlap === undefined ? 1 : i.overlap,
    trials: 1,
    slots: i.slots ?? 3,
    seed: "reference",
    settings,
  };
}

const zOf = (r: Route) => [r.hac.z, r.blocks.z, r.tenths.z];
const boundsOf = (r: Route) => [r.hac.boundary, r.blocks.boundary, r.tenths.boundary];

/** The Sharpe route's raw and clipped z by themselves; the rule uses the smaller one. */
function sharpeVersions(e: Evaluation, sides: { champion: Float64Array; challenger: Float64Array }) {
  const score = sharpeDifference({ ...sides, paired: true, lagFloor: e.scales.lagFloor });
  if (score.kind === "undefined" || e.routes.sharpe.degenerate !== null)
    return { z_sharpe_raw: [0, 0, 0], z_sharpe_clipped: [0, 0, 0] };
  const at = (v: SharpeVersion) => {
    const block = (size: number) => blockScore({ estimate: v.difference, series: v.series, size }).z;
    return [v.z, block(e.scales.blockLength), block(Math.floor(e.n / 10))];
  };
  return { z_sharpe_raw: at(score.raw), z_sharpe_clipped: at(score.clipped) };
}

/** Names of the reference for gates whose name is spelt otherwise here. */
const GATE_NAMES: Record<string, string> = { win_rate: "win-rate" };

function passing(decision: Decision, names: readonly string[]): Record<string, boolean> {
  const state = (name: string) => decision.gates.find((g) => g.gate === (GATE_NAMES[name] ?? name))?.state;
  return Object.fromEntries(names.map((name) => [name, state(name) === "pass"]));
}

const blockingOf = (d: Decision) => d.blocking?.replace("win-rate", "win_rate") ?? null;

function compareDecision(c: Case): void {
  const want = c.expected;
  const sides = generatePnl(c.input.generator);
  const e = evaluate(inputOf(c.input, sides));
  const d = decide(e, settings);
  expect({ verdict: d.verdict, blocking: blockingOf(d) }).toEqual({ verdict: want.verdict, blocking: want.blocking });
  if (want.z_mean === undefined) return;
  const { mean, sharpe } = e.routes;
  const { size, wild, drawdownProbability } = e.robustness;
  const zs = {
    z_mean: zOf(mean),
    z_sharpe: zOf(sharpe),
    ...sharpeVersions(e, sides),
    b_mean: boundsOf(mean),
    b_sharpe: boundsOf(sharpe),
    size: size.ratio,
    z_equal_size: size.z,
    equal_size_bound: size.bound,
    z_mean_without_wild: wild.zMean,
    z_sharpe_without_wild: wild.zSharpe,
    missing_z: e.evidence.missingZ,
    coverage: e.evidence.coverage,
    sharpe_h: e.figures.challenger.sharpe,
    sharpe_c: e.figures.champion.sharpe,
    win_rate_h: e.figures.challenger.winRate,
    win_rate_c: e.figures.champion.winRate,
  };
  for (const [key, value] of Object.entries(zs)) expectNear(value, want[key], Z_NEAR, `${c.id}.${key}`);
  const stress = stressMissing({
    ...sides,
    missingChallenger: floats(c.input.missing_challenger),
    missingChampion: floats(c.input.missing_champion),
  });
  const money = {
    mean_without_best: e.withoutBest?.meanPnl ?? null,
    stress: stressView(stress),
    mean_h: e.figures.challenger.mean,
    mean_c: e.figures.champion.mean,
    sd_h: e.figures.challenger.sd,
    sd_c: e.figures.champion.sd,
    mdd_h: e.figures.challenger.maxDrawdown,
    mdd_c: e.figures.champion.maxDrawdown,
  };
  for (const [key, value] of Object.entries(money)) expectNear(value, want[key], MONEY_NEAR, `${c.id}.${key}`);
  expectNear(d.score, want.score, SCORE_NEAR, `${c.id}.score`);
  expect({
    clears_mean: mean.clears,
    clears_sharpe: sharpe.clears,
    wild_rows: wild.count,
    few_rows_k: e.withoutBest?.rows,
    differing: e.evidence.differing,
    evidence: passing(d, Object.keys(want.evidence)),
    worse: (mean.worse && sharpe.hac.z! <= 0) || (sharpe.worse && mean.hac.z! <= 0),
  }).toEqual({
    clears_mean: want.clears_mean,
    clears_sharpe: want.clears_sharpe,
    wild_rows: want.wild_rows,
    few_rows_k: want.few_rows_k,
    differing: want.differing,
    evidence: want.evidence,
    worse: want.worse,
  });
  expect(e.robustness.stress === null ? null : stressView(e.robustness.stress)).toEqual(
    stress.missing === 0 ? null : stressView(stress),
  );
  expectNear(drawdownProbability, want.drawdown_probability, SHARE_NEAR, `${c.id}.drawdown_probability`);
  expect(passing(d, Object.keys(want.gates))).toEqual(want.gates);
}

const stressView = (s: ReturnType<typeof stressMissing>) => ({
  missing: s.missing,
  shortfall: s.shortfall,
  best: s.best,
  mean: s.mean,
  tipping_loss: s.tippingLoss,
});

/** All looks of a challenger's life, as the pipeline would take them: every hundred rows until somebody is promoted or retired. */
function lifeOf(c: Case): [number, string, string | null][] {
  const sides = generatePnl(c.input.generator);
  const overlap = c.input.overlap === undefined ? 1 : c.input.overlap;
  const { firstLook } = chooseScales({ overlap, longBlocks: "auto", minTrades: settings.minTrades });
  const looks: [number, string, string | null][] = [];
  for (let n = firstLook; n <= Math.min(sides.champion.length, settings.horizon); n += settings.checkInterval) {
    const cut = { champion: sides.champion.subarray(0, n), challenger: sides.challenger.subarray(0, n) };
    const d = decide(evaluate(inputOf(c.input, cut)), settings);
    looks.push([n, d.verdict, blockingOf(d)]);
    if (d.verdict === "approve" || d.verdict === "retire") break;
  }
  return looks;
}

type ReferenceFill = [reportedAt: number, pnl: number, final: boolean];
type ReferenceSignal = { opened: number; champion: ReferenceFill[] | null; challenger: ReferenceFill[] | null };

/** The pairing at a moment: trade time is a minute of the reference. */
function settle(i: Loose): Loose {
  const side = (name: "champion" | "challenger") => {
    const trades: Trade[] = (i.signals as ReferenceSignal[]).flatMap((signal, s) => {
      const common = { signalId: `s${s}`, openedAt: signal.opened };
      const fills = signal[name];
      if (fills === null)
        return [aTrade({ ...common, tradeId: `s${s}-none`, pnl: 0, took: false, closedAt: signal.opened })];
      return fills.map(([at, pnl, final], f) => aTrade({ ...common, tradeId: `s${s}-${f}`, pnl, final, closedAt: at }));
    });
    // Time goes on by reports alone: one that belongs to nobody's row tells that it is `now`.
    if (name === "champion") trades.push(aTrade({ signalId: "now", tradeId: "now", openedAt: i.now, closedAt: i.now }));
    return rowsOf(trades);
  };
  const window = new Pairing(side("champion"), side("challenger"), {
    startAt: null,
    settleMs: i.deadline,
    unreported: "exclude",
    before: i.now + 1,
  }).latest();
  return {
    rows: window.signalIds.map((_, k) => [window.champion[k], window.challenger[k]]),
    missing_challenger: [...window.championOnMissing],
    missing_champion: [...window.challengerOnMissing],
  };
}

const check: Record<string, (c: Case) => void> = {
  plan: (c) => {
    const plans = c.input.overlap.map((overlap: number | null) => {
      const s = chooseScales({ overlap, longBlocks: "auto", minTrades: 500 });
      return {
        m: s.blockLength,
        first: s.firstLook,
        lags: s.lagFloor,
        long: s.variant === "long-block",
        ddblock: s.overlap ?? 1,
      };
    });
    expect(plans).toEqual(c.expected.plans);
  },
  hac: (c) => {
    const v = hacVariance(differences(generatePnl(c.input.generator)), c.input.lag_floor);
    expectNear({ lags: v.lags, value: v.used, plain: v.plain }, c.expected, 1e-9, c.id);
  },
  clip_side: (c) => {
    const x = floats(c.input.x);
    const robust = robustScale(x);
    expectNear({ ...robust, clipped: [...clipSide(x, robust).x] }, c.expected, 1e-12, c.id);
  },
  stress: (c) => {
    const got = stressMissing({
      champion: floats(c.input.champion),
      challenger: floats(c.input.challenger),
      missingChallenger: floats(c.input.missing_challenger),
      missingChampion: floats(c.input.missing_champion),
    });
    expectNear(stressView(got), c.expected, MONEY_NEAR, c.id);
  },
  decide: compareDecision,
  life: (c) => expect(lifeOf(c)).toEqual(c.expected.looks),
  settle: (c) => expect(settle(c.input)).toEqual(c.expected),
};

describe("reference vectors, rule 2c", () => {
  it.each(file.cases.map((c) => [c.id, c.why, c] as const))("%s agrees with its reference: %s", (_, _why, c) => {
    check[c.function]!(c);
  });

  it("knows every function of the file", () => {
    expect(file.cases.map((c) => c.function).filter((name) => !(name in check))).toEqual([]);
  });
});
