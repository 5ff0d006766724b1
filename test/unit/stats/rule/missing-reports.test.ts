import { describe, expect, it } from "vitest";
import { silentAllowed, stressMissing } from "../../../../shared/stats/rule/missing-reports.ts";

describe("missing reports", () => {
  const rows = { champion: Float64Array.of(1, 2, 3), challenger: Float64Array.of(4, 5, -6) };

  it("count as a bad day, and tip at the loss that takes the whole advantage", () => {
    const s = stressMissing({ ...rows, missingChallenger: [10], missingChampion: [] });
    // one worst row: -6; sum of differences -3
    expect(s).toEqual({ missing: 1, shortfall: -6, best: 3, mean: (-3 - 6 - 10) / 4, tippingLoss: -13 });
    const at = stressMissing({
      champion: Float64Array.from([...rows.champion, 10]),
      challenger: Float64Array.from([...rows.challenger, -s.tippingLoss!]),
      missingChallenger: [],
      missingChampion: [],
    });
    expect(at.mean).toBeCloseTo(0, 12);
  });

  it("on both sides take the mean of the worst and of the best hundredth", () => {
    // Out of order on purpose; of 200 rows two are a hundredth.
    const champion = new Float64Array(200);
    champion[3] = 20;
    champion[150] = 10;
    const challenger = new Float64Array(200).fill(1);
    challenger[0] = -7;
    challenger[199] = -9;
    const s = stressMissing({ champion, challenger, missingChallenger: [3, 5], missingChampion: [4, 6, 8] });
    // rows 182 - 30 = 152; with the champion's missing ones 152 + 18 - 3 * 15 = 125; then 2 * -8 - 8
    expect(s).toEqual({ missing: 5, shortfall: -8, best: 15, mean: 101 / 205, tippingLoss: 58.5 });
  });

  it("have no tipping loss when only the champion is silent", () => {
    expect(stressMissing({ ...rows, missingChallenger: [], missingChampion: [1] }).tippingLoss).toBeNull();
  });

  it("may be one in a thousand rows", () => {
    expect([999, 1000, 1999, 2000, 5000].map(silentAllowed)).toEqual([0, 1, 1, 2, 5]);
  });
});
