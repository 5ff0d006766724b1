import { checkGates } from "./gates/check.ts";
import type { BaseGateInput, GateResult } from "./gates/gate.ts";
import type { Blocking } from "./gates/gate-names.ts";
import { isWorse } from "./gates/proof.ts";
import type { Judgement } from "./judge.ts";
import { floored, rounded } from "./number-words.ts";
import type { Settings } from "./settings.ts";

export type { GateResult } from "./gates/gate.ts";

/**
 * Decision: what the numbers of one look mean. Evaluation (numbers) -> gates -> Decision; the state change it may lead to is
 * somebody else's (transition).
 */

/** Changes with every change of the rule, so that an old decision can be distinguished from a new one. */
export const RULE_VERSION = "2026.2";

/** Scores from which an otherwise proved challenger is approved, or shown to a person. */
export const APPROVE_SCORE = 70;
export const REVIEW_SCORE = 50;

export type Verdict = "approve" | "manual-review" | "reject" | "not-yet" | "no-data" | "retire";

export type Decision = {
  verdict: Verdict;
  /** 0..100 */
  score: number;
  /** primary gates in the order in which they speak, two secondary ones, then the evidence */
  gates: GateResult[];
  /** the first gate that stops approval ("score" when only the score does); null when approved */
  blocking: Blocking | null;
  reason: string;
  retireReason?: "futility" | "horizon";
  ruleVersion: string;
};

/** Neither route speaks for the challenger after `futilityFrom` rows. */
function isFutile({ j, settings }: BaseGateInput): boolean {
  const { mean, sharpe } = j.routes;
  return j.n >= settings.futilityFrom && (mean.hac.z ?? 0) <= 0 && (sharpe.hac.z ?? 0) <= 0;
}

export type ReasonedVerdict = Pick<Decision, "verdict" | "blocking" | "reason"> & {
  retireReason?: "futility" | "horizon";
};

function retired(options: { why: "futility" | "horizon"; look: BaseGateInput; blocking: GateResult }): ReasonedVerdict {
  const { j, settings } = options.look;
  const reason =
    options.why === "futility"
      ? `Retired for futility: ${j.n} rows, and neither the mean route (z ${rounded(j.routes.mean.hac.z ?? 0, 2)}) nor the Sharpe route (z ${rounded(j.routes.sharpe.hac.z ?? 0, 2)}) is above 0.`
      : `Retired at the horizon of ${settings.horizon} rows without promotion. ${options.blocking.reason}`;
  return { verdict: "retire", retireReason: options.why, blocking: options.blocking.gate, reason };
}

/** Not enough rows, or evidence that may not be judged. null = go on. */
function withoutEvidence(look: BaseGateInput, gates: readonly GateResult[]): ReasonedVerdict | null {
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
function unproved(look: BaseGateInput, statistical: GateResult): ReasonedVerdict {
  const { j, settings } = look;
  if (isFutile(look)) return retired({ why: "futility", look, blocking: statistical });
  if (j.n >= settings.horizon) return retired({ why: "horizon", look, blocking: statistical });
  // Too early to retire it: a rejected challenger keeps its place until futility is due.
  if (isWorse(j)) return { verdict: "reject", blocking: "statistical", reason: statistical.reason };
  return { verdict: "not-yet", blocking: "statistical", reason: statistical.reason };
}

/** Statistically better: the user's gates and the score say what follows. */
function proved(look: BaseGateInput, gates: readonly GateResult[]): ReasonedVerdict {
  const { j, settings } = look;
  const score = j.score.total;
  const failed = gates.find((g) => g.kind === "primary" && g.state !== "pass");
  const scored = `score ${floored(score, 1)}`;
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
 * - `approve`: one route clears its three boundaries, the evidence holds, every primary gate holds, score >= 70,
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
  const gates = checkGates(evaluation, settings);
  return {
    ...verdictOf({ j: evaluation, settings }, gates),
    score: evaluation.score.total,
    gates,
    ruleVersion: RULE_VERSION,
  };
}

/** What follows from gates, whichever rule they belong to: the same order in every edition of the rule so far. */
export function verdictOf(look: BaseGateInput, gates: readonly GateResult[]): ReasonedVerdict {
  const statistical = gates[0]!;
  return (
    withoutEvidence(look, gates) ?? (statistical.state === "pass" ? proved(look, gates) : unproved(look, statistical))
  );
}
