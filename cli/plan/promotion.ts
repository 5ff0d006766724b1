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

function scenarioOf(o: PromotionOptions, tails: Promotion["tails"]): LifeScenario {
  const of = (mean: number): Marginal => ({ kind: tails, mean, sd: o.sd });
  return {
    kind: "life",
    group: "power",
    name: `plan-${tails}`,
    title: "",
    lives: o.lives,
    slots: o.slots,
    challengers: 1,
    rows: 5000,
    overlap: 1,
    better: true,
    process: { champion: of(o.mean), challenger: of(o.mean + o.effect), correlation: o.correlation },
  };
}

function promotionOf(o: PromotionOptions, tails: Promotion["tails"]): Promotion {
  const scenario = scenarioOf(o, tails);
  const settings = parseSettings({ SHADOW_MIN_TRADES: String(Math.max(500, 100 * Math.ceil(o.minTrades / 100))) });
  const tally = playChunk({ scenario, settings, seed: "plan", from: 0, to: o.lives });
  const at = (q: number) => quantileOf(tally, "promoted", { q, of: o.lives });
  const byHorizon = shareOf({ times: countedBy(tally, "promoted", settings.horizon), of: o.lives });
  return { tails, lives: o.lives, n50: at(0.5), n80: at(0.8), n90: at(0.9), byHorizon };
}

/** Challengers with that edge, under normal and under heavy tails. The same options give the same figures. */
export function simulatePromotion(o: PromotionOptions): Promotion[] {
  return (["normal", "t3"] as const).map((tails) => promotionOf(o, tails));
}
