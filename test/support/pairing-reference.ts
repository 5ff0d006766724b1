import type { LedgerRows } from "../../shared/domain/ledger.ts";
import type { PairingOptions } from "../../shared/domain/pairing.ts";

/**
 * Pairing once more, written from its description and with no regard to cost: at every moment of trade time all known
 * trades are looked at anew. Slow and short, to hold the fast one against.
 */

type Row = {
  side: "champion" | "challenger";
  trade: string;
  signal: string;
  opened: number;
  closed: number;
  pnl: number;
  took: boolean;
  final: boolean;
};

/** One side's answer: the sum of its fills. */
type Answer = { pnl: number; took: boolean; settled: boolean };
type State = {
  signal: string;
  opened: number;
  champion?: Answer;
  challenger?: Answer;
  kind: "both" | "open" | "missing";
};

export type ReferenceWindow = {
  at: number;
  pairs: [signal: string, champion: number, challenger: number][];
  missing: number;
  championOnMissing: number[];
  challengerOnMissing: number[];
  open: number;
};

/** The smallest moment at which the settled prefix holds n usable rows, and the first n of them. */
export function referenceWindow(
  champion: LedgerRows,
  challenger: LedgerRows,
  options: PairingOptions & { n: number },
): ReferenceWindow | null {
  const rows = [...rowsOfSide(champion, "champion", options), ...rowsOfSide(challenger, "challenger", options)];
  // Time goes on with every report on a signal that may count.
  const counted = new Set(statesAt(rows, Infinity, options).map((s) => s.signal));
  const news = rows.filter((row) => counted.has(row.signal));
  const moments = [...new Set(news.map((row) => row.closed))].sort((a, b) => a - b);
  for (const at of moments) {
    const states = statesAt(rows, at, options);
    const firstOpen = states.findIndex((s) => s.kind === "open");
    const settled = firstOpen < 0 ? states : states.slice(0, firstOpen);
    if (settled.filter((s) => isUsable(s, options)).length >= options.n) return windowOf(settled, states, at, options);
  }
  return null;
}

function rowsOfSide(ledger: LedgerRows, side: Row["side"], { before, startAt }: PairingOptions): Row[] {
  return ledger.tradeIds
    .map((trade, i) => ({
      side,
      trade,
      signal: ledger.signalIds[i]!,
      opened: ledger.openedAt[i]!,
      closed: ledger.closedAt[i]!,
      pnl: ledger.pnl[i]!,
      took: ledger.took[i] === 1,
      final: ledger.final[i] === 1,
    }))
    .filter((row) => row.closed < before && (startAt === null || row.closed > startAt));
}

/** Every signal known at a moment, in opening order. */
function statesAt(rows: readonly Row[], at: number, { settleMs, startAt }: PairingOptions): State[] {
  const known = rows.filter((row) => row.closed <= at);
  const states = [...Map.groupBy(known, (row) => row.signal)].map(([signal, reports]): State => {
    const ordered = reports.sort(
      (a, b) =>
        a.closed - b.closed || a.opened - b.opened || order(a.side, b.side) || order(a.trade, b.trade) || a.pnl - b.pnl,
    );
    const first = ordered[0]!;
    const deadline = first.opened + settleMs;
    const trades = (side: Row["side"]) => ordered.filter((row) => row.side === side);
    const answer = (own: Row[], others: Row[]): Answer | undefined => {
      const counted = own.filter((row) => row.took || !others.some((other) => other.took && other.closed < row.closed));
      if (counted.length === 0) return undefined;
      return {
        pnl: counted.reduce((sum, row) => sum + row.pnl, 0),
        took: counted.some((row) => row.took),
        settled: counted.some((row) => row.final),
      };
    };
    const champion = answer(trades("champion"), trades("challenger"));
    const challenger = answer(trades("challenger"), trades("champion"));
    const sides = { ...(champion && { champion }), ...(challenger && { challenger }) };
    const both = champion?.settled && challenger?.settled;
    return { signal, opened: first.opened, ...sides, kind: both ? "both" : at > deadline ? "missing" : "open" };
  });
  // What opened before the start is nobody's evidence.
  const since = states.filter((s) => startAt === null || s.opened > startAt);
  return since.sort((a, b) => a.opened - b.opened || order(a.signal, b.signal));
}

function isUsable(s: State, { unreported }: PairingOptions): boolean {
  const counts = s.kind === "both" || (s.kind === "missing" && unreported === "abstain");
  return counts && (s.champion?.took === true || s.challenger?.took === true);
}

function windowOf(
  settled: readonly State[],
  states: readonly State[],
  at: number,
  options: PairingOptions & { n: number },
): ReferenceWindow {
  const window: ReferenceWindow = {
    at,
    pairs: [],
    missing: 0,
    championOnMissing: [],
    challengerOnMissing: [],
    open: states.filter((s) => s.kind === "open").length,
  };
  for (const s of settled) {
    const usable = isUsable(s, options);
    // What is missing behind the last row was missing at this look, too.
    if (usable && window.pairs.length === options.n) break;
    if (usable) window.pairs.push([s.signal, s.champion?.pnl ?? 0, s.challenger?.pnl ?? 0]);
    else if (s.kind === "missing" && options.unreported === "exclude" && s.champion?.settled) {
      window.missing += 1;
      window.championOnMissing.push(s.champion.pnl);
    } else if (s.kind === "missing" && options.unreported === "exclude" && s.challenger?.settled)
      window.challengerOnMissing.push(s.challenger.pnl);
  }
  return window;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
