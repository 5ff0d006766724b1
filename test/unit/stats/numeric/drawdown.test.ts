import { describe, expect, it } from "vitest";
import { drawdownHolds, drawdownRatio, maxDrawdown } from "../../../../shared/stats/numeric/drawdown.ts";

describe("maximum drawdown", () => {
  it("is measured from the running peak, which starts at 0", () => {
    expect(maxDrawdown([-5, 10, -3, -4, 20])).toBe(7);
    expect(maxDrawdown([-5, -5])).toBe(10);
    expect(maxDrawdown([1, 2, 3])).toBe(0);
    expect(maxDrawdown([])).toBe(0);
  });
});

describe("drawdown gate", () => {
  it("lets a champion without drawdown be followed only by a challenger without one", () => {
    expect(drawdownRatio({ champion: 0, challenger: 5 })).toBeNull();
    expect(drawdownHolds({ champion: 0, challenger: 0, tolerance: 1.2 })).toBe(true);
    expect(drawdownHolds({ champion: 0, challenger: 1, tolerance: 1.2 })).toBe(false);
  });

  it("holds exactly at the tolerance", () => {
    expect(drawdownHolds({ champion: 100, challenger: 120, tolerance: 1.2 })).toBe(true);
    expect(drawdownHolds({ champion: 100, challenger: 120.001, tolerance: 1.2 })).toBe(false);
    expect(drawdownRatio({ champion: 100, challenger: 130 })).toBe(1.3);
  });
});
