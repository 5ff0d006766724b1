import { describe, expect, it } from "vitest";
import { APPROVE_SCORE, decide, REVIEW_SCORE, RULE_VERSION, type Verdict } from "../../../shared/domain/decide.ts";
import { type Judgement, judge } from "../../../shared/domain/judge.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import type { Route } from "../../../shared/stats/rule/three-scales.ts";

const settings = parseSettings({});

function route(o: { clears: boolean; z?: number; worse?: boolean }): Route {
  const z = o.z ?? (o.clears ? 5 : 1);
  const one = { z, zWorse: -z, boundary: 3, clears: o.clears, se: 1, df: 9, blockLength: 50 };
  return {
    estimate: z,
    hac: one,
    blocks: one,
    tenths: one,
    clears: o.clears,
    worse: o.worse ?? false,
    blockedBy: o.clears ? [] : ["hac", "blocks", "tenths"],
    degenerate: null,
    barred: null,
  };
}

/** A look at which everything holds; each test changes one thing. */
function approved(change: (j: Judgement) => void = () => {}): Judgement {
  const side = {
    rows: 800,
    trades: 800,
    winRate: 0.58,
    mean: 60,
    sd: 120,
    sharpe: 0.5,
    maxDrawdown: 900,
    rollingWrStd: 0.05,
  };
  const j: Judgement = {
    problem: null,
    n: 800,
    design: "paired",
    slots: 3,
    scales: { variant: "standard", blockLength: 50, firstLook: 500, lagFloor: 24, overlap: 1, simulated: true },
    figures: { champion: { ...side, mean: 50, sharpe: 0.42, winRate: 0.56, maxDrawdown: 1000 }, challenger: side },
    routes: { mean: route({ clears: true }), sharpe: route({ clears: true }) },
    statisticalPass: true,
    evidence: {
      both: 800,
      missing: 0,
      missingBeforeFirst: 0,
      coverage: 0.995,
      missingZ: null,
      differing: 700,
      commonBuckets: null,
      missingChampion: 0,
      summed: 0,
      unsummed: { signals: 0, reasons: [] },
      assumed: 0,
    },
    robustness: {
      size: { ratio: 1, z: 4, bound: 2.4 },
      wild: { count: 0, rows: [], zMean: null, zSharpe: null, bound: 2.4 },
      stress: null,
      drawdownProbability: 0.2,
    },
    score: { significance: 30, sharpe: 25, winRate: 20, drawdown: 15, consistency: 10, total: 100 },
  };
  change(j);
  return j;
}

const unprovedLook = (j: Judgement, z = 1) => {
  j.routes = { mean: route({ clears: false, z }), sharpe: route({ clears: false, z }) };
  j.statisticalPass = false;
  j.score.total = 55;
};

type Row = [name: string, change: (j: Judgement) => void, verdict: Verdict, blocking: string | null];

