import { describe, expect, it } from "vitest";
import { findScenarios } from "../../calibration/catalogue.ts";
import { playChunk } from "../../calibration/run.ts";
import type { LifeScenario } from "../../calibration/scenario.ts";
import { countedBy, shareOf, type Tally } from "../../calibration/tally.ts";
import committed from "../../docs/calibration/tables.json" with { type: "json" };
import { parseSettings } from "../../shared/domain/settings.ts";

/**
 * A short calibration on every commit, on another seed than the committed tables: false promotions may not exceed the
 * table by more than four standard errors of the difference, nor an absolute cap; power may differ to neither side.
 * Power is the sharper instrument: a rate of 1 % needs thousands of families to be seen moving, a rate of 40 % moves at
 * once. The three scales guard each other: one of them loosened alone may change little here and is the business of the
 * unit tests; all of them loosened, say to the constants of one slot, fail most of this file.
 */

const SEED = "short run";
const ERRORS = 4;

function play(name: string, o: { families: number; rows: number }): Tally {
  const found = findScenarios([name]);
  if ("unknown" in found) throw new Error(`no scenario ${name}`);
  const scenario = { ...(found[0] as LifeScenario), rows: o.rows };
  return playChunk({ scenario, settings: parseSettings({}), seed: SEED, from: 0, to: o.families });
}

/** Share in the committed table with its error. */
function tabled(name: string, what: "pass" | "promoted", n: number): { share: number; se: number } {
  const row = (committed.rows as { name: string; pass?: object; promoted?: object }[]).find((r) => r.name === name);
  const cell = (row?.[what] as Record<string, { share: number; se: number }> | undefined)?.[n];
  if (cell === undefined) throw new Error(`docs/calibration/tables.json has no ${what} by ${n} for ${name}`);
  return cell;
}

function measure(tally: Tally, o: { name: string; what: "pass" | "promoted"; n: number }) {
  const here = shareOf({ times: countedBy(tally, o.what, o.n), of: tally.lives! });
  const table = tabled(o.name, o.what, o.n);
  return { here: here.share, table: table.share, reach: ERRORS * Math.hypot(here.se, table.se) };
}

describe("challengers no better than the champion are promoted as rarely as the tables say", {
  timeout: 120_000,
}, () => {
  it.each([
    { name: "normal-7", families: 300, cap: 0.04 },
    { name: "skew-pair", families: 150, cap: 0.08 },
    { name: "overlap-10", families: 100, cap: 0.14 },
    { name: "regime-10-100", families: 100, cap: 0.24 },
  ])("$name: $families families up to 2,000 rows", ({ name, families, cap }) => {
    const tally = play(name, { families, rows: 2000 });
    const { here, table, reach } = measure(tally, { name, what: "pass", n: 2000 });
    expect(here).toBeLessThanOrEqual(table + reach);
    expect(here).toBeLessThanOrEqual(cap);
  });
});

describe("better challengers are promoted as soon as the tables say, and no sooner", { timeout: 120_000 }, () => {
  it.each([
    { name: "ten-7", lives: 800, n: 500 },
    { name: "ten-7", lives: 500, n: 1000 },
    { name: "ten-t3", lives: 400, n: 1000 },
    { name: "ten-7-long", lives: 400, n: 1000 },
  ])("$name by $n rows", ({ name, lives, n }) => {
    const tally = play(name, { families: lives, rows: n });
    for (const what of ["pass", "promoted"] as const) {
      const { here, table, reach } = measure(tally, { name, what, n });
      expect(Math.abs(here - table), `${what}: ${here} here, ${table} in the table`).toBeLessThanOrEqual(reach);
    }
  });
});
