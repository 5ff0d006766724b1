import { binomialAtLeast, normalSf } from "../numeric/distributions.ts";

/** Tests of win rates. A win is a trade taken with PnL above 0. Reported, never a route to promotion. */

/**
 * Two-proportion z-test with the pooled variance, one-sided for "challenger wins more often".
 * Definition: z = (p_h - p_c)/sqrt(p (1-p)(1/n_h + 1/n_c)), p = all wins / all trades.
 * @param options.champion,options.challenger  wins and trades taken
 * @returns z = 0, p = 1 when nobody traded or all trades won or all lost (no variance, no evidence)
 * Assumes: independent trades and sides.
 * Accuracy: 1e-10; equals proportions_ztest of statsmodels.
 * Source: K. Pearson (1900) in the form of any textbook, e.g. Fleiss (1981), eq. 2.5 without continuity correction.
 */
export function twoProportionZ(options: {
  champion: { wins: number; trades: number };
  challenger: { wins: number; trades: number };
}): { z: number; p: number } {
  const { champion: c, challenger: h } = options;
  if (c.trades < 1 || h.trades < 1) return { z: 0, p: 1 };
  const pooled = (c.wins + h.wins) / (c.trades + h.trades);
  const se = Math.sqrt(pooled * (1 - pooled) * (1 / c.trades + 1 / h.trades));
  if (!(se > 0)) return { z: 0, p: 1 };
  const z = (h.wins / h.trades - c.wins / c.trades) / se;
  return { z, p: normalSf(z) };
}

export type McNemar = {
  /** signals the challenger won and the champion did not */
  challengerOnly: number;
  /** signals the champion won and the challenger did not */
  championOnly: number;
  /** one-sided P(X >= challengerOnly), X ~ Bin(both kinds, 1/2) */
  p: number;
  pTwoSided: number;
};

/**
 * Exact McNemar test of paired wins.
 * Definition: P(X >= b), X ~ Bin(b + c, 1/2), b = won by the challenger alone, c = won by the champion alone.
 * @returns p = 1 when the models never disagree
 * Assumes: independent signals.
 * Accuracy: 1e-10 relative against scipy.stats.binom.
 * Source: Q. McNemar (1947), Psychometrika 12, 153-157; exact form F. Mosteller (1952), Biometrics 8, 220-226.
 */
export function mcnemarExact(options: { challengerOnly: number; championOnly: number }): McNemar {
  const n = options.challengerOnly + options.championOnly;
  if (n === 0) return { ...options, p: 1, pTwoSided: 1 };
  const p = binomialAtLeast({ k: options.challengerOnly, n, p: 0.5 });
  const more = binomialAtLeast({ k: Math.max(options.challengerOnly, options.championOnly), n, p: 0.5 });
  return { ...options, p, pTwoSided: Math.min(1, 2 * more) };
}

/** Counts the signals only one side won. Rows are paired; a side that did not take a trade did not win it. */
export function disagreements(options: { champion: ArrayLike<number>; challenger: ArrayLike<number> }): {
  challengerOnly: number;
  championOnly: number;
} {
  let challengerOnly = 0;
  let championOnly = 0;
  for (let i = 0; i < options.champion.length; i++) {
    const h = options.challenger[i]! > 0;
    const c = options.champion[i]! > 0;
    if (h && !c) challengerOnly += 1;
    else if (c && !h) championOnly += 1;
  }
  return { challengerOnly, championOnly };
}
