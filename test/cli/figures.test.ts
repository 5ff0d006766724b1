import { expect, test } from "vitest";
import { count, decimal, duration, money, percent, points, winRate } from "../../cli/terminal/figures.ts";

test("a figure that does not exist is a dash", () => {
  expect([decimal(null), money(undefined), percent(null), points(null), winRate(undefined)]).toEqual(
    Array.from({ length: 5 }, () => "–"),
  );
});

test("a win rate is floored as in its gate's sentence, other shares are rounded", () => {
  expect([winRate(0.5499), percent(0.5499), percent(0.5499, { digits: 0 })]).toEqual(["54.9 %", "55.0 %", "55 %"]);
});

test("nothing in a table has a sign before a zero, and other money always has one", () => {
  expect([decimal(-0.001), decimal(-0.4, 0), decimal(-0.02, 2), count(-0.2)]).toEqual(["0.00", "0", "-0.02", "0"]);
  expect([money(0), money(1234.5), money(-1234.5, 0)]).toEqual(["0.00", "+1,234.50", "-1,235"]);
});

test("a duration never shows a 60th second", () => {
  expect([999.6, 59_900, 119_700, 120_000, 3_599_000].map(duration)).toEqual([
    "1000 ms",
    "59.9 s",
    "2 min 0 s",
    "2 min 0 s",
    "59 min 59 s",
  ]);
});