const table: Row[] = [
  ["approves when everything holds", () => {}, "approve", null],
  ["approves at a score of exactly 70", (j) => (j.score.total = APPROVE_SCORE), "approve", null],
  ["asks a person just below 70", (j) => (j.score.total = 69.99), "manual-review", "score"],
  ["asks a person at exactly 50", (j) => (j.score.total = REVIEW_SCORE), "manual-review", "score"],
  ["rejects below 50 what is proved", (j) => (j.score.total = 49.99), "reject", "score"],
  [
    "asks a person when the Sharpe ratio is lower",
    (j) => (j.figures.challenger.sharpe = 0.41),
    "manual-review",
    "sharpe",
  ],
  ["accepts an equal Sharpe ratio", (j) => (j.figures.challenger.sharpe = 0.42), "approve", null],
  [
    "asks a person when the drawdown is larger in too many resamples",
    (j) => (j.robustness.drawdownProbability = 0.7),
    "manual-review",
    "drawdown",
  ],
  ["accepts a drawdown below the veto", (j) => (j.robustness.drawdownProbability = 0.6999), "approve", null],
  ["does not ask the one path there was", (j) => (j.figures.challenger.maxDrawdown = 5000), "approve", null],
  ["never approves without resamples", (j) => (j.robustness.drawdownProbability = null), "manual-review", "drawdown"],
  ["asks a person when it earns less", (j) => (j.figures.challenger.mean = 49.99), "manual-review", "mean"],
  [
    "asks a person when size is what earns more",
    (j) => {
      j.routes.sharpe = route({ clears: false });
      j.robustness.size.z = 2.39;
    },
    "manual-review",
    "size",
  ],
  [
    "asks a person when wild rows carry the proof",
    (j) => (j.robustness.wild = { ...j.robustness.wild, count: 1, zMean: 2.39, zSharpe: 2.39 }),
    "manual-review",
    "wild",
  ],
  [
    "accepts wild rows that a route does not need",
    (j) => (j.robustness.wild = { ...j.robustness.wild, count: 1, zMean: 2.4, zSharpe: 0 }),
    "approve",
    null,
  ],
  [
    "asks a person when bad reports would take the advantage",
    (j) => (j.robustness.stress = { missing: 1, shortfall: -9, best: 9, mean: 0, tippingLoss: 5 }),
    "manual-review",
    "stress",
  ],
  ["asks a person about one silent signal at 800 rows", (j) => (j.evidence.missing = 1), "manual-review", "silent"],
  ["has no data while a fill is in no row", (j) => (j.evidence.unsummed.signals = 1), "no-data", "fills"],
  [
    "lets the first gate that fails speak",
    (j) => {
      j.figures.challenger.winRate = 0.4;
      j.robustness.drawdownProbability = 0.9;
      j.evidence.missing = 3;
    },
    "manual-review",
    "silent",
  ],
  [
    "asks a person when the win rate is too low",
    (j) => (j.figures.challenger.winRate = 0.4999),
    "manual-review",
    "win-rate",
  ],
  ["accepts a win rate of exactly one half", (j) => (j.figures.challenger.winRate = 0.5), "approve", null],
  [
    "names the failed gate when it rejects",
    (j) => {
      j.figures.challenger.winRate = 0.4;
      j.score.total = 40;
    },
    "reject",
    "win-rate",
  ],
  ["waits before the first look", (j) => (j.n = 499), "not-yet", "trades"],
  ["waits for trades taken, not only for rows", (j) => (j.figures.challenger.trades = 499), "not-yet", "trades"],
  ["waits while the boundaries are not crossed", (j) => unprovedLook(j), "not-yet", "statistical"],
  ["has no data when coverage is too low", (j) => (j.evidence.coverage = 0.9799), "no-data", "coverage"],
  ["accepts coverage of exactly 98 %", (j) => (j.evidence.coverage = 0.98), "approve", null],
  ["has no data when losses seem to be missing", (j) => (j.evidence.missingZ = -2), "no-data", "unreported"],
  ["accepts unreported signals that were no worse", (j) => (j.evidence.missingZ = -1.99), "approve", null],
  ["has no data when the models hardly differ", (j) => (j.evidence.differing = 49), "no-data", "differing"],
  ["accepts 50 differing rows", (j) => (j.evidence.differing = 50), "approve", null],
  ["has no data when the time buckets are not common", (j) => (j.evidence.commonBuckets = 0.49), "no-data", "buckets"],
  ["accepts common time buckets", (j) => (j.evidence.commonBuckets = 0.5), "approve", null],
  [
    "has no data when a number is none",
    (j) => (j.problem = { kind: "undefined", code: "NOT_FINITE", reason: "NaN at row 3." }),
    "no-data",
    "data",
  ],
  [
    "keeps the evidence before the statistics: no data even when unproved",
    (j) => {
      unprovedLook(j);
      j.evidence.coverage = 0.5;
    },
    "no-data",
    "coverage",
  ],
  [
    "retires at the horizon",
    (j) => {
      unprovedLook(j);
      j.n = 5000;
    },
    "retire",
    "statistical",
  ],
  [
    "goes on one look before the horizon",
    (j) => {
      unprovedLook(j);
      j.n = 4900;
    },
    "not-yet",
    "statistical",
  ],
  [
    "retires at the horizon without evidence too",
    (j) => {
      j.n = 5000;
      j.evidence.coverage = 0.5;
    },
    "retire",
    "coverage",
  ],
  [
    "retires at the horizon a challenger that hardly trades",
    (j) => {
      j.n = 5000;
      j.figures.challenger.trades = 30;
    },
    "retire",
    "trades",
  ],
  ["approves at the horizon itself", (j) => (j.n = 5000), "approve", null],
  ["asks a person beyond the horizon", (j) => (j.n = 5100), "manual-review", "horizon"],
  [
    "retires for futility at 1,500 rows",
    (j) => {
      unprovedLook(j, 0);
      j.n = 1500;
    },
    "retire",
    "statistical",
  ],
  [
    "does not call 1,400 rows futile",
    (j) => {
      unprovedLook(j, -1);
      j.n = 1400;
    },
    "not-yet",
    "statistical",
  ],
  [
    "does not call it futile while one route is above 0",
    (j) => {
      unprovedLook(j, -1);
      j.n = 1500;
      j.routes.sharpe = route({ clears: false, z: 0.1 });
    },
    "not-yet",
    "statistical",
  ],
  [
    "rejects what is proved worse",
    (j) => {
      unprovedLook(j, -5);
      j.routes.mean = route({ clears: false, z: -5, worse: true });
    },
    "reject",
    "statistical",
  ],
  [
    "rejects what the Sharpe route proves worse",
    (j) => {
      unprovedLook(j, -5);
      j.routes.sharpe = route({ clears: false, z: -5, worse: true });
    },
    "reject",
    "statistical",
  ],
  [
    "does not reject while the other route speaks for it",
    (j) => {
      unprovedLook(j, 1);
      j.routes.mean = route({ clears: false, z: -5, worse: true });
    },
    "not-yet",
    "statistical",
  ],
  ["never approves without a Sharpe ratio", (j) => (j.figures.challenger.sharpe = null), "manual-review", "sharpe"],
  ["never approves without a win rate", (j) => (j.figures.challenger.winRate = null), "manual-review", "win-rate"],
];

