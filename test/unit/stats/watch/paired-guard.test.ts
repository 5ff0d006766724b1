import { describe, expect, it } from "vitest";
import {
  type Answered,
  freezePaired,
  marketOrUnclear,
  type PairedBaseline,
  type PairedFigures,
  PairedTally,
  pairedVerdict,
  volatilityRatio,
} from "../../../../shared/stats/watch/paired-guard.ts";

const columns = (n: number, pnlNew: (i: number) => number, pnlFormer: (i: number) => number) => ({
  pnlNew: Float64Array.from({ length: n }, (_, i) => pnlNew(i)),
  pnlFormer: Float64Array.from({ length: n }, (_, i) => pnlFormer(i)),
  tookNew: new Uint8Array(n).fill(1),
  tookFormer: new Uint8Array(n).fill(1),
});
/** Two models that differ on every signal. */
const shadow = (n: number) =>
  columns(
    n,
    (i) => ((i * 7) % 13) - 4,
    (i) => ((i * 5) % 11) - 4,
  );

describe("the paired baseline", () => {
  it("is what the challenger promised against the champion on the same signals", () => {
    const b = freezePaired(
      columns(
        100,
        (i) => (i % 10 < 6 ? 3 : -1),
        (i) => (i % 10 < 5 ? 2 : -2),
      ),
    )!;
    expect(b).toMatchObject({
      pairs: 100,
      winRateNew: 0.6,
      winRateFormer: 0.5,
      differing: 100,
      meanFormer: 0,
      sdFormer: 2,
    });
    expect(b.promise).toBeCloseTo(1.4, 12);
    expect(JSON.parse(JSON.stringify(b))).toEqual(b);
  });

  it("is usable from 50 pairs and 50 differing signals on", () => {
    expect(freezePaired(shadow(200))!.usable).toBe(true);
    expect(freezePaired(shadow(49))!.usable).toBe(false);
    const alike = (differing: number) =>
      columns(
        500,
        (i) => (i % 7) - 2 + (i < differing ? 1 : 0),
        (i) => (i % 7) - 2,
      );
    expect(freezePaired(alike(49))!.usable).toBe(false);
    expect(freezePaired(alike(50))!.usable).toBe(true);
  });

  it("is not usable for a clone, nor for a constant difference, and does not exist for less than two pairs", () => {
    expect(
      freezePaired(
        columns(
          300,
          (i) => i % 5,
          (i) => i % 5,
        ),
      )!.usable,
    ).toBe(false);
    expect(
      freezePaired(
        columns(
          300,
          (i) => (i % 5) + 3,
          (i) => i % 5,
        ),
      )!,
    ).toMatchObject({ sdDifference: 0, usable: false });
    expect(freezePaired(shadow(1))).toBeNull();
  });

  it("leaves abstentions out of the win rates", () => {
    const tookNew = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
    const b = freezePaired({
      ...columns(
        100,
        (i) => (i % 2 ? 1 : 0),
        () => -1,
      ),
      tookNew,
    })!;
    expect(b.winRateNew).toBe(0.99);
    expect(b.winRateFormer).toBe(0.005);
  });
});

const b: PairedBaseline = {
  ...freezePaired(shadow(400))!,
  promise: 1,
  sdDifference: 10,
  sdWins: 0.5,
  serialDifference: 1,
  serialWins: 1,
  winRateNew: 0.6,
  winRateFormer: 0.5,
  meanFormer: 0,
  sdFormer: 10,
};
const answer = (pnl: number): Answered => ({ pnl, took: 1 });

function figuresOf(n: number, champion: (i: number) => number, former: (i: number) => number): PairedFigures {
  const tally = new PairedTally(b, { window: 100 });
  for (let i = 0; i < n; i++) tally.add(answer(champion(i)), answer(former(i)));
  return tally.figures();
}

