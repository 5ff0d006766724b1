import { describe, expect, it } from "vitest";
import {
  differingRows,
  FEWEST_MISSING,
  missingReportsZ,
  pairCoverage,
  settledPrefix,
} from "../../../../shared/stats/rule/evidence.ts";

describe("evidence", () => {
  it("covers nothing when there are no signals", () => {
    expect(pairCoverage({ both: 0, missing: 0 })).toBe(0);
    expect(pairCoverage({ both: 98, missing: 2 })).toBe(0.98);
  });

  it("notices that the missing signals were the champion's losses", () => {
    const present = Array.from({ length: 400 }, (_, i) => 50 + (i % 7) * 10);
    const missing = Array.from({ length: FEWEST_MISSING }, (_, i) => -60 - (i % 5));
    expect(missingReportsZ({ missing, present })!).toBeLessThan(-2);
    expect(missingReportsZ({ missing: missing.slice(1), present })).toBeNull();
    expect(missingReportsZ({ missing, present: [1] })).toBeNull();
    expect(missingReportsZ({ missing: new Array(20).fill(1), present: [1, 1] })).toBe(0);
  });

  it("counts the rows on which the models differ", () => {
    expect(differingRows({ champion: [1, 2, 3], challenger: [1, 5, 3] })).toBe(1);
  });

  it("stops before the first open signal and skips the missing ones", () => {
    expect(settledPrefix(["both", "missing", "both", "open", "both"])).toEqual([0, 2]);
    expect(settledPrefix([])).toEqual([]);
  });
});
