import { describe, expect, it } from "vitest";
import type { Trade } from "../../../shared/domain/trade.ts";
import { type Generator, generatePnl } from "../../support/generated-pnl.ts";
import { type Life, ledgerOf, livesOfLedgers, livesOfRows } from "../../support/lives.ts";

/**
 * Attacks: data on which the former rule promoted a challenger that is no better, or worse. Each is played through both rules,
 * look by look to the horizon; the former must approve (or the attack shows nothing), the present one must not, at any look.
 */

const HOUR = 3_600_000;
const even = (rows: number, count: number) =>
  Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * rows) / count));
const seen = (life: Life) => [...new Set(life.looks.map((look) => look.blocking))];

function expectHeld(lives: { old: () => Life; now: () => Life }): Life {
  const now = lives.now();
  expect(lives.old().approvedAt, "the former rule").not.toBeNull();
  expect(now.approvedAt, "the present rule").toBeNull();
  expect(now.looks.length).toBeGreaterThan(0);
  return now;
}

type RowAttack = [name: string, generator: Generator];

const rowAttacks: RowAttack[] = [
  [
    "a losing champion and a challenger that loses more at more risk",
    { seed: 1, n: 3000, rho: 0.95, champion: [-10, 100], challenger: [-11, 150], shape: "negative" },
  ],
  [
    "the same with deeper losses",
    { seed: 2, n: 3000, rho: 0.95, champion: [-20, 100], challenger: [-24, 170], shape: "negative" },
  ],
  [
    "one champion row in the wrong unit",
    { seed: 1, n: 3000, champion: [50, 120], challenger: [50, 120], set: [["champion", 250, -120_000]] },
  ],
  [
    "20 champion rows in the wrong unit",
    {
      seed: 1,
      n: 3000,
      champion: [50, 120],
      challenger: [50, 120],
      set: even(450, 20).map((row) => ["champion", row, -120_000]),
    },
  ],
  [
    "20 challenger rows in the wrong unit",
    {
      seed: 1,
      n: 3000,
      champion: [5, 120],
      challenger: [5, 120],
      set: even(450, 20).map((row) => ["challenger", row, 12_000]),
    },
  ],
  [
    "0.01 times the size, as if in another currency, under a losing champion",
    { seed: 2, n: 3000, champion: [-10, 100], challenger: [-0.1, 1], shape: "negative" },
  ],
  [
    "half the size under a losing champion",
    { seed: 2, n: 3000, champion: [-10, 100], challenger: [-5, 50], shape: "negative" },
  ],
  ["1.15 times the size", { seed: 2, n: 5000, champion: [50, 120], challenger: [57.5, 138] }],
  ["1.3 times the size", { seed: 7, n: 5000, champion: [50, 120], challenger: [65, 156] }],
  ["1.5 times the size", { seed: 7, n: 5000, champion: [50, 120], challenger: [75, 180] }],
  ["twice the size", { seed: 14, n: 5000, champion: [50, 120], challenger: [100, 240] }],
  ["a near-copy, a little larger", { seed: 7, n: 5000, rho: 0.98, champion: [50, 120], challenger: [57.5, 138] }],
];

describe("attacks on rows: approved by the former rule, not by this one", () => {
  it.each(rowAttacks)("%s", (_, generator) => {
    expectHeld(livesOfRows(generatePnl(generator)));
  });

  it("one challenger row in the wrong unit carries nothing, either way", () => {
    for (const value of [120_000, -120_000]) {
      const generator: Generator = { seed: 1, n: 1500, champion: [50, 120], challenger: [50, 120] };
      expect(livesOfRows(generatePnl({ ...generator, set: [["challenger", 250, value]] })).now().approvedAt).toBeNull();
    }
  });

  it("tells a person which rows to check when they carry the proof", () => {
    const generator = rowAttacks.find(([name]) => name === "20 champion rows in the wrong unit")![1];
    const life = livesOfRows(generatePnl(generator)).now();
    const wild = life.looks.find((look) => look.blocking === "wild")!;
    expect(wild.verdict).toBe("manual-review");
    expect(wild.reason).toContain("(champion -120000.00)");
    expect(wild.reason).toContain("Check their unit.");
  });
});

/** A champion with an ordinary edge, and a challenger that earns 12 more each time but for a few disasters of 5,000. */
function disasters(o: { rows: number; share: number; seed: number }) {
  const { champion, challenger } = generatePnl({ seed: o.seed, n: o.rows, champion: [50, 120], challenger: [62, 120] });
  const every = Math.round(1 / o.share);
  const isDisaster = (i: number) => i % every === every - 1;
  return {
    champion: ledgerOf([...champion].map((pnl, signal) => ({ signal, pnl }))),
    pnlOf: (i: number) => (isDisaster(i) ? -5000 : challenger[i]!),
    isDisaster,
    all: [...champion.keys()],
  };
}

type Report = Partial<Trade> & { signal: number };

