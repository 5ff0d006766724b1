import type { DomainEvent } from "./event.ts";

/** The success criteria of the team's checklist, counted from history alone: every number can be traced to events. */
export type Report = {
  /** epoch ms; null: from the beginning, until now */
  from: number | null;
  to: number | null;
  modelsTested: number;
  promotions: number;
  forcedPromotions: number;
  rollbacks: number;
  automaticRollbacks: number;
  failedRollbacks: number;
  /** rollbacks / promotions; null without promotions */
  rollbackRate: number | null;
  /** challengers that left without being promoted */
  retired: number;
  /** of these, those whose evidence said "not better" */
  rejectedAsWorse: number;
  degradations: number;
  manualReviews: number;
  rejectedTradeAlerts: number;
  /** mean over promotions of challenger minus champion on the promotion's evidence; null without promotions */
  meanWinRateChange: number | null;
  meanPnlChange: number | null;
  /** promotions whose guard has ended, and those in which the former champion did better on the same signals meanwhile */
  promotionsJudged: number;
  promotionsWorseThanFormer: number;
  /** account currency the retired-as-worse challengers would have lost against the champion on their test signals, >= 0 */
  paperLossAvoided: number;
  /** mean common signals until a promotion or a retirement by the rule; null without any */
  meanSignalsToDecision: number | null;
  /** ids of the events counted, per figure */
  traces: Record<string, string[]>;
};

/**
 * Counts a period.
 * @param events  in any order; those outside [from, to) are left out by their commit time
 */
export function reportOf(events: readonly DomainEvent[], o: { from: number | null; to: number | null }): Report {
  const inside = events.filter((e) => (o.from === null || e.at >= o.from) && (o.to === null || e.at < o.to));
  const traces: Record<string, string[]> = {};
  const select = (figure: string, fits: (event: DomainEvent) => boolean): DomainEvent[] => {
    const found = inside.filter(fits);
    traces[figure] = found.map((e) => e.eventId);
    return found;
  };
  const count = (figure: string, fits: (event: DomainEvent) => boolean) => select(figure, fits).length;
  const promoted = select("promotions", (e) => e.type === "promotion");
  const rollbacks = count("rollbacks", (e) => e.type === "rollback");
  const judged = select("promotionsJudged", (e) => isGuardEnd(e) && formerShadow(e) !== null);
  const worse = judged.filter((e) => (formerShadow(e) ?? 0) < 0);
  traces.promotionsWorseThanFormer = worse.map((e) => e.eventId);
  const lost = select("paperLossAvoided", (e) => e.type === "retired" && numberOf(e.details.paperDifference) < 0);
  const decided = inside.filter(
    (e) =>
      (e.type === "promotion" || e.details.why === "futility" || e.details.why === "horizon") &&
      numberOf(e.details.n) > 0,
  );
  const average = (name: string): number | null => {
    const values = promoted.flatMap((e) => (typeof e.details[name] === "number" ? [e.details[name]] : []));
    return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;
  };
  return {
    ...o,
    modelsTested: count("modelsTested", (e) => e.type === "deployed" && e.details.role === "challenger"),
    promotions: promoted.length,
    forcedPromotions: count("forcedPromotions", (e) => e.type === "promotion" && e.details.forced === true),
    rollbacks,
    automaticRollbacks: count("automaticRollbacks", (e) => e.type === "rollback" && e.details.automatic === true),
    failedRollbacks: count("failedRollbacks", (e) => e.type === "rollback_failed"),
    rollbackRate: promoted.length > 0 ? rollbacks / promoted.length : null,
    retired: count("retired", (e) => e.type === "retired" && typeof e.details.why === "string"),
    rejectedAsWorse: count("rejectedAsWorse", (e) => e.type === "retired" && e.details.why === "futility"),
    degradations: count("degradations", (e) => e.type === "degradation"),
    manualReviews: count("manualReviews", (e) => e.type === "manual_review"),
    rejectedTradeAlerts: count("rejectedTradeAlerts", (e) => e.type === "trade_rejected"),
    meanWinRateChange: average("win_rate_change"),
    meanPnlChange: average("mean_pnl_change"),
    promotionsJudged: judged.length,
    promotionsWorseThanFormer: worse.length,
    paperLossAvoided: lost.reduce((sum, e) => sum - numberOf(e.details.paperDifference), 0),
    meanSignalsToDecision:
      decided.length > 0 ? decided.reduce((sum, e) => sum + numberOf(e.details.n), 0) / decided.length : null,
    traces,
  };
}

/** The guard of a promotion came to an end: passed, or rolled back by itself. */
function isGuardEnd(event: DomainEvent): boolean {
  return event.type === "guard_passed" || (event.type === "rollback" && event.details.automatic === true);
}

/** Mean difference new minus former champion on the same signals while the guard watched; null where none was measured. */
function formerShadow(event: DomainEvent): number | null {
  const shadow = event.details.reverseShadow as { meanDifference?: number | null } | null | undefined;
  return shadow?.meanDifference ?? null;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
