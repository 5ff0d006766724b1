import { describe, expect, it } from "vitest";
import { candidates, firstChampion, truthOf } from "../../cli/year/models.ts";
import { playYear } from "../../cli/year/play.ts";
import { summaryOf, summaryText } from "../../cli/year/summary.ts";
import { ratioOver } from "../../cli/year/years.ts";
import { reportOf } from "../../shared/domain/report.ts";

describe("the scripted year", () => {
  it("promotes only models that are in truth better, rolls back those that collapse, and can be traced event by event", async () => {
    const year = await playYear({
      seed: "2025",
      signalsPerDay: 40,
      days: 365,
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    const report = reportOf(year.events, { from: null, to: null, alphaPerTest: 0.05 / 3 });
    const ids = new Set(year.events.map((event) => event.eventId));
    expect(report.modelsTested).toBe(26);
    expect(report.promotions).toBeGreaterThanOrEqual(4);
    expect(report.automaticRollbacks).toBeGreaterThanOrEqual(1);
    expect(report.rollbacks).toBe(report.automaticRollbacks);
    for (const figure of Object.values(report.traces)) for (const id of figure) expect(ids).toContain(id);
    const all = new Map([firstChampion, ...candidates].map((c) => [c.name, c]));
    let champion = firstChampion;
    for (const event of year.events) {
      if (event.type === "promotion") {
        const promoted = all.get(event.modelName!)!;
        expect(truthOf(promoted, champion), `${promoted.name} over ${champion.name}`).toBe("better");
        champion = promoted;
      }
      if (event.type === "rollback") champion = all.get(event.details.restored)!;
    }
  }, 120_000);
});

describe("years added up", () => {
  it("a ratio is that of the sums, and its error comes from years drawn with replacement", () => {
    const years = [
      { part: 1, whole: 2 },
      { part: 0, whole: 4 },
      { part: 2, whole: 2 },
    ];
    const found = ratioOver(years, "s")!;
    expect(found.value).toBe(3 / 8);
    expect(found.se).toBeGreaterThan(0.1);
    expect(ratioOver(years, "s")).toEqual(found);
  });

  it("none seen is not a certain zero, and no occasion is no ratio", () => {
    expect(ratioOver(Array(5).fill({ part: 0, whole: 4 }), "s")!.se).toBeCloseTo(0.035, 3);
    expect(ratioOver([{ part: 0, whole: 0 }], "s")).toBeNull();
  });

  it("the summary keeps counts beside shares", () => {
    const none = { promotions: 2, worsePromoted: 0, equalPromoted: 0, betterRetired: 0, automaticRollbacks: 1 };
    const year = { ...none, harmfulRollbacks: 0, collapses: 1, collapsesCaught: 1, marketFalls: 1, marketCalled: 1 };
    const text = summaryText(summaryOf([{ ...year, expectedFalsePromotions: 0.5 }], "s"));
    expect(text).toMatch(/collapses of a promoted model rolled back +1\.000 ± \d\.\d+ +1 of 1/);
    expect(text).toMatch(/at most to be expected a year if nobody were better +0\.500/);
  });
});
