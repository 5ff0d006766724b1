import { chooseDesign } from "../domain/design.ts";
import type { Design } from "../domain/judge.ts";
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
 * @param options.before  an earlier cut, epoch ms of trade time; Infinity: none
 */
export async function loadEvidence(
  options: {
    champion: Champion;
    challenger: Challenger;
    heads: ReadonlyMap<string, LedgerHead>;
    settings: Settings;
    before: number;
  },
  state: StatePort,
): Promise<Evidence> {
  const closedAfter = options.challenger.startAt;
  const [championRows, challengerRows] = await Promise.all([
    state.readRows(options.champion.name, { closedAfter }),
    state.readRows(options.challenger.name, { closedAfter }),
  ]);
  const before = Math.min(
    commonClock([options.heads.get(options.champion.name), options.heads.get(options.challenger.name)]),
    options.before,
  );
  const { startAt } = options.challenger;
  const { settleMs, unreported, minTrades } = options.settings;
  const sides = { champion: championRows, challenger: challengerRows };
  const design = chooseDesign({ ...sides, wanted: options.challenger.design, startAt, before, minTrades });
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
