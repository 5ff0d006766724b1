import { describe, expect, it } from "vitest";
import { Fills } from "../../../shared/domain/fills.ts";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

function filled(...trades: Partial<Trade>[]): Fills {
  const rows = rowsOf(trades.map((changes, i) => aTrade({ tradeId: `t${i}`, signalId: "s", ...changes })));
  const fills = new Fills();
  for (let row = 0; row < rows.count; row++) fills.add(rows, row);
  return fills;
}

describe("the fills of one model on one signal", () => {
  it("are nothing before the first report", () => {
    expect(filled()).toMatchObject({ pnl: 0, count: 0, settled: false, took: false, abstained: false });
    expect([filled().position, filled().contradicts, filled().firstClose]).toEqual([
      null,
      false,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("are summed, held from the first opening to the last close, and known from the first close", () => {
    const fills = filled(
      { pnl: 5, openedAt: NOON + MINUTE, closedAt: NOON + 4 * MINUTE, final: false },
      { pnl: -2, openedAt: NOON, closedAt: NOON + 2 * MINUTE, final: true },
    );
    expect(fills).toMatchObject({ pnl: 3, count: 2, settled: true, took: true, firstClose: NOON + 2 * MINUTE });
    expect(fills.position).toEqual({ openedAt: NOON, closedAt: NOON + 4 * MINUTE, openedKnown: true });
  });

  it("are not settled while more are announced", () => {
    expect(filled({ final: false }, { final: false }).settled).toBe(false);
  });

  it("have no known opening once one of them has none", () => {
    expect(filled({ openedKnown: false }, { openedKnown: true }).position?.openedKnown).toBe(false);
    expect(filled({ openedKnown: true }, { openedKnown: false }).position?.openedKnown).toBe(false);
  });

  it("of an abstention are no trade, and contradict one", () => {
    const abstained = filled({ took: false, pnl: 0 });
    expect([abstained.took, abstained.abstained, abstained.settled, abstained.position]).toEqual([
      false,
      true,
      true,
      null,
    ]);
    expect(abstained.contradicts).toBe(false);
    expect(filled({ pnl: 1 }).contradicts).toBe(false);
    expect(filled({ pnl: 1 }, { took: false, pnl: 0 }).contradicts).toBe(true);
  });
});
