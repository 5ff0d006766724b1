import { type ScaleName, scaleNames } from "../stats/boundary.ts";
import { MISSING_Z_MIN } from "../stats/evidence.ts";
import { consistencyRatio } from "../stats/score.ts";
import type { Route } from "../stats/three-scales.ts";
import { COMMON_BUCKETS_MIN } from "../stats/time-buckets.ts";
import type { Judgement } from "./evaluate.ts";
import type { Settings } from "./settings.ts";

/**
 * Decision: what the numbers of one look mean. Evaluation (numbers) -> gates -> Decision; the state change it may lead to is
 * somebody else's (transition).
 */

/** Changes with every change of the rule, so that an old decision can be told from a new one. */
export const RULE_VERSION = "2026.1";

/** Scores from which an otherwise proved challenger is approved, or shown to a person. */
export const APPROVE_SCORE = 70;
export const REVIEW_SCORE = 50;

export type GateState = "pass" | "fail" | "inconclusive" | "no-data" | "error";

export type GateResult = {
  gate: string;
  kind: "primary" | "secondary" | "evidence";
  state: GateState;
  value: number | null;
  bound: number | null;
  /** a plain sentence with the numbers */
  reason: string;
};

export type Verdict = "approve" | "manual-review" | "reject" | "not-yet" | "no-data" | "retire";

export type Decision = {
  verdict: Verdict;
  /** 0..100 */
  score: number;
  /** five primary, three secondary, then the evidence gates */
  gates: GateResult[];
  /** the first gate that stops approval ("score" when only the score does); null when approved */
  blocking: string | null;
  reason: string;
  retireReason?: "futility" | "horizon";
  ruleVersion: string;
};

type Look = { j: Judgement; settings: Settings };

const two = (x: number): string => x.toFixed(2);
const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
const scaleWords = (j: Judgement): Record<ScaleName, string> => ({
  hac: "all rows",
  blocks: `blocks of ${j.scales.blockLength}`,
  tenths: "ten blocks",
});

