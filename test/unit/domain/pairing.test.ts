import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LedgerRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { Pairing, type PairingOptions } from "../../../shared/domain/pairing.ts";
import type { PairedWindow } from "../../../shared/domain/rows.ts";
import type { Trade } from "../../../shared/domain/trade.ts";
import { type ReferenceWindow, referenceWindow } from "../../support/pairing-reference.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

const at = (minutes: number) => NOON + minutes * MINUTE;
const options: PairingOptions = { startAt: null, settleMs: 10 * MINUTE, unreported: "exclude", before: Infinity };

/** "signal opened closed pnl", times in minutes after noon; "0 abstain" for pnl. */
function side(
  ...lines: readonly (readonly [signal: string, opened: number, closed: number, pnl: number | "abstain"])[]
) {
  return rowsOf(
    lines.map(([signalId, opened, closed, pnl], i) =>
      aTrade({
        tradeId: `${signalId}-${i}`,
        signalId,
        openedAt: at(opened),
        closedAt: at(closed),
        pnl: pnl === "abstain" ? 0 : pnl,
        took: pnl !== "abstain",
      }),
    ),
  );
}

function pairsOf(window: PairedWindow | null): [string, number, number][] | null {
  return window?.signalIds.map((id, i) => [id, window.champion[i]!, window.challenger[i]!]) ?? null;
}

