import { describe, expect, it } from "vitest";
import { periodOf } from "../../../shared/api/contract/period.ts";
import { reportInWords } from "../../../shared/api/report-words.ts";
import type { DomainEvent, EventDetails, EventOf, EventType } from "../../../shared/domain/event.ts";
import { reportOf } from "../../../shared/domain/report.ts";
import { aFinding, anEvent, NOON, someDetails } from "../../support/samples.ts";

let next = 0;
function event<T extends EventType>(type: T, details: Partial<EventDetails[T]> = {}, at = NOON): DomainEvent {
  const changes: Partial<EventOf<EventType>> = {
    eventId: `e${next++}`,
    details: { ...someDetails[type], ...details },
    at,
  };
  return anEvent<EventType>(type, changes);
}
const always = { from: null, to: null, alphaPerTest: 0.05 / 3 };
const shadow = (meanDifference: number) => ({ ...aFinding.reverseShadow!, meanDifference });

const history: DomainEvent[] = [
  event("deployed", { role: "champion" }),
  event("deployed", { role: "challenger" }),
  event("deployed", { role: "challenger" }),
  event("queued"),
  event("promotion", { n: 500, forced: false, winRateChange: 0.02, meanPnlChange: 10 }),
  event("promotion", { n: 700, forced: false, winRateChange: 0.04, meanPnlChange: -2 }),
  event("promotion", { n: 130, forced: true, winRateChange: null, meanPnlChange: null }),
  event("guard_passed", { reverseShadow: shadow(1.5) }),
  event("guard_passed", { reverseShadow: null }),
  event("rollback", { automatic: true, reverseShadow: shadow(-4) }),
  event("rollback", { automatic: false, reverseShadow: shadow(-4) }),
  event("rollback_failed"),
  event("retired", { why: "futility", n: 1600, paperDifference: -120.5, provedWorse: true }),
  event("retired", { why: "futility", n: 1700, paperDifference: -10, provedWorse: false }),
  event("retired", { why: "horizon", n: 5000, paperDifference: 30, provedWorse: false }),
  event("retired", { why: "horizon", n: 0, paperDifference: null, provedWorse: false }),
  anEvent("retired", { eventId: `e${next++}`, details: { version: "1", why: "request" } }),
  anEvent("retired", { eventId: `e${next++}`, details: { version: "1", why: "archive-full" } }),
  event("degradation"),
  event("manual_review"),
  event("trade_rejected"),
];

describe("the report", () => {
  it("counts what history says", () => {
    expect(reportOf(history, always)).toMatchObject({
      modelsTested: 2,
      promotions: 3,
      forcedPromotions: 1,
      rollbacks: 2,
      automaticRollbacks: 1,
      failedRollbacks: 1,
      rollbackRate: 2 / 3,
      retired: 5,
      rejectedAsWorse: 1,
      degradations: 1,
      manualReviews: 1,
      rejectedTradeAlerts: 1,
    });
  });

  it("averages over the promotions that measured something", () => {
    const report = reportOf(history, always);
    expect(report.meanWinRateChange).toBeCloseTo(0.03, 12);
    expect(report.meanPnlChange).toBe(4);
    expect(report.meanSignalsToDecision).toBe((500 + 700 + 1600 + 1700 + 5000) / 5);
  });

  it("judges promotions by what the former champion did on the same signals while the guard watched", () => {
    expect(reportOf(history, always)).toMatchObject({ promotionsJudged: 2, promotionsWorseThanFormer: 1 });
  });

  it("counts as worse only what was proved worse, not what was merely unproved", () => {
    const report = reportOf(history, always);
    expect(report.rejectedAsWorse).toBe(1);
    expect(report.traces.rejectedAsWorse).toHaveLength(1);
  });

  it("nets what the retired challengers would have lost with what others would have gained", () => {
    expect(reportOf(history, always).paperLossAvoided).toBe(120.5 + 10 - 30);
    expect(reportOf([event("retired", { why: "horizon", n: 5000, paperDifference: 30 })], always)).toMatchObject({
      paperLossAvoided: -30,
    });
  });

  it("says in words what was tested, what came of it, and by which clock", () => {
    const words = reportInWords(reportOf(history, { ...always, from: Date.UTC(2026, 0, 1), to: null }));
    expect(words).toBe(
      "From 2026-01-01 00:00 UTC until now, by the wall clock: 2 challengers tested. " +
        "3 promotions (1 by force), on average +4.00 a signal over the former champion. " +
        "Of 2 tests begun, at most 0.03 promotions were to be expected if no challenger were better. " +
        "2 rollbacks (1 automatic, 66.7 % of the promotions). 1 rollback could not be done. " +
        "5 challengers retired, 1 of them proved worse. On paper those the rule retired would have lost 100.50 against the champion, net.",
    );
    expect(reportInWords(reportOf([], always))).toBe(
      "From the beginning until now, by the wall clock: 0 challengers tested. 0 promotions. 0 rollbacks (0 automatic). " +
        "0 challengers retired, 0 of them proved worse.",
    );
  });

  it("counts every entry and every restart as a test, each at the level of one slot", () => {
    const events = [
      event("deployed", { role: "champion" }),
      ...[1, 2, 3].map(() => event("deployed", { role: "challenger" })),
      event("promotion", { n: 500, restarted: 2 }),
      event("deployed", { role: "challenger" }),
      event("rollback", { automatic: true, restarted: 3 }),
    ];
    const report = reportOf(events, always);
    expect(report.testsBegun).toBe(3 + 2 + 1 + 3);
    expect(report.expectedFalsePromotions).toBeCloseTo((9 * 0.05) / 3, 12);
  });

  it("says which events stand behind every figure", () => {
    const report = reportOf(history, always);
    for (const [figure, ids] of Object.entries(report.traces)) {
      const count = Object.entries(report).find(([name]) => name === figure)?.[1];
      if (figure !== "paperLossAvoided" && figure !== "testsBegun")
        expect([figure, ids.length]).toEqual([figure, count]);
      for (const id of ids) expect(history.map((e) => e.eventId)).toContain(id);
    }
  });

  it("takes the period from its first moment to before its last", () => {
    const at = [NOON - 1, NOON, NOON + 1, NOON + 2];
    const events = at.map((t) => event("rollback", {}, t));
    expect(reportOf(events, { ...always, from: NOON, to: NOON + 2 })).toMatchObject({
      from: NOON,
      to: NOON + 2,
      rollbacks: 2,
    });
    expect(reportOf(events, { ...always, from: NOON, to: null }).rollbacks).toBe(3);
    expect(reportOf(events, { ...always, from: null, to: NOON }).rollbacks).toBe(1);
  });

  it("means whole days by dates, at either end, and moments as they are", () => {
    expect(periodOf({ from: "2026-03-01", to: "2026-03-01" })).toEqual({
      from: Date.UTC(2026, 2, 1),
      to: Date.UTC(2026, 2, 2),
    });
    expect(periodOf({ to: "2026-03-01T12:00:00+01:00" })).toEqual({ from: null, to: Date.UTC(2026, 2, 1, 11) });
  });

  it("has no rate and no means where nothing happened, and never a NaN", () => {
    expect(reportOf([], always)).toMatchObject({
      promotions: 0,
      rollbackRate: null,
      meanWinRateChange: null,
      meanPnlChange: null,
      meanSignalsToDecision: null,
      paperLossAvoided: 0,
    });
    expect(JSON.stringify(reportOf([event("rollback")], always))).not.toContain("NaN");
  });
});
