import { describe, expect, it } from "vitest";
import type { History } from "../../dashboard/client.ts";
import { numbersOf } from "../../dashboard/event-numbers.ts";

/** What stands behind an event of the timeline, as people read it. */

type Details = History["events"][number]["details"];
const shown = (details: object) => numbersOf(details as Details).map(({ name, figure }) => `${name}: ${figure}`);

describe("the numbers behind an event", () => {
  it("are written by what they are: rows, money with its sign, rates in percent, their changes in points", () => {
    const figures = { n: 1500, mean_pnl_change: -2.5, win_rate: 0.333, win_rate_change: 0.037, z_pnl: 3.165 };
    expect(shown(figures)).toEqual([
      "rows: 1,500",
      "mean PnL change: \u22122.50",
      "win rate: 33.3 %",
      "win rate change: 3.7 points",
      "z PnL: 3.17",
    ]);
  });

  it("leave names as their owners wrote them", () => {
    expect(shown({ former: "momentum_v1-b", forced: true })).toEqual(["former: momentum_v1-b", "forced: yes"]);
  });

  it("come from within a finding of the guard, moments as times", () => {
    const guard = { trades: 54, at: Date.UTC(2026, 0, 17, 0, 20), paired: { champion_pnl: -1426.28 }, former: null };
    expect(shown({ guard, automatic: true })).toEqual([
      "trades: 54",
      "at: 2026-01-17 00:20",
      "champion PnL: \u22121,426",
    ]);
  });

  it("do not repeat what stands as criteria beside them", () => {
    const promotion = { former: "a", decision: { score: 100, gates: [] }, guard: { window: 100 } };
    expect(shown(promotion)).toEqual(["former: a"]);
  });
});
