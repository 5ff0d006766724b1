import { type ScaleName, scaleNames } from "../stats/rule/boundary.ts";
import { MISSING_Z_MIN } from "../stats/rule/evidence.ts";
import { consistencyRatio } from "../stats/rule/score.ts";
import type { Route } from "../stats/rule/three-scales.ts";
import { COMMON_BUCKETS_MIN } from "../stats/rule/time-buckets.ts";
import type { Judgement } from "./judge.ts";
import type { Settings } from "./settings.ts";

/** Gates: each condition of a promotion by itself, with its state, its numbers and a sentence. */

export type GateState = "pass" | "fail" | "inconclusive" | "no-data" | "error";

export type GateName =
  | "statistical"
  | "sharpe"
  | "trades"
  | "drawdown"
  | "win-rate"
  | "consistency"
  | "mean-pnl"
  | "win-rate-kept"
  | "coverage"
  | "unreported"
  | "differing"
  | "buckets"
  | "data"
  | "data-integrity";

export type GateResult = {
  gate: GateName;
  kind: "primary" | "secondary" | "evidence";
  state: GateState;
  value: number | null;
  bound: number | null;
  /** a plain sentence with the numbers */
  reason: string;
};

/** A judgement and the settings it is held against. */
export type Look = { j: Judgement; settings: Settings };

const two = (x: number): string => x.toFixed(2);
/** Rounded down: a share just below its bound must not read as the bound. */
const percent = (x: number): string => `${(Math.floor(1000 * x + 1e-9) / 10).toFixed(1)} %`;
const scaleWords = (j: Judgement): Record<ScaleName, string> => ({
  hac: "all rows",
  blocks: `blocks of ${j.scales.blockLength}`,
  tenths: "ten blocks",
});

function gate(
  o: { gate: GateName; kind: GateResult["kind"]; value: number | null; bound: number | null } & {
    state: GateState;
    reason: string;
  },
): GateResult {
  return { gate: o.gate, kind: o.kind, state: o.state, value: o.value, bound: o.bound, reason: o.reason };
}

/** The scale at which a route falls shortest of its boundary (or passes it by least). */
function weakest(route: Route): { scale: ScaleName; z: number | null; boundary: number; margin: number } {
  const all = scaleNames.map((scale) => {
    const { z, boundary } = route[scale];
    return { scale, z, boundary, margin: z === null ? Number.NEGATIVE_INFINITY : z - boundary };
  });
  return all.reduce((a, b) => (b.margin < a.margin ? b : a));
}

function describeRoute(o: { name: string; route: Route; j: Judgement }): string {
  if (o.route.degenerate !== null) return `${o.name}: ${o.route.degenerate.reason.replace(/\.$/, "")}`;
  const words = scaleWords(o.j);
  const parts = scaleNames.map((scale) => {
    const { z, boundary } = o.route[scale];
    return `${words[scale]} ${z === null ? "unknown" : two(z)} of ${two(boundary)}`;
  });
  return `${o.name}: ${parts.join(", ")}`;
}

function statisticalGate({ j }: Look): GateResult {
  const { mean, sharpe } = j.routes;
  const best = weakest(mean).margin >= weakest(sharpe).margin ? mean : sharpe;
  const { z, boundary } = weakest(best);
  const numbers = `${describeRoute({ name: "Mean route", route: mean, j })}; ${describeRoute({ name: "Sharpe route", route: sharpe, j })}.`;
  const base = { gate: "statistical" as const, kind: "primary" as const, value: z, bound: boundary };
  if (j.problem !== null) return gate({ ...base, value: null, state: "error", reason: j.problem.reason });
  if (j.n < j.scales.firstLook) {
    return gate({
      ...base,
      state: "no-data",
      reason: `${j.n} of ${j.scales.firstLook} rows: before the first look nothing is tested.`,
    });
  }
  if (j.statisticalPass) {
    const who = [mean.clears ? "mean" : "", sharpe.clears ? "Sharpe" : ""].filter((s) => s !== "").join(" and ");
    return gate({ ...base, state: "pass", reason: `Proved by the ${who} route at ${j.n} rows. ${numbers}` });
  }
  if (isWorse(j))
    return gate({ ...base, state: "fail", reason: `The challenger is worse, at all three time scales. ${numbers}` });
  if (mean.degenerate !== null && sharpe.degenerate !== null)
    return gate({ ...base, state: "no-data", reason: numbers });
  return gate({ ...base, state: "inconclusive", reason: `Not proved at ${j.n} rows. ${numbers}` });
}

