import { describe, expect, it } from "vitest";
import { decide } from "../../../shared/domain/decide.ts";
import { checkGates, type GateResult, isWorse } from "../../../shared/domain/gates.ts";
import type { Judgement } from "../../../shared/domain/judge.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { goodLook, routeOf, unproved } from "../../support/judgements.ts";

/** The gates' numbers and sentences to the letter: what a person reads when deciding over money. */

const settings = parseSettings({});
const nothing = { kind: "undefined", code: "DEGENERATE_VARIANCE", reason: "Nothing varies." } as const;

const MEAN = "Mean route: all rows 4.00 of 3.10, blocks of 50 3.50 of 2.80, ten blocks 2.50 of 2.20";
const SHARPE = "Sharpe route: all rows 3.30 of 3.10, blocks of 50 3.40 of 2.80, ten blocks 3.00 of 2.20";
const UNPROVED =
  "Mean route: all rows 2.50 of 3.10, blocks of 50 2.75 of 2.80, ten blocks 2.50 of 2.20; " +
  "Sharpe route: all rows 1.00 of 3.10, blocks of 50 1.00 of 2.80, ten blocks 1.00 of 2.20.";

function gate(name: string, change: (j: Judgement) => void = () => {}): GateResult | undefined {
  return checkGates(goodLook(change), settings).find((g) => g.gate === name);
}

