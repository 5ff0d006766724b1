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
};

type State = { signal: string; opened: number; champion?: Row; challenger?: Row; kind: "both" | "open" | "missing" };

export type ReferenceWindow = {
  at: number;
  pairs: [signal: string, champion: number, challenger: number][];
  missing: number;
  championOnMissing: number[];
  open: number;
};

/** The smallest moment at which the settled prefix holds n usable rows, and the first n of them. */
export function referenceWindow(
  champion: LedgerRows,
  challenger: LedgerRows,
  o: PairingOptions & { n: number },
): ReferenceWindow | null {
  const rows = [...rowsOfSide(champion, "champion", o), ...rowsOfSide(challenger, "challenger", o)];
  // Time goes on with every report that tells something new; a model's second trade on a signal does not.
  const news = statesAt(rows, Infinity, o).flatMap((s) => [s.champion, s.challenger].flatMap((row) => row ?? []));
  const moments = [...new Set(news.map((row) => row.closed))].sort((a, b) => a - b);
  for (const at of moments) {
    const states = statesAt(rows, at, o);
    const firstOpen = states.findIndex((s) => s.kind === "open");
    const settled = firstOpen < 0 ? states : states.slice(0, firstOpen);
    if (settled.filter((s) => isUsable(s, o)).length >= o.n) return windowOf(settled, states, at, o);
  }
  return null;
}

function rowsOfSide(ledger: LedgerRows, side: Row["side"], o: PairingOptions): Row[] {
  return ledger.tradeIds
    .map((trade, i) => ({
      side,
      trade,
      signal: ledger.signalIds[i]!,
      opened: ledger.openedAt[i]!,
      closed: ledger.closedAt[i]!,
      pnl: ledger.pnl[i]!,
      took: ledger.took[i] === 1,
    }))
    .filter((row) => row.closed < o.before && (o.startAt === null || row.opened > o.startAt));
}

/** Every signal known at a moment, in opening order. */
function statesAt(rows: readonly Row[], at: number, o: PairingOptions): State[] {
  const known = rows.filter((row) => row.closed <= at);
  const states = [...Map.groupBy(known, (row) => row.signal)].map(([signal, reports]): State => {
    const ordered = reports.sort(
      (a, b) =>
        a.closed - b.closed || a.opened - b.opened || order(a.side, b.side) || order(a.trade, b.trade) || a.pnl - b.pnl,
    );
    const first = ordered[0]!;
    const deadline = first.opened + o.settleMs;
    const inTime = (row: Row | undefined) => row && (row === first || row.closed <= deadline);
    const champion = ordered.find((row) => row.side === "champion");
    const challenger = ordered.find((row) => row.side === "challenger");
    const sides = { ...(inTime(champion) && { champion }), ...(inTime(challenger) && { challenger }) };
    const both = sides.champion && sides.challenger;
    return { signal, opened: first.opened, ...sides, kind: both ? "both" : at > deadline ? "missing" : "open" };
  });
  return states.sort((a, b) => a.opened - b.opened || order(a.signal, b.signal));
}

function isUsable(s: State, o: PairingOptions): boolean {
  const counts = s.kind === "both" || (s.kind === "missing" && o.unreported === "abstain");
  return counts && (s.champion?.took === true || s.challenger?.took === true);
}

function windowOf(
  settled: readonly State[],
  states: readonly State[],
  at: number,
  o: PairingOptions & { n: number },
): ReferenceWindow {
  const window: ReferenceWindow = {
    at,
    pairs: [],
    missing: 0,
    championOnMissing: [],
    open: states.filter((s) => s.kind === "open").length,
  };
  for (const s of settled) {
    if (window.pairs.length === o.n) break;
    if (s.kind === "missing" && o.unreported === "exclude") {
      window.missing += 1;
      if (s.champion) window.championOnMissing.push(s.champion.pnl);
    }
    if (isUsable(s, o)) window.pairs.push([s.signal, s.champion?.pnl ?? 0, s.challenger?.pnl ?? 0]);
  }
  return window;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
