import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { describeJudgement, judgeRollback, type PendingJudgement } from "../../../shared/domain/rollback-judgement.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

const pending: PendingJudgement = {
  restored: "old",
  quarantined: "new",
  version: "2",
  startAt: NOON,
  signals: 20,
  automatic: true,
};

const answers = (n: number, pnl: number, skip: (i: number) => boolean = () => false) =>
  rowsOf(
    Array.from({ length: n }, (_, i) => i)
      .filter((i) => !skip(i))
      .map((i) => aTrade({ tradeId: `t${i}`, signalId: `s${i}`, pnl, closedAt: NOON + (i + 1) * MINUTE })),
  );

const judge = (o: { restored: number; quarantined: ReturnType<typeof answers>; pnl?: number; until?: number }) =>
  judgeRollback({
    pending,
    restored: answers(o.restored, o.pnl ?? 2),
    quarantined: o.quarantined,
    until: o.until ?? Infinity,
  });

describe("the judgement of a rollback", () => {
  it("comes when both have answered the signals that follow, and not before", () => {
    expect(judge({ restored: 19, quarantined: answers(19, -1) })).toBeNull();
    expect(judge({ restored: 20, quarantined: answers(19, -1) })).toBeNull();
    expect(judge({ restored: 20, quarantined: answers(20, -1) })).toEqual({
      at: NOON + 20 * MINUTE,
      judgement: {
        restored: "old",
        quarantined: "new",
        signals: 20,
        pairs: 20,
        restoredPnl: 40,
        quarantinedPnl: -20,
        harmful: false,
        cost: 0,
        automatic: true,
      },
    });
  });

  it("waits ten more signals for answers and no longer: silence does not hold it up for ever", () => {
    const some = answers(40, -1, (i) => i % 2 === 0);
    expect(judge({ restored: 29, quarantined: some })).toBeNull();
    expect(judge({ restored: 30, quarantined: some })).toMatchObject({
      at: NOON + 30 * MINUTE,
      judgement: { pairs: 10 },
    });
    expect(judge({ restored: 30, quarantined: answers(0, 0) })!.judgement).toMatchObject({
      pairs: 0,
      harmful: null,
      cost: 0,
    });
  });

  it("reads nothing later than what is known of both", () => {
    const o = { restored: 60, quarantined: answers(60, -1) };
    expect(judge({ ...o, until: NOON + 19 * MINUTE })).toBeNull();
    expect(judge({ ...o, until: NOON + 20 * MINUTE })).toMatchObject({ judgement: { pairs: 20 } });
    expect(judge(o)).toMatchObject({ at: NOON + 20 * MINUTE, judgement: { pairs: 20 } });
  });

  it("is harmful when the quarantined model would have earned more, and says what it cost", () => {
    const { judgement } = judge({ restored: 20, quarantined: answers(20, 5) })!;
    expect(judgement).toMatchObject({ harmful: true, cost: 60 });
    expect(describeJudgement(judgement)).toBe(
      "over 20 common signals after the rollback old made 40.00, new made 100.00: the rollback cost 60.00",
    );
  });

  it("says that it was right, or that it cannot be said", () => {
    expect(describeJudgement(judge({ restored: 20, quarantined: answers(20, -1) })!.judgement)).toMatch(
      /old made 40\.00, new lost 20\.00: the rollback was right$/,
    );
    expect(describeJudgement(judge({ restored: 30, quarantined: answers(0, 0) })!.judgement)).toBe(
      "new reported none of the 20 signals after its rollback: whether it was right cannot be said",
    );
  });
});