describe("checkGates", () => {
  it("gives every gate with its numbers and sentence", () => {
    expect(checkGates(goodLook(), settings)).toEqual([
      {
        gate: "statistical",
        kind: "primary",
        state: "pass",
        value: 2.5,
        bound: 2.2,
        reason: `Proved by the mean and Sharpe route at 800 rows. ${MEAN}; ${SHARPE}.`,
      },
      {
        gate: "sharpe",
        kind: "primary",
        state: "pass",
        value: 0.5,
        bound: 0.42,
        reason: "Sharpe ratio per signal 0.5000, champion 0.4200.",
      },
      {
        gate: "trades",
        kind: "primary",
        state: "pass",
        value: 780,
        bound: 500,
        reason: "800 rows, 780 trades taken, 500 needed.",
      },
      {
        gate: "drawdown",
        kind: "primary",
        state: "pass",
        value: 900,
        bound: 1200,
        reason: "Maximum drawdown 900.00, at most 1.20 times the champion's 1000.00 = 1200.00.",
      },
      {
        gate: "win-rate",
        kind: "primary",
        state: "pass",
        value: 0.58,
        bound: 0.5,
        reason: "Win rate 58.0 % over trades taken, at least 50.0 %.",
      },
      {
        gate: "mean-pnl",
        kind: "secondary",
        state: "pass",
        value: 60.5,
        bound: 50,
        reason: "Mean PnL per signal 60.50, champion 50.00.",
      },
      {
        gate: "win-rate-kept",
        kind: "secondary",
        state: "pass",
        value: 0.58,
        bound: 0.56,
        reason: "Win rate 58.0 %, champion 56.0 %.",
      },
      {
        gate: "consistency",
        kind: "secondary",
        state: "pass",
        value: expect.closeTo(1.21566, 5),
        bound: 1.5,
        reason: "Rolling win rate varies 1.22 times as much as a stable model's would by chance, below 1.50.",
      },
      {
        gate: "data",
        kind: "evidence",
        state: "pass",
        value: null,
        bound: null,
        reason: "Every PnL is a finite number.",
      },
      {
        gate: "coverage",
        kind: "evidence",
        state: "pass",
        value: 0.995,
        bound: 0.98,
        reason: "800 signals reported by both sides, 4 not by the challenger: 99.5 %, at least 98.0 %.",
      },
      {
        gate: "unreported",
        kind: "evidence",
        state: "pass",
        value: null,
        bound: -2,
        reason: "4 unreported signals: too few to compare, or none.",
      },
      {
        gate: "differing",
        kind: "evidence",
        state: "pass",
        value: 700,
        bound: 50,
        reason: "The models differ on 700 rows, 50 needed.",
      },
    ]);
  });

  type Row = [name: string, change: (j: Judgement) => void, state: string, value: number | null, reason: string];
  const rows: Row[] = [
    [
      "statistical",
      (j) => (j.routes.sharpe = routeOf({ hac: [1, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] })),
      "pass",
      2.5,
      `Proved by the mean route at 800 rows. ${MEAN}; Sharpe route: all rows 1.00 of 3.10, blocks of 50 1.00 of 2.80, ten blocks 1.00 of 2.20.`,
    ],
    [
      "statistical",
      (j) => (j.routes.mean = routeOf({ hac: [1, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] })),
      "pass",
      3.3,
      `Proved by the Sharpe route at 800 rows. Mean route: all rows 1.00 of 3.10, blocks of 50 1.00 of 2.80, ten blocks 1.00 of 2.20; ${SHARPE}.`,
    ],
    ["statistical", unproved, "inconclusive", 2.5, `Not proved at 800 rows. ${UNPROVED}`],
    [
      "statistical",
      (j) => {
        unproved(j);
        j.n = 500;
      },
      "inconclusive",
      2.5,
      `Not proved at 500 rows. ${UNPROVED}`,
    ],
    [
      "statistical",
      (j) => {
        unproved(j);
        j.routes.mean = { ...routeOf({ hac: [null, 3.1], blocks: [null, 2.8], tenths: [1, 2.2] }) };
        j.routes.sharpe = { ...j.routes.sharpe, degenerate: nothing };
      },
      "inconclusive",
      1,
      "Not proved at 800 rows. Mean route: all rows unknown of 3.10, blocks of 50 unknown of 2.80, ten blocks 1.00 of 2.20; Sharpe route: Nothing varies.",
    ],
    [
      "statistical",
      (j) => {
        unproved(j);
        for (const name of ["mean", "sharpe"] as const) j.routes[name] = { ...j.routes[name], degenerate: nothing };
      },
      "no-data",
      2.5,
      "Mean route: Nothing varies; Sharpe route: Nothing varies.",
    ],
    [
      "statistical",
      (j) => {
        unproved(j);
        j.routes.mean = { ...routeOf({ hac: [-5, 3.1], blocks: [-4, 2.8], tenths: [-3, 2.2] }), worse: true };
        j.routes.sharpe = routeOf({ hac: [0, 3.1], blocks: [-1, 2.8], tenths: [-1, 2.2] });
      },
      "fail",
      -1,
      "The challenger is worse, at all three time scales. Mean route: all rows -5.00 of 3.10, blocks of 50 -4.00 of 2.80, ten blocks -3.00 of 2.20; Sharpe route: all rows 0.00 of 3.10, blocks of 50 -1.00 of 2.80, ten blocks -1.00 of 2.20.",
    ],
    ["statistical", (j) => (j.n = 499), "no-data", 2.5, "499 of 500 rows: before the first look nothing is tested."],
    ["statistical", (j) => (j.problem = nothing), "error", null, "Nothing varies."],
    ["data", (j) => (j.problem = nothing), "error", null, "Nothing varies."],
    [
      "sharpe",
      (j) => (j.figures.challenger.sharpe = 0.4199),
      "fail",
      0.4199,
      "Sharpe ratio per signal 0.4199, champion 0.4200.",
    ],
    [
      "sharpe",
      (j) => (j.figures.challenger.sharpe = 0.42),
      "pass",
      0.42,
      "Sharpe ratio per signal 0.4200, champion 0.4200.",
    ],
    [
      "sharpe",
      (j) => (j.figures.champion.sharpe = null),
      "no-data",
      0.5,
      "A side has no Sharpe ratio: too few rows, or PnL that does not vary.",
    ],
    [
      "sharpe",
      (j) => (j.figures.challenger.sharpe = null),
      "no-data",
      null,
      "A side has no Sharpe ratio: too few rows, or PnL that does not vary.",
    ],
    ["trades", (j) => (j.n = 499), "inconclusive", 499, "499 of 500 rows."],
    [
      "trades",
      (j) => {
        j.n = 500;
        j.figures.challenger.trades = 500;
      },
      "pass",
      500,
      "500 rows, 500 trades taken, 500 needed.",
    ],
    [
      "trades",
      (j) => (j.figures.challenger.trades = 499),
      "inconclusive",
      499,
      "800 rows, 499 trades taken, 500 needed.",
    ],
    [
      "drawdown",
      (j) => (j.figures.challenger.maxDrawdown = 1200.5),
      "fail",
      1200.5,
      "Maximum drawdown 1200.50, at most 1.20 times the champion's 1000.00 = 1200.00.",
    ],
    [
      "drawdown",
      (j) => {
        j.n = 1;
        j.figures.champion.maxDrawdown = 0;
        j.figures.challenger.maxDrawdown = 0;
      },
      "pass",
      0,
      "Maximum drawdown 0.00, at most 1.20 times the champion's 0.00 = 0.00.",
    ],
    ["drawdown", (j) => (j.n = 0), "no-data", null, "No rows."],
    [
      "win-rate",
      (j) => (j.figures.challenger.winRate = 0.4996),
      "fail",
      0.4996,
      "Win rate 49.9 % over trades taken, at least 50.0 %.",
    ],
    ["win-rate", (j) => (j.figures.challenger.winRate = null), "no-data", null, "The challenger took no trade."],
    [
      "mean-pnl",
      (j) => (j.figures.challenger.mean = 49.99),
      "fail",
      49.99,
      "Mean PnL per signal 49.99, champion 50.00.",
    ],
    ["mean-pnl", (j) => (j.figures.challenger.mean = 50), "pass", 50, "Mean PnL per signal 50.00, champion 50.00."],
    ["mean-pnl", (j) => (j.figures.challenger.mean = null), "no-data", null, "Mean PnL per signal: not known."],
    ["mean-pnl", (j) => (j.figures.champion.mean = null), "no-data", 60.5, "Mean PnL per signal: not known."],
    ["win-rate-kept", (j) => (j.figures.challenger.winRate = 0.55), "fail", 0.55, "Win rate 55.0 %, champion 56.0 %."],
    ["win-rate-kept", (j) => (j.figures.champion.winRate = null), "no-data", 0.58, "Win rate: not known."],
    [
      "consistency",
      (j) => {
        // exactly 1.5 in doubles
        j.figures.challenger.winRate = 0.8;
        j.figures.challenger.rollingWrStd = 0.06;
      },
      "fail",
      1.5,
      "Rolling win rate varies 1.50 times as much as a stable model's would by chance, below 1.50.",
    ],
    ["consistency", (j) => (j.figures.challenger.rollingWrStd = null), "no-data", null, "Rolling win rate: not known."],
    [
      "coverage",
      (j) => (j.evidence = { ...j.evidence, both: 970, missing: 30, coverage: 0.97 }),
      "no-data",
      0.97,
      "970 signals reported by both sides, 30 not by the challenger: 97.0 %, at least 98.0 %.",
    ],
    [
      "coverage",
      (j) => (j.evidence.coverage = null),
      "pass",
      null,
      "No common signals in this design: coverage does not apply.",
    ],
    [
      "unreported",
      (j) => (j.evidence = { ...j.evidence, missing: 25, missingZ: -1.5 }),
      "pass",
      -1.5,
      "The champion did about as well on the 25 unreported signals as on the others (z -1.50).",
    ],
    [
      "unreported",
      (j) => (j.evidence = { ...j.evidence, missing: 25, missingZ: -2 }),
      "no-data",
      -2,
      "The champion did worse on the 25 unreported signals (z -2.00): losses may be missing.",
    ],
    ["differing", (j) => (j.evidence.differing = 49), "no-data", 49, "The models differ on 49 rows, 50 needed."],
    [
      "differing",
      (j) => (j.evidence.differing = null),
      "pass",
      null,
      "No common signals in this design: differing rows do not apply.",
    ],
    [
      "buckets",
      (j) => (j.evidence.commonBuckets = 0.75),
      "pass",
      0.75,
      "75.0 % of the time buckets hold trades of both models, at least 50.0 % needed.",
    ],
    [
      "buckets",
      (j) => (j.evidence.commonBuckets = 0.25),
      "no-data",
      0.25,
      "25.0 % of the time buckets hold trades of both models, at least 50.0 % needed.",
    ],
  ];

  it.each(rows)("says what it found: %s, case %#", (name, change, state, value, reason) => {
    expect(gate(name, change)).toMatchObject({ gate: name, state, value, reason });
  });

  it("tells the bounds even where there is no value", () => {
    expect(gate("consistency", (j) => (j.figures.challenger.rollingWrStd = null))).toMatchObject({
      kind: "secondary",
      bound: 1.5,
    });
    expect(gate("trades", (j) => (j.n = 10))).toMatchObject({ kind: "primary", bound: 500 });
    expect(gate("buckets", (j) => (j.evidence.commonBuckets = 0.75))).toMatchObject({ kind: "evidence", bound: 0.5 });
    expect(gate("statistical", unproved)).toMatchObject({ kind: "primary", bound: 3.1 });
    expect(gate("buckets")).toBeUndefined();
  });

  it("names the first scale when two fall equally short, and a scale that is not known before any other", () => {
    const level = gate("statistical", (j) => {
      unproved(j);
      j.routes.mean = routeOf({ hac: [2.5, 3], blocks: [2.25, 2.75], tenths: [2.5, 2.2] });
    });
    expect(level).toMatchObject({ value: 2.5, bound: 3 });
    const unknown = gate("statistical", (j) => {
      unproved(j);
      j.routes.mean = routeOf({ hac: [-9, 3], blocks: [null, 2.75], tenths: [2.5, 2.2] });
      j.routes.sharpe = routeOf({ hac: [null, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] });
    });
    expect(unknown).toMatchObject({ value: null, bound: 2.75 });
  });
});

