import { createHash } from "node:crypto";
import { type Decision, decide, RULE_VERSION } from "./decide.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { Design, EvaluationInput, Judgement } from "./judge.ts";
import type { LedgerHead } from "./ledger.ts";
import type { Challenger, Champion, Registry, ReigningRegistry } from "./registry.ts";
import { type ComparedWindow, gapsOf } from "./rows.ts";
import type { Settings } from "./settings.ts";

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
  settings: Settings;
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
 * @param options.incidents  per model the trade time of the latest such trade, null when there was none
 */
export function distrustChangedTrades(
  decision: Decision,
  options: { incidents: readonly { name: string; at: number | null }[]; startAt: number | null },
): Decision {
  const tainted = options.incidents.filter(
    (i) => i.at !== null && (options.startAt === null || i.at > options.startAt),
  );
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

/** What numbers mean for a challenger at this moment: the rule, and whether its evidence can be trusted at all. */
export function decisionOn(
  judgement: Judgement,
  options: {
    champion: Pick<Champion, "name">;
    challenger: Pick<Challenger, "name" | "startAt">;
    heads: ReadonlyMap<string, LedgerHead>;
    settings: Settings;
  },
): Decision {
  const { champion, challenger, heads, settings } = options;
  // the trade time of the latest trade of each that was changed or deleted after it had been counted
  const incidents = [champion.name, challenger.name].map((name) => ({ name, at: heads.get(name)?.incidentAt ?? null }));
  return distrustChangedTrades(decide(judgement, settings), { incidents, startAt: challenger.startAt });
}

/** Everybody who knows the names and the number of rows gets the same resamples. */
export function seedOf(champion: string, challenger: string, n: number): string {
  return `${champion}|${challenger}|${n}`;
}

/** What the numbers are computed from: the window's rows with everything that belongs to them. */
export function evaluationInput(
  window: ComparedWindow,
  options: {
    champion: Champion;
    challenger: Challenger;
    design: Design;
    registry: Registry;
    settings: Settings;
  },
): EvaluationInput {
  const { n } = window;
  const { settings } = options;
  return {
    rows: window,
    coverage: { both: n, ...coverageOf(window) },
    design: options.design,
    overlap: settings.overlap === "auto" ? window.overlap : settings.overlap,
    trials: Math.max(1, options.registry.trials),
    // Who is seated stays after the limit was lowered, and shares the error level to the end.
    slots: Math.max(settings.maxChallengers, options.registry.challengers.length) as 1 | 2 | 3,
    seed: seedOf(options.champion.name, options.challenger.name, n),
    settings,
  };
}

/** What a window says of signals that are no rows. */
export function coverageOf(window: ComparedWindow): Omit<EvaluationInput["coverage"], "both"> {
  const { missing, missingBeforeFirst, championOnMissing, challengerOnMissing, summed, unsummed, assumed } =
    gapsOf(window);
  return { missing, missingBeforeFirst, championOnMissing, challengerOnMissing, summed, unsummed, assumed };
}

/** A challenger with as many rows as its next look takes. */
export type Candidate = { challenger: Challenger; window: ComparedWindow; design: Design };

/** Takes one look: numbers, decision, dossier. */
export function takeLook(
  candidate: Candidate,
  options: { registry: ReigningRegistry; heads: ReadonlyMap<string, LedgerHead>; settings: Settings; now: number },
): LookDossier {
  const { registry, settings } = options;
  const { champion } = registry;
  const { challenger, window } = candidate;
  const input = evaluationInput(window, { ...candidate, champion, registry, settings });
  const evaluation = evaluate(input);
  const decision = decisionOn(evaluation, { champion, challenger, heads: options.heads, settings });
  return {
    challenger: challenger.name,
    champion: champion.name,
    challengerEntry: challenger.entry,
    championEntry: champion.entry,
    reign: registry.reign,
    n: window.n,
    at: window.at,
    startAt: challenger.startAt,
    ruleVersion: RULE_VERSION,
    settings,
    seed: input.seed,
    rowsHash: hashOf(window),
    evaluatedAt: options.now,
    evaluation,
    decision,
  };
}

type HashedRows = Pick<ComparedWindow, "signalIds" | "champion" | "challenger">;

/** Proves which rows a look was taken on. */
export function hashOf(window: HashedRows): string {
  return createHash("sha256")
    .update(window.signalIds.join("\n"))
    .update(new Uint8Array(window.champion.buffer))
    .update(new Uint8Array(window.challenger.buffer))
    .digest("hex");
}
