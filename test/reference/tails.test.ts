import { describe, expect, it } from "vitest";
import { gammaIsf } from "../../calibration/gamma-quantile.ts";
import {
  binomialAtLeast,
  normalCdf,
  normalIsf,
  normalPpf,
  normalSf,
  studentIsf,
  studentPdf,
  studentSf,
} from "../../shared/stats/numeric/distributions.ts";
import { expectRelative, type Loose, readJson } from "../support/reference-cases.ts";

const tails = readJson("tails.json");
const RELATIVE = 1e-10;

describe("tail probabilities agree with scipy to 1e-10 relative", () => {
  it("normal tails, both ends, down to 1e-300", () => {
    for (const { z, sf, cdf } of tails.normal_sf as Loose[]) {
      expectRelative(normalSf(z), sf, RELATIVE, `P(Z > ${z})`);
      expectRelative(normalCdf(z), cdf, RELATIVE, `P(Z <= ${z})`);
    }
  });

  it("normal quantiles, from p = 1e-300", () => {
    for (const { p, z } of tails.normal_ppf as Loose[]) {
      expect(Math.abs(normalPpf(p) - z)).toBeLessThanOrEqual(RELATIVE * Math.abs(z) + 1e-15);
      expect(normalIsf(p)).toBe(-normalPpf(p));
    }
  });

  it("Student tails for 1 to 100,000 degrees of freedom", () => {
    for (const { t, df, sf } of tails.student_sf as Loose[])
      expectRelative(studentSf({ t, df }), sf, RELATIVE, `P(T_${df} > ${t})`);
  });

  it("Student quantiles, from a tail of 1e-12", () => {
    for (const { q, df, t } of tails.student_isf as Loose[]) {
      expect(Math.abs(studentIsf({ q, df }) - t), `t(${q}, ${df})`).toBeLessThanOrEqual(RELATIVE * Math.abs(t) + 1e-15);
    }
  });

  it("binomial tails up to 40,000 trials", () => {
    for (const { k, n, p, at_least: tail } of tails.binomial as Loose[]) {
      expectRelative(binomialAtLeast({ k, n, p }), tail, RELATIVE, `P(X >= ${k} of ${n})`);
    }
  });

  it("Student densities", () => {
    for (const { t, df, density } of tails.student_pdf as Loose[])
      expectRelative(studentPdf({ t, df }), density, RELATIVE, `density of T_${df} at ${t}`);
  });

  it("gamma quantiles, from a tail of 1e-12", () => {
    for (const { q, shape, x } of tails.gamma_isf as Loose[])
      expectRelative(gammaIsf({ q, shape }), x, RELATIVE, `gamma(${q}, ${shape})`);
  });
});
