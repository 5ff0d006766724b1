import { type Decision, decide } from "../shared/domain/decide.ts";
import { type EvaluationInput, judge } from "../shared/domain/judge.ts";
import type { Settings } from "../shared/domain/settings.ts";
import { chooseScales } from "../shared/stats/rule/boundary.ts";
import { boundariesAt } from "../shared/stats/rule/three-scales.ts";
import type { Evidence } from "./evidence.ts";

/**
 * The life of a family: challengers that are tested against one champion at the same time, look by look, by the production
 * `judge` and `decide`. It ends as in the pipeline: with the first promotion (everybody starts anew), or when everyone has
 * retired. Looks after a challenger's retirement are still judged for the statistics, but promote nobody.
 */
export type FamilyOutcome = {
  /** rows at the first statistical pass of any challenger, whatever the gates say; null: none */
  passAt: number | null;
  /** rows at the promotion; null: none */
  promotedAt: number | null;
  /** which challenger was promoted */
  promoted: number | null;
  /** what stopped approval at the first pass; null when it was approved, or nothing passed */
  heldBy: string | null;
  /** looks that had to be taken */
  looks: number;
};

export type FamilyOptions = {
  evidence: Evidence;
  settings: Settings;
  /** last look, rows */
  rows: number;
  /** take every look, also those whose answer is known beforehand (slower; the outcome is the same) */
  everyLook?: boolean;
};

function inputOf(options: FamilyOptions, k: number, n: number): EvaluationInput | null {
  const seen = options.evidence.look(k, n);
  if (seen === null) return null;
  return {
    ...seen,
    design: options.evidence.design,
    overlap: options.evidence.overlap,
    trials: options.evidence.challengers,
    slots: options.settings.maxChallengers,
    seed: "calibration",
    settings: options.settings,
  };
}

/** Whether this look could pass, or could retire a challenger that has not retired yet. */
function matters(options: FamilyOptions, at: { k: number; n: number; retired: boolean }): boolean {
  const { settings } = options;
  if (options.everyLook) return true;
  const bounds = options.evidence.screen(at.k, at.n);
  if (bounds === null) return true;
  const scales = chooseScales({
    overlap: options.evidence.overlap,
    longBlocks: settings.longBlocks,
    minTrades: settings.minTrades,
  });
  // At the HAC scale both routes have the same boundary.
  const { hac } = boundariesAt({ n: at.n, slots: settings.maxChallengers, variant: scales.variant, route: "mean" });
  if (at.n >= scales.firstLook && bounds.zMost >= hac) return true;
  // At the horizon a challenger that does not pass has left, whatever retires it.
  return !at.retired && at.n >= settings.futilityFrom && at.n < settings.horizon && !bounds.meanAbove;
}

/** Plays one family to its end or to `rows`. */
export function playFamily(options: FamilyOptions): FamilyOutcome {
  const { settings } = options;
  const retired = new Array<boolean>(options.evidence.challengers).fill(false);
  const out: FamilyOutcome = { passAt: null, promotedAt: null, promoted: null, heldBy: null, looks: 0 };
  for (let n = settings.minTrades; n <= options.rows; n += settings.checkInterval) {
    let best: { k: number; decision: Decision } | null = null;
    for (let k = 0; k < retired.length; k++) {
      const done = retired[k]!;
      if ((done && out.passAt !== null) || !matters(options, { k, n, retired: done })) continue;
      const input = inputOf(options, k, n);
      if (input === null) continue;
      const judgement = judge(input);
      out.looks += 1;
      const decision = done ? null : decide(judgement, settings);
      if (judgement.statisticalPass && out.passAt === null) {
        out.passAt = n;
        out.heldBy = decision === null ? "retired" : decision.blocking;
      }
      if (decision?.verdict === "retire") retired[k] = true;
      // Of several approved at one moment the best score is promoted.
      if (decision?.verdict === "approve" && (best === null || decision.score > best.decision.score))
        best = { k, decision };
    }
    if (best !== null) return { ...out, promotedAt: n, promoted: best.k };
    // Beyond the horizon `decide` approves nobody.
    if (n >= settings.horizon) retired.fill(true);
    if (out.passAt !== null && retired.every((left) => left)) return out;
  }
  return out;
}
