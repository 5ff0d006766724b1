import { describe, expect, it } from "vitest";
import { emptyRows, pickRows, rowsOf } from "../../../shared/domain/ledger.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { FIRST_ROWS, knownBefore, ROWS_MAX, readForward, readUntil } from "../../../shared/pipeline/stretches.ts";
import { MINUTE, NOON, trades } from "../../support/samples.ts";

const at = (minute: number) => NOON + minute * MINUTE;

/** A ledger of one trade a minute, and how many rows were asked of it. */
function ledgerOf(n: number) {
  const all = rowsOf(trades(n));
  const asked: number[] = [];
  const readStretch: StatePort["readStretch"] = async (_model, { closedAfter, count }) => {
    asked.push(count);
    const first = closedAfter === null ? 0 : all.closedAt.findIndex((closed) => closed > closedAfter);
    const indexes = Array.from({ length: Math.max(0, Math.min(count, n - first)) }, (_, i) => first + i);
    const rows = pickRows(all, indexes);
    return { rows, clock: rows.closedAt.at(-1) ?? Number.NEGATIVE_INFINITY, complete: first + indexes.length >= n };
  };
  return { state: { readStretch } as StatePort, asked };
}

describe("reading forward", () => {
  it("ends with the first attempt that is enough", async () => {
    const { state, asked } = ledgerOf(100_000);
    const enough = (clock: number) => clock >= at(20_000);
    const { rows, complete } = await readForward("m", { closedAfter: at(499), past: at(499), enough }, state);
    expect(asked).toEqual([FIRST_ROWS, 16_000, 32_000]);
    expect(rows.closedAt[0]).toBe(at(500));
    expect(complete).toBe(false);
  });

  it("ends where the ledger does", async () => {
    const { state } = ledgerOf(1_500);
    const stretch = await readForward("m", { closedAfter: null, past: at(0), enough: () => false }, state);
    expect(stretch).toMatchObject({ complete: true, rows: { count: 1_500 } });
  });

  it("is given up at a bound where nothing is enough, but not before it has come further than where it began", async () => {
    const { state } = ledgerOf(200_000);
    const never = { closedAfter: null, enough: () => false };
    const near = await readForward("m", { ...never, past: at(10) }, state);
    expect(near.rows.count).toBeLessThanOrEqual(2 * ROWS_MAX);
    const far = await readForward("m", { ...never, past: at(90_000) }, state);
    expect(far.clock).toBeGreaterThan(at(90_000));
  });
});

describe("what a stretch holds", () => {
  const stretch = { rows: emptyRows(), clock: at(100), complete: false };

  it("is everything where nothing follows", () => {
    expect(knownBefore([{ ...stretch, complete: true }, null], { settleMs: MINUTE })).toBe(Number.POSITIVE_INFINITY);
  });

  it("is else only what no report can come late to", () => {
    const settleMs = 30 * MINUTE;
    expect(knownBefore([stretch, { ...stretch, clock: at(80) }], { settleMs })).toBe(at(50));
  });

  it("of a moment is read with what may have come late to it", async () => {
    const { state } = ledgerOf(50_000);
    const rows = await readUntil("m", { closedAfter: at(99), until: at(900), settleMs: 500 * MINUTE }, state);
    expect(rows.closedAt[0]).toBe(at(100));
    expect(rows.closedAt.at(-1)).toBeGreaterThan(at(1_400));
    expect(rows.count).toBeLessThanOrEqual(16_000);
  });
});
