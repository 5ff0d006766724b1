import { describe, expect, it } from "vitest";
import { decide } from "../../../shared/domain/decide.ts";
import { checkGates } from "../../../shared/domain/gates/check.ts";
import type { GateResult } from "../../../shared/domain/gates/gate.ts";
import { isWorse } from "../../../shared/domain/gates/proof.ts";
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

const wildRow = (row: number) => ({ row, signalId: `s${row}`, side: "champion" as const, pnl: -9000 });

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
        gate: "trades",
        kind: "primary",
        state: "pass",
        value: 780,
        bound: 500,
        reason: "800 rows, 780 trades taken, 500 needed.",
      },
      {
        gate: "mean",
        kind: "primary",
        state: "pass",
        value: 60.5,
        bound: 50,
        reason: "Mean PnL per signal 60.50, champion 50.00.",
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
        gate: "size",
        kind: "primary",
        state: "pass",
        value: 3.8,
        bound: 2.48,
        reason: "Its size is 1.02 times the champion's; the Sharpe route, which size cannot move, is proved.",
      },
      {
        gate: "wild",
        kind: "primary",
        state: "pass",
        value: 0,
        bound: 0,
        reason: "No PnL lies more than 25 robust standard deviations from its side's median.",
      },
      { gate: "stress", kind: "primary", state: "pass", value: null, bound: 0, reason: "No report is missing." },
      {
        gate: "silent",
        kind: "primary",
        state: "pass",
        value: 0,
        bound: 0,
        reason: "0 signals were never reported (0 by the challenger, 0 by the champion), at most 0 at 800 rows.",
      },
      {
        gate: "drawdown",
        kind: "primary",
        state: "pass",
        value: 0.25,
        bound: 0.7,
        reason:
          "Maximum drawdown 900.00, champion 1000.00, ratio 0.90; it is more than 1.20 times the champion's in 25.0 % of 2000 resampled paths, below 70.0 % needed.",
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
        value: 1,
        bound: 0.98,
        reason: "800 signals reported by both sides, 0 not by the challenger: 100.0 %, at least 98.0 %.",
      },
      {
        gate: "unreported",
        kind: "evidence",
        state: "pass",
        value: null,
        bound: -2,
        reason: "0 unreported signals: too few to compare, or none.",
      },
      {
        gate: "differing",
        kind: "evidence",
        state: "pass",
        value: 700,
        bound: 50,
        reason: "The models differ on 700 rows, 50 needed.",
      },
      {
        gate: "fills",
        kind: "evidence",
        state: "pass",
        value: 0,
        bound: 0,
        reason: "3 rows are sums of several fills; every fill is in its row.",
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
      (j) => (j.robustness.drawdownProbability = 0.7),
      "fail",
      0.7,
      "Maximum drawdown 900.00, champion 1000.00, ratio 0.90; it is more than 1.20 times the champion's in 70.0 % of 2000 resampled paths, below 70.0 % needed.",
    ],
    [
      "drawdown",
      (j) => {
        j.n = 1;
        j.figures.champion.maxDrawdown = 0;
        j.robustness.drawdownProbability = null;
      },
      "inconclusive",
      null,
      "Maximum drawdown 900.00, champion 0.00; resampled as soon as a difference is proved.",
    ],
    [
      "size",
      (j) => {
        unproved(j);
        j.robustness.size.z = 2.48;
      },
      "pass",
      2.48,
      "Its size is 1.02 times the champion's, and at equal size its z is 2.48 of 2.48 needed.",
    ],
    [
      "size",
      (j) => {
        unproved(j);
        j.robustness.size = { ratio: 1, z: -6, bound: 2.48 };
      },
      "fail",
      -6,
      "At the champion's size it is not proved better: its size is 1.00 times the champion's, and at equal size its z is -6.00 of 2.48 needed.",
    ],
    [
      "size",
      (j) => {
        unproved(j);
        j.routes.mean.clears = true;
        j.robustness.size = { ratio: 1.5, z: 2.47, bound: 2.48 };
      },
      "fail",
      2.47,
      "It earns more by size, not by skill: its size is 1.50 times the champion's, and at equal size its z is 2.47 of 2.48 needed.",
    ],
    [
      "size",
      (j) => {
        unproved(j);
        j.robustness.size = { ratio: null, z: null, bound: 2.48 };
      },
      "no-data",
      null,
      "Size not known: a side does not vary, so there is no equal size.",
    ],
    [
      "wild",
      (j) => (j.robustness.wild = { count: 1, rows: [wildRow(7)], zMean: 2.48, zSharpe: 0, bound: 2.48 }),
      "pass",
      1,
      "1 row lies more than 25 robust standard deviations from its side's median: s7 (champion -9000.00); without them the mean route has z 2.48 and the Sharpe route 0.00, 2.48 needed of a route that is proved.",
    ],
    [
      "wild",
      (j) => {
        j.routes.mean = routeOf({ hac: [1, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] });
        const rows = [1, 2, 3, 4, 5, 6].map(wildRow);
        j.robustness.wild = {
          count: 6,
          rows: [{ ...rows[0]!, signalId: null }, ...rows.slice(1)],
          zMean: 3,
          zSharpe: 2.47,
          bound: 2.48,
        };
      },
      "fail",
      6,
      "6 rows lie more than 25 robust standard deviations from its side's median: row 2 (champion -9000.00), s2 (champion -9000.00), s3 (champion -9000.00), s4 (champion -9000.00), s5 (champion -9000.00), …; without them the mean route has z 3.00 and the Sharpe route 2.47, 2.48 needed of a route that is proved. Check their unit.",
    ],
    [
      "stress",
      (j) => (j.robustness.stress = { missing: 2, shortfall: -50, best: 40, mean: 0.01, tippingLoss: 7 }),
      "pass",
      0.01,
      "With the 2 missing reports as bad as a bad day (challenger -50.00, champion 40.00 each) the mean difference is 0.01, above 0 needed.",
    ],
    [
      "stress",
      (j) => (j.robustness.stress = { missing: 2, shortfall: -50, best: 40, mean: 0, tippingLoss: 7 }),
      "fail",
      0,
      "With the 2 missing reports as bad as a bad day (challenger -50.00, champion 40.00 each) the mean difference is 0.00, above 0 needed.",
    ],
    ["stress", (j) => (j.design = "bucketed"), "pass", null, "No common signals in this design: none can be missing."],
    ["silent", (j) => (j.design = "per-side"), "pass", 0, "No common signals in this design: nobody can be silent."],
    [
      "silent",
      (j) => {
        j.n = 1999;
        j.evidence = { ...j.evidence, missing: 1, missingChampion: 1 };
        j.robustness.stress = { missing: 2, shortfall: -50, best: 40, mean: 8, tippingLoss: 12345.678 };
      },
      "fail",
      2,
      "2 signals were never reported (1 by the challenger, 1 by the champion), at most 1 at 1999 rows. If each of the challenger's 1 lost more than 12,345.68, the advantage is lost.",
    ],
    [
      "silent",
      (j) => {
        j.n = 2000;
        j.evidence = { ...j.evidence, missing: 0, missingChampion: 3 };
      },
      "fail",
      3,
      "3 signals were never reported (0 by the challenger, 3 by the champion), at most 2 at 2000 rows.",
    ],
    [
      "silent",
      (j) => {
        j.n = 2000;
        j.evidence = { ...j.evidence, missing: 9, missingBeforeFirst: 8 };
      },
      "fail",
      9,
      "9 signals were never reported (9 by the challenger, 0 by the champion), at most 2 at 2000 rows. 8 of the challenger's missing signals opened before its first report: it seems to have been deployed before it traded. Deploy it anew as a new version now that it trades (its test starts at zero), or promote it by hand with a reason (force).",
    ],
    [
      "silent",
      (j) => {
        j.n = 2000;
        j.evidence = { ...j.evidence, missing: 1, missingChampion: 1 };
      },
      "pass",
      2,
      "2 signals were never reported (1 by the challenger, 1 by the champion), at most 2 at 2000 rows.",
    ],
    [
      "fills",
      (j) => (j.evidence.unsummed = { signals: 2, reasons: ["s1: both", "s2: both"] }),
      "no-data",
      2,
      "On 2 signals a trade belongs to no row: s1: both; s2: both.",
    ],
    ["data", (j) => (j.n = 0), "no-data", null, "No rows yet."],
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
      "mean",
      (j) => {
        j.figures.challenger.mean = 49.99;
        j.robustness.size.ratio = 0.8;
      },
      "fail",
      49.99,
      "Better per unit of risk, but it earns less at its own size: mean PnL per signal 49.99, champion 50.00. Worth it only with 1.25 times its present size.",
    ],
    [
      "mean",
      (j) => (j.figures.challenger.mean = 49.99),
      "fail",
      49.99,
      "Better per unit of risk, but it earns less at its own size: mean PnL per signal 49.99, champion 50.00.",
    ],
    [
      "mean",
      (j) => {
        j.figures.challenger.mean = 20;
        j.figures.challenger.sharpe = 0.1;
      },
      "fail",
      20,
      "It earns less: mean PnL per signal 20.00, champion 50.00.",
    ],
    ["mean", (j) => (j.figures.challenger.mean = 50), "pass", 50, "Mean PnL per signal 50.00, champion 50.00."],
    ["mean", (j) => (j.figures.challenger.mean = null), "no-data", null, "Mean PnL per signal: not known."],
    ["mean", (j) => (j.figures.champion.mean = null), "no-data", 60.5, "Mean PnL per signal: not known."],
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