describe("decide", () => {
  it.each(table)("%s", (_, change, verdict, blocking) => {
    const decision = decide(approved(change), settings);
    expect(decision).toMatchObject({ verdict, blocking, ruleVersion: RULE_VERSION });
    expect(decision.reason).toMatch(/\S.*\.$/s);
  });

  it("says why it retires", () => {
    const horizon = decide(
      approved((j) => {
        unprovedLook(j);
        j.n = 5000;
      }),
      settings,
    );
    const futile = decide(
      approved((j) => {
        unprovedLook(j, 0);
        j.n = 1500;
      }),
      settings,
    );
    expect(horizon.retireReason).toBe("horizon");
    expect(futile.retireReason).toBe("futility");
    expect(futile.reason).toContain("futility");
    expect(decide(approved(), settings).retireReason).toBeUndefined();
  });

  it("shows the primary gates in the order in which they speak, the secondary ones and the evidence, each with a sentence", () => {
    const { gates } = decide(approved(), settings);
    const names = (kind: string) => gates.filter((g) => g.kind === kind).map((g) => g.gate);
    expect(names("primary")).toEqual([
      "statistical",
      "trades",
      "mean",
      "sharpe",
      "size",
      "wild",
      "stress",
      "silent",
      "drawdown",
      "win-rate",
    ]);
    expect(names("secondary")).toEqual(["win-rate-kept", "consistency"]);
    expect(names("evidence")).toEqual(["data", "coverage", "unreported", "differing", "fills"]);
    for (const gate of gates) expect(gate.reason, gate.gate).toMatch(/\S.*\.$/s);
  });

  it("lets secondary gates fail without stopping an approval", () => {
    const look = approved((j) => {
      j.figures.challenger.winRate = 0.55;
      j.figures.challenger.rollingWrStd = 0.09;
    });
    const decision = decide(look, settings);
    expect(decision.gates.filter((g) => g.state === "fail").map((g) => g.gate)).toEqual([
      "win-rate-kept",
      "consistency",
    ]);
    expect(decision.verdict).toBe("approve");
  });

  it("tells inconclusive from failed, and both from missing data", () => {
    const statistical = (change: (j: Judgement) => void) => decide(approved(change), settings).gates[0]!.state;
    expect(statistical(() => {})).toBe("pass");
    expect(statistical((j) => unprovedLook(j))).toBe("inconclusive");
    expect(
      statistical((j) => {
        unprovedLook(j, -5);
        j.routes.mean.worse = true;
      }),
    ).toBe("fail");
    expect(statistical((j) => (j.n = 300))).toBe("no-data");
    expect(statistical((j) => (j.problem = { kind: "undefined", code: "NOT_FINITE", reason: "NaN at row 3." }))).toBe(
      "error",
    );
    const degenerate = { kind: "undefined", code: "DEGENERATE_VARIANCE", reason: "Nothing varies." } as const;
    expect(
      statistical((j) => {
        unprovedLook(j, 0);
        j.routes.mean.degenerate = degenerate;
        j.routes.sharpe.degenerate = degenerate;
      }),
    ).toBe("no-data");
  });

  it("says which scale holds a route back, with the numbers", () => {
    const look = approved((j) => {
      unprovedLook(j, 3.5);
      j.routes.mean.tenths = { ...j.routes.mean.tenths, z: 1.25, boundary: 2.1 };
    });
    const gate = decide(look, settings).gates[0]!;
    expect(gate.reason).toContain("ten blocks 1.25 of 2.10");
    const unknown = approved((j) => {
      unprovedLook(j);
      j.routes.mean.blocks = { ...j.routes.mean.blocks, z: null };
    });
    expect(decide(unknown, settings).gates[0]!.reason).toContain("blocks of 50 unknown of 3.00");
  });

  it("follows the settings", () => {
    expect(decide(approved(), { ...settings, minWinRate: 0.6 }).verdict).toBe("manual-review");
    expect(decide(approved(), { ...settings, unreported: "abstain" })).toMatchObject({
      verdict: "manual-review",
      blocking: "assumed",
    });
    expect(decide(approved(), { ...settings, minDiffering: 701 }).verdict).toBe("no-data");
    expect(decide(approved(), { ...settings, minCoverage: 1 }).verdict).toBe("no-data");
    expect(decide(approved(), { ...settings, horizon: 700 }).verdict).toBe("manual-review");
    expect(decide(approved(), { ...settings, minTrades: 900 }).verdict).toBe("not-yet");
    expect(
      decide(
        approved((j) => unprovedLook(j, 0)),
        { ...settings, futilityFrom: 500 },
      ).verdict,
    ).toBe("retire");
  });

  it("carries the score", () => {
    expect(
      decide(
        approved((j) => (j.score.total = 83.5)),
        settings,
      ).score,
    ).toBe(83.5);
  });
});

