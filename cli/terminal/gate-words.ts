/** What held a model back at a look, for a sentence: the gate's name where that says it. */
export function gateWords(gate: string): string {
  return gate === "trades" ? "too few trades taken" : gate;
}
