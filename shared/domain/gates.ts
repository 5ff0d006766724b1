import { type ScaleName, scaleNames } from "../stats/rule/boundary.ts";
import { DRAWDOWN_RESAMPLES, DRAWDOWN_VETO } from "../stats/rule/drawdown-gate.ts";
import { MISSING_Z_MIN } from "../stats/rule/evidence.ts";
import { silentAllowed } from "../stats/rule/missing-reports.ts";
import { consistencyRatio } from "../stats/rule/score.ts";
import type { Route } from "../stats/rule/three-scales.ts";
import { COMMON_BUCKETS_MIN } from "../stats/rule/time-buckets.ts";
import { WILD_ROBUST_SD } from "../stats/rule/wild-rows.ts";
import type { Judgement } from "./judge.ts";
import { flooredPercent, rounded, roundedMoney } from "./number-words.ts";
import type { Settings } from "./settings.ts";

/** Gates: each condition of a promotion by itself, with its state, its numbers and a sentence. */

export type GateState = "pass" | "fail" | "inconclusive" | "no-data" | "error";

export type GateName =
  | "statistical"
  | "trades"
  | "mean"
  | "sharpe"
  | "size"
  | "wild"
  | "stress"
  | "silent"
  | "drawdown"
  | "win-rate"
  | "assumed"
  | "fills"
  | "consistency"
  // of rule 2026.1, still in its dossiers
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
export type GateInput = { j: Judgement; settings: Settings };
/** What the gates need that every edition of the rule has had. */
export type BaseGateInput = { j: Omit<Judgement, "robustness">; settings: Settings };

const two = (x: number): string => rounded(x, 2);
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
const scaleWords = (j: BaseGateInput["j"]): Record<ScaleName, string> => ({
  hac: "all rows",
  blocks: `blocks of ${j.scales.blockLength}`,
  tenths: "ten blocks",
});

function gate(
  options: { gate: GateName; kind: GateResult["kind"]; value: number | null; bound: number | null } & {
    state: GateState;
    reason: string;
  },
): GateResult {
  return {
    gate: options.gate,
    kind: options.kind,
    state: options.state,
    value: options.value,
    bound: options.bound,
    reason: options.reason,
  };
}

/** The scale at which a route falls shortest of its boundary (or passes it by least). */
function weakest(route: Route): { scale: ScaleName; z: number | null; boundary: number; margin: number } {
  const all = scaleNames.map((scale) => {
    const { z, boundary } = route[scale];
    return { scale, z, boundary, margin: z === null ? Number.NEGATIVE_INFINITY : z - boundary };
  });
  return all.reduce((a, b) => (b.margin < a.margin ? b : a));
}

function describeRoute(options: { name: string; route: Route; j: BaseGateInput["j"] }): string {
  if (options.route.degenerate !== null)
    return `${options.name}: ${options.route.degenerate.reason.replace(/\.$/, "")}`;
  const words = scaleWords(options.j);
  const parts = scaleNames.map((scale) => {
    const { z, boundary } = options.route[scale];
    return `${words[scale]} ${z === null ? "unknown" : two(z)} of ${two(boundary)}`;
  });
  return `${options.name}: ${parts.join(", ")}${options.route.barred === null ? "" : `; ${options.route.barred}`}`;
}

export function statisticalGate({ j }: BaseGateInput): GateResult {
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
export function isWorse(j: BaseGateInput["j"]): boolean {
  const { mean, sharpe } = j.routes;
  return (mean.worse && (sharpe.hac.z ?? 0) <= 0) || (sharpe.worse && (mean.hac.z ?? 0) <= 0);
}

export function sharpeGate({ j }: BaseGateInput): GateResult {
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
    reason: `Sharpe ratio per signal ${rounded(h, 4)}, champion ${rounded(c, 4)}.`,
  });
}