describe("a route without variance", () => {
  it.each(["mean", "sharpe"] as const)("leaves the other to be inconclusive: %s", (name) => {
    const one = gate("statistical", (j) => {
      unproved(j);
      j.routes[name] = { ...j.routes[name], degenerate: nothing };
    });
    expect(one?.state).toBe("inconclusive");
  });
});

describe("isWorse", () => {
  const look = (o: { meanZ: number | null; sharpeZ: number | null; meanWorse: boolean; sharpeWorse: boolean }) =>
    isWorse(
      goodLook((j) => {
        const of = (z: number | null, worse: boolean) => ({
          ...routeOf({ hac: [z, 3], blocks: [z, 3], tenths: [z, 3] }),
          worse,
        });
        j.routes = { mean: of(o.meanZ, o.meanWorse), sharpe: of(o.sharpeZ, o.sharpeWorse) };
      }),
    );

  it.each([
    [-5, 0, true, false, true],
    [-5, 0.1, true, false, false],
    [-5, null, true, false, true],
    [-5, -5, false, false, false],
    [0, -5, false, true, true],
    [0.1, -5, false, true, false],
    [null, -5, false, true, true],
    [-5, -5, true, true, true],
  ])("with z %s and %s, proved %s and %s, is %s", (meanZ, sharpeZ, meanWorse, sharpeWorse, worse) => {
    expect(look({ meanZ, sharpeZ, meanWorse, sharpeWorse })).toBe(worse);
  });
});

