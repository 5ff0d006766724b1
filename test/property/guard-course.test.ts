import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import type { OwnPromise } from "../../shared/stats/watch/own-guard.ts";
import type { PairedBaseline } from "../../shared/stats/watch/paired-guard.ts";
import { playCourse } from "../support/guard-course.ts";
import { referenceReadings } from "../support/guard-reference.ts";

/** The guard that takes in one trade at a time says at every moment what a computation from all rows says. */

const WINDOW = 30;
const own: OwnPromise = { trades: 500, winRate: 0.58, serial: 1.1, drawdownQ95: 60 };
const paired: PairedBaseline = {
  pairs: 500,
  winRateNew: 0.58,
  winRateFormer: 0.55,
  promise: 1,
  sdDifference: 8,
  sdWins: 0.4,
  serialDifference: 1.05,
  serialWins: 1,
  meanFormer: 4,
  sdFormer: 11,
  differing: 480,
  usable: true,
};

type Life = {
  seed: string;
  fall: number;
  own: number;
  silentFrom: number;
  missing: number;
  lag: number;
  wild: number;
  idle: number;
};

/** A life after a promotion: how far the market and the model fall, how the former reports. */
const life: fc.Arbitrary<Life> = fc.record({
  seed: fc.string({ minLength: 1, maxLength: 8 }),
  fall: fc.constantFrom(0, 0, 8, 16),
  own: fc.constantFrom(0, 0, 4, 10),
  silentFrom: fc.constantFrom(0, 20, 1000, 1000, 1000),
  missing: fc.constantFrom(0, 0, 0.1, 0.3),
  lag: fc.constantFrom(0, 3, 14),
  wild: fc.constantFrom(1, 1, 4, 12),
  idle: fc.constantFrom(0, 0.2),
});

function drawLife(o: Life) {
  const prng = createPrng(o.seed);
  const trades = [];
  const former = [];
  for (let i = 0; i < 90; i++) {
    const common = 9 * prng.normal() - o.fall;
    const crash = prng.uniform() < 0.03 ? o.wild : 1;
    const side = (edge: number, crash = 1) => {
      const took = prng.uniform() < o.idle ? 0 : 1;
      return { took, pnl: took ? Math.round(100 * crash * (edge + common + 6 * prng.normal())) / 100 : 0 };
    };
    trades.push({ signal: i, closed: 10 * i, ...side(5 - o.own, crash) });
    const answer = { signal: i, closed: 10 * (i + Math.floor(prng.uniform() * (o.lag + 1))) - 5, ...side(4) };
    if (i < o.silentFrom && prng.uniform() >= o.missing) former.push(answer);
  }
  return { trades, former };
}

describe("the streaming guard", () => {
  it("equals the reference at every moment, whatever falls, comes late or is missing", () => {
    const verdicts = new Map<string, number>();
    fc.assert(
      fc.property(life, (o) => {
        const { trades, former } = drawLife(o);
        const wanted = referenceReadings({ own, paired, window: WINDOW, trades, former });
        const answers = new Map(former.map((r) => [r.signal, { ...r, closedAt: r.closed }]));
        const got = playCourse(
          { own, paired, window: WINDOW, pairedActs: true, prolongs: true },
          trades.map((r) => ({ ...r, closedAt: r.closed })),
          trades.map((r) => answers.get(r.signal)),
        );
        expect(got.length).toBe(wanted.length);
        for (const [i, w] of wanted.entries()) {
          const { at, mode, trades: n, pairs, verdict, rule, prolonged, paired: f } = got[i]!;
          const { zWins, zPnl, behind, ...rest } = w;
          expect({ at, mode, trades: n, pairs, verdict, rule, prolonged }).toEqual(rest);
          if (zWins === undefined) continue;
          for (const [a, b] of [
            [f!.zWins, zWins],
            [f!.zPnl, zPnl!],
            [f!.behind, behind!],
          ] as const)
            expect(Math.abs(a - b)).toBeLessThan(1e-8 * Math.max(1, Math.abs(b)));
        }
        const last = wanted[wanted.length - 1]!;
        const key = `${last.verdict} ${last.rule} ${last.prolonged}`;
        verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
      }),
      { seed: 20260303, numRuns: 200 },
    );
    // Every way a guard can end was among the lives.
    const seen = [...verdicts.keys()].join("; ");
    for (const end of [
      "rollback paired-win",
      "rollback paired-pnl",
      "rollback paired-drawdown",
      "rollback win-rate",
      "market",
      "passed null true",
      "passed null false",
    ])
      expect(seen).toContain(end);
  });
});
