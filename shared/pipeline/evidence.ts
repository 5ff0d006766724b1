import { chooseDesign } from "../domain/design.ts";
import type { Design, EvaluationInput } from "../domain/evaluate.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { Pairing, typicalOverlap } from "../domain/pairing.ts";
import type { Challenger, Champion, Registry } from "../domain/registry.ts";
import { type ComparedWindow, gapsOf } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { TimeLine } from "../domain/time-line.ts";
import type { StatePort } from "./ports.ts";

/** The evidence of one challenger against the champion, as both ledgers stand. */
export type Evidence = {
  rows: Pairing | TimeLine;
  design: Design;
  overlap: number;
  /** rows of each side in the ledgers that lie at or after the cut, where later reports may still be under way */
  pending: { champion: number; challenger: number };
};

/**
 * Reads both ledgers and pairs them up to the moment both models have passed.
 * @param o.before  an earlier cut, epoch ms of trade time; Infinity: none
 */
export async function loadEvidence(
  o: {
    champion: Champion;
    challenger: Challenger;
    heads: Map<string, LedgerHead>;
    settings: Settings;
    before: number;
  },
  state: StatePort,
): Promise<Evidence> {
  const closedAfter = o.challenger.startAt;
  const [championRows, challengerRows] = await Promise.all([
    state.readRows(o.champion.name, { closedAfter }),
    state.readRows(o.challenger.name, { closedAfter }),
  ]);
  const before = Math.min(commonClock([o.heads.get(o.champion.name), o.heads.get(o.challenger.name)]), o.before);
  const { startAt } = o.challenger;
  const { settleMs, unreported, minTrades } = o.settings;
  const sides = { champion: championRows, challenger: challengerRows };
  const design = chooseDesign({ ...sides, wanted: o.challenger.design, startAt, before, minTrades });
  const rows =
    design === "paired"
      ? new Pairing(championRows, challengerRows, { startAt, settleMs, unreported, before })
      : new TimeLine(championRows, challengerRows, { startAt, before });
  const late = (rows: { closedAt: Float64Array }) => rows.closedAt.reduce((sum, at) => sum + (at >= before ? 1 : 0), 0);
  return {
    rows,
    design,
    overlap: Math.max(typicalOverlap(championRows), typicalOverlap(challengerRows)),
    pending: { champion: late(championRows), challenger: late(challengerRows) },
  };
}

/** Per model the trade time of the latest trade that was changed or deleted after it had been counted. */
export function incidentsOf(names: readonly string[], heads: Map<string, LedgerHead>) {
  return names.map((name) => ({ name, at: heads.get(name)?.incidentAt ?? null }));
}

/** The moment up to which all of these models have reported; -Infinity while one has reported nothing. */
export function commonClock(heads: readonly (LedgerHead | undefined)[]): number {
  return Math.min(...heads.map((head) => head?.clock ?? -Infinity));
}

/** What the numbers are computed from: the window's rows with everything that belongs to them. */
export function evaluationInput(
  window: ComparedWindow,
  o: {
    champion: Champion;
    challenger: Challenger;
    overlap: number;
    design: Design;
    registry: Registry;
    settings: Settings;
  },
): EvaluationInput {
  const { n } = window;
  const { missing, championOnMissing } = gapsOf(window);
  return {
    rows: window,
    coverage: { both: n, missing, championOnMissing },
    design: o.design,
    overlap: o.overlap,
    trials: Math.max(1, o.registry.trials),
    // Who is seated stays after the limit was lowered, and shares the error level to the end.
    slots: Math.max(o.settings.maxChallengers, o.registry.challengers.length) as 1 | 2 | 3,
    seed: seedOf(o.champion.name, o.challenger.name, n),
    settings: o.settings,
  };
}

/** Everybody who knows the names and the number of rows gets the same resamples. */
export function seedOf(champion: string, challenger: string, n: number): string {
  return `${champion}|${challenger}|${n}`;
}