describe("the reason of a decision", () => {
  const reason = (change: (j: Judgement) => void) => decide(goodLook(change), settings).reason;

  it.each<[string, (j: Judgement) => void, string]>([
    [
      "approval",
      (j) => (j.score.total = 87.99),
      `Approved with score 87.9. Proved by the mean and Sharpe route at 800 rows. ${MEAN}; ${SHARPE}.`,
    ],
    [
      "a score just short",
      (j) => (j.score.total = 69.97),
      "Proved better and every gate holds, but the score 69.9 is below 70.",
    ],
    [
      "a gate that fails",
      (j) => (j.figures.challenger.winRate = 0.4),
      "Proved better, score 100, but a person must look: Win rate 40.0 % over trades taken, at least 50.0 %.",
    ],
    [
      "rejection by score",
      (j) => (j.score.total = 45),
      "Rejected: the difference is proved, but the score 45 is below 50.",
    ],
    [
      "rejection by score with a gate that fails",
      (j) => {
        j.score.total = 45;
        j.figures.challenger.winRate = 0.4;
      },
      "Rejected: the difference is proved, but the score 45 is below 50. Win rate 40.0 % over trades taken, at least 50.0 %.",
    ],
    [
      "a look beyond the horizon",
      (j) => (j.n = 5100),
      "Proved better, score 100, but 5100 rows lie beyond the horizon of 5000.",
    ],
    ["waiting for the first look", (j) => (j.n = 499), "Before the first look: 499 of 500 rows."],
    ["missing evidence", (j) => (j.evidence.differing = 7), "No verdict: The models differ on 7 rows, 50 needed."],
    ["an unreadable number", (j) => (j.problem = nothing), "Nothing varies."],
    ["waiting for proof", unproved, `Not proved at 800 rows. ${UNPROVED}`],
    [
      "retirement at the horizon",
      (j) => {
        unproved(j);
        j.n = 5000;
      },
      `Retired at the horizon of 5000 rows without promotion. Not proved at 5000 rows. ${UNPROVED}`,
    ],
    [
      "retirement at the horizon for want of evidence",
      (j) => {
        j.n = 5000;
        j.evidence.differing = 7;
      },
      "Retired at the horizon of 5000 rows without promotion. The models differ on 7 rows, 50 needed.",
    ],
    [
      "futility",
      (j) => {
        unproved(j);
        j.n = 1500;
        j.routes.mean = routeOf({ hac: [-0.25, 3.1], blocks: [0, 2.8], tenths: [0, 2.2] });
        j.routes.sharpe = routeOf({ hac: [-1.5, 3.1], blocks: [0, 2.8], tenths: [0, 2.2] });
      },
      "Retired for futility: 1500 rows, and neither the mean route (z -0.25) nor the Sharpe route (z -1.50) is above 0.",
    ],
  ])("%s", (_, change, sentence) => {
    expect(reason(change)).toBe(sentence);
  });

  it("calls a route without a z futile, and one above 0 not, whichever it is", () => {
    const verdict = (mean: number | null, sharpe: number | null) =>
      decide(
        goodLook((j) => {
          unproved(j);
          j.n = 1500;
          j.routes.mean = routeOf({ hac: [mean, 3.1], blocks: [0, 2.8], tenths: [0, 2.2] });
          j.routes.sharpe = routeOf({ hac: [sharpe, 3.1], blocks: [0, 2.8], tenths: [0, 2.2] });
        }),
        settings,
      ).verdict;
    expect([verdict(null, null), verdict(-1, null), verdict(null, -1)]).toEqual(["retire", "retire", "retire"]);
    expect([verdict(0.01, -1), verdict(-1, 0.01)]).toEqual(["not-yet", "not-yet"]);
  });

  it("keeps the reason of retirement apart: the horizon without evidence is the horizon", () => {
    const decision = decide(
      goodLook((j) => {
        j.n = 5000;
        j.evidence.differing = 7;
      }),
      settings,
    );
    expect(decision).toMatchObject({ verdict: "retire", retireReason: "horizon", blocking: "differing" });
  });
});