describe("the paired charts", () => {
  it("take the market out: what both lose alike is no deficit", () => {
    const f = figuresOf(
      60,
      () => -20,
      () => -21,
    );
    expect(f).toMatchObject({ gain: 60, championPnl: -1200, formerPnl: -1260 });
    expect(f.zPnl).toBeCloseTo(0, 12);
    expect(pairedVerdict(f, { fell: true }).verdict).toBe("quiet");
  });

  it("roll back when the model alone wins less and restoring the former would have been better", () => {
    expect(
      pairedVerdict(
        figuresOf(
          60,
          (i) => (i % 10 < 3 ? 5 : -5),
          (i) => (i % 10 < 6 ? 5 : -5),
        ),
        { fell: false },
      ),
    ).toEqual({
      verdict: "rollback",
      rule: "paired-win",
    });
  });

  it("never roll back to a model that would have earned less on the same signals", () => {
    const f = figuresOf(
      60,
      (i) => (i % 10 < 3 ? 40 : -5),
      (i) => (i % 10 < 6 ? 5 : -5),
    );
    expect(f.gain).toBeGreaterThan(0);
    expect(f.zWins).toBeGreaterThan(3);
    expect(pairedVerdict(f, { fell: true })).toEqual({ verdict: "alert", rule: "paired-win" });
  });

  it("say nothing before 20 pairs", () => {
    expect(
      pairedVerdict(
        figuresOf(
          19,
          () => -50,
          () => 50,
        ),
        { fell: true },
      ).verdict,
    ).toBe("quiet");
    expect(
      pairedVerdict(
        figuresOf(
          20,
          () => -50,
          () => 50,
        ),
        { fell: true },
      ).verdict,
    ).toBe("rollback");
  });

  it("hold one difference within eight standard deviations: one crash is not the end", () => {
    const f = figuresOf(
      30,
      (i) => (i === 0 ? -1e6 : 1),
      () => 0,
    );
    expect(f.zPnl).toBeCloseTo(80 / (10 * Math.sqrt(100 * 1.25)), 6);
    expect(pairedVerdict(f, { fell: false }).verdict).toBe("quiet");
    expect(pairedVerdict(f, { fell: true })).toEqual({ verdict: "rollback", rule: "paired-drawdown" });
  });

  it("widen in a market the former champion finds wilder than before, and never narrow", () => {
    expect(volatilityRatio({ trades: 20, squares: 20 * 400, sd: 10 })).toBe(2);
    expect(volatilityRatio({ trades: 20, squares: 20, sd: 10 })).toBe(1);
    expect(volatilityRatio({ trades: 19, squares: 1e9, sd: 10 })).toBe(1);
    expect(volatilityRatio({ trades: 20, squares: 1e9, sd: 0 })).toBe(1);
  });
});

describe("a broken promise without a broken pair", () => {
  const f = (o: Partial<PairedFigures>): PairedFigures => ({
    ...figuresOf(
      40,
      () => 0,
      () => 1,
    ),
    ...o,
  });
  const fall = { winRule: true, drawdown: 100, formerOnStretch: 0 };

  it("is the market's when the former would have earned no more", () => {
    expect(marketOrUnclear(f({ gain: 0 }), fall)).toBe("market");
  });

  it("is the market's when the former's deficit of wins is at least half as large", () => {
    expect(marketOrUnclear(f({ championShort: 12, formerShort: 6 }), fall)).toBe("market");
    expect(marketOrUnclear(f({ championShort: 12, formerShort: 5.9 }), fall)).toBe("unclear");
  });

  it("is the market's when the former lost at least half of the drawdown on the same signals", () => {
    const drawdown = { ...fall, winRule: false };
    expect(marketOrUnclear(f({}), { ...drawdown, formerOnStretch: -50 })).toBe("market");
    expect(marketOrUnclear(f({}), { ...drawdown, formerOnStretch: -49 })).toBe("unclear");
  });

  it("is unclear while there are fewer than 20 pairs", () => {
    expect(marketOrUnclear(null, fall)).toBe("unclear");
    expect(marketOrUnclear(f({ pairs: 19, gain: 5 }), fall)).toBe("unclear");
  });
});
