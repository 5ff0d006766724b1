import { describe, expect, it } from "vitest";
import { mean, momentsOf, variance } from "../../shared/stats/numeric/moments.ts";
import { ControlFollower } from "../../shared/stats/watch/control-mode.ts";
import { agreedVolatility, freshCharts, stepCharts, stepPairedChart } from "../../shared/stats/watch/degradation.ts";
import { serialFactor } from "../../shared/stats/watch/guard.ts";
import type { SignalAnswer } from "../../shared/stats/watch/guard-course.ts";
import { type OwnPromise, OwnTally } from "../../shared/stats/watch/own-guard.ts";
import {
  freezePaired,
  type PairedBaseline,
  PairedTally,
  pairedVerdict,
} from "../../shared/stats/watch/paired-guard.ts";
import { playCourse } from "../support/guard-course.ts";
import { expectNear, type Loose, loadVectors } from "../support/reference-cases.ts";

/** Values of test/reference/guard.py: made with Python, never with this code. */

const file = loadVectors("vectors-guard.json");

const baselineOf = (b: Loose): PairedBaseline => ({
  pairs: b.n,
  winRateNew: b.p_new,
  winRateFormer: b.p_former,
  promise: b.promise,
  sdDifference: b.sd_d,
  sdWins: b.sd_u,
  serialDifference: b.f_d,
  serialWins: b.f_u,
  meanFormer: b.mean_former,
  sdFormer: b.sd_former,
  differing: b.differing,
  usable: b.usable,
});

const promiseOf = (b: Loose, q95: number): OwnPromise => ({
  trades: b.n_new,
  winRate: b.p_new,
  serial: b.f_new,
  drawdownQ95: q95,
});

const took = (i: Loose, side: string, n: number): number[] => i[side] ?? Array<number>(n).fill(1);

function pairedAsReference(f: Loose): Loose {
  if (f === null) return null;
  return {
    pairs: f.pairs,
    own: f.championShort,
    theirs: f.formerShort,
    net: f.netShort,
    net_drop: f.netDrop,
    z_win: f.zWins,
    z_pnl: f.zPnl,
    gain: f.gain,
    ratio: f.volatility,
    behind: f.behind,
    sum_new: f.championPnl,
    sum_former: f.formerPnl,
  };
}

function ownAsReference(f: Loose): Loose {
  const { trades, wins, deficit, z, drawdown, stretch, alert } = f;
  return { trades, wins, deficit, z, drawdown, limit: f.drawdownLimit, stretch, win: f.winRule, fell: f.fell, alert };
}

function freeze(i: Loose): Loose {
  const [pnlNew, pnlFormer] = [Float64Array.from(i.new as number[]), Float64Array.from(i.former as number[])];
  const tookNew = Uint8Array.from(took(i, "took_new", pnlNew.length));
  const tookFormer = Uint8Array.from(took(i, "took_former", pnlNew.length));
  const b = freezePaired({ pnlNew, pnlFormer, tookNew, tookFormer })!;
  const own = pnlNew.filter((_, k) => tookNew[k] === 1);
  return {
    n: b.pairs,
    p_new: b.winRateNew,
    p_former: b.winRateFormer,
    promise: b.promise,
    sd_d: b.sdDifference,
    sd_u: b.sdWins,
    f_d: b.serialDifference,
    f_u: b.serialWins,
    f_new: serialFactor(own.map((x) => (x > 0 ? 1 : 0))),
    n_new: own.length,
    mean_new: mean(own),
    sd_new: Math.sqrt(variance(momentsOf(own))),
    mean_former: b.meanFormer,
    sd_former: b.sdFormer,
    differing: b.differing,
    usable: b.usable,
  };
}

