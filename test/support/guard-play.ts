import {
  afterNews,
  type GuardReading,
  type GuardSettings,
  type GuardState,
  readGuard,
} from "../../shared/domain/guard.ts";
import { type LedgerRows, rowsOf } from "../../shared/domain/ledger.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import type { Baseline } from "../../shared/stats/watch/baseline.ts";
import type { PairedBaseline } from "../../shared/stats/watch/paired-guard.ts";
import { aTrade, MINUTE, NOON } from "./samples.ts";

/** A guard played over answers to the same signals: champion t1, t2 …, former champion f1, f2 … */

const paired: PairedBaseline = {
  pairs: 500,
  winRateNew: 0.58,
  winRateFormer: 0.55,
  promise: 0.1,
  sdDifference: 1,
  sdWins: 0.5,
  serialDifference: 1,
  serialWins: 1,
  meanFormer: 0.05,
  sdFormer: 1,
  differing: 480,
  usable: true,
};

/** With 58 % promised on 500 trades, 100 trades may fall 12.4 wins short before a rollback and 8.1 before an alert. */
export const baseline: Baseline = {
  trades: 500,
  winRate: 0.58,
  meanPnl: 0.16,
  sdPnl: 1,
  serial: 1,
  drawdownMean: 8,
  drawdownQ95: 14,
  reference: { meanPnl: 0, sdPnl: 1 },
  paired,
};
export const guard: GuardState = {
  status: "watching",
  window: 100,
  baseline,
  reference: "former",
  alerted: false,
  reported: [],
  mode: "paired",
  modeAt: null,
};
/** Signals a minute apart; null is an abstention, undefined no report. */
export function answered(name: string, pnl: readonly (number | null | undefined)[], late = 0): LedgerRows {
  return rowsOf(
    pnl.flatMap((x, i) =>
      x === undefined
        ? []
        : [
            aTrade({
              tradeId: `${name}${i + 1}`,
              signalId: `s${i + 1}`,
              pnl: x ?? 0,
              took: x !== null,
              closedAt: NOON + (i + 1) * MINUTE + late,
            }),
          ],
    ),
  );
}

export const many = <T>(n: number, x: T): T[] => Array<T>(n).fill(x);
/** n answers of which the first `wins` of every ten win. */
export const winning = (n: number, wins: number, size = 1) =>
  Array.from({ length: n }, (_, i) => (i % 10 < wins ? size : -size));

export type Played = {
  champion: readonly (number | null | undefined)[];
  former?: readonly (number | null | undefined)[];
  guard?: Partial<GuardState>;
  settings?: Record<string, string>;
  until?: number;
};

export function read(options: Played): GuardReading | null {
  const settings: GuardSettings = parseSettings(options.settings ?? {});
  return readGuard({
    guard: { ...guard, ...options.guard },
    trades: answered("t", options.champion),
    former: options.former ? answered("f", options.former, 1000) : null,
    settings,
    until: options.until ?? Infinity,
  });
}

/** Reads on until nothing is new, as the pipeline does; gives what was reported and the last reading. */
export function follow(options: Played) {
  let state: GuardState = { ...guard, ...options.guard };
  const news: string[] = [];
  for (let i = 0; i < 20; i++) {
    const reading = read({ ...options, guard: state });
    if (!reading?.news) return { news, reading };
    state = afterNews(state, reading);
    news.push(reading.news === "mode" ? reading.mode : reading.news);
  }
  throw new Error("the guard reports without end");
}
