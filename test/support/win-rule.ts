import { type OwnPromise, OwnTally } from "../../shared/stats/watch/own-guard.ts";

/** The win-rate rule of the guard without a control, over wins and losses alone. */

const WINDOW = 100;

/** @param wins  1 or 0 a trade; a win earns 1, a loss takes 1 */
export function winTally(options: Omit<OwnPromise, "drawdownQ95">, wins: readonly number[]): OwnTally {
  const tally = new OwnTally({ ...options, drawdownQ95: 0 }, { window: WINDOW });
  for (const win of wins) tally.add(win > 0 ? 1 : -1);
  return tally;
}

/** @returns the trade at which the rule first breaks, counted from 1; null: never within its window */
export function firstWinRollback({
  wins,
  ...promise
}: Omit<OwnPromise, "drawdownQ95"> & { wins: readonly number[] }): number | null {
  const tally = winTally(promise, []);
  for (const [i, win] of wins.entries()) {
    if (i >= WINDOW) return null;
    tally.add(win > 0 ? 1 : -1);
    if (tally.figures({ volatility: 1 }).winRule) return i + 1;
  }
  return null;
}
