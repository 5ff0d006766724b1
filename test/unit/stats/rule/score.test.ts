import { describe, expect, it } from "vitest";
import { computeScore, consistencyRatio } from "../../../../shared/stats/rule/score.ts";

const champion = { sharpe: 0.4, winRate: 0.56, maxDrawdown: 1000 };
const equal = { sharpe: 0.4, winRate: 0.56, maxDrawdown: 1000, rollingWrStd: 0.0496 };
const score = (
  h: Partial<typeof equal>,
  o: { pass?: boolean; tolerance?: number; champion?: Partial<typeof champion> } = {},
) =>
  computeScore({
    pass: o.pass ?? false,
    champion: { ...champion, ...o.champion },
    challenger: { ...equal, ...h },
    tolerance: o.tolerance ?? 1.2,
  });

describe("score", () => {
  it("gives an equal challenger drawdown and consistency only", () => {
    const s = score({});
    expect(s).toMatchObject({ significance: 0, sharpe: 0, winRate: 0, consistency: 10 });
    expect(s.drawdown).toBeCloseTo(15, 9);
  });

  it("gives full marks for +10 % Sharpe ratio, +2 points of win rate, no more drawdown and a proof", () => {
    expect(score({ sharpe: 0.44, winRate: 0.58 }, { pass: true }).total).toBeCloseTo(100, 9);
    expect(score({ sharpe: 4, winRate: 0.9, maxDrawdown: 1 }, { pass: true }).total).toBeLessThanOrEqual(100);
  });

  it("takes nothing away below 0", () => {
    expect(score({ sharpe: -1, winRate: 0.1, maxDrawdown: 1e6, rollingWrStd: 1 }).total).toBe(0);
  });

  it("knows no ratio of a Sharpe ratio at or below 0: better is full marks", () => {
    expect(score({ sharpe: 0.01 }, { champion: { sharpe: 0 } }).sharpe).toBe(25);
    expect(score({ sharpe: -0.2 }, { champion: { sharpe: -0.1 } }).sharpe).toBe(0);
  });

  it("gives drawdown nothing at the tolerance and half between", () => {
    expect(score({ maxDrawdown: 1200 }).drawdown).toBeCloseTo(0, 9);
    expect(score({ maxDrawdown: 1100 }).drawdown).toBeCloseTo(7.5, 9);
    expect(score({ maxDrawdown: 5 }, { champion: { maxDrawdown: 0 } }).drawdown).toBe(0);
    expect(score({ maxDrawdown: 0 }, { champion: { maxDrawdown: 0 } }).drawdown).toBe(15);
    expect(score({ maxDrawdown: 1000 }, { tolerance: 1 }).drawdown).toBe(15);
    expect(score({ maxDrawdown: 1001 }, { tolerance: 1 }).drawdown).toBe(0);
  });

  it("measures consistency against what chance alone does", () => {
    const chance = Math.sqrt((0.56 * 0.44) / 100);
    expect(consistencyRatio({ rollingWrStd: chance, winRate: 0.56 })).toBeCloseTo(1, 12);
    expect(score({ rollingWrStd: 1.24 * chance }).consistency).toBe(10);
    expect(score({ rollingWrStd: 1.26 * chance }).consistency).toBe(5);
    expect(score({ rollingWrStd: 1.51 * chance }).consistency).toBe(0);
    for (const winRate of [0, 1, null]) expect(consistencyRatio({ rollingWrStd: 0.04, winRate })).toBeNull();
    expect(consistencyRatio({ rollingWrStd: null, winRate: 0.5 })).toBeNull();
  });

  it("earns nothing for what does not exist", () => {
    const s = computeScore({
      pass: false,
      champion: { sharpe: null, winRate: null, maxDrawdown: 10 },
      challenger: { sharpe: null, winRate: null, maxDrawdown: 100, rollingWrStd: null },
      tolerance: 1.2,
    });
    expect(s.total).toBe(0);
  });
});

describe("the score, worked by hand and at its edges", () => {
  const champion = { sharpe: 0.4, winRate: 0.8, maxDrawdown: 1000 };
  const challenger = { sharpe: 0.4, winRate: 0.8, maxDrawdown: 1000, rollingWrStd: 0.03 };
  const score = (h: Partial<Record<keyof typeof challenger, number | null>>, c: Record<string, number | null> = {}) =>
    computeScore({
      pass: true,
      champion: { ...champion, ...c },
      challenger: { ...challenger, ...h } as typeof challenger,
      tolerance: 1.2,
    });

  it("changes marks exactly at 1.25 and 1.5 times chance", () => {
    // a win rate of 0.8 has a chance sd of 0.04
    expect(score({ rollingWrStd: 0.05 }).consistency).toBe(5);
    expect(score({ rollingWrStd: 0.06 }).consistency).toBe(0);
    expect(score({ rollingWrStd: 0.0499 }).consistency).toBe(10);
  });

  it("gives marks in proportion and no more than there are", () => {
    expect(score({ sharpe: 0.42 }).sharpe).toBeCloseTo(12.5, 10);
    expect(score({ sharpe: 0.9 }).sharpe).toBe(25);
    expect(score({ winRate: 0.81 }).winRate).toBeCloseTo(10, 10);
    expect(score({ winRate: 0.95 }).winRate).toBe(20);
    expect(score({ maxDrawdown: 100 }).drawdown).toBe(15);
    expect(score({ sharpe: -0.1 }, { sharpe: -0.1 }).sharpe).toBe(0);
    expect(score({ sharpe: 0 }, { sharpe: 0 }).sharpe).toBe(0);
    expect(score({ sharpe: -0.05 }, { sharpe: -0.1 }).sharpe).toBe(25);
    expect(score({}).significance).toBe(30);
  });

  it("gives none where one side is not known, whichever", () => {
    expect(score({ sharpe: null }, { sharpe: -0.1 }).sharpe).toBe(0);
    expect(score({ sharpe: 0.1 }, { sharpe: null }).sharpe).toBe(0);
    expect(score({ winRate: null }, { winRate: 0 }).winRate).toBe(0);
    expect(score({ winRate: 0.9 }, { winRate: null }).winRate).toBe(0);
  });

  it("adds up its parts", () => {
    const s = score({ sharpe: 0.41, winRate: 0.805, maxDrawdown: 1100, rollingWrStd: 0.055 });
    expect(s.total).toBeCloseTo(30 + 6.25 + 5 + 7.5 + 5, 9);
  });

  it("is all or nothing for a tolerance below 1, too", () => {
    const drawdown = (maxDrawdown: number) =>
      computeScore({ pass: false, champion, challenger: { ...challenger, maxDrawdown }, tolerance: 0.5 }).drawdown;
    expect([drawdown(500), drawdown(501)]).toEqual([15, 0]);
  });
});