describe("attacks on reports: approved by the former rule, not by this one", () => {
  it("late losers: disasters are reported 200 signals after all others", () => {
    const { champion, all, pnlOf, isDisaster } = disasters({ rows: 3000, share: 0.015, seed: 3 });
    const reports = all.map((signal): Report => {
      const late = isDisaster(signal) ? 200 * HOUR : HOUR / 2;
      return { signal, pnl: pnlOf(signal), closedAt: signal * HOUR + late };
    });
    const life = expectHeld(livesOfLedgers(champion, ledgerOf(reports)));
    // What has come by then is a row; what has not is silent.
    expect(seen(life)).toContain("statistical");
  });

  it.each([0.015, 0.008, 0.004])("disasters in %s of the trades that are never reported", (share) => {
    const { champion, all, pnlOf, isDisaster } = disasters({ rows: 3000, share, seed: 3 });
    const reports = all.filter((i) => !isDisaster(i)).map((signal): Report => ({ signal, pnl: pnlOf(signal) }));
    const life = expectHeld(livesOfLedgers(champion, ledgerOf(reports)));
    const asked = life.looks.find((look) => look.blocking === "silent")!;
    expect(asked.verdict).toBe("manual-review");
    expect(asked.reason).toMatch(
      /If each of the challenger's \d+ lost more than [\d,]+\.\d\d, the advantage is lost\./,
    );
  });

  it("several fills: a small win first, the loss as a second fill of the same signal", () => {
    const { champion, all, pnlOf, isDisaster } = disasters({ rows: 3000, share: 0.015, seed: 3 });
    const reports = all.flatMap((signal): Report[] => {
      const win = pnlOf(isDisaster(signal) ? signal - 1 : signal);
      const loss = { signal, pnl: -5000, closedAt: signal * HOUR + 0.75 * HOUR };
      return isDisaster(signal) ? [{ signal, pnl: win }, loss] : [{ signal, pnl: win }];
    });
    expectHeld(livesOfLedgers(champion, ledgerOf(reports)));
  });

  it("an abstention as a cover: said at first, and the winners reported as trades afterwards", () => {
    const { champion, challenger } = generatePnl({ seed: 5, n: 3000, champion: [50, 120], challenger: [50, 120] });
    const reports = [...challenger].flatMap((pnl, signal): Report[] => {
      const cover = { signal, pnl: 0, took: false, closedAt: signal * HOUR };
      // Every third signal is covered; of these the winners come as trades.
      if (signal % 3 !== 0) return [{ signal, pnl }];
      return pnl > 0
        ? [
            { signal, pnl },
            { ...cover, closedAt: signal * HOUR + 0.9 * HOUR },
          ]
        : [cover];
    });
    const mine = ledgerOf([...champion].map((pnl, signal) => ({ signal, pnl, closedAt: signal * HOUR + 0.95 * HOUR })));
    const life = expectHeld(livesOfLedgers(mine, ledgerOf(reports)));
    expect(seen(life)).toEqual(["trades", "fills"]);
  });

  it("hindsight: losers are called abstentions after the champion has closed", () => {
    const { champion, challenger } = generatePnl({ seed: 5, n: 3000, champion: [50, 120], challenger: [50, 120] });
    const mine = ledgerOf([...champion].map((pnl, signal) => ({ signal, pnl })));
    const reports = [...challenger].map((pnl, signal): Report => {
      const hide = pnl < -150;
      return hide
        ? { signal, pnl: 0, took: false, closedAt: signal * HOUR + 0.6 * HOUR }
        : { signal, pnl, closedAt: signal * HOUR + 0.6 * HOUR };
    });
    const life = expectHeld(livesOfLedgers(mine, ledgerOf(reports)));
    expect(seen(life)).toEqual(["coverage"]);
  });

  it("abstain mode: losers are not reported, and silence counts as 0", () => {
    const { champion, challenger } = generatePnl({ seed: 5, n: 3000, champion: [50, 120], challenger: [50, 120] });
    const mine = ledgerOf([...champion].map((pnl, signal) => ({ signal, pnl })));
    const reports = [...challenger].flatMap((pnl, signal): Report[] => (pnl < -150 ? [] : [{ signal, pnl }]));
    const life = expectHeld(livesOfLedgers(mine, ledgerOf(reports), { unreported: "abstain" }));
    const asked = life.looks.find((look) => look.blocking === "assumed")!;
    expect(asked.verdict).toBe("manual-review");
    expect(asked.reason).toContain("SHADOW_UNREPORTED=abstain counts a silent model as 0");
  });
});

describe("attacks on what is known of overlap: approved by the former rule, not by this one", () => {
  /** An equal challenger; 20 positions are open together, which makes neighbouring rows alike. */
  const overlapping = (seed: number) =>
    generatePnl({ seed, n: 5000, champion: [50, 120], challenger: [50, 120], overlap: 20 });
  const reportsOf = (pnl: Float64Array, timesOf: (signal: number) => Partial<Trade>) =>
    ledgerOf([...pnl].map((x, signal) => ({ signal, pnl: x, ...timesOf(signal) })));

  it("opened_at missing: nobody can see that positions overlap", () => {
    const sides = overlapping(81);
    const silent = (signal: number) => ({ openedAt: signal * HOUR, closedAt: signal * HOUR, openedKnown: false });
    const lives = livesOfLedgers(reportsOf(sides.champion, silent), reportsOf(sides.challenger, silent));
    const life = expectHeld(lives);
    expect(life.looks.filter((look) => look.n < 1000).map((look) => look.blocking)).toEqual(
      new Array(5).fill("trades"),
    );
  });

  it("the instant of the ledger: trades after the look make the positions seem to follow one another", () => {
    const sides = overlapping(81);
    // 20 at a time for the first 700 signals, one after the other from then on: the median over the whole ledger is 1.
    const times = (signal: number) => ({
      openedAt: signal * HOUR,
      closedAt: (signal + (signal < 700 ? 19.5 : 0.5)) * HOUR,
    });
    const [champion, challenger] = [reportsOf(sides.champion, times), reportsOf(sides.challenger, times)];
    const lives = livesOfLedgers(champion, challenger, { old: 1 });
    expect(lives.old().approvedAt).toBe(500);
    const early = lives.now().looks.filter((look) => look.n <= 700);
    expect(early.map((look) => look.blocking)).toEqual(["trades", "trades", "trades"]);
  });
});
