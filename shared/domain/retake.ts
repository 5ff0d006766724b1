import { type Decision, decide } from "./decide.ts";
import { type EvaluationInput, type Judgement, judge } from "./judge.ts";
import type { LedgerRows } from "./ledger.ts";
import { coverageOf, hashOf, type LookDossier } from "./look.ts";
import { Pairing } from "./pairing.ts";
import { decide20261, RULE_2026_1 } from "./rule-2026-1/decide.ts";
import { judge20261 } from "./rule-2026-1/judge.ts";
import { Pairing20261 } from "./rule-2026-1/pairing.ts";
import { TimeLine } from "./time-line.ts";

/**
 * A look taken again: from the ledgers as they stand, at the moment of the dossier, under the settings of the dossier and by
 * the rule that was in use then. Whoever doubts a decision can see whether it stands.
 */
export type Retaken = {
  ruleVersion: string;
  /** the ledgers still give the rows the look was taken on */
  sameRows: boolean;
  /** numbers of both routes, gates, score and verdict are those of the dossier */
  sameDecision: boolean;
  verdict: Decision["verdict"];
  score: number;
};

type LedgerSides = { champion: LedgerRows; challenger: LedgerRows };
type Taken = { judgement: Omit<Judgement, "robustness">; decision: Decision; rowsHash: string };

function common(look: LookDossier) {
  const { design, slots } = look.evaluation;
  return { design, slots, trials: 1, seed: look.seed, settings: look.settings };
}

/** Trades that closed at the moment of the look belong to it. */
const until = (look: LookDossier) => ({ startAt: look.startAt, before: look.at + 1 });

function present(look: LookDossier, sides: LedgerSides): Taken | null {
  const { settleMs, unreported, overlap } = look.settings;
  const rows =
    look.evaluation.design === "paired"
      ? new Pairing(sides.champion, sides.challenger, { ...until(look), settleMs, unreported })
      : new TimeLine(sides.champion, sides.challenger, until(look));
  const window = rows.windowOf(look.n);
  if (window === null) return null;
  const input: EvaluationInput = {
    rows: window,
    coverage: { both: window.n, ...coverageOf(window) },
    overlap: overlap === "auto" ? window.overlap : overlap,
    ...common(look),
  };
  const judgement = judge(input);
  return { judgement, decision: decide(judgement, look.settings), rowsHash: hashOf(window) };
}

/** That rule measured the overlap on the whole ledger of its day; what it came to stands in the dossier as the block length. */
function overlapOf(look: LookDossier): number {
  const { blockLength, variant } = look.evaluation.scales;
  if (variant === "standard") return 1;
  return blockLength <= 100 ? 6 : blockLength / 5;
}

function former(look: LookDossier, sides: LedgerSides): Taken | null {
  const { settleMs, unreported } = look.settings;
  const paired = look.evaluation.design === "paired";
  const window = paired
    ? new Pairing20261(sides.champion, sides.challenger, { ...until(look), settleMs, unreported }).windowOf(look.n)
    : new TimeLine(sides.champion, sides.challenger, until(look)).windowOf(look.n);
  if (window === null) return null;
  const gaps =
    window.kind === "paired"
      ? { missing: window.missing, championOnMissing: window.championOnMissing }
      : { missing: 0, championOnMissing: new Float64Array(0) };
  const judgement = judge20261({
    rows: window,
    coverage: { both: window.n, ...gaps },
    overlap: overlapOf(look),
    ...common(look),
  });
  return { judgement, decision: decide20261(judgement, look.settings), rowsHash: hashOf(window) };
}

const zsOf = ({ routes }: Pick<Judgement, "routes">): (number | null)[] =>
  [routes.mean, routes.sharpe].flatMap((route) => [route.hac.z, route.blocks.z, route.tenths.z]);

/** @returns null when the ledgers do not reach the look any more */
export function retakeLook(look: LookDossier, sides: LedgerSides): Retaken | null {
  const taken = look.ruleVersion === RULE_2026_1 ? former(look, sides) : present(look, sides);
  if (taken === null) return null;
  const { judgement, decision, rowsHash } = taken;
  const said = look.decision;
  // A look that was distrusted for changed trades says so beside its gates; the numbers are the same.
  const trusted = said.blocking === "data-integrity" || said.verdict === decision.verdict;
  const sameZ = JSON.stringify(zsOf(judgement)) === JSON.stringify(zsOf(look.evaluation));
  return {
    ruleVersion: look.ruleVersion,
    sameRows: rowsHash === look.rowsHash,
    sameDecision: trusted && sameZ && said.score === decision.score,
    verdict: decision.verdict,
    score: decision.score,
  };
}
