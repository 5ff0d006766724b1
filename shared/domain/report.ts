import type { DomainEvent, EventOf, RetiredEvidence } from "./event.ts";
import type { Period } from "./period.ts";

/** The success criteria of the deployment checklist, counted from history alone: every number can be traced to events. */
export type Report = Period & {
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
  /** of these, those proved worse: the mirrored boundaries were crossed on all three time scales */
  rejectedAsWorse: number;
  degradations: number;
  /** falls of both models on which nothing was swapped, and rollbacks advised to a person */
  marketFalls: number;
  rollbacksAdvised: number;
  /** rollbacks judged afterwards on common signals, those after which the restored model earned less, and how much less (>= 0) */
  rollbacksJudged: number;
  harmfulRollbacks: number;
  harmfulRollbackCost: number;
  manualReviews: number;
  rejectedTradeAlerts: number;
  /** mean over promotions of challenger minus champion on the promotion's evidence; null without promotions */
  meanWinRateChange: number | null;
  meanPnlChange: number | null;
  /** promotions whose guard has ended, and those in which the former champion did better on the same signals meanwhile */
  promotionsJudged: number;
  promotionsWorseThanFormer: number;
  /**
   * account currency the challengers retired by the rule would have lost against the champion on their test signals, those
   * that would have gained counted against it: below 0 the retirements cost more than they saved
   */
  paperLossAvoided: number;
  /** mean common signals until the rule promoted or retired; promotions by force were no decision of its; null without any */
  meanSignalsToDecision: number | null;
  /**
   * tests begun: every entry of a challenger, and every restart of one that was open when the champion changed. Each may
   * promote an equal challenger with the level of one slot
   */
  testsBegun: number;
  /** testsBegun times that level: the most promotions of equal challengers to expect if no challenger were better */
  expectedFalsePromotions: number;
  /** ids of the events counted, per figure */
  traces: Record<string, string[]>;
};

/**
 * Counts a period.
 * @param events  in any order; those outside [from, to) are left out by their commit time
 * @param options.alphaPerTest  level of one slot: the familywise level over the most challengers open together
 */
export function reportOf(
  events: readonly DomainEvent[],
  { alphaPerTest, ...options }: Period & { alphaPerTest: number },
): Report {
  const inside = events.filter(
    (e) => (options.from === null || e.at >= options.from) && (options.to === null || e.at < options.to),
  );
  const traces: Record<string, string[]> = {};
  const trace = <E extends DomainEvent>(figure: string, found: E[]): E[] => {
    traces[figure] = found.map((e) => e.eventId);
    return found;
  };
  const traceOf = (figure: string, found: readonly { event: DomainEvent }[]) => {
    traces[figure] = found.map(({ event }) => event.eventId);
  };
  const count = (figure: string, fits: (event: DomainEvent) => boolean) => trace(figure, inside.filter(fits)).length;
  const promoted = trace(
    "promotions",
    inside.filter((e) => e.type === "promotion"),
  );
  const rollbacks = count("rollbacks", (e) => e.type === "rollback");
  const judged = inside.filter(isGuardEnd).flatMap((event) => {
    const shadow = event.details.reverseShadow?.meanDifference ?? null;
    return shadow === null ? [] : [{ event, shadow }];
  });
  const worse = judged.filter((g) => g.shadow < 0);
  traceOf("promotionsJudged", judged);
  traceOf("promotionsWorseThanFormer", worse);
  const judgements = trace(
    "rollbacksJudged",
    inside.filter((e) => e.type === "rollback_judged").filter((e) => e.details.harmful !== null),
  );
  const harmful = trace(
    "harmfulRollbacks",
    judgements.filter((e) => e.details.harmful),
  );
  const retired = inside.filter(isRetiredByRule);
  const losses = retired.flatMap((event) => {
    const { paperDifference } = event.details;
    return paperDifference !== null ? [{ event, loss: -paperDifference }] : [];
  });
  traceOf("paperLossAvoided", losses);
  const decidedAt = [...promoted.filter((e) => !e.details.forced), ...retired]
    .map((e) => e.details.n)
    .filter((n) => n > 0);
  const begun = sumOfTests(trace("testsBegun", inside.filter(beginsTests)));
  return {
    ...options,
    testsBegun: begun,
    expectedFalsePromotions: begun * alphaPerTest,
    modelsTested: count("modelsTested", (e) => e.type === "deployed" && e.details.role === "challenger"),
    promotions: promoted.length,
    forcedPromotions: count("forcedPromotions", (e) => e.type === "promotion" && e.details.forced),
    rollbacks,
    automaticRollbacks: count("automaticRollbacks", (e) => e.type === "rollback" && e.details.automatic),
    failedRollbacks: count("failedRollbacks", (e) => e.type === "rollback_failed"),
    rollbackRate: promoted.length > 0 ? rollbacks / promoted.length : null,
    retired: count("retired", (e) => e.type === "retired" && e.details.why !== "archive-full"),
    rejectedAsWorse: count("rejectedAsWorse", (e) => isRetiredByRule(e) && e.details.provedWorse === true),
    marketFalls: count("marketFalls", (e) => e.type === "market"),
    rollbacksAdvised: count("rollbacksAdvised", (e) => e.type === "rollback_advised"),
    rollbacksJudged: judgements.length,
    harmfulRollbacks: harmful.length,
    harmfulRollbackCost: harmful.reduce((sum, e) => sum + e.details.cost, 0),
    degradations: count("degradations", (e) => e.type === "degradation"),
    manualReviews: count("manualReviews", (e) => e.type === "manual_review"),
    rejectedTradeAlerts: count("rejectedTradeAlerts", (e) => e.type === "trade_rejected"),
    meanWinRateChange: meanOf(promoted.map((e) => e.details.winRateChange)),
    meanPnlChange: meanOf(promoted.map((e) => e.details.meanPnlChange)),
    promotionsJudged: judged.length,
    promotionsWorseThanFormer: worse.length,
    paperLossAvoided: losses.reduce((sum, l) => sum + l.loss, 0),
    meanSignalsToDecision: meanOf(decidedAt),
    traces,
  };
}

/** The guard of a promotion came to an end: passed, advised, or rolled back by itself. */
function isGuardEnd(
  event: DomainEvent,
): event is EventOf<"guard_passed"> | EventOf<"rollback_advised"> | EventOf<"rollback"> {
  return (
    event.type === "guard_passed" ||
    event.type === "rollback_advised" ||
    (event.type === "rollback" && event.details.automatic)
  );
}

type RetiredByRule = EventOf<"retired"> & { details: RetiredEvidence };

function isRetiredByRule(event: DomainEvent): event is RetiredByRule {
  return event.type === "retired" && (event.details.why === "futility" || event.details.why === "horizon");
}

const beginsTests = (event: DomainEvent): boolean => testsOf(event) > 0;
const sumOfTests = (events: readonly DomainEvent[]): number => events.reduce((sum, e) => sum + testsOf(e), 0);

/** Tests that begin with an event. */
function testsOf(event: DomainEvent): number {
  if (event.type === "deployed") return event.details.role === "challenger" ? 1 : 0;
  return event.type === "promotion" || event.type === "rollback" ? (event.details.restarted ?? 0) : 0;
}

/** Mean of what was measured; null where nothing was. */
function meanOf(values: readonly (number | null)[]): number | null {
  const measured = values.filter((value) => value !== null);
  return measured.length > 0 ? measured.reduce((a, b) => a + b, 0) / measured.length : null;
}
