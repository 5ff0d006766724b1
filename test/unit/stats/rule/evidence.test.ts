import { describe, expect, it } from "vitest";
import {
  differingRows,
  FEWEST_MISSING,
  missingReportsZ,
  pairCoverage,
} from "../../../../shared/stats/rule/evidence.ts";
import { numbers } from "../../../support/drawn-numbers.ts";

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
});

describe("the evidence, worked by hand and at its edges", () => {
  const losses = (n: number) => numbers(n, "missing", (z) => -100 + z);
  const others = numbers(50, "present", (z) => 50 + z);

  it("is compared from 20 unreported and 2 paired signals on", () => {
    expect(missingReportsZ({ missing: losses(20), present: others })!).toBeLessThan(-2);
    expect(missingReportsZ({ missing: losses(19), present: others })).toBeNull();
    expect(missingReportsZ({ missing: losses(20), present: others.slice(0, 2) })).not.toBeNull();
    expect(missingReportsZ({ missing: losses(20), present: others.slice(0, 1) })).toBeNull();
  });

  it("is Welch's z, worked by hand", () => {
    const missing = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 3));
    const present = Float64Array.of(0, 4, 8);
    // variances 20/19 and 16; (2 - 4)/sqrt(1/19 + 16/3)
    expect(missingReportsZ({ missing, present })).toBeCloseTo(-2 / Math.sqrt(1 / 19 + 16 / 3), 12);
    const flat = new Float64Array(20).fill(7);
    expect(missingReportsZ({ missing: flat, present: flat })).toBe(0);
  });

  it("covers nothing without signals", () => {
    expect(pairCoverage({ both: 0, missing: 0 })).toBe(0);
    expect(pairCoverage({ both: 0, missing: 3 })).toBe(0);
    expect(pairCoverage({ both: 1, missing: 0 })).toBe(1);
  });
});
