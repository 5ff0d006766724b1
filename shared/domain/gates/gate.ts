import type { Judgement } from "../judge.ts";
import { rounded } from "../number-words.ts";
import type { Settings } from "../settings.ts";
import type { GateName } from "./gate-names.ts";

/** A gate: one condition of a promotion by itself, with its state, its numbers and a sentence. */

export type GateState = "pass" | "fail" | "inconclusive" | "no-data" | "error";

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

export const two = (x: number): string => rounded(x, 2);

export function gate(
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
