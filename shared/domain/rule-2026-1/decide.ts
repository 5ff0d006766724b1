import { type Decision, type GateResult, verdictOf } from "../decide.ts";
import { bucketGate, coverageGate, differingGate, unreportedGate } from "../gates/evidence.ts";
import type { BaseGateInput } from "../gates/gate.ts";
import { secondaryGates, sharpeGate, winRateGate } from "../gates/performance.ts";
import { statisticalGate, tradesGate } from "../gates/proof.ts";
import { rounded } from "../number-words.ts";
import type { Settings } from "../settings.ts";

/** Decision of rule 2026.1: five primary gates, the drawdown one on the ratio of the one path there was. */

export const RULE_2026_1 = "2026.1";

function literalDrawdownGate({ j, settings }: BaseGateInput): GateResult {
  const value = j.figures.challenger.maxDrawdown;
  const bound = settings.mddTolerance * j.figures.champion.maxDrawdown;
  const base = { gate: "drawdown" as const, kind: "primary" as const, bound };
  if (j.n < 1) return { ...base, value: null, state: "no-data", reason: "No rows." };
  const reason = `Maximum drawdown ${rounded(value, 2)}, at most ${rounded(bound, 2)}.`;
  return { ...base, value, state: value <= bound ? "pass" : "fail", reason };
}

function dataGate({ j }: BaseGateInput): GateResult {
  const base = { gate: "data" as const, kind: "evidence" as const, value: null, bound: null };
  if (j.problem !== null) return { ...base, state: "error", reason: j.problem.reason };
  return { ...base, state: "pass", reason: "Every PnL is a finite number." };
}

export function decide20261(judgement: BaseGateInput["j"], settings: Settings): Decision {
  const look = { j: judgement, settings };
  const gates = [
    statisticalGate(look),
    sharpeGate(look),
    tradesGate(look),
    literalDrawdownGate(look),
    winRateGate(look),
    ...secondaryGates(look),
    dataGate(look),
    coverageGate(look),
    unreportedGate(look),
    differingGate(look),
    ...bucketGate(look),
  ];
  return { ...verdictOf(look, gates), score: judgement.score.total, gates, ruleVersion: RULE_2026_1 };
}
