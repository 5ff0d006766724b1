import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../../shared/stats/numeric/moments.ts";
import { pairedTTest, welchTTest } from "../../../../shared/stats/report/t-tests.ts";

describe("t-tests", () => {
  it("do not exist for one row", () => {
    expect(welchTTest({ champion: momentsOf([1]), challenger: momentsOf([1, 2]) })).toMatchObject({
      code: "INSUFFICIENT_DATA",
    });
    expect(pairedTTest({ champion: Float64Array.of(1), challenger: Float64Array.of(2) })).toMatchObject({
      code: "INSUFFICIENT_DATA",
    });
  });

  it("do not exist without variance", () => {
    expect(welchTTest({ champion: momentsOf([1, 1]), challenger: momentsOf([2, 2]) })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
    expect(pairedTTest({ champion: Float64Array.of(1, 2), challenger: Float64Array.of(2, 3) })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
  });

  it("work when only one side varies, with that side's degrees of freedom", () => {
    expect(welchTTest({ champion: momentsOf([1, 1, 1]), challenger: momentsOf([1, 2, 3]) })).toMatchObject({
      kind: "defined",
      df: 2,
    });
  });

  it("give a small p when the challenger is better and a large one when it is worse", () => {
    const champion = Float64Array.of(1, 2, 3, 4, 5, 6);
    const challenger = champion.map((x, i) => x + 2 + 0.1 * i);
    const better = pairedTTest({ champion, challenger });
    const worse = pairedTTest({ champion: challenger, challenger: champion });
    expect(better.kind === "defined" && better.p < 1e-5 && better.low95 > 0).toBe(true);
    expect(worse.kind === "defined" && worse.p > 1 - 1e-5 && worse.high95 < 0).toBe(true);
  });
});
