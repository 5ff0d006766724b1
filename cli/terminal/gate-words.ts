import type { Blocking } from "../../shared/domain/gates/gate-names.ts";

/** What held a model back at a look, for a sentence: the gate's name where that says it. */
export function gateWords(gate: Blocking): string {
  return gate === "trades" ? "too few trades taken" : gate;
}