function gate(
  o: { gate: string; kind: GateResult["kind"]; value: number | null; bound: number | null } & {
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
  if (o.route.degenerate !== null) return `${o.name}: ${o.route.degenerate.reason}`;
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
  const base = { gate: "statistical", kind: "primary" as const, value: z, bound: boundary };
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
function isWorse(j: Judgement): boolean {
  const { mean, sharpe } = j.routes;
  return (mean.worse && (sharpe.hac.z ?? 0) <= 0) || (sharpe.worse && (mean.hac.z ?? 0) <= 0);
}

function sharpeGate({ j }: Look): GateResult {
  const h = j.figures.challenger.sharpe;
  const c = j.figures.champion.sharpe;
  const base = { gate: "sharpe", kind: "primary" as const, value: h, bound: c };
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
  const base = { gate: "trades", kind: "primary" as const };
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
  const base = { gate: "drawdown", kind: "primary" as const, value: h, bound };
  if (j.n < 1) return gate({ ...base, value: null, state: "no-data", reason: "No rows." });
  const ok = h <= bound;
  const reason = `Maximum drawdown ${two(h)}, at most ${two(settings.mddTolerance)} times the champion's ${two(c)} = ${two(bound)}.`;
  return gate({ ...base, state: ok ? "pass" : "fail", reason });
}

function winRateGate({ j, settings }: Look): GateResult {
  const h = j.figures.challenger.winRate;
  const base = { gate: "win-rate", kind: "primary" as const, value: h, bound: settings.minWinRate };
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
    gate: string;
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
  const base = { gate: "coverage", kind: "evidence" as const, value: coverage, bound: settings.minCoverage };
  if (coverage === null)
    return gate({ ...base, state: "pass", reason: "No common signals in this design: coverage does not apply." });
  const reason = `${both} signals reported by both sides, ${missing} not by the challenger: ${percent(coverage)}, at least ${percent(settings.minCoverage)}.`;
  return gate({ ...base, state: coverage >= settings.minCoverage ? "pass" : "no-data", reason });
}

function unreportedGate({ j }: Look): GateResult {
  const z = j.evidence.missingZ;
  const base = { gate: "unreported", kind: "evidence" as const, value: z, bound: MISSING_Z_MIN };
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
  const base = { gate: "differing", kind: "evidence" as const, value: differing, bound: settings.minDiffering };
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
  const base = { gate: "data", kind: "evidence" as const, value: null, bound: null };
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

/** Neither route speaks for the challenger after `futilityFrom` rows. */
function isFutile({ j, settings }: Look): boolean {
  const { mean, sharpe } = j.routes;
  return j.n >= settings.futilityFrom && (mean.hac.z ?? 0) <= 0 && (sharpe.hac.z ?? 0) <= 0;
}

type Answer = Pick<Decision, "verdict" | "blocking" | "reason"> & { retireReason?: "futility" | "horizon" };

function retired(o: { why: "futility" | "horizon"; look: Look; blocking: GateResult }): Answer {
  const { j, settings } = o.look;
  const reason =
    o.why === "futility"
      ? `Retired for futility: ${j.n} rows, and neither the mean route (z ${two(j.routes.mean.hac.z ?? 0)}) nor the Sharpe route (z ${two(j.routes.sharpe.hac.z ?? 0)}) is above 0.`
      : `Retired at the horizon of ${settings.horizon} rows without promotion. ${o.blocking.reason}`;
  return { verdict: "retire", retireReason: o.why, blocking: o.blocking.gate, reason };
}

/** Not enough rows, or evidence that may not be judged. null = go on. */
function withoutEvidence(look: Look, gates: readonly GateResult[]): Answer | null {
  const { j, settings } = look;
  const byName = (name: string) => gates.find((g) => g.gate === name);
  const data = byName("data");
  if (data !== undefined && data.state !== "pass") return { verdict: "no-data", blocking: "data", reason: data.reason };
  const trades = byName("trades");
  const missing = gates.find((g) => g.kind === "evidence" && g.state !== "pass");
  const stop = trades !== undefined && trades.state !== "pass" ? trades : missing;
  if (stop === undefined) return null;
  if (j.n >= settings.horizon) return retired({ why: "horizon", look, blocking: stop });
  if (stop.gate === "trades")
    return { verdict: "not-yet", blocking: "trades", reason: `Before the first look: ${stop.reason}` };
  return { verdict: "no-data", blocking: stop.gate, reason: `No verdict: ${stop.reason}` };
}

/** The boundaries are not crossed in the challenger's favour. */
function unproved(look: Look, statistical: GateResult): Answer {
  const { j, settings } = look;
  if (isWorse(j)) return { verdict: "reject", blocking: "statistical", reason: statistical.reason };
  if (isFutile(look)) return retired({ why: "futility", look, blocking: statistical });
  if (j.n >= settings.horizon) return retired({ why: "horizon", look, blocking: statistical });
  return { verdict: "not-yet", blocking: "statistical", reason: statistical.reason };
}

/** Statistically better: the user's gates and the score say what follows. */
function proved(look: Look, gates: readonly GateResult[]): Answer {
  const { j, settings } = look;
  const score = j.score.total;
  const failed = gates.find((g) => g.kind === "primary" && g.state !== "pass");
  const scored = `score ${score.toFixed(0)}`;
  if (score < REVIEW_SCORE) {
    const reason = `Rejected: the difference is proved, but the ${scored} is below ${REVIEW_SCORE}.${failed ? ` ${failed.reason}` : ""}`;
    return { verdict: "reject", blocking: failed?.gate ?? "score", reason };
  }
  if (failed !== undefined)
    return {
      verdict: "manual-review",
      blocking: failed.gate,
      reason: `Proved better, ${scored}, but a person must look: ${failed.reason}`,
    };
  if (score < APPROVE_SCORE) {
    return {
      verdict: "manual-review",
      blocking: "score",
      reason: `Proved better and every gate holds, but the ${scored} is below ${APPROVE_SCORE}.`,
    };
  }
  if (j.n > settings.horizon) {
    return {
      verdict: "manual-review",
      blocking: "horizon",
      reason: `Proved better, ${scored}, but ${j.n} rows lie beyond the horizon of ${settings.horizon}.`,
    };
  }
  const statistical = gates.find((g) => g.gate === "statistical");
  return { verdict: "approve", blocking: null, reason: `Approved with ${scored}. ${statistical?.reason ?? ""}`.trim() };
}

/**
 * The verdict of one look.
 * - `no-data`: an evidence gate does not hold (or a number is not finite): nothing is said about the challenger.
 * - `not-yet`: before the first look, or the boundaries are not crossed: go on looking.
 * - `approve`: one route clears its three boundaries, the evidence holds, the five primary gates hold, score >= 70,
 *   and n is not beyond the horizon.
 * - `manual-review`: statistically better with evidence and a score >= 50, but a primary gate fails, or the score is below 70,
 *   or n is beyond the horizon. A person decides; later looks may still approve.
 * - `reject`: the evidence is conclusive and speaks against promotion: statistically better with a score below 50 (a better
 *   mean or Sharpe ratio bought with everything else), or the mirrored boundaries are crossed at all three time scales
 *   (the challenger is worse) while the other route does not speak for it.
 * - `retire`: the horizon is reached unproved, or from `futilityFrom` rows on neither route is above 0.
 * Missing, degenerate or unknown numbers never approve: every gate has to say "pass".
 * @param evaluation  of `judge` or `evaluate`
 * @returns the verdict with all gates and the first one that stops approval
 */
export function decide(evaluation: Judgement, settings: Settings): Decision {
  const look = { j: evaluation, settings };
  const gates = checkGates(evaluation, settings);
  const statistical = gates[0]!;
  const answer =
    withoutEvidence(look, gates) ?? (statistical.state === "pass" ? proved(look, gates) : unproved(look, statistical));
  return { ...answer, score: evaluation.score.total, gates, ruleVersion: RULE_VERSION };
}
