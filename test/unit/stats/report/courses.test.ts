import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  histogram,
  keepExtremes,
  rollingFigures,
  runningTotal,
  underwater,
} from "../../../../shared/stats/report/courses.ts";

describe("courses of money", () => {
  it("add up, and lie below their peak by what was lost since", () => {
    const total = runningTotal([10, -4, -3, 5, -20]);
    expect([...total]).toEqual([10, 6, 3, 8, -12]);
    expect([...underwater(total)]).toEqual([0, -4, -7, -2, -22]);
  });

  it("count a loss from the start as a drawdown", () => {
    expect([...underwater(runningTotal([-5, 2]))]).toEqual([-5, -3]);
  });
});

describe("the rows that are drawn", () => {
  it("are all of them while there are few", () => {
    expect(keepExtremes([[3, 1, 2]], { points: 10 })).toEqual([0, 1, 2]);
    expect(keepExtremes([[]], { points: 10 })).toEqual([]);
  });

  it("never lose a series' lowest or highest point, and are no more than asked for", () => {
    const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 30, maxLength: 400 });
    fc.assert(
      fc.property(series, fc.integer({ min: 10, max: 29 }), (column, points) => {
        const other = column.map((x, i) => -x + i);
        const kept = keepExtremes([column, other], { points });
        expect(kept.length).toBeLessThanOrEqual(points);
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(column.length - 1);
        expect([...kept].sort((a, b) => a - b)).toEqual(kept);
        for (const each of [column, other]) {
          const drawn = kept.map((i) => each[i]!);
          expect(Math.max(...drawn)).toBe(Math.max(...each));
          expect(Math.min(...drawn)).toBe(Math.min(...each));
        }
      }),
      { seed: 11 },
    );
  });

  it("keep a drawdown of one single row among 50,000", () => {
    const flat = new Float64Array(50_000);
    flat[31_337] = -900;
    const kept = keepExtremes([flat, flat], { points: 1000 });
    expect(kept).toContain(31_337);
    expect(kept.length).toBeLessThanOrEqual(1000);
  });
});

describe("rolling figures", () => {
  it("begin with the first whole window", () => {
    const { from, winRate, sharpe } = rollingFigures([1, -1, 1, 1], { window: 2 });
    expect(from).toBe(1);
    expect([...winRate]).toEqual([0.5, 0.5, 1]);
    expect([...sharpe]).toEqual([0, 0, 0]);
    expect(rollingFigures([3, 1], { window: 2 }).sharpe[0]).toBe(2);
  });

  it("are empty before it", () => {
    expect(rollingFigures([1], { window: 2 }).winRate).toHaveLength(0);
  });
});

describe("a histogram", () => {
  it("counts every value once, the largest in the last bin", () => {
    const { from, width, counts } = histogram([0, 1, 2, 3, 4], { bins: 2 });
    expect({ from, width, counts }).toEqual({ from: 0, width: 2, counts: [2, 3] });
  });

  it("of equal values is one bin, and of none has no bins", () => {
    expect(histogram([7, 7], { bins: 5 })).toEqual({ from: 7, width: 0, counts: [2] });
    expect(histogram([], { bins: 5 }).counts).toEqual([]);
  });
});