/** One route proves the challenger worse and the other does not speak for it. */
export function isWorse(j: Judgement): boolean {
  const { mean, sharpe } = j.routes;
  return (mean.worse && (sharpe.hac.z ?? 0) <= 0) || (sharpe.worse && (mean.hac.z ?? 0) <= 0);
}

function sharpeGate({ j }: Look): GateResult {
  const h = j.figures.challenger.sharpe;
  const c = j.figures.champion.sharpe;
  const base = { gate: "sharpe" as const, kind: "primary" as const, value: h, bound: c };
  if (h === null || c === null)
    return gate({
      ...base,
      state: "no-data",
      reason: "A side has no Sharpe ratio: too few rows, or PnL that does not vary.",
    });
  const ok = h >= c;
  return gate({
    ...base,
    state: ok ? "pass" : "fail",
    reason: `Sharpe ratio per signal ${h.toFixed(4)}, champion ${c.toFixed(4)}.`,
  });
}

function tradesGate({ j, settings }: Look): GateResult {
  const { trades } = j.figures.challenger;
  const base = { gate: "trades" as const, kind: "primary" as const };
  if (j.n < j.scales.firstLook) {
    return gate({
      ...base,
      value: j.n,
      bound: j.scales.firstLook,
      state: "inconclusive",
      reason: `${j.n} of ${j.scales.firstLook} rows.`,
    });
  }
  const ok = trades >= settings.minTrades;
  const reason = `${j.n} rows, ${trades} trades taken, ${settings.minTrades} needed.`;
  return gate({ ...base, value: trades, bound: settings.minTrades, state: ok ? "pass" : "inconclusive", reason });
}

function drawdownGate({ j, settings }: Look): GateResult {
  const h = j.figures.challenger.maxDrawdown;
  const c = j.figures.champion.maxDrawdown;
  const bound = settings.mddTolerance * c;
  const base = { gate: "drawdown" as const, kind: "primary" as const, value: h, bound };
  if (j.n < 1) return gate({ ...base, value: null, state: "no-data", reason: "No rows." });
  const ok = h <= bound;
  const reason = `Maximum drawdown ${two(h)}, at most ${two(settings.mddTolerance)} times the champion's ${two(c)} = ${two(bound)}.`;
  return gate({ ...base, state: ok ? "pass" : "fail", reason });
}

function winRateGate({ j, settings }: Look): GateResult {
  const h = j.figures.challenger.winRate;
  const base = { gate: "win-rate" as const, kind: "primary" as const, value: h, bound: settings.minWinRate };
  if (h === null) return gate({ ...base, state: "no-data", reason: "The challenger took no trade." });
  const ok = h >= settings.minWinRate;
  return gate({
    ...base,
    state: ok ? "pass" : "fail",
    reason: `Win rate ${percent(h)} over trades taken, at least ${percent(settings.minWinRate)}.`,
  });
}

