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
