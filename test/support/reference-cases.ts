import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Sides } from "../../shared/stats/rule/sides.ts";

/** The reference vectors as they lie beside this file. Their shapes differ by case, so their values are `any` by intent. */

// biome-ignore lint/suspicious/noExplicitAny: one JSON file holds cases of forty shapes
export type Loose = any;

export type Case = { id: string; function: string; source: string; inputs: Loose; expected: Loose; abs_tol: number };

type VectorFile = {
  datasets: Record<string, { champion: number[]; challenger: number[] }>;
  cases: Case[];
  edge_cases?: Loose[];
};

export function readJson(name: string): Loose {
  return JSON.parse(readFileSync(new URL(`../reference/${name}`, import.meta.url), "utf8"));
}

export function loadVectors(name: string): VectorFile {
  return readJson(name);
}

/** A dataset as columns; `championFirst` cuts the champion's side. */
export function sidesOf(file: VectorFile, dataset: string, championFirst?: number): Sides {
  const d = file.datasets[dataset]!;
  return {
    champion: Float64Array.from(d.champion.slice(0, championFirst)),
    challenger: Float64Array.from(d.challenger),
  };
}

/** Compares number by number within an absolute tolerance; everything else has to be equal. */
export function expectNear(got: Loose, want: Loose, tolerance: number, path = "result"): void {
  if (typeof want === "number") {
    expect(typeof got, path).toBe("number");
    expect(Math.abs(got - want), `${path}: ${got} instead of ${want}`).toBeLessThanOrEqual(tolerance);
  } else if (Array.isArray(want)) {
    expect(got.length, `${path}.length`).toBe(want.length);
    want.forEach((item, i) => {
      expectNear(got[i], item, tolerance, `${path}[${i}]`);
    });
  } else if (want !== null && typeof want === "object") {
    for (const key of Object.keys(want)) expectNear(got[key], want[key], tolerance, `${path}.${key}`);
  } else {
    expect(got, path).toBe(want);
  }
}

/** |got - want| <= tolerance |want|. */
export function expectRelative(got: number, want: number, tolerance: number, what: string): void {
  const size = Math.abs(want);
  expect(Math.abs(got - want) <= tolerance * size + 1e-310, `${what}: ${got} instead of ${want}`).toBe(true);
}
