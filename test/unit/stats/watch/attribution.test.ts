import { describe, expect, it } from "vitest";
import { addToExcursion, attributeAlarm, noExcursion } from "../../../../shared/stats/watch/attribution.ts";
import { freezePaired, type PairedBaseline } from "../../../../shared/stats/watch/paired-guard.ts";

const took = new Uint8Array(400).fill(1);
const varied = (step: number) => Float64Array.from({ length: 400 }, (_, i) => ((i * step) % 11) - 4);
const b: PairedBaseline = {
  ...freezePaired({ pnlNew: varied(7), pnlFormer: varied(5), tookNew: took, tookFormer: took })!,
  promise: 1,
  sdDifference: 5,
  sdWins: 0.5,
  serialDifference: 1,
  serialWins: 1,
  winRateNew: 0.6,
  winRateFormer: 0.6,
  meanFormer: 1,
  sdFormer: 5,
};

function causeOf(o: {
  by: "wins" | "pnl";
  n?: number;
  champion: (i: number) => number;
  former: (i: number) => number;
}) {
  let e = noExcursion;
  for (let i = 0; i < (o.n ?? 50); i++) {
    const side = (pnl: number) => ({ pnl, took: 1 });
    e = addToExcursion(e, { champion: side(o.champion(i)), former: side(o.former(i)), baseline: b });
  }
  return attributeAlarm(e, { by: o.by, baseline: b, meanNew: 2 });
}

describe("the cause of an alarm", () => {
  it("is the market when the former champion earned no more on the same signals", () => {
    expect(causeOf({ by: "wins", champion: () => -3, former: () => -3 })).toBe("market");
  });

  it("is the market when the former fell at least half as far, in the series the chart watches", () => {
    const champion = (i: number) => (i % 10 < 2 ? 4 : -5);
    expect(causeOf({ by: "wins", champion, former: (i) => (i % 10 < 3 ? 4 : -5) })).toBe("market");
    expect(causeOf({ by: "pnl", champion: () => -6, former: () => -3 })).toBe("market");
  });

  it("is the model when it alone fell, by more than luck", () => {
    expect(causeOf({ by: "wins", champion: (i) => (i % 10 < 2 ? 4 : -5), former: (i) => (i % 10 < 6 ? 4 : -5) })).toBe(
      "model",
    );
    expect(causeOf({ by: "pnl", champion: () => -6, former: () => 1 })).toBe("model");
  });

  it("is unclear where the fall is within luck, or nobody else reported", () => {
    expect(causeOf({ by: "wins", n: 6, champion: (i) => (i < 3 ? 4 : -5), former: (i) => (i < 4 ? 4 : -5) })).toBe(
      "unclear",
    );
    expect(causeOf({ by: "pnl", n: 0, champion: () => -6, former: () => 1 })).toBe("unclear");
  });
});
