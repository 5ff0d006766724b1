import { describe, expect, it } from "vitest";
import {
  BOUNDARY_CONSTANTS,
  chooseScales,
  levelAtLook,
  scaleNames,
  sequentialBoundary,
} from "../../../../shared/stats/rule/boundary.ts";
import { boundariesAt } from "../../../../shared/stats/rule/three-scales.ts";

describe("sequentialBoundary", () => {
  it("starts at a, grows with the rows and never falls", () => {
    expect(sequentialBoundary({ a: 3.05, n: 500 })).toBe(3.05);
    expect(sequentialBoundary({ a: 3.05, n: 10 })).toBe(3.05);
    let last = 0;
    for (let n = 500; n <= 10_000; n += 100) {
      const b = sequentialBoundary({ a: 2.1, n });
      expect(b).toBeGreaterThan(last);
      last = b;
    }
  });

  it("asks for more with every slot, and for more of long blocks", () => {
    for (const scale of scaleNames) {
      for (const variant of ["standard", "long-block"] as const) {
        const a = BOUNDARY_CONSTANTS[variant];
        expect(a[1][scale]).toBeLessThan(a[2][scale]);
        expect(a[2][scale]).toBeLessThan(a[3][scale]);
      }
      expect(BOUNDARY_CONSTANTS["long-block"][3][scale]).toBeGreaterThanOrEqual(BOUNDARY_CONSTANTS.standard[3][scale]);
    }
  });

  it("is reported with the level of a single look", () => {
    expect(levelAtLook({ a: 1.959963984540054, n: 500 })).toBeCloseTo(0.025, 12);
  });
});

describe("chooseScales", () => {
  const auto = { longBlocks: "auto" as const, minTrades: 500 };

  it("takes blocks of 50 and the first look at 500 while few positions overlap", () => {
    expect(chooseScales({ overlap: 5, ...auto })).toEqual({
      variant: "standard",
      blockLength: 50,
      firstLook: 500,
      lagFloor: 24,
      overlap: 5,
      simulated: true,
    });
  });

  it("takes blocks of 100 and the first look at 1,000 for 6 to 20, or by choice", () => {
    const long = { variant: "long-block", blockLength: 100, firstLook: 1000, lagFloor: 24, simulated: true };
    expect(chooseScales({ overlap: 6, ...auto })).toEqual({ ...long, overlap: 6 });
    expect(chooseScales({ overlap: 10.5, ...auto })).toEqual({ ...long, lagFloor: 26, overlap: 11 });
    expect(chooseScales({ overlap: 20, ...auto })).toEqual({ ...long, lagFloor: 44, overlap: 20 });
    expect(chooseScales({ overlap: 0, longBlocks: "always", minTrades: 500 })).toEqual({ ...long, overlap: 1 });
  });

  it("goes beyond what was simulated above 20, and says so", () => {
    expect(chooseScales({ overlap: 21, ...auto })).toEqual({
      variant: "long-block",
      blockLength: 150,
      firstLook: 1500,
      lagFloor: 46,
      overlap: 21,
      simulated: false,
    });
  });

  it("waits for the setting when that is later", () => {
    expect(chooseScales({ overlap: 1, longBlocks: "auto", minTrades: 2000 }).firstLook).toBe(2000);
  });

  it("refuses an overlap that is no number", () => {
    expect(() => chooseScales({ overlap: Number.NaN, ...auto })).toThrow(RangeError);
    expect(() => chooseScales({ overlap: -1, ...auto })).toThrow(RangeError);
  });
});

describe("the boundary, worked by hand and at its edges", () => {
  it("has the constants of the rule", () => {
    expect(BOUNDARY_CONSTANTS).toEqual({
      standard: {
        1: { hac: 2.64, blocks: 2.25, tenths: 1.75 },
        2: { hac: 2.91, blocks: 2.55, tenths: 2 },
        3: { hac: 3.05, blocks: 2.7, tenths: 2.1 },
      },
      "long-block": {
        1: { hac: 2.64, blocks: 2.4, tenths: 1.9 },
        2: { hac: 2.91, blocks: 2.65, tenths: 2.1 },
        3: { hac: 3.05, blocks: 2.75, tenths: 2.2 },
      },
    });
  });

  it("gives each scale its own constant", () => {
    const b = boundariesAt({ n: 500, slots: 2, variant: "long-block", route: "mean" });
    expect(b.hac).toBeCloseTo(2.91, 12);
    expect(b.blocks).toBeCloseTo(2.65, 12);
    expect(b.tenths).toBeCloseTo(2.1, 12);
  });

  it("refuses an overlap that is none, and never looks before the trades asked for", () => {
    const plan = { longBlocks: "auto", minTrades: 700 } as const;
    expect(() => chooseScales({ ...plan, overlap: -1 })).toThrow("overlap must be 0 or more, not -1");
    expect(() => chooseScales({ ...plan, overlap: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => chooseScales({ ...plan, overlap: Number.NaN })).toThrow(RangeError);
    expect(chooseScales({ ...plan, overlap: 0 })).toMatchObject({ firstLook: 700, blockLength: 50 });
    expect(chooseScales({ ...plan, overlap: 30 })).toMatchObject({ firstLook: 1500, blockLength: 150 });
    expect(chooseScales({ ...plan, overlap: 5.5 })).toMatchObject({ variant: "long-block" });
    expect(chooseScales({ ...plan, overlap: 30 })).toMatchObject({ lagFloor: 64, overlap: 30, simulated: false });
    expect(chooseScales({ ...plan, overlap: null })).toEqual({
      variant: "long-block",
      blockLength: 100,
      firstLook: 1000,
      lagFloor: 24,
      overlap: null,
      simulated: true,
    });
  });
});