function secondaryGates({ j }: Look): GateResult[] {
  const { champion: c, challenger: h } = j.figures;
  const compare = (o: {
    gate: GateName;
    value: number | null;
    bound: number | null;
    words: string;
    show: (x: number) => string;
  }) => {
    const { gate: name, value, bound, words, show } = o;
    const base = { gate: name, kind: "secondary" as const, value, bound };
    if (value === null || bound === null) return gate({ ...base, state: "no-data", reason: `${words}: not known.` });
    return gate({
      ...base,
      state: value >= bound ? "pass" : "fail",
      reason: `${words} ${show(value)}, champion ${show(bound)}.`,
    });
  };
  const ratio = consistencyRatio(h);
  const steady: GateResult =
    ratio === null
      ? gate({
          gate: "consistency",
          kind: "secondary",
          value: null,
          bound: 1.5,
          state: "no-data",
          reason: "Rolling win rate: not known.",
        })
      : gate({
          gate: "consistency",
          kind: "secondary",
          value: ratio,
          bound: 1.5,
          state: ratio < 1.5 ? "pass" : "fail",
          reason: `Rolling win rate varies ${two(ratio)} times as much as a stable model's would by chance, below 1.50.`,
        });
  return [
    compare({ gate: "mean-pnl", value: h.mean, bound: c.mean, words: "Mean PnL per signal", show: two }),
    compare({ gate: "win-rate-kept", value: h.winRate, bound: c.winRate, words: "Win rate", show: percent }),
    steady,
  ];
}

function coverageGate({ j, settings }: Look): GateResult {
  const { coverage, both, missing } = j.evidence;
  const base = { gate: "coverage" as const, kind: "evidence" as const, value: coverage, bound: settings.minCoverage };
  if (coverage === null)
    return gate({ ...base, state: "pass", reason: "No common signals in this design: coverage does not apply." });
  const reason = `${both} signals reported by both sides, ${missing} not by the challenger: ${percent(coverage)}, at least ${percent(settings.minCoverage)}.`;
  return gate({ ...base, state: coverage >= settings.minCoverage ? "pass" : "no-data", reason });
}

function unreportedGate({ j }: Look): GateResult {
  const z = j.evidence.missingZ;
  const base = { gate: "unreported" as const, kind: "evidence" as const, value: z, bound: MISSING_Z_MIN };
  if (z === null)
    return gate({
      ...base,
      state: "pass",
      reason: `${j.evidence.missing} unreported signals: too few to compare, or none.`,
    });
  const ok = z > MISSING_Z_MIN;
  const reason = ok
    ? `The champion did about as well on the ${j.evidence.missing} unreported signals as on the others (z ${two(z)}).`
    : `The champion did worse on the ${j.evidence.missing} unreported signals (z ${two(z)}): losses may be missing.`;
  return gate({ ...base, state: ok ? "pass" : "no-data", reason });
}

function differingGate({ j, settings }: Look): GateResult {
  const { differing } = j.evidence;
  const base = {
    gate: "differing" as const,
    kind: "evidence" as const,
    value: differing,
    bound: settings.minDiffering,
  };
  if (differing === null)
    return gate({ ...base, state: "pass", reason: "No common signals in this design: differing rows do not apply." });
  const ok = differing >= settings.minDiffering;
  return gate({
    ...base,
    state: ok ? "pass" : "no-data",
    reason: `The models differ on ${differing} rows, ${settings.minDiffering} needed.`,
  });
}

function bucketGate({ j }: Look): GateResult[] {
  const share = j.evidence.commonBuckets;
  if (share === null) return [];
  const ok = share >= COMMON_BUCKETS_MIN;
  const reason = `${percent(share)} of the time buckets hold trades of both models, at least ${percent(COMMON_BUCKETS_MIN)} needed.`;
  return [
    gate({
      gate: "buckets",
      kind: "evidence",
      value: share,
      bound: COMMON_BUCKETS_MIN,
      state: ok ? "pass" : "no-data",
      reason,
    }),
  ];
}

function dataGate({ j }: Look): GateResult {
  const base = { gate: "data" as const, kind: "evidence" as const, value: null, bound: null };
  if (j.problem !== null) return gate({ ...base, state: "error", reason: j.problem.reason });
  return gate({ ...base, state: "pass", reason: "Every PnL is a finite number." });
}

/** All gates of one look: five primary, three secondary, then the evidence. */
export function checkGates(judgement: Judgement, settings: Settings): GateResult[] {
  const look = { j: judgement, settings };
  return [
    statisticalGate(look),
    sharpeGate(look),
    tradesGate(look),
    drawdownGate(look),
    winRateGate(look),
    ...secondaryGates(look),
    dataGate(look),
    coverageGate(look),
    unreportedGate(look),
    differingGate(look),
    ...bucketGate(look),
  ];
}
