import { type Marginal, mixOf } from "./marginal.ts";

/** The distributions of PnL the scenarios are made of: mean 50 and standard deviation 120 a trade unless said otherwise. */

export const money = { mean: 50, sd: 120 };

export const mix = mixOf({ winRate: 0.56, ...money });
export const normal = { kind: "normal", ...money } as const satisfies Marginal;
export const t3 = { kind: "t3", ...money } as const satisfies Marginal;
export const positive = { kind: "lognormal", ...money, skew: 2.3 } as const satisfies Marginal;
export const negative = { kind: "lognormal", ...money, skew: -2.3 } as const satisfies Marginal;
export const crash = { kind: "crash", ...money } as const satisfies Marginal;

/** The same model at another size: every trade is `by` times as large. */
export const sized = (of: Marginal, by: number): Marginal => ({
  kind: "changed",
  of,
  change: { wins: by, losses: by },
});