describe("pairs", () => {
  it("come in the order in which their signals opened, not in which they closed", () => {
    const champion = side(["a", 0, 5, 1], ["b", 1, 3, 2], ["c", 2, 4, 3]);
    const challenger = side(["c", 2, 6, 30], ["b", 1, 4, 20], ["a", 0, 7, 10]);

    expect(pairsOf(new Pairing(champion, challenger, options).windowOf(3))).toEqual([
      ["a", 1, 10],
      ["b", 2, 20],
      ["c", 3, 30],
    ]);
  });

  it("count up to the first signal that is still open: losers that run long cannot be left out", () => {
    const champion = side(["a", 0, 1, 1], ["long", 1, 2, 2], ["c", 2, 3, 3]);
    const challenger = side(["a", 0, 1, 1], ["c", 2, 3, 3], ["long", 1, 9, 2]);

    const pairing = new Pairing(champion, challenger, { ...options, before: at(9) });
    expect(pairing.windowOf(2)).toBeNull();
    expect(pairing.latest()).toMatchObject({ n: 1, open: 1, missing: 0, at: at(3) });
    expect(new Pairing(champion, challenger, options).windowOf(3)).toMatchObject({ at: at(9), n: 3, open: 0 });
  });

  it("become known at the later of their two closes", () => {
    const pairing = new Pairing(side(["a", 0, 1, 1]), side(["a", 0, 4, 2]), options);
    expect(pairing.windowOf(1)?.at).toBe(at(4));
  });

  it("need a trade of at least one side: both abstained says nothing", () => {
    const champion = side(["a", 0, 1, "abstain"], ["b", 1, 2, "abstain"], ["c", 2, 3, 3]);
    const challenger = side(["a", 0, 1, "abstain"], ["b", 1, 2, 20], ["c", 2, 3, "abstain"]);

    const window = new Pairing(champion, challenger, options).latest();
    expect(pairsOf(window)).toEqual([
      ["b", 0, 20],
      ["c", 3, 0],
    ]);
    expect([...window.championTook]).toEqual([0, 1]);
    expect([...window.challengerTook]).toEqual([1, 0]);
  });

  it("sum a model's fills on a signal, also one that closes after the signal had been settled", () => {
    const champion = side(["a", 0, 3, 7], ["a", 0, 2, 1], ["a", 1, 9, 9]);
    const challenger = side(["a", 0, 4, 2], ["b", 5, 9, 1]);
    const early = new Pairing(champion, challenger, { ...options, before: at(9) }).latest();
    expect(pairsOf(early)).toEqual([["a", 8, 2]]);
    expect(early.summed).toBe(1);
    expect(pairsOf(new Pairing(champion, challenger, options).latest())).toEqual([["a", 17, 2]]);
  });

  it("wait for the last fill where more were announced, up to the deadline", () => {
    const announced = rowsOf([
      aTrade({ tradeId: "a-1", signalId: "a", openedAt: at(0), closedAt: at(1), pnl: 5, final: false }),
      aTrade({ tradeId: "a-2", signalId: "a", openedAt: at(0), closedAt: at(8), pnl: -50 }),
    ]);
    const other = side(["a", 0, 1, 2], ["z", 20, 21, 1]);
    expect(new Pairing(announced, other, { ...options, before: at(8) }).latest()).toMatchObject({ n: 0, open: 1 });
    const window = new Pairing(announced, other, options).windowOf(1)!;
    expect(window.at).toBe(at(8));
    expect(pairsOf(window)).toEqual([["a", -45, 2]]);
  });

  it("count a signal as missing when its last fill never comes, and do not guess at its sum", () => {
    const announced = rowsOf([
      aTrade({ tradeId: "a-1", signalId: "a", openedAt: at(0), closedAt: at(1), pnl: 5, final: false }),
    ]);
    const window = new Pairing(side(["a", 0, 1, 2], ["z", 20, 21, 1]), announced, options).latest();
    expect(window).toMatchObject({ n: 0, missing: 1 });
    expect([...window.championOnMissing]).toEqual([2]);
  });

  it("cannot sum a trade with an abstention on the same signal, and say whose it is", () => {
    const champion = side(["a", 0, 1, 1], ["b", 1, 2, 2]);
    const challenger = side(["a", 0, 1, "abstain"], ["a", 0, 2, 50], ["b", 1, 3, 3]);
    const window = new Pairing(champion, challenger, options).latest();
    expect(window.unsummed).toEqual({
      signals: 1,
      reasons: ["a: the challenger reported both a trade and an abstention"],
    });
  });

  it("do not take an abstention that was said after the other side had closed: that is silence", () => {
    const champion = side(["a", 0, 3, -9], ["b", 1, 4, 2], ["z", 20, 21, 1]);
    const challenger = side(["a", 0, 4, "abstain"], ["b", 1, 4, "abstain"], ["z", 20, 21, 1]);
    const window = new Pairing(champion, challenger, options).latest();
    expect(pairsOf(window)).toEqual([
      ["b", 2, 0],
      ["z", 1, 1],
    ]);
    expect(window.missing).toBe(1);
    expect([...window.championOnMissing]).toEqual([-9]);
  });

  it("are only of signals opened after the start, on either side", () => {
    const champion = side(["old", 0, 6, 1], ["new", 6, 7, 2]);
    const challenger = side(["old", 0, 6, 1], ["new", 6, 7, 3]);
    const window = new Pairing(champion, challenger, { ...options, startAt: at(5) }).latest();
    expect(pairsOf(window)).toEqual([["new", 2, 3]]);
  });

  it("opened at the start exactly are left out: the decision to start was not yet known", () => {
    const rows = side(["a", 5, 6, 1]);
    expect(new Pairing(rows, rows, { ...options, startAt: at(5) }).latest().n).toBe(0);
    expect(new Pairing(rows, rows, { ...options, startAt: at(5) - 1 }).latest().n).toBe(1);
  });

  it("are cut strictly before the moment both models have passed: more may come for that moment", () => {
    const rows = side(["a", 0, 1, 1], ["b", 1, 2, 2]);
    expect(new Pairing(rows, rows, { ...options, before: at(2) }).latest().n).toBe(1);
    expect(new Pairing(rows, rows, { ...options, before: at(2) + 1 }).latest().n).toBe(2);
  });

  it("are all taken in that close at one moment, even beyond the number asked for", () => {
    const rows = side(["a", 0, 1, 1], ["b", 0, 1, 2], ["c", 0, 1, 3]);
    const window = new Pairing(rows, rows, options).windowOf(2)!;
    expect(window).toMatchObject({ n: 2, at: at(1) });
    expect(window.signalIds).toEqual(["a", "b"]);
  });

  it("of signals opened at one moment come by signal id", () => {
    const champion = side(["b", 0, 1, 2], ["a", 0, 2, 1]);
    const challenger = side(["a", 0, 3, 1], ["b", 0, 1, 2]);
    expect(new Pairing(champion, challenger, options).latest().signalIds).toEqual(["a", "b"]);
  });

  it("are none when one side has no trades", () => {
    const pairing = new Pairing(side(["a", 0, 1, 1]), side(), options);
    expect(pairing.windowOf(1)).toBeNull();
    expect(pairing.latest()).toMatchObject({ n: 0, open: 1 });
  });
});

