import { type Decision, decide } from "../../shared/domain/decide.ts";
import { type EvaluationInput, judge } from "../../shared/domain/judge.ts";
import { type LedgerRows, rowsOf } from "../../shared/domain/ledger.ts";
import { Pairing } from "../../shared/domain/pairing.ts";
import { decide20261 } from "../../shared/domain/rule-2026-1/decide.ts";
import { judge20261 } from "../../shared/domain/rule-2026-1/judge.ts";
import { Pairing20261 } from "../../shared/domain/rule-2026-1/pairing.ts";
import { parseSettings, type Settings } from "../../shared/domain/settings.ts";
import type { Trade } from "../../shared/domain/trade.ts";
import type { Sides } from "../../shared/stats/rule/sides.ts";
import { aTrade } from "./samples.ts";

/** Whole lives of a challenger under the rule in use and under the one before it, on the same trades. */

export type Life = {
  /** rows at which it was approved; null: never */
  approvedAt: number | null;
  /** verdict and what blocked, at every look until approval or retirement */
  looks: { n: number; verdict: Decision["verdict"]; blocking: string | null; reason: string }[];
};

const HOUR = 3_600_000;
export const settings = { ...parseSettings({}), nBootstrap: 0 };

function play(lookAt: (n: number) => Decision | null): Life {
  const life: Life = { approvedAt: null, looks: [] };
  for (let n = settings.minTrades; n <= settings.horizon; n += settings.checkInterval) {
    const decision = lookAt(n);
    if (decision === null) return life;
    const { verdict, blocking, reason } = decision;
    life.looks.push({ n, verdict, blocking, reason });
    if (verdict === "approve") return { ...life, approvedAt: n };
    if (verdict === "retire") return life;
  }
  return life;
}

const common = { design: "paired" as const, trials: 1, slots: 3 as const, seed: "attack" };

function inputOf(sides: Sides, n: number, overlap: number | null): EvaluationInput {
  const took = new Uint8Array(n).fill(1);
  return {
    rows: {
      kind: "paired",
      champion: sides.champion.subarray(0, n),
      challenger: sides.challenger.subarray(0, n),
      championTook: took,
      challengerTook: took,
    },
    coverage: { both: n, missing: 0, championOnMissing: new Float64Array(0) },
    overlap,
    settings,
    ...common,
  };
}

/** Every row reported in time. */
export function livesOfRows(sides: Sides, overlap: { old: number; now: number | null } = { old: 1, now: 1 }) {
  const rows = sides.champion.length;
  const of = (n: number, k: number | null) => (n <= rows ? inputOf(sides, n, k) : null);
  const old = () =>
    play((n) => {
      const input = of(n, overlap.old);
      return input && decide20261(judge20261(input), settings);
    });
  const now = () =>
    play((n) => {
      const input = of(n, overlap.now);
      return input && decide(judge(input), settings);
    });
  return { old, now };
}

/** A signal an hour; each model reports as given. */
export function ledgerOf(trades: readonly (Partial<Trade> & { signal: number })[]): LedgerRows {
  return rowsOf(
    trades.map(({ signal, ...trade }, i) =>
      aTrade({
        tradeId: `t${i}`,
        signalId: `s${signal}`,
        openedAt: signal * HOUR,
        closedAt: signal * HOUR + HOUR / 2,
        ...trade,
      }),
    ),
  );
}

/** From the ledgers, by each rule's own pairing. @param options.old  overlap as the old rule saw it */
export function livesOfLedgers(
  champion: LedgerRows,
  challenger: LedgerRows,
  options: Partial<Settings> & { old?: number } = {},
) {
  const mine = { ...settings, ...options };
  const pairing = { startAt: null, settleMs: 48 * HOUR, unreported: mine.unreported, before: Number.POSITIVE_INFINITY };
  const old = () => {
    const pairs = new Pairing20261(champion, challenger, pairing);
    return play((n) => {
      const rows = pairs.windowOf(n);
      if (rows === null) return null;
      const { missing, championOnMissing } = rows;
      const coverage = { both: n, missing, championOnMissing };
      return decide20261(judge20261({ rows, coverage, overlap: options.old ?? 1, settings: mine, ...common }), mine);
    });
  };
  const now = () => {
    const pairs = new Pairing(champion, challenger, pairing);
    return play((n) => {
      const rows = pairs.windowOf(n);
      if (rows === null) return null;
      return decide(
        judge({ rows, coverage: { both: n, ...rows }, overlap: rows.overlap, settings: mine, ...common }),
        mine,
      );
    });
  };
  return { old, now };
}
