import type { Coverage, Design } from "../shared/domain/judge.ts";
import type { LedgerRows } from "../shared/domain/ledger.ts";
import { Pairing } from "../shared/domain/pairing.ts";
import type { ComparedRows } from "../shared/domain/rows.ts";
import type { Prng } from "../shared/stats/numeric/prng.ts";
import type { Columns } from "./market-process.ts";
import { type Bounds, Screen } from "./screen.ts";

/** What the looks of one simulated family can see. */
export type Evidence = {
  challengers: number;
  design: Design;
  /** positions usually open together, as the pipeline would measure it */
  overlap: number;
  /** the rows of challenger k's look of n rows; null when there are not that many. Called with growing n. */
  look(k: number, n: number): { rows: ComparedRows; coverage: Coverage } | null;
  /** null: no bounds, the look has to be taken */
  screen(k: number, n: number): Bounds | null;
};

const NONE = new Float64Array(0);

/** Every model reports every signal in time. */
export function pairedEvidence(options: { columns: Columns; overlap: number }): Evidence {
  const { champion, challengers } = options.columns;
  const took = new Uint8Array(champion.length).fill(1);
  const screens = challengers.map((challenger) => new Screen(champion, challenger));
  return {
    challengers: challengers.length,
    design: "paired",
    overlap: options.overlap,
    look: (k, n) => {
      if (n > champion.length) return null;
      const all = took.subarray(0, n);
      return {
        rows: {
          kind: "paired",
          champion: champion.subarray(0, n),
          challenger: challengers[k]!.subarray(0, n),
          championTook: all,
          challengerTook: all,
        },
        coverage: { both: n, missing: 0, championOnMissing: NONE },
      };
    },
    screen: (k, n) => (n > champion.length ? null : screens[k]!.at(n)),
  };
}

/** No signal in common: the models take turns on one time line, and n counts the rows of each. */
export function perSideEvidence(options: { columns: Columns; overlap: number }): Evidence {
  const { champion, challengers } = options.columns;
  const rows = 2 * champion.length;
  const even = new Uint8Array(rows);
  for (let i = 0; i < rows; i += 2) even[i] = 1;
  const odd = even.map((x) => 1 - x);
  const merged = (pnl: Float64Array, at: number) => {
    const out = new Float64Array(rows);
    for (let i = 0; i < pnl.length; i++) out[2 * i + at] = pnl[i]!;
    return out;
  };
  const mine = merged(champion, 0);
  const theirs = challengers.map((pnl) => merged(pnl, 1));
  return {
    challengers: challengers.length,
    design: "per-side",
    overlap: options.overlap,
    look: (k, n) => {
      if (n > champion.length) return null;
      const [championTook, challengerTook] = [even.subarray(0, 2 * n), odd.subarray(0, 2 * n)];
      return {
        rows: {
          kind: "unpaired",
          champion: mine.subarray(0, 2 * n),
          challenger: theirs[k]!.subarray(0, 2 * n),
          championTook,
          challengerTook,
          championReported: championTook,
          challengerReported: challengerTook,
        },
        coverage: { both: 0, missing: 0, championOnMissing: NONE },
      };
    },
    screen: () => null,
  };
}

/** Reports of a challenger that get lost or come late. */
export type Reports = {
  /** probability that a winning, a losing trade's report is never seen */
  winLost: number;
  lossLost: number;
  /** signals by which a losing trade is reported later than a winning one */
  lossLate: number;
  /** signals after the deadline at which a process's disasters are reported; null: never. Left out: in time */
  disasterLate?: number | null;
};

const HOUR = 3_600_000;

type LedgerOptions = {
  model: string;
  pnl: Float64Array;
  reports: Reports | null;
  /** PnL by which a disaster is known; null: there is none */
  disaster: number | null;
  settleMs: number;
  prng: Prng;
};

function ledger(options: LedgerOptions): LedgerRows {
  const kept: number[] = [];
  const closed: number[] = [];
  const { disasterLate } = options.reports ?? {};
  for (let i = 0; i < options.pnl.length; i++) {
    const loss = options.pnl[i]! <= 0;
    const lost = options.reports === null ? 0 : loss ? options.reports.lossLost : options.reports.winLost;
    if (lost > 0 && options.prng.uniform() < lost) continue;
    const disaster = disasterLate !== undefined && options.pnl[i] === options.disaster;
    if (disaster && disasterLate === null) continue;
    kept.push(i);
    const late = disaster ? disasterLate! + options.settleMs / HOUR : loss ? (options.reports?.lossLate ?? 0) : 0;
    closed.push((i + 0.5 + late) * HOUR);
  }
  return {
    count: kept.length,
    tradeIds: kept.map((i) => `${options.model}-${i}`),
    signalIds: kept.map((i) => `s${i}`),
    pnl: Float64Array.from(kept, (i) => options.pnl[i]!),
    openedAt: Float64Array.from(kept, (i) => i * HOUR),
    closedAt: Float64Array.from(closed),
    took: new Uint8Array(kept.length).fill(1),
    executed: new Uint8Array(kept.length),
    openedKnown: new Uint8Array(kept.length).fill(1),
    final: new Uint8Array(kept.length).fill(1),
  };
}

/** A signal an hour, paired by the production pairing, with the challengers' reports lost or late. */
export function reportedEvidence(options: {
  columns: Columns;
  reports: Reports;
  disaster: number | null;
  settleMs: number;
  unreported: "exclude" | "abstain";
  prng: Prng;
}): Evidence {
  const { champion, challengers } = options.columns;
  const { settleMs, unreported, disaster, prng } = options;
  const common = { disaster, settleMs, prng };
  const mine = ledger({ ...common, model: "champion", pnl: champion, reports: null });
  const pairings = challengers.map((pnl, k) => {
    const theirs = ledger({ ...common, model: `challenger-${k}`, pnl, reports: options.reports });
    return new Pairing(mine, theirs, { startAt: null, settleMs, unreported, before: Number.POSITIVE_INFINITY });
  });
  const windows = pairings.map(() => ({ n: 0, window: null as ReturnType<Pairing["windowOf"]> }));
  const windowOf = (k: number, n: number) => {
    const last = windows[k]!;
    if (last.n !== n) Object.assign(last, { n, window: pairings[k]!.windowOf(n) });
    return last.window;
  };
  return {
    challengers: challengers.length,
    design: "paired",
    overlap: 1,
    look: (k, n) => {
      const rows = windowOf(k, n);
      if (rows === null) return null;
      const { missing, championOnMissing, challengerOnMissing, unsummed, assumed } = rows;
      return { rows, coverage: { both: n, missing, championOnMissing, challengerOnMissing, unsummed, assumed } };
    },
    screen: (k, n) => {
      const rows = windowOf(k, n);
      return rows === null ? null : new Screen(rows.champion, rows.challenger).at(n);
    },
  };
}
