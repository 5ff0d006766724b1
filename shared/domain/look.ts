import type { Decision } from "./decide.ts";
import type { Evaluation } from "./evaluate.ts";

/**
 * A look's dossier: everything needed to take the same look again and get the same numbers, and what it said.
 */
export type LookDossier = {
  challenger: string;
  champion: string;
  challengerEntry: number;
  championEntry: number;
  /** which reign of a champion the evidence belongs to */
  reign: number;
  /** rows of this look */
  n: number;
  /** trade time at which it became due, epoch ms */
  at: number;
  /** evidence opened after this, epoch ms; null: all */
  startAt: number | null;
  /** which rule and which settings */
  ruleVersion: string;
  settings: Record<string, unknown>;
  seed: string;
  /** SHA-256 over signal ids and both PnL columns: proves that a replay used the same rows */
  rowsHash: string;
  /** epoch ms */
  evaluatedAt: number;
  evaluation: Evaluation;
  decision: Decision;
};

/**
 * Evidence that contains trades changed or deleted after they were counted decides nothing.
 * @param o.incidents  per model the trade time of the latest such trade, null when there was none
 */
export function distrustChangedTrades(
  decision: Decision,
  o: { incidents: readonly { name: string; at: number | null }[]; startAt: number | null },
): Decision {
  const tainted = o.incidents.filter((i) => i.at !== null && (o.startAt === null || i.at > o.startAt));
  if (tainted.length === 0) return decision;
  const reason = `Trades of ${tainted.map((i) => i.name).join(" and ")} were changed or deleted after they had been counted.`;
  return {
    ...decision,
    verdict: "no-data",
    blocking: "data-integrity",
    reason,
    gates: [
      ...decision.gates,
      { gate: "data-integrity", kind: "evidence", state: "no-data", value: tainted.length, bound: 0, reason },
    ],
  };
}
