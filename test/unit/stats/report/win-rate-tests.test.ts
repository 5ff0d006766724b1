import { describe, expect, it } from "vitest";
import { disagreements, mcnemarExact, twoProportionZ } from "../../../../shared/stats/report/win-rate-tests.ts";

describe("win-rate tests", () => {
  it("find no evidence when everybody wins, nobody wins or nobody traded", () => {
    const all = { wins: 10, trades: 10 };
    const none = { wins: 0, trades: 10 };
    expect(twoProportionZ({ champion: all, challenger: all })).toEqual({ z: 0, p: 1 });
    expect(twoProportionZ({ champion: none, challenger: none })).toEqual({ z: 0, p: 1 });
    expect(twoProportionZ({ champion: { wins: 0, trades: 0 }, challenger: all })).toEqual({ z: 0, p: 1 });
  });

  it("find no evidence when the models never disagree", () => {
    expect(mcnemarExact({ challengerOnly: 0, championOnly: 0 })).toMatchObject({ p: 1, pTwoSided: 1 });
  });

  it("count a signal as won by its PnL above 0", () => {
    expect(disagreements({ champion: [1, -1, 0, 3], challenger: [-1, 2, 5, 4] })).toEqual({
      challengerOnly: 2,
      championOnly: 1,
    });
  });

  it("are one-sided for the challenger", () => {
    expect(mcnemarExact({ challengerOnly: 10, championOnly: 0 }).p).toBeCloseTo(2 ** -10, 14);
    expect(mcnemarExact({ challengerOnly: 0, championOnly: 10 }).p).toBe(1);
    expect(mcnemarExact({ challengerOnly: 0, championOnly: 10 }).pTwoSided).toBeCloseTo(2 ** -9, 14);
  });
});
