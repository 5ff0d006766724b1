import { describe, expect, it } from "vitest";
import {
  binomialAtLeast,
  normalCdf,
  normalPpf,
  normalSf,
  studentIsf,
  studentPdf,
  studentSf,
} from "../../../../shared/stats/numeric/distributions.ts";

describe("normal distribution", () => {
  it("keeps a tail where jstat says 0", () => {
    expect(normalCdf(-9)).toBeGreaterThan(1e-19);
    expect(normalSf(37)).toBeGreaterThan(0);
  });

  it("sums to 1 and is symmetric", () => {
    for (const z of [-4, -1, -0.3, 0, 0.2, 2, 6]) {
      expect(normalSf(z) + normalCdf(z)).toBeCloseTo(1, 14);
      expect(normalSf(z)).toBe(normalCdf(-z));
    }
  });

  it("has a quantile that undoes the distribution", () => {
    for (const p of [1e-200, 1e-9, 0.01, 0.5, 0.99]) expect(normalCdf(normalPpf(p)) / p).toBeCloseTo(1, 11);
  });

  it("rises across the seams where one library hands over to the other", () => {
    for (const seam of [-4, 4]) {
      for (let i = -20; i < 20; i++)
        expect(normalCdf(seam + (i + 1) * 1e-9)).toBeGreaterThanOrEqual(normalCdf(seam + i * 1e-9));
    }
    for (let i = -20; i < 20; i++)
      expect(normalPpf(1e-6 + (i + 1) * 1e-16)).toBeGreaterThan(normalPpf(1e-6 + i * 1e-16));
  });

  it("refuses a probability outside (0, 1), and what is not a number", () => {
    for (const p of [0, 1, -0.1, 1.1, Number.NaN]) expect(() => normalPpf(p)).toThrow(RangeError);
    expect(() => normalSf(Number.NaN)).toThrow(RangeError);
    expect(() => normalCdf(Number.NaN)).toThrow(RangeError);
  });

  it("is 0 and 1 at the ends", () => {
    expect([normalSf(Number.POSITIVE_INFINITY), normalCdf(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
  });
});

describe("Student's t", () => {
  it("is Cauchy for one degree of freedom", () => {
    for (const t of [0, 0.5, 1, 7]) expect(studentSf({ t, df: 1 })).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 14);
    expect(studentPdf({ t: 1, df: 1 })).toBeCloseTo(1 / (2 * Math.PI), 13);
  });

  it("has heavier tails than the normal and approaches it", () => {
    expect(studentSf({ t: 3, df: 5 })).toBeGreaterThan(studentSf({ t: 3, df: 50 }));
    expect(studentSf({ t: 3, df: 1e6 }) / normalSf(3)).toBeCloseTo(1, 4);
  });

  it("is 0 beyond every finite t and mirrors negative ones", () => {
    expect(studentSf({ t: Number.POSITIVE_INFINITY, df: 4 })).toBe(0);
    expect(studentSf({ t: Number.NEGATIVE_INFINITY, df: 4 })).toBe(1);
    expect(studentSf({ t: -2, df: 4 }) + studentSf({ t: 2, df: 4 })).toBeCloseTo(1, 14);
  });

  it("refuses degrees of freedom that are not positive, where jstat gives false", () => {
    for (const df of [0, -3, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => studentSf({ t: 1, df })).toThrow(RangeError);
    expect(() => studentSf({ t: Number.NaN, df: 3 })).toThrow(RangeError);
  });

  it("has a quantile that undoes the tail, on both sides of the middle", () => {
    for (const df of [1, 3, 40, 700.5]) {
      for (const q of [1e-9, 0.01, 0.4, 0.5, 0.9])
        expect(studentSf({ t: studentIsf({ q, df }), df }) / q).toBeCloseTo(1, 9);
    }
    expect(() => studentIsf({ q: 0, df: 3 })).toThrow(RangeError);
  });
});

describe("binomial tail", () => {
  it("is certain at 0 successes and impossible beyond n", () => {
    expect(binomialAtLeast({ k: 0, n: 5, p: 0.5 })).toBe(1);
    expect(binomialAtLeast({ k: 6, n: 5, p: 0.5 })).toBe(0);
  });

  it("equals the sum over a small distribution", () => {
    expect(binomialAtLeast({ k: 2, n: 4, p: 0.5 })).toBeCloseTo(11 / 16, 14);
    expect(binomialAtLeast({ k: 3, n: 3, p: 0.2 })).toBeCloseTo(0.008, 14);
  });

  it("refuses a probability of 0 or 1", () => {
    expect(() => binomialAtLeast({ k: 1, n: 2, p: 0 })).toThrow(RangeError);
  });
});
