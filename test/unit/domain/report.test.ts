import { describe, expect, it } from "vitest";
import type { DomainEvent, EventType } from "../../../shared/domain/event.ts";
import { reportOf } from "../../../shared/domain/report.ts";
import { anEvent, NOON } from "../../support/samples.ts";

let next = 0;
const event = (type: EventType, details: Record<string, unknown> = {}, at = NOON): DomainEvent =>
  anEvent(type, { eventId: `e${next++}`, details, at });
const always = { from: null, to: null };

const history: DomainEvent[] = [
  event("deployed", { role: "champion" }),
  event("deployed", { role: "challenger" }),
  event("deployed", { role: "challenger" }),
  event("queued"),
  event("promotion", { n: 500, forced: false, win_rate_change: 0.02, mean_pnl_change: 10 }),
  event("promotion", { n: 700, forced: false, win_rate_change: 0.04, mean_pnl_change: -2 }),
  event("promotion", { n: 0, forced: true, win_rate_change: null, mean_pnl_change: null }),
  event("guard_passed", { reverseShadow: { meanDifference: 1.5 } }),
  event("rollback", { automatic: true, reverseShadow: { meanDifference: -4 } }),
  event("rollback", { automatic: false, reverseShadow: { meanDifference: -4 } }),
  event("rollback_failed"),
  event("retired", { why: "futility", n: 1600, paperDifference: -120.5 }),
  event("retired", { why: "horizon", n: 5000, paperDifference: 3 }),
  event("retired", { why: "request" }),
  event("retired", {}),
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
      retired: 3,
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
    expect(report.meanSignalsToDecision).toBe((500 + 700 + 1600 + 5000) / 4);
  });

  it("judges promotions by what the former champion did on the same signals while the guard watched", () => {
    expect(reportOf(history, always)).toMatchObject({ promotionsJudged: 2, promotionsWorseThanFormer: 1 });
  });

  it("adds up what the challengers retired as worse would have lost", () => {
    expect(reportOf(history, always).paperLossAvoided).toBe(120.5);
  });

  it("says which events stand behind every figure", () => {
    const report = reportOf(history, always);
    for (const [figure, ids] of Object.entries(report.traces)) {
      const count = (report as unknown as Record<string, number>)[figure]!;
      if (figure !== "paperLossAvoided") expect([figure, ids.length]).toEqual([figure, count]);
      for (const id of ids) expect(history.map((e) => e.eventId)).toContain(id);
    }
  });

  it("takes the period from its first moment to before its last", () => {
    const at = [NOON - 1, NOON, NOON + 1, NOON + 2];
    const events = at.map((t) => event("rollback", {}, t));
    expect(reportOf(events, { from: NOON, to: NOON + 2 })).toMatchObject({ from: NOON, to: NOON + 2, rollbacks: 2 });
    expect(reportOf(events, { from: NOON, to: null }).rollbacks).toBe(3);
    expect(reportOf(events, { from: null, to: NOON }).rollbacks).toBe(1);
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
