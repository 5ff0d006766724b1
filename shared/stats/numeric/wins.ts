/** Trades per window of the rolling win rate. */
export const ROLLING_WINDOW = 100;

/** Wins, losses and runs of trades taken. A trade of exactly 0 is neither a win nor a loss of money, but it is not a win. */
export function winsAndLosses(pnl: ArrayLike<number>): {
  wins: number;
  losses: number;
  won: number;
  lost: number;
  longestLosingRun: number;
} {
  const out = { wins: 0, losses: 0, won: 0, lost: 0, longestLosingRun: 0 };
  let run = 0;
  for (let i = 0; i < pnl.length; i++) {
    const x = pnl[i]!;
    if (x > 0) {
      out.wins += 1;
      out.won += x;
    } else if (x < 0) {
      out.losses += 1;
      out.lost -= x;
    }
    run = x < 0 ? run + 1 : 0;
    if (run > out.longestLosingRun) out.longestLosingRun = run;
  }
  return out;
}

/**
 * Standard deviation of the rolling win rate.
 * Definition: population sd of the win rates of all windows of 100 consecutive trades, stride 1.
 * @param pnl  trades taken; a win is PnL > 0
 * @returns null below 100 trades
 * Accuracy: counts are whole numbers, so the only rounding is in the last division.
 */
export function rollingWinRateStd(pnl: ArrayLike<number>): number | null {
  const windows = pnl.length - ROLLING_WINDOW + 1;
  if (windows < 1) return null;
  let wins = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < pnl.length; i++) {
    if (pnl[i]! > 0) wins += 1;
    if (i >= ROLLING_WINDOW && pnl[i - ROLLING_WINDOW]! > 0) wins -= 1;
    if (i >= ROLLING_WINDOW - 1) {
      sum += wins;
      squares += wins * wins;
    }
  }
  return Math.sqrt(Math.max(0, squares - (sum * sum) / windows) / windows) / ROLLING_WINDOW;
}
