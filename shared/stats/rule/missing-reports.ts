/**
 * Reports that never came: what the difference would be if they were bad, and how bad they would have to be.
 */

/** Share of a side's rows whose mean stands in for what is missing. */
const TAIL_SHARE = 0.01;
/** One signal in this many may stay unreported for ever before a person decides. */
export const SILENT_PER = 1000;

export type Stress = {
  /** signals that one side never reported */
  missing: number;
  /** mean of the challenger's worst 1 % of rows, stands in for its missing PnL */
  shortfall: number;
  /** mean of the champion's best 1 % of rows, stands in for its missing PnL */
  best: number;
  /** mean difference with the missing signals counted like that */
  mean: number;
  /** loss of each of the challenger's missing trades at which the mean difference is 0; null when it misses none */
  tippingLoss: number | null;
};

const sumOf = (x: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum;
};

/**
 * Stress of missing reports.
 * Definition: k = ceil(0.01 n); ES_h = mean of the challenger's k worst rows, best_c = mean of the champion's k best. Mean over
 *   rows and missing signals of: h - c; ES_h - c where the challenger is missing; h - best_c where the champion is.
 *   Tipping loss X = (sum over rows and missing champions - sum of c on the challenger's missing)/count: if each of the
 *   challenger's missing trades lost more than X, the mean difference is below 0.
 * @param options.champion,options.challenger  shape (n >= 1), paired rows, account currency
 * @param options.missingChallenger  the champion's PnL on signals the challenger never reported
 * @param options.missingChampion  the challenger's PnL on signals the champion never reported
 * Source: expected shortfall as in P. Artzner et al. (1999), Coherent measures of risk, Math. Finance 9, 203-228, section 5;
 *   the stress is the project's own.
 */
export function stressMissing(options: {
  champion: Float64Array;
  challenger: Float64Array;
  missingChallenger: ArrayLike<number>;
  missingChampion: ArrayLike<number>;
}): Stress {
  const n = options.champion.length;
  const [a, b] = [options.missingChallenger.length, options.missingChampion.length];
  const k = Math.max(1, Math.ceil(TAIL_SHARE * n - 1e-9));
  const shortfall = sumOf(Float64Array.from(options.challenger).sort().subarray(0, k)) / k;
  const best =
    sumOf(
      Float64Array.from(options.champion)
        .sort()
        .subarray(n - k),
    ) / k;
  let rows = 0;
  for (let i = 0; i < n; i++) rows += options.challenger[i]! - options.champion[i]!;
  const others = rows + sumOf(options.missingChampion) - b * best;
  const champions = sumOf(options.missingChallenger);
  return {
    missing: a + b,
    shortfall,
    best,
    mean: (others + a * shortfall - champions) / (n + a + b),
    tippingLoss: a > 0 ? (others - champions) / a : null,
  };
}

/** Most signals that may stay unreported at n rows. */
export function silentAllowed(n: number): number {
  return Math.floor(n / SILENT_PER);
}
