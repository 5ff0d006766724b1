import { normalIsf } from "../shared/stats/numeric/distributions.ts";
import { momentsOf, variance } from "../shared/stats/numeric/moments.ts";
import { createPrng } from "../shared/stats/numeric/prng.ts";
import { sharpeInfluence } from "../shared/stats/rule/sharpe-difference.ts";
import type { Columns } from "./market-process.ts";
import { drawMarket, type MarketProcess } from "./market-process.ts";

/**
 * What the best fixed sample would need: someone who knew the effect and looked only once, with the same false-promotion
 * level per challenger and no gates. No rule that looks again and again can be faster on average at the 90 % point.
 */
export type Oracle = {
  /** effect in standard deviations of one row, on the route that shows it best */
  effect: number;
  route: "mean" | "sharpe";
  n50: number;
  n90: number;
};

/** Rows from which the effect is read. */
const ROWS = 200_000;
const ALPHA = 0.05;

/** Effect of either route in standard deviations of a row. */
function effects(columns: Columns): { mean: number; sharpe: number } {
  const { champion } = columns;
  const challenger = columns.challengers[0]!;
  const d = momentsOf(challenger.map((x, i) => x - champion[i]!));
  const [h, c] = [momentsOf(challenger), momentsOf(champion)];
  const psiH = sharpeInfluence({ x: challenger, moments: h });
  const psiC = sharpeInfluence({ x: champion, moments: c });
  const gap = h.mean / Math.sqrt(variance(h)) - c.mean / Math.sqrt(variance(c));
  const psi = momentsOf(psiH.map((x, i) => x - psiC[i]!));
  return { mean: d.mean / Math.sqrt(variance(d)), sharpe: gap / Math.sqrt(variance(psi)) };
}

/**
 * Fixed-sample size: n = ((z_alpha + z_beta)/effect)^2, one-sided, alpha .05 shared by the slots.
 * @returns null when no route shows an effect
 * Assumes: independent rows, as the formula does.
 */
export function oracleOf(options: { columns: Columns; slots: number }): Oracle | null {
  const found = effects(options.columns);
  const route = found.sharpe > found.mean ? "sharpe" : "mean";
  const effect = found[route];
  if (!(effect > 0)) return null;
  const z = normalIsf(ALPHA / options.slots);
  const size = (power: number) => Math.ceil(((z + normalIsf(1 - power)) / effect) ** 2);
  return { effect, route, n50: size(0.5), n90: size(0.9) };
}

/** The oracle of a data-generating process. */
export function oracleOfProcess(options: { process: MarketProcess; slots: number }): Oracle | null {
  const prng = createPrng(`oracle|${JSON.stringify(options.process)}`);
  return oracleOf({
    columns: drawMarket({ process: options.process, rows: ROWS, challengers: 1, prng }),
    slots: options.slots,
  });
}