describe("silence counted as abstention", () => {
  it("is a gate of its own that only a person passes, and only where it was chosen", () => {
    const chosen = { ...settings, unreported: "abstain" as const };
    const look = goodLook((j) => (j.evidence.assumed = 12));
    expect(checkGates(look, chosen).find((g) => g.gate === "assumed")).toEqual({
      gate: "assumed",
      kind: "primary",
      state: "fail",
      value: 12,
      bound: null,
      reason:
        "SHADOW_UNREPORTED=abstain counts a silent model as 0 (12 rows here): losses that are never reported would not be seen, so a person decides.",
    });
    expect(checkGates(look, settings).some((g) => g.gate === "assumed")).toBe(false);
    const apart = goodLook((j) => (j.design = "per-side"));
    expect(checkGates(apart, chosen).some((g) => g.gate === "assumed")).toBe(false);
  });
});

describe("wild rows", () => {
  const wild = (zSharpe: number | null) =>
    gate("wild", (j) => {
      j.routes.mean = routeOf({ hac: [1, 3.1], blocks: [1, 2.8], tenths: [1, 2.2] });
      j.robustness.wild = { count: 1, rows: [wildRow(7)], zMean: 3, zSharpe, bound: 2.48 };
    })?.state;

  it("carry no proof that the Sharpe route holds without them, from the bound itself on", () => {
    expect([wild(2.47), wild(2.48), wild(2.49), wild(null)]).toEqual(["fail", "pass", "pass", "fail"]);
  });

  it("that are more than were named are said to be", () => {
    const reason = gate("wild", (j) => {
      j.robustness.wild = { count: 3, rows: [wildRow(7)], zMean: 3, zSharpe: 3, bound: 2.48 };
    })?.reason;
    expect(reason).toContain("s7 (champion -9000.00), …;");
  });
});

describe("a route that is barred", () => {
  it("says so beside its numbers", () => {
    const one = gate(
      "statistical",
      (j) => (j.routes.sharpe = { ...j.routes.sharpe, clears: false, barred: "it loses" }),
    );
    expect(one?.reason).toBe(`Proved by the mean route at 800 rows. ${MEAN}; ${SHARPE}; it loses.`);
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
