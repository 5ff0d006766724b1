import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseDesign, type WantedDesign } from "../../../shared/domain/design.ts";
import { type LedgerRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { TimeLine } from "../../../shared/domain/time-line.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

const at = (minutes: number) => NOON + minutes * MINUTE;
const everything = { startAt: null, before: Infinity };

/** "opened closed pnl", minutes after noon. */
function side(
  prefix: string,
  ...lines: readonly (readonly [opened: number, closed: number, pnl: number])[]
): LedgerRows {
  return rowsOf(
    lines.map(([opened, closed, pnl], i) =>
      aTrade({ tradeId: `${prefix}${i}`, openedAt: at(opened), closedAt: at(closed), pnl }),
    ),
  );
}

describe("a time line of two models without common signals", () => {
  const champion = side("a", [0, 1, 1], [2, 3, 2], [4, 5, 3], [6, 7, 4]);
  const challenger = side("b", [1, 2, 10], [3, 9, 20]);

  it("counts the side with fewer trades, at the moment both have enough", () => {
    const window = new TimeLine(champion, challenger, everything).windowOf(1)!;
    expect(window).toMatchObject({ kind: "unpaired", n: 1, at: at(2) });
    expect(window.signalIds).toEqual(["a0", "b0"]);
  });

  it("marks whose row each is, in opening order", () => {
    const window = new TimeLine(champion, challenger, everything).windowOf(2)!;
    expect(window).toMatchObject({ n: 2, at: at(9) });
    expect(window.signalIds).toEqual(["a0", "b0", "a1", "b1", "a2", "a3"]);
    expect([...window.championReported]).toEqual([1, 0, 1, 0, 1, 1]);
    expect([...window.challengerReported]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...window.champion]).toEqual([1, 0, 2, 0, 3, 4]);
    expect([...window.challenger]).toEqual([0, 10, 0, 20, 0, 0]);
  });

  it("does not reach more than the side with fewer trades has", () => {
    const line = new TimeLine(champion, challenger, everything);
    expect(line.windowOf(3)).toBeNull();
    expect(line.shortOf(3)).toEqual({ champion: -1, challenger: 1 });
    expect(line.latest()).toMatchObject({ n: 2, at: at(9) });
  });

  it("leaves out what opened at or before the start and what closed at or after the cut", () => {
    const window = new TimeLine(champion, challenger, { startAt: at(2), before: at(9) }).latest();
    expect(window.signalIds).toEqual(["a2", "a3"]);
    expect(window.n).toBe(0);
  });

  it("is the same whatever the order of arrival", () => {
    const line = fc.tuple(fc.nat(12), fc.nat(6)).map(([from, lasts]) => [from, from + lasts, from] as const);
    const ledger = fc.array(line, { maxLength: 12 });
    fc.assert(
      fc.property(ledger, ledger, fc.integer({ min: 1, max: 6 }), fc.gen(), (a, b, n, gen) => {
        const ordered = [side("a", ...a), side("b", ...b)] as const;
        const shuffle = (rows: LedgerRows) => {
          const trades = rows.tradeIds.map((tradeId, i) =>
            aTrade({ tradeId, openedAt: rows.openedAt[i]!, closedAt: rows.closedAt[i]!, pnl: rows.pnl[i]! }),
          );
          return rowsOf(gen(() => fc.shuffledSubarray(trades, { minLength: trades.length })));
        };
        const shuffled = [shuffle(ordered[0]), shuffle(ordered[1])] as const;
        expect(new TimeLine(...shuffled, everything).windowOf(n)).toEqual(
          new TimeLine(...ordered, everything).windowOf(n),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("the design of a comparison", () => {
  /** n trades an hour apart; `signal` names the signal of the i-th one. */
  const trading = (n: number, o: { id: string; signal?: (i: number) => string; fromMinute?: number }) =>
    rowsOf(
      Array.from({ length: n }, (_, i) => {
        const closedAt = at((o.fromMinute ?? 0) + 60 * i);
        return aTrade({ tradeId: `${o.id}${i}`, signalId: o.signal?.(i) ?? `${o.id}${i}`, closedAt });
      }),
    );
  const design = (wanted: WantedDesign, champion: LedgerRows, challenger: LedgerRows) =>
    chooseDesign({ wanted, champion, challenger, ...everything, minTrades: 500 });
  const apart = [trading(600, { id: "a" }), trading(600, { id: "b" })] as const;
  const shared = (common: number) => trading(600, { id: "b", signal: (i) => (i % 100 < common ? `a${i}` : `b${i}`) });

  it("is by common signals where there are any to speak of", () => {
    expect(design("auto", apart[0], shared(6))).toBe("paired");
    expect(design("auto", apart[0], shared(4))).toBe("bucketed");
  });

  it("is by stretches of time where both trade at the same times", () => {
    expect(design("auto", ...apart)).toBe("bucketed");
    expect(design("unpaired", ...apart)).toBe("bucketed");
  });

  it("is side by side where they trade at different times", () => {
    expect(design("auto", apart[0], trading(600, { id: "b", fromMinute: 60 * 700 }))).toBe("per-side");
  });

  it("is what the deployment asked for, as far as it can be", () => {
    expect(design("paired", ...apart)).toBe("paired");
    expect(design("unpaired", apart[0], shared(100))).toBe("bucketed");
  });

  it("is not settled before both have the trades of a first look", () => {
    expect(design("auto", apart[0], trading(499, { id: "b" }))).toBe("paired");
  });

  it("does not change with later trades: results cannot switch it", () => {
    const later = rowsOf([
      ...Array.from({ length: 600 }, (_, i) => aTrade({ tradeId: `b${i}`, closedAt: at(60 * i) })),
      ...Array.from({ length: 600 }, (_, i) =>
        aTrade({ tradeId: `late${i}`, signalId: `a${i}`, closedAt: at(60 * (600 + i)) }),
      ),
    ]);
    expect(design("auto", trading(1200, { id: "a" }), later)).toBe("bucketed");
  });
});
