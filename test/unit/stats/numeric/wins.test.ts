import { describe, expect, it } from "vitest";
import { rollingWinRateStd, winsAndLosses } from "../../../../shared/stats/numeric/wins.ts";

describe("wins and losses", () => {
  it("the rolling win rate needs 100 trades and is 0 when nothing changes", () => {
    const alternating = Array.from({ length: 150 }, (_, i) => (i % 2 ? 1 : -1));
    expect(rollingWinRateStd(alternating)).toBe(0);
    expect(rollingWinRateStd(alternating.slice(0, 99))).toBeNull();
    expect(rollingWinRateStd(alternating.slice(0, 100))).toBe(0);
  });

  it("a trade of 0 is no win and ends a losing run", () => {
    expect(winsAndLosses([-1, -1, 0, -1])).toMatchObject({ wins: 0, losses: 3, longestLosingRun: 2, lost: 3 });
  });
});
