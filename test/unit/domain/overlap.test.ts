import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { typicalOverlap } from "../../../shared/domain/overlap.ts";
import { Pairing } from "../../../shared/domain/pairing.ts";
import { TimeLine } from "../../../shared/domain/time-line.ts";
import { ledgerOf } from "../../support/lives.ts";

const HOUR = 3_600_000;
const pairing = {
  startAt: null,
  settleMs: 100 * HOUR,
  unreported: "exclude" as const,
  before: Number.POSITIVE_INFINITY,
};
/** `hours` a position is held, one opened an hour. */
const held = (n: number, hours: (signal: number) => number, known: (signal: number) => boolean = () => true) =>
  ledgerOf(
    Array.from({ length: n }, (_, signal) => ({
      signal,
      pnl: signal,
      closedAt: (signal + hours(signal)) * HOUR,
      openedKnown: known(signal),
    })),
  );

describe("positions usually open together", () => {
  const overlap = (...positions: [opened: number, closed: number][]) =>
    typicalOverlap({
      openedAt: Float64Array.from(positions, ([opened]) => opened),
      closedAt: Float64Array.from(positions, ([, closed]) => closed),
      count: positions.length,
    });

  it("are at least the position itself", () => {
    expect([overlap(), overlap([5, 5]), overlap([0, 10], [20, 30])]).toEqual([1, 1, 1]);
  });

  it("do not count a position that closes as the next one opens", () => {
    expect(overlap([0, 10], [10, 20], [20, 30])).toBe(1);
  });

  it("do not depend on the order of the rows", () => {
    // Open at each opening: 1, 2, 3, 4, 5.
    expect(overlap([4, 10], [0, 10], [1, 10], [2, 10], [3, 10])).toBe(3);
    // The first to open closes last: 1, 2, 2, 2, 2.
    expect(overlap([0, 100], [2, 3], [4, 5], [6, 7], [8, 9])).toBe(2);
    // Most openings alone, a crowd in between: 1, 2, 3, 1, 1.
    expect(overlap([0, 3], [1, 3], [2, 3], [10, 10.5], [11, 12])).toBe(1);
  });

  it.each<[string, [number, number][], number]>([
    ["no trades", [], 1],
    [
      "one after the other",
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      1,
    ],
    [
      "opened and closed at one moment",
      [
        [0, 0],
        [0, 0],
        [1, 1],
      ],
      1,
    ],
    [
      "three at a time",
      [
        [0, 9],
        [1, 9],
        [2, 9],
        [3, 12],
        [10, 20],
        [11, 20],
        [12, 20],
      ],
      3,
    ],
  ])("%s", (_case, spans, expected) => {
    expect(overlap(...spans)).toBe(expected);
  });

  it("are what counting one by one gives, in any order of arrival", () => {
    const span = fc.tuple(fc.nat(30), fc.nat(10)).map(([from, lasts]): [number, number] => [from, from + lasts]);
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), (spans) => {
        const counts = spans
          .map(([at]) => Math.max(1, spans.filter(([from, to]) => from <= at && to > at).length))
          .sort((a, b) => a - b);
        expect(overlap(...spans)).toBe(counts[Math.floor(counts.length / 2)]);
      }),
    );
  });
});

describe("the overlap of a look", () => {
  it("is measured on its own rows, whatever the ledgers hold after them", () => {
    const rows = held(400, (signal) => (signal < 100 ? 5.5 : 0.5));
    expect(new Pairing(rows, rows, pairing).windowOf(100)!.overlap).toBe(6);
    expect(new Pairing(rows, rows, pairing).latest().overlap).toBe(1);
    expect(new TimeLine(rows, { ...rows }, pairing).windowOf(100)!.overlap).toBe(6);
  });

  it("is that of the side with more of it", () => {
    const [short, long] = [held(50, () => 0.5), held(50, () => 2.5)];
    expect(new Pairing(short, long, pairing).latest().overlap).toBe(3);
    expect(new Pairing(long, short, pairing).latest().overlap).toBe(3);
  });

  it("is not known when more than one row in a hundred does not say when it opened", () => {
    const one = held(
      100,
      () => 0.5,
      (signal) => signal !== 7,
    );
    const two = held(
      100,
      () => 0.5,
      (signal) => signal > 1,
    );
    const all = held(100, () => 0.5);
    expect(new Pairing(all, one, pairing).latest().overlap).toBe(1);
    expect(new Pairing(all, two, pairing).latest().overlap).toBeNull();
    expect(new Pairing(two, all, pairing).latest().overlap).toBeNull();
  });

  it("counts a position from its first fill to its last", () => {
    const fills = ledgerOf(
      Array.from({ length: 40 }, (_, signal) => [
        { signal, pnl: 1, closedAt: (signal + 0.5) * HOUR },
        { signal, pnl: 1, closedAt: (signal + 3.5) * HOUR },
      ]).flat(),
    );
    const plain = held(40, () => 0.5);
    const window = new Pairing(plain, fills, pairing).latest();
    expect(window).toMatchObject({ overlap: 4, summed: 40 });
  });
});

describe("fills on a time line", () => {
  it("are one row, summed", () => {
    const fills = ledgerOf([
      { signal: 1, pnl: 5 },
      { signal: 1, pnl: -20, closedAt: 1.8 * HOUR },
      { signal: 2, pnl: 3 },
    ]);
    const other = ledgerOf([
      { signal: 11, pnl: 1 },
      { signal: 12, pnl: 2 },
    ]);
    const window = new TimeLine(fills, other, pairing).latest();
    expect(window.n).toBe(2);
    expect([...window.champion]).toEqual([-15, 3, 0, 0]);
    expect(window.signalIds).toEqual(["s1", "s2", "s11", "s12"]);
  });

  it("wait for the last one where more were announced", () => {
    const fills = ledgerOf([
      { signal: 1, pnl: 5, final: false },
      { signal: 2, pnl: 3 },
    ]);
    expect(new TimeLine(fills, ledgerOf([{ signal: 11, pnl: 1 }]), pairing).latest().signalIds).toEqual(["s2", "s11"]);
  });
});
