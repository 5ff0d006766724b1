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
