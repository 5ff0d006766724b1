import { MISSING_Z_MIN } from "../../stats/rule/evidence.ts";
import { COMMON_BUCKETS_MIN } from "../../stats/rule/time-buckets.ts";
import { flooredPercent } from "../number-words.ts";
import { type BaseGateInput, type GateInput, type GateResult, gate, two } from "./gate.ts";

/** Whether the rows may be judged at all. */

export function dataGate({ j }: GateInput): GateResult {
  const base = { gate: "data" as const, kind: "evidence" as const, value: null, bound: null };
  if (j.problem !== null) return gate({ ...base, state: "error", reason: j.problem.reason });
  if (j.n === 0) return gate({ ...base, state: "no-data", reason: "No rows yet." });
  return gate({ ...base, state: "pass", reason: "Every PnL is a finite number." });
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

export function fillsGate({ j }: GateInput): GateResult {
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