export function tradesGate({ j, settings }: BaseGateInput): GateResult {
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

function meanGate({ j }: GateInput): GateResult {
  const h = j.figures.challenger.mean;
  const c = j.figures.champion.mean;
  const base = { gate: "mean" as const, kind: "primary" as const, value: h, bound: c };
  if (h === null || c === null) return gate({ ...base, state: "no-data", reason: "Mean PnL per signal: not known." });
  const numbers = `mean PnL per signal ${two(h)}, champion ${two(c)}`;
  if (h >= c) return gate({ ...base, state: "pass", reason: `${capital(numbers)}.` });
  const { ratio } = j.robustness.size;
  const leverage = ratio === null || ratio >= 1 ? "" : ` Worth it only with ${two(1 / ratio)} times its present size.`;
  const reason = `Better per unit of risk, but it earns less at its own size: ${numbers}.${leverage}`;
  return gate({ ...base, state: "fail", reason });
}

function sizeGate({ j }: GateInput): GateResult {
  const { ratio, z, bound } = j.robustness.size;
  const base = { gate: "size" as const, kind: "primary" as const, value: z, bound };
  const size = ratio === null ? "not known" : `${two(ratio)} times the champion's`;
  if (j.routes.sharpe.clears) {
    const reason = `Its size is ${size}; the Sharpe route, which size cannot move, is proved.`;
    return gate({ ...base, state: "pass", reason });
  }
  if (z === null)
    return gate({
      ...base,
      state: "no-data",
      reason: "Size not known: a side does not vary, so there is no equal size.",
    });
  const numbers = `its size is ${size}, and at equal size its z is ${two(z)} of ${two(bound)} needed`;
  if (z >= bound) return gate({ ...base, state: "pass", reason: `${capital(numbers)}.` });
  return gate({ ...base, state: "fail", reason: `It earns more by size, not by skill: ${numbers}.` });
}

/** Wild rows named in a sentence. */
const WILD_NAMED = 5;

function wildGate({ j }: GateInput): GateResult {
  const { count, rows, zMean, zSharpe, bound } = j.robustness.wild;
  const base = { gate: "wild" as const, kind: "primary" as const, value: count, bound: 0 };
  const far = `more than ${WILD_ROBUST_SD} robust standard deviations from its side's median`;
  if (count === 0) return gate({ ...base, state: "pass", reason: `No PnL lies ${far}.` });
  const holds = (j.routes.mean.clears && (zMean ?? 0) >= bound) || (j.routes.sharpe.clears && (zSharpe ?? 0) >= bound);
  const named = rows.slice(0, WILD_NAMED).map((r) => `${r.signalId ?? `row ${r.row + 1}`} (${r.side} ${two(r.pnl)})`);
  const list = `${named.join(", ")}${rows.length > named.length || count > rows.length ? ", …" : ""}`;
  const without = `without them the mean route has z ${two(zMean ?? 0)} and the Sharpe route ${two(zSharpe ?? 0)}, ${two(bound)} needed of a route that is proved`;
  const verb = count === 1 ? "row lies" : "rows lie";
  const reason = `${count} ${verb} ${far}: ${list}; ${without}.${holds ? "" : " Check their unit."}`;
  return gate({ ...base, state: holds ? "pass" : "fail", reason });
}

function stressGate({ j }: GateInput): GateResult {
  const { stress } = j.robustness;
  const base = { gate: "stress" as const, kind: "primary" as const, value: stress?.mean ?? null, bound: 0 };
  if (j.design !== "paired")
    return gate({ ...base, state: "pass", reason: "No common signals in this design: none can be missing." });
  if (stress === null) return gate({ ...base, state: "pass", reason: "No report is missing." });
  const reason = `With the ${stress.missing} missing reports as bad as a bad day (challenger ${two(stress.shortfall)}, champion ${two(stress.best)} each) the mean difference is ${two(stress.mean)}, above 0 needed.`;
  return gate({ ...base, state: stress.mean > 0 ? "pass" : "fail", reason });
}

function silentGate({ j }: GateInput): GateResult {
  const { missing, missingChampion } = j.evidence;
  const silent = missing + missingChampion;
  const allowed = silentAllowed(j.n);
  const base = { gate: "silent" as const, kind: "primary" as const, value: silent, bound: allowed };
  if (j.design !== "paired")
    return gate({ ...base, state: "pass", reason: "No common signals in this design: nobody can be silent." });
  const who = `${missing} by the challenger, ${missingChampion} by the champion`;
  const counted = `${silent} signals were never reported (${who}), at most ${allowed} at ${j.n} rows`;
  if (silent <= allowed) return gate({ ...base, state: "pass", reason: `${counted}.` });
  return gate({ ...base, state: "fail", reason: `${counted}.${tippingWords(j)}` });
}

/** The loss a person has to hold against what they know of the silent trades. */
export function tippingWords(j: Judgement): string {
  const loss = j.robustness.stress?.tippingLoss ?? null;
  if (loss === null) return "";
  return ` If each of the challenger's ${j.evidence.missing} lost more than ${roundedMoney(loss)}, the advantage is lost.`;
}

function drawdownGate({ j, settings }: GateInput): GateResult {
  const h = j.figures.challenger.maxDrawdown;
  const c = j.figures.champion.maxDrawdown;
  const probability = j.robustness.drawdownProbability;
  const base = { gate: "drawdown" as const, kind: "primary" as const, value: probability, bound: DRAWDOWN_VETO };
  if (j.n < 1) return gate({ ...base, value: null, state: "no-data", reason: "No rows." });
  const path = `maximum drawdown ${two(h)}, champion ${two(c)}${c > 0 ? `, ratio ${two(h / c)}` : ""}`;
  if (probability === null) {
    const reason = `${capital(path)}; resampled as soon as a difference is proved.`;
    return gate({ ...base, state: "inconclusive", reason });
  }
  const share = `it is more than ${two(settings.mddTolerance)} times the champion's in ${flooredPercent(probability)} of ${DRAWDOWN_RESAMPLES} resampled paths, below ${flooredPercent(DRAWDOWN_VETO)} needed`;
  return gate({ ...base, state: probability < DRAWDOWN_VETO ? "pass" : "fail", reason: `${capital(path)}; ${share}.` });
}

/** Counting silence as an abstention is the owner's choice; what it approves is for a person to confirm. */
function assumedGate({ j, settings }: GateInput): GateResult[] {
  if (settings.unreported !== "abstain" || j.design !== "paired") return [];
  const { assumed } = j.evidence;
  const reason = `SHADOW_UNREPORTED=abstain counts a silent model as 0 (${assumed} rows here): losses that are never reported would not be seen, so a person decides.`;
  return [gate({ gate: "assumed", kind: "primary", value: assumed, bound: null, state: "fail", reason })];
}

export function winRateGate({ j, settings }: BaseGateInput): GateResult {
  const h = j.figures.challenger.winRate;
  const base = { gate: "win-rate" as const, kind: "primary" as const, value: h, bound: settings.minWinRate };
  if (h === null) return gate({ ...base, state: "no-data", reason: "The challenger took no trade." });
  const ok = h >= settings.minWinRate;
  return gate({
    ...base,
    state: ok ? "pass" : "fail",
    reason: `Win rate ${flooredPercent(h)} over trades taken, at least ${flooredPercent(settings.minWinRate)}.`,
  });
}

export function secondaryGates({ j }: BaseGateInput): GateResult[] {
  const { champion: c, challenger: h } = j.figures;
  const compare = (options: {
    gate: GateName;
    value: number | null;
    bound: number | null;
    words: string;
    show: (x: number) => string;
  }) => {
    const { gate: name, value, bound, words, show } = options;
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
    compare({ gate: "win-rate-kept", value: h.winRate, bound: c.winRate, words: "Win rate", show: flooredPercent }),
    steady,
  ];
}

export function coverageGate({ j, settings }: BaseGateInput): GateResult {
  const { coverage, both, missing } = j.evidence;
  const base = { gate: "coverage" as const, kind: "evidence" as const, value: coverage, bound: settings.minCoverage };
  if (coverage === null)
    return gate({ ...base, state: "pass", reason: "No common signals in this design: coverage does not apply." });
  const reason = `${both} signals reported by both sides, ${missing} not by the challenger: ${flooredPercent(coverage)}, at least ${flooredPercent(settings.minCoverage)}.`;
  return gate({ ...base, state: coverage >= settings.minCoverage ? "pass" : "no-data", reason });
}

export function unreportedGate({ j }: BaseGateInput): GateResult {
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

export function differingGate({ j, settings }: BaseGateInput): GateResult {
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

function fillsGate({ j }: GateInput): GateResult {
  const { unsummed, summed } = j.evidence;
  const base = { gate: "fills" as const, kind: "evidence" as const, value: unsummed.signals, bound: 0 };
  if (unsummed.signals === 0) {
    const reason = `${summed} rows are sums of several fills; every fill is in its row.`;
    return gate({ ...base, state: "pass", reason });
  }
  const reason = `On ${unsummed.signals} signals a trade belongs to no row: ${unsummed.reasons.join("; ")}.`;
  return gate({ ...base, state: "no-data", reason });
}

export function bucketGate({ j }: BaseGateInput): GateResult[] {
  const share = j.evidence.commonBuckets;
  if (share === null) return [];
  const ok = share >= COMMON_BUCKETS_MIN;
  const reason = `${flooredPercent(share)} of the time buckets hold trades of both models, at least ${flooredPercent(COMMON_BUCKETS_MIN)} needed.`;
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

function dataGate({ j }: GateInput): GateResult {
  const base = { gate: "data" as const, kind: "evidence" as const, value: null, bound: null };
  if (j.problem !== null) return gate({ ...base, state: "error", reason: j.problem.reason });
  if (j.n === 0) return gate({ ...base, state: "no-data", reason: "No rows yet." });
  return gate({ ...base, state: "pass", reason: "Every PnL is a finite number." });
}

/**
 * All gates of one look: statistical and trades, then the primary gates in the order in which the first that fails speaks to
 * a person, two secondary ones, the evidence.
 */
export function checkGates(judgement: Judgement, settings: Settings): GateResult[] {
  const look = { j: judgement, settings };
  return [
    statisticalGate(look),
    tradesGate(look),
    meanGate(look),
    sharpeGate(look),
    sizeGate(look),
    wildGate(look),
    stressGate(look),
    silentGate(look),
    drawdownGate(look),
    winRateGate(look),
    ...assumedGate(look),
    ...secondaryGates(look),
    dataGate(look),
    coverageGate(look),
    unreportedGate(look),
    differingGate(look),
    fillsGate(look),
    ...bucketGate(look),
  ];
}