describe("a signal only one side reported", () => {
  const champion = side(["a", 0, 1, 1], ["lost", 1, 2, 5], ["c", 2, 3, 3], ["d", 12, 13, 4]);
  const challenger = side(["a", 0, 1, 10], ["c", 2, 3, 30], ["d", 12, 13, 40]);

  it("holds back the signals after it until its deadline has passed", () => {
    const pairing = new Pairing(champion, challenger, { ...options, before: at(11) + 1 });
    expect(pairing.latest()).toMatchObject({ n: 1, open: 1, missing: 0 });
  });

  it("is left out after its deadline and counts against coverage, with what the champion earned on it", () => {
    const window = new Pairing(champion, challenger, options).windowOf(3)!;
    expect(window.signalIds).toEqual(["a", "c", "d"]);
    expect(window).toMatchObject({ missing: 1, open: 0, at: at(13) });
    expect([...window.championOnMissing]).toEqual([5]);
  });

  it("is counted apart when it opened before the challenger's first report: it was deployed before it traded", () => {
    const early = side(["y", -2, -1, 7], ["z", -1, 0, 8], ["a", 0, 1, 1], ["lost", 1, 2, 5], ["d", 12, 13, 4]);
    const late = side(["a", 0, 1, 10], ["d", 12, 13, 40]);
    expect(new Pairing(early, late, options).windowOf(2)).toMatchObject({ missing: 3, missingBeforeFirst: 2 });
    expect(new Pairing(champion, challenger, options).windowOf(3)).toMatchObject({ missing: 1, missingBeforeFirst: 0 });
    // Its first report may be on a signal the champion never answered.
    const first = side(["x", -3, -2, 1], ["a", 0, 1, 10], ["d", 12, 13, 40]);
    expect(new Pairing(early, first, options).windowOf(2)).toMatchObject({ missing: 3, missingBeforeFirst: 0 });
    const nothing = side(["late", 40, 41, 1]);
    expect(new Pairing(early, nothing, options).latest()).toMatchObject({ n: 0, missing: 5, missingBeforeFirst: 5 });
  });

  it("counts as 0 of the silent side after its deadline when silence means abstaining", () => {
    const window = new Pairing(champion, challenger, { ...options, unreported: "abstain" }).windowOf(4)!;
    expect(pairsOf(window)).toEqual([
      ["a", 1, 10],
      ["lost", 5, 0],
      ["c", 3, 30],
      ["d", 4, 40],
    ]);
    expect([...window.challengerTook]).toEqual([1, 0, 1, 1]);
    expect(window.missing).toBe(0);
  });

  it("becomes a row whenever its answer comes, at its real PnL and in its place", () => {
    const answeredAt = (minute: number) =>
      new Pairing(champion, side(["a", 0, 1, 10], ["c", 2, 3, 30], ["d", 12, 13, 40], ["lost", 1, minute, 50]), {
        ...options,
        before: at(20),
      }).latest();
    expect(answeredAt(11)).toMatchObject({ n: 4, missing: 0 });
    const late = answeredAt(12);
    expect(pairsOf(late)).toEqual([
      ["a", 1, 10],
      ["lost", 5, 50],
      ["c", 3, 30],
      ["d", 4, 40],
    ]);
    expect(late.missing).toBe(0);
  });

  it("is missing on the champion's side just as well, and then the champion earned nothing on it", () => {
    const window = new Pairing(challenger, champion, options).windowOf(3)!;
    expect(window.missing).toBe(0);
    expect([...window.championOnMissing]).toEqual([]);
    expect([...window.challengerOnMissing]).toEqual([5]);
  });

  it("after the last row asked for does not count against that look", () => {
    const window = new Pairing(champion, challenger, options).windowOf(1)!;
    expect(window).toMatchObject({ n: 1, missing: 0 });
  });
});

type Row = { signal: number; opened: number; lasts: number; pnl: number; took: boolean; final: boolean };
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  signal: fc.nat(9),
  opened: fc.nat(20),
  lasts: fc.nat(12),
  pnl: fc.integer({ min: -5, max: 5 }),
  took: fc.boolean(),
  final: fc.boolean(),
});
const ledger = fc.array(rowArbitrary, { maxLength: 16 });
const optionsArbitrary: fc.Arbitrary<PairingOptions> = fc.record({
  startAt: fc.option(fc.nat(8).map(at)),
  settleMs: fc.nat(12).map((m) => m * MINUTE),
  unreported: fc.constantFrom("exclude", "abstain"),
  before: fc.oneof(fc.constant(Infinity), fc.nat(32).map(at)),
});

function tradesOf(rows: readonly Row[]): Trade[] {
  return rows.map((row, i) =>
    aTrade({
      tradeId: `t${i}`,
      signalId: `s${row.signal}`,
      openedAt: at(row.opened),
      closedAt: at(row.opened + row.lasts),
      pnl: row.took ? row.pnl : 0,
      took: row.took,
      // An abstention announces nothing.
      final: row.final || !row.took,
    }),
  );
}

/** A window in the reference's form. */
function plain(window: PairedWindow | null): ReferenceWindow | null {
  return (
    window && {
      at: window.at,
      pairs: pairsOf(window)!,
      missing: window.missing,
      championOnMissing: [...window.championOnMissing],
      challengerOnMissing: [...window.challengerOnMissing],
      open: window.open,
    }
  );
}

