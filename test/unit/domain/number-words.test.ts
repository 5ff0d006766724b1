import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  floored,
  flooredPercent,
  lostOrMade,
  percentAsSet,
  rounded,
  roundedCount,
  roundedGain,
  roundedMoney,
  roundedPercent,
} from "../../../shared/domain/number-words.ts";

describe("a figure that must reach a bound", () => {
  it("never reads as the bound just below it", () => {
    expect(flooredPercent(0.54999)).toBe("54.9 %");
    expect(floored(69.97, 1)).toBe("69.9");
    expect(floored(69.97, 0)).toBe("69");
  });

  it("reads as the bound when it is the bound, whatever a product in binary makes of it", () => {
    expect(100 * 0.57).toBeLessThan(57);
    expect(flooredPercent(0.57)).toBe("57.0 %");
    expect(floored(70, 1)).toBe("70");
  });

  it("is never shown above what it is, and less than a step below it", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 5000 }), (wins, more) => {
        const trades = wins + more;
        const shown = Number(flooredPercent(wins / trades).replace(" %", ""));
        const tenths = Math.round(10 * shown);
        // in whole numbers: shown <= 100 wins / trades < shown + 0.1
        expect(tenths * trades).toBeLessThanOrEqual(1000 * wins);
        expect((tenths + 1) * trades).toBeGreaterThan(1000 * wins);
      }),
    );
  });
});

describe("a rounded figure", () => {
  it("takes halves away from zero, as the decimals are written", () => {
    expect([rounded(342.905, 2), rounded(-342.905, 2), rounded(1.005, 2)]).toEqual(["342.91", "-342.91", "1.01"]);
    expect([roundedMoney(342.905), roundedGain(342.905, 2)]).toEqual(["342.91", "+342.91"]);
  });

  it("has no sign when it rounds to nothing: nobody reads -0.0", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(-0)), fc.nat(4), (x, digits) => {
        const written = [rounded(x, digits), roundedGain(x, digits), roundedPercent(x, digits), roundedMoney(x)];
        for (const text of [...written, floored(x, digits), flooredPercent(x), percentAsSet(x), lostOrMade(x)])
          expect(text).not.toMatch(/[-+]0(\.0*)?( %)?$|lost 0\.00/);
      }),
    );
    expect([rounded(-0.001, 2), roundedGain(-0.001, 2), lostOrMade(-0.001)]).toEqual(["0.00", "0.00", "made 0.00"]);
  });

  it("as a count has no sign when it rounds to nothing", () => {
    expect([roundedCount(-0.3), roundedCount(-3), roundedCount(0)]).toEqual(["0", "-3", "0"]);
  });

  it("has thousands set apart where it is money or a count, and nowhere else", () => {
    expect(rounded(1234567.891, 2)).toBe("1234567.89");
    expect(roundedMoney(1234567.891)).toBe("1,234,567.89");
    expect(roundedMoney(-1234.5)).toBe("-1,234.50");
    expect(roundedGain(-1234567.891, 0)).toBe("-1,234,568");
    expect(roundedCount(1234567.5)).toBe("1,234,568");
  });

  it("of money over some trades is named a loss or a gain instead of signed", () => {
    expect([lostOrMade(-12.3), lostOrMade(12.345), lostOrMade(0)]).toEqual(["lost 12.30", "made 12.35", "made 0.00"]);
  });

  it("as a share has its digits whatever they are, a share that was set has those it was set with", () => {
    expect([roundedPercent(0.4567), roundedPercent(1, 0), roundedPercent(0.29, 2)]).toEqual([
      "45.7 %",
      "100 %",
      "29.00 %",
    ]);
    expect([percentAsSet(0.07), percentAsSet(0.125), percentAsSet(0.1)]).toEqual(["7 %", "12.5 %", "10 %"]);
  });
});