function paired(i: Loose): Loose {
  const tally = new PairedTally(baselineOf(i.baseline), i);
  const [own, theirs] = [took(i, "took_new", i.new.length), took(i, "took_former", i.new.length)];
  for (const [k, pnl] of i.new.entries()) tally.add({ pnl, took: own[k]! }, { pnl: i.former[k], took: theirs[k]! });
  const figures = tally.figures();
  const { verdict, rule } = i.baseline.usable
    ? pairedVerdict(figures, { fell: false })
    : ({ verdict: "quiet", rule: null } as const);
  return { ...pairedAsReference(figures), verdict, rule };
}

function own(i: Loose): Loose {
  const tally = new OwnTally(promiseOf(i.baseline, i.q95), i);
  for (const pnl of i.new) tally.add(pnl);
  return ownAsReference(tally.figures({ volatility: i.ratio }));
}

function mode(i: Loose): Loose {
  const control = new ControlFollower();
  for (const [k, answered] of i.answered.entries()) {
    control.addTrade();
    if (answered) control.addAnswer(k);
  }
  return { mode: i.has_former && i.usable ? control.mode() : "unpaired" };
}

const answerOf = ([, closedAt, pnl, took]: number[]): SignalAnswer => ({ closedAt: closedAt!, pnl: pnl!, took: took! });

function read(i: Loose): Loose {
  const answers = new Map<number, SignalAnswer>();
  for (const row of i.former ?? []) {
    if (!answers.has(row[0]) && (i.clock === null || row[1] <= i.clock)) answers.set(row[0], answerOf(row));
  }
  const readings = playCourse(
    {
      own: promiseOf(i.baseline, i.q95),
      paired: i.former === null ? null : baselineOf(i.baseline),
      window: i.window,
      pairedActs: true,
      prolongs: true,
    },
    i.trades.map(answerOf),
    i.trades.map((row: number[]) => answers.get(row[0]!)),
  );
  const r = readings[readings.length - 1]!;
  const { verdict, rule, at, trades, pairs, prolonged } = r;
  return {
    ...{ verdict, rule, mode: r.mode, at, trades, pairs, prolonged },
    paired: pairedAsReference(r.paired),
    own: ownAsReference(r.own),
  };
}

function pnlChart(i: Loose): Loose {
  const baseline = { winRate: 0.5, trades: 500, meanPnl: i.mean0, sdPnl: i.sd0, serial: 1, serialPnl: i.serial };
  let state = freshCharts;
  const ratio: number[] = [];
  const C = i.pnl.map((pnl: number) => {
    state = stepCharts({ state, pnl, baseline: { ...baseline, meanWin: i.win0, meanLoss: i.loss0 } }).state;
    ratio.push(agreedVolatility(state));
    return state.cusumPnl;
  });
  return { C, ratio, win_size: state.winSize, loss_size: state.lossSize };
}

function pairedChart(i: Loose): Loose {
  const baseline = {
    promise: i.promise,
    sdDifference: i.sd_d,
    serialDifference: i.serial,
    meanFormer: i.mean_former,
    sdFormer: i.sd_former,
  };
  let state = freshCharts;
  const C = i.new.map((pnl: number, k: number) => {
    const formerPnl = i.former[k];
    state = stepPairedChart({ state, difference: pnl - formerPnl, formerPnl, baseline }).state;
    return state.cusumPair;
  });
  return { C, v: state.formerVariance };
}

const compute: Record<string, (i: Loose) => Loose> = {
  freeze_paired: freeze,
  paired_stats: paired,
  own_stats: own,
  control_mode: mode,
  read_guard: read,
  step_pnl_chart: pnlChart,
  step_paired_chart: pairedChart,
};

describe("reference vectors, paired guard and repaired charts", () => {
  it.each(file.cases.map((c) => [c.id, c] as const))("%s agrees with its reference", (_, c) => {
    const got = compute[c.function]!(c.inputs);
    expectNear(got, c.expected, c.abs_tol, c.id);
  });

  it("are 46 cases of functions all known here", () => {
    expect(file.cases).toHaveLength(46);
    expect(file.cases.map((c) => c.function).filter((name) => !(name in compute))).toEqual([]);
  });
});
