import { chooseDesign } from "../domain/design.ts";
import type { Design } from "../domain/judge.ts";
import type { LedgerHead, LedgerRows } from "../domain/ledger.ts";
import { commonClock } from "../domain/pace.ts";
import { Pairing } from "../domain/pairing.ts";
import type { Challenger, Champion } from "../domain/registry.ts";
import type { ComparedWindow } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { TimeLine } from "../domain/time-line.ts";
import type { LedgerStretch, StatePort } from "./ports.ts";
import { FIRST_ROWS, knownBefore, moreThan } from "./stretches.ts";

/** The evidence of one challenger against the champion, as both ledgers stand. */
export type Evidence = {
  rows: Pairing | TimeLine;
  design: Design;
  /** rows of each side in the ledgers that lie at or after the cut, where later reports may still be under way; null: not all were read */
  pending: { champion: number; challenger: number } | null;
  /** the challenger's rows since its test began */
  challengerRows: LedgerRows;
  /** the ledgers hold more that may belong to it */
  partial: boolean;
};

/** Rows a side a page is shown at most: five times what the longest test needs. */
export const SHOWN_ROWS_MAX = 50_000;

/**
 * Reads both ledgers from the beginning of the test on and pairs them up to the moment both models have passed.
 * @param options.before  an earlier cut, epoch ms of trade time; Infinity: none
 * @param options.count  rows a side to be read
 */
export async function loadEvidence(
  options: {
    champion: Champion;
    challenger: Challenger;
    heads: ReadonlyMap<string, LedgerHead>;
    settings: Settings;
    before: number;
    count: number;
  },
  state: StatePort,
): Promise<Evidence> {
  const { startAt } = options.challenger;
  const { settleMs, unreported, minTrades } = options.settings;
  const read = (model: string) =>
    state.readStretch(model, { closedAfter: startAt, count: options.count, head: options.heads.get(model) });
  const stretches = await Promise.all([read(options.champion.name), read(options.challenger.name)]);
  const [champion, challenger] = [stretches[0].rows, stretches[1].rows];
  const settled = Math.min(
    commonClock([options.heads.get(options.champion.name), options.heads.get(options.challenger.name)]),
    options.before,
  );
  const known = knownBefore(stretches, options.settings);
  const before = Math.min(settled, known);
  const sides = { champion, challenger };
  const design = chooseDesign({ ...sides, wanted: options.challenger.design, startAt, before, minTrades });
  const rows =
    design === "paired"
      ? new Pairing(champion, challenger, { startAt, settleMs, unreported, before })
      : new TimeLine(champion, challenger, { startAt, before });
  return {
    rows,
    design,
    pending: pendingOf(stretches, before),
    challengerRows: challenger,
    partial: known < settled,
  };
}

function pendingOf(
  [champion, challenger]: readonly [LedgerStretch, LedgerStretch],
  before: number,
): Evidence["pending"] {
  const late = ({ rows }: LedgerStretch) => rows.closedAt.reduce((sum, at) => sum + (at >= before ? 1 : 0), 0);
  return champion.complete && challenger.complete ? { champion: late(champion), challenger: late(challenger) } : null;
}

/**
 * The evidence far enough for the challenger's next look, or as far as the ledgers go.
 * A challenger that trades a hundredth of what the champion trades needs a hundred times the rows; nothing else does.
 */
export async function evidenceOfNextLook(
  options: Omit<Parameters<typeof loadEvidence>[0], "count">,
  state: StatePort,
): Promise<Evidence & { window: ComparedWindow | null }> {
  const { nextLook } = options.challenger;
  for (let count = Math.max(FIRST_ROWS, 2 * nextLook); ; count = moreThan(count)) {
    const evidence = await loadEvidence({ ...options, count }, state);
    const window = evidence.rows.windowOf(nextLook);
    if (window !== null || !evidence.partial) return { ...evidence, window };
  }
}
