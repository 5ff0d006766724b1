import { describe, expect, it } from "vitest";
import { candidates, firstChampion, truthOf } from "../../cli/year/models.ts";
import { playYear } from "../../cli/year/play.ts";
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