describe("decide on real rows", () => {
  function look(o: { n: number; make: (i: number, z: () => number) => [number, number] }) {
    const prng = createPrng("decide");
    const champion = new Float64Array(o.n);
    const challenger = new Float64Array(o.n);
    for (let i = 0; i < o.n; i++) [champion[i], challenger[i]] = o.make(i, () => prng.normal()) as [number, number];
    const all = new Uint8Array(o.n).fill(1);
    const rows = { kind: "paired" as const, champion, challenger, championTook: all, challengerTook: all };
    const coverage = { both: o.n, missing: 0, championOnMissing: new Float64Array(0) };
    return decide(
      judge({ rows, coverage, design: "paired", overlap: 1, trials: 1, slots: 3, seed: "s", settings }),
      settings,
    );
  }

  it("approves a challenger with a real edge", () => {
    const decision = look({
      n: 700,
      make: (_, z) => {
        const m = z();
        return [50 + 120 * (0.8 * m + 0.6 * z()), 85 + 120 * (0.8 * m + 0.6 * z())];
      },
    });
    expect(decision.verdict).toBe("approve");
  });

  it("never approves degenerate data: a constant lead, a copy, nothing at all, one row", () => {
    expect(look({ n: 0, make: () => [1, 2] })).toMatchObject({ verdict: "no-data", blocking: "data" });
    for (const n of [0, 1, 2, 600, 5000]) {
      expect(look({ n, make: () => [5, 6] }).verdict).not.toBe("approve");
      expect(look({ n, make: (i) => [i % 2, i % 2] }).verdict).not.toBe("approve");
      expect(look({ n, make: (i) => [(i % 3) - 1, (i % 3) + 1] }).verdict).not.toBe("approve");
    }
  });

  it("never approves losses only, however much smaller", () => {
    const decision = look({ n: 800, make: (_, z) => [-100 - 10 * Math.abs(z()), -10 - Math.abs(z())] });
    expect(decision.verdict).not.toBe("approve");
    expect(decision.gates.find((g) => g.gate === "win-rate")!.state).toBe("fail");
  });
});
