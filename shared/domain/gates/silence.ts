import { silentAllowed } from "../../stats/rule/missing-reports.ts";
import type { Judgement } from "../judge.ts";
import { roundedMoney } from "../number-words.ts";
import { type GateInput, type GateResult, gate, two } from "./gate.ts";

/** Reports that are missing, late for ever or taken for abstentions. */

export function stressGate({ j }: GateInput): GateResult {
  const { stress } = j.robustness;
  const base = { gate: "stress" as const, kind: "primary" as const, value: stress?.mean ?? null, bound: 0 };
  if (j.design !== "paired")
    return gate({ ...base, state: "pass", reason: "No common signals in this design: none can be missing." });
  if (stress === null) return gate({ ...base, state: "pass", reason: "No report is missing." });
  const reason = `With the ${stress.missing} missing reports as bad as a bad day (challenger ${two(stress.shortfall)}, champion ${two(stress.best)} each) the mean difference is ${two(stress.mean)}, above 0 needed.`;
  return gate({ ...base, state: stress.mean > 0 ? "pass" : "fail", reason });
}

export function silentGate({ j }: GateInput): GateResult {
  const { missing, missingChampion } = j.evidence;
  const silent = missing + missingChampion;
  const allowed = silentAllowed(j.n);
  const base = { gate: "silent" as const, kind: "primary" as const, value: silent, bound: allowed };
  if (j.design !== "paired")
    return gate({ ...base, state: "pass", reason: "No common signals in this design: nobody can be silent." });
  const who = `${missing} by the challenger, ${missingChampion} by the champion`;
  const counted = `${silent} signals were never reported (${who}), at most ${allowed} at ${j.n} rows`;
  if (silent <= allowed) return gate({ ...base, state: "pass", reason: `${counted}.` });
  return gate({ ...base, state: "fail", reason: `${counted}.${tippingWords(j)}${seatedEarlyWords(j)}` });
}

/** Silence from before the challenger traded at all, and what a person can do about it. */
export function seatedEarlyWords(j: Judgement): string {
  const { missingBeforeFirst: before } = j.evidence;
  if (before === 0) return "";
  return ` ${before} of the challenger's missing signals opened before its first report: it seems to have been deployed before it traded. Deploy it anew as a new version now that it trades (its test starts at zero), or promote it by hand with a reason (force).`;
}

/** The loss a person has to hold against what they know of the silent trades. */
export function tippingWords(j: Judgement): string {
  const loss = j.robustness.stress?.tippingLoss ?? null;
  if (loss === null) return "";
  return ` If each of the challenger's ${j.evidence.missing} lost more than ${roundedMoney(loss)}, the advantage is lost.`;
}

/** Counting silence as an abstention is the owner's choice; what it approves is for a person to confirm. */
export function assumedGate({ j, settings }: GateInput): GateResult[] {
  if (settings.unreported !== "abstain" || j.design !== "paired") return [];
  const { assumed } = j.evidence;
  const reason = `SHADOW_UNREPORTED=abstain counts a silent model as 0 (${assumed} rows here): losses that are never reported would not be seen, so a person decides.`;
  return [gate({ gate: "assumed", kind: "primary", value: assumed, bound: null, state: "fail", reason })];
}
