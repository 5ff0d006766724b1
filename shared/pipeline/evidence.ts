import { chooseDesign } from "../domain/design.ts";
import type { Design } from "../domain/evaluate.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { commonClock } from "../domain/pace.ts";
import { Pairing } from "../domain/pairing.ts";
import type { Challenger, Champion } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { TimeLine } from "../domain/time-line.ts";
import type { StatePort } from "./ports.ts";

/** The evidence of one challenger against the champion, as both ledgers stand. */
export type Evidence = {
  rows: Pairing | TimeLine;
  design: Design;
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
    heads: ReadonlyMap<string, LedgerHead>;
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
    pending: { champion: late(championRows), challenger: late(challengerRows) },
  };
}