describe("the window of n rows", () => {
  it("is that of the smallest moment whose settled prefix has n rows, as a slow reference finds it", () => {
    fc.assert(
      fc.property(ledger, ledger, optionsArbitrary, (a, b, o) => {
        const champion = rowsOf(tradesOf(a));
        const challenger = rowsOf(tradesOf(b));
        const forward = new Pairing(champion, challenger, o);
        for (let n = 1; n <= 10; n++) {
          const expected = referenceWindow(champion, challenger, { ...o, n });
          expect(plain(new Pairing(champion, challenger, o).windowOf(n))).toEqual(expected);
          // Going on from the window before finds the same.
          expect(plain(forward.windowOf(n))).toEqual(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order in which trades arrived", () => {
    const shuffled = (rows: readonly Row[]) =>
      fc.shuffledSubarray(tradesOf(rows), { minLength: rows.length }).map((t) => rowsOf(t));
    const both = fc
      .tuple(ledger, ledger)
      .chain(([a, b]) =>
        fc.record({ a: fc.constant(a), b: fc.constant(b), champion: shuffled(a), challenger: shuffled(b) }),
      );
    fc.assert(
      fc.property(both, optionsArbitrary, fc.integer({ min: 1, max: 8 }), ({ a, b, champion, challenger }, o, n) => {
        const ordered = new Pairing(rowsOf(tradesOf(a)), rowsOf(tradesOf(b)), o);
        const other = new Pairing(champion, challenger, o);
        expect(other.windowOf(n)).toEqual(ordered.windowOf(n));
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on how far beyond it either ledger has been filled", () => {
    fc.assert(
      fc.property(ledger, ledger, optionsArbitrary, fc.integer({ min: 1, max: 8 }), (a, b, o, n) => {
        const whole: LedgerRows[] = [rowsOf(tradesOf(a)), rowsOf(tradesOf(b))];
        const window = new Pairing(whole[0]!, whole[1]!, { ...o, before: Infinity }).windowOf(n);
        fc.pre(window !== null);
        const until = (rows: readonly Row[], end: number) =>
          rowsOf(tradesOf(rows).filter((trade) => trade.closedAt <= end));
        for (const [left, right] of [
          [0, 0],
          [0, 5],
          [7, 0],
          [2, 3],
        ] as const) {
          const champion = until(a, window.at + left * MINUTE);
          const challenger = until(b, window.at + right * MINUTE);
          const before = window.at + 1 + Math.min(left, right) * MINUTE;
          expect(new Pairing(champion, challenger, { ...o, before }).windowOf(n)).toEqual(window);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the work of pairing", () => {
  const many = 60_000;
  const chain = (pnl: number) =>
    rowsOf(
      Array.from({ length: many }, (_, i) =>
        aTrade({ tradeId: `t${i}`, signalId: `s${i}`, openedAt: at(i), closedAt: at(i) + MINUTE / 2, pnl }),
      ),
    );

  it("grows with the rows and not with their square: each report is looked at once", { timeout: 15_000 }, () => {
    const pairing = new Pairing(chain(1), chain(2), options);
    expect(pairing.latest()).toMatchObject({ n: many, open: 0, missing: 0 });
  });
});

describe("the trades a look is short of", () => {
  it("leave out every signal a side has answered: the other may still complete one that passed for missing", () => {
    const champion = side(["a", 0, 1, 1], ["lost", 1, 2, 5], ["open", 12, 13, 3]);
    const pairing = new Pairing(champion, side(["a", 0, 1, 1]), options);
    expect(pairing.windowOf(9)).toBeNull();
    expect(pairing.shortOf(9)).toEqual({ champion: 6, challenger: 8 });
  });

  it("are never more than it turned out to need", () => {
    const added = fc.record({ champion: ledger, challenger: ledger });
    fc.assert(
      fc.property(ledger, ledger, added, fc.integer({ min: 1, max: 9 }), optionsArbitrary, (a, b, more, n, o) => {
        const open = { ...o, unreported: "exclude" as const, before: Infinity };
        const pairing = new Pairing(rowsOf(tradesOf(a)), rowsOf(tradesOf(b)), open);
        fc.pre(pairing.windowOf(n) === null);
        const both = [
          rowsOf(tradesOf([...a, ...more.champion])),
          rowsOf(tradesOf([...b, ...more.challenger])),
        ] as const;
        fc.pre(new Pairing(...both, open).windowOf(n) !== null);
        const short = pairing.shortOf(n);
        expect(more.champion.length).toBeGreaterThanOrEqual(short.champion);
        expect(more.challenger.length).toBeGreaterThanOrEqual(short.challenger);
      }),
      { numRuns: 300 },
    );
  });
});
