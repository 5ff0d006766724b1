import type { Marginal } from "../../calibration/marginal.ts";
import { playChunk } from "../../calibration/run.ts";
import type { LifeScenario } from "../../calibration/scenario.ts";
import { countedBy, quantileOf, type Share, shareOf } from "../../calibration/tally.ts";
import { parseSettings } from "../../shared/domain/settings.ts";

/** Promotion, not only the proof: whole lives through the production rule, gates, score and retirement included. */

export type Promotion = {
  tails: "normal" | "t3";
  lives: number;
  /** common signals by which so many of such challengers are promoted; null: not by the horizon */
  n50: number | null;
  n80: number | null;
  n90: number | null;
  byHorizon: Share;
};

export type PromotionOptions = {
  effect: number;
  sd: number;
  correlation: number;
  slots: 1 | 2 | 3;
  minTrades: number;
  /** champion's mean PnL a trade */
  mean: number;
  lives: number;
};

function scenarioOf(options: PromotionOptions, tails: Promotion["tails"]): LifeScenario {
  const of = (mean: number): Marginal => ({ kind: tails, mean, sd: options.sd });
  return {
    kind: "life",
    group: "power",
    name: `plan-${tails}`,
    title: "",
    lives: options.lives,
    slots: options.slots,
    challengers: 1,
    rows: 5000,
    overlap: 1,
    better: true,
    process: {
      champion: of(options.mean),
      challenger: of(options.mean + options.effect),
      correlation: options.correlation,
    },
  };
}

function promotionOf(options: PromotionOptions, tails: Promotion["tails"]): Promotion {
  const scenario = scenarioOf(options, tails);
  const settings = parseSettings({
    SHADOW_MIN_TRADES: String(Math.max(500, 100 * Math.ceil(options.minTrades / 100))),
  });
  const tally = playChunk({ scenario, settings, seed: "plan", from: 0, to: options.lives });
  const at = (q: number) => quantileOf(tally, "promoted", { q, of: options.lives });
  const byHorizon = shareOf({ times: countedBy(tally, "promoted", settings.horizon), of: options.lives });
  return { tails, lives: options.lives, n50: at(0.5), n80: at(0.8), n90: at(0.9), byHorizon };
}

/** Challengers with that edge, under normal and under heavy tails. The same options give the same figures. */
export function simulatePromotion(options: PromotionOptions): Promotion[] {
  return (["normal", "t3"] as const).map((tails) => promotionOf(options, tails));
}
