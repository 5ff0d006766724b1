import { describe, expect, it } from "vitest";
import { type LedgerRows, pickRows, rowsInClosingOrder, rowsOf } from "../../../shared/domain/ledger.ts";
import {
  CHECKPOINT_TRADES,
  completedPairs,
  describeAlarm,
  EPISODE_TRADES,
  freshMonitor,
  type MonitorReading,
  type MonitorState,
  OWN_BASELINE_TRADES,
  readMonitor,
} from "../../../shared/domain/monitor.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import type { Baseline } from "../../../shared/stats/watch/baseline.ts";
import type { PairedBaseline } from "../../../shared/stats/watch/paired-guard.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

const baseline: Baseline = {
  trades: 500,
  winRate: 0.55,
  meanPnl: 10,
  sdPnl: 100,
  serial: 1,
  drawdownMean: 500,
  drawdownQ95: 900,
  reference: null,
};

/** n trades a minute apart, wins of +100 and losses of -100 with the given win rate, then another. */
function played(...parts: readonly { n: number; winRate: number }[]): LedgerRows {
  const prng = createPrng("monitor");
  const rates = parts.flatMap(({ n, winRate }) => Array<number>(n).fill(winRate));
  return rowsOf(
    rates.map((rate, i) =>
      aTrade({ tradeId: `t${i}`, pnl: prng.uniform() < rate ? 100 : -100, closedAt: NOON + i * MINUTE }),
    ),
  );
}

const read = (state: MonitorState, trades: LedgerRows, before = Infinity): MonitorReading =>
  readMonitor({ state, trades, before, seed: "seed" });

/** Reads as the pipeline does: what is worth keeping becomes the state, until nothing is. */
function follow(trades: LedgerRows, from = freshMonitor(baseline, null)) {
  let state = from;
  const alarms: MonitorReading[] = [];
  for (let i = 0; i < 100; i++) {
    const after = state.upTo === null ? trades : rowsInClosingOrder(trades, { after: null, closedAfter: state.upTo });
    const reading = read(state, after);
    if (!reading.worthKeeping) return { state, alarms };
    state = reading.state;
    if (reading.alarms.length > 0) alarms.push(reading);
  }
  throw new Error("the monitor does not come to an end");
}

describe("the degradation monitor", () => {
  it("is silent while the champion keeps its promise", () => {
    const { alarms } = follow(played({ n: 2000, winRate: 0.55 }));
    expect(alarms).toEqual([]);
  });

  it("rings when the win rate falls, and begins an episode", () => {
    const { alarms } = follow(played({ n: 400, winRate: 0.55 }, { n: 600, winRate: 0.35 }));
    expect(alarms[0]).toMatchObject({ begins: true, worthKeeping: true });
    expect(alarms[0]!.at!).toBeGreaterThan(NOON + 400 * MINUTE);
    expect(describeAlarm(alarms[0]!)).toMatch(
      /^the .*(CUSUM|EWMA).* crossed (its line|their lines) after \d+ trades under watch; nobody else answered the same signals, so the cause is unclear$/,
    );
  });

  it(`tells of one episode once: further alarms within ${EPISODE_TRADES} trades belong to it`, () => {
    const { alarms, state } = follow(played({ n: 200, winRate: 0.55 }, { n: 1500, winRate: 0.25 }));
    expect(alarms.length).toBeGreaterThan(2);
    expect(alarms.filter((a) => a.begins)).toHaveLength(1);
    expect(state.episodes).toBe(1);
  });

  it("comes to the same however the trades are cut: the checkpoint loses none and repeats none", () => {
    const trades = played({ n: 300, winRate: 0.55 }, { n: 900, winRate: 0.42 });
    const whole = follow(trades);
    let state = freshMonitor(baseline, null);
    const alarms: MonitorReading[] = [];
    for (let end = 37; end < trades.count + 37; end += 37) {
      const part = pickRows(
        trades,
        Array.from({ length: Math.min(end, trades.count) }, (_, i) => i),
      );
      const step = follow(part, state);
      state = step.state;
      alarms.push(...step.alarms);
    }
    expect(alarms.map((a) => [a.at, a.alarms, a.begins])).toEqual(whole.alarms.map((a) => [a.at, a.alarms, a.begins]));
  });

  it(`moves its checkpoint every ${CHECKPOINT_TRADES} trades, never past what may still be arriving`, () => {
    const trades = played({ n: 300, winRate: 0.55 });
    const before = NOON + 250 * MINUTE;
    const reading = read(freshMonitor(baseline, null), trades, before);
    expect(reading).toMatchObject({ worthKeeping: true, alarms: [] });
    // At the 200th trade, however many more are there: a replay leaves the same trail.
    expect(reading.state.upTo).toBe(NOON + (CHECKPOINT_TRADES - 1) * MINUTE);
    expect(reading.state.charts.trades).toBe(CHECKPOINT_TRADES);
    expect(read(freshMonitor(baseline, null), trades, NOON + 199 * MINUTE).worthKeeping).toBe(false);
  });

  it("takes in every trade that closes at the moment of an alarm", () => {
    // Three trades close at each moment.
    const flat = played({ n: 200, winRate: 0.55 }, { n: 600, winRate: 0.2 });
    const closedAt = flat.closedAt.map((_, i) => NOON + Math.floor(i / 3) * MINUTE);
    const { alarms, state } = follow({ ...flat, closedAt, openedAt: closedAt });
    const rest = read(
      state,
      rowsInClosingOrder({ ...flat, closedAt, openedAt: closedAt }, { after: null, closedAfter: state.upTo! }),
    );
    expect(alarms.length).toBeGreaterThan(1);
    expect(rest.state.charts.trades).toBe(flat.count);
  });

  it("passes over abstentions", () => {
    const trades = played({ n: 100, winRate: 0.55 });
    const idle = { ...trades, took: trades.took.map((_, i) => i % 2) };
    expect(read(freshMonitor(baseline, null), idle).state.charts.trades).toBe(50);
  });
});

describe("a champion nobody promoted", () => {
  it(`is measured against its own first ${OWN_BASELINE_TRADES} trades, once they are settled`, () => {
    const trades = played({ n: OWN_BASELINE_TRADES, winRate: 0.6 });
    const last = trades.closedAt[OWN_BASELINE_TRADES - 1]!;
    expect(read(freshMonitor(null, null), trades, last).worthKeeping).toBe(false);
    const reading = read(freshMonitor(null, null), trades, last + 1);
    expect(reading).toMatchObject({ worthKeeping: true, alarms: [], at: last });
    expect(reading.state).toMatchObject({ upTo: last, baseline: { trades: OWN_BASELINE_TRADES } });
    expect(reading.state.baseline!.winRate).toBeCloseTo(0.6, 1);
  });

  it("is not watched before that", () => {
    const trades = played({ n: OWN_BASELINE_TRADES - 1, winRate: 0.1 });
    expect(read(freshMonitor(null, null), trades)).toMatchObject({ worthKeeping: false, alarms: [], at: null });
  });
});

describe("the monitor beside the former champion", () => {
  const paired: PairedBaseline = {
    pairs: 500,
    winRateNew: 0.55,
    winRateFormer: 0.55,
    promise: 10,
    sdDifference: 90,
    sdWins: 0.4,
    serialDifference: 1,
    serialWins: 1,
    meanFormer: 5,
    sdFormer: 100,
    differing: 400,
    usable: true,
  };
  const beside: MonitorState = freshMonitor({ ...baseline, paired }, null);

  /** n signals from a common draw: each side wins +100 or loses 100 with its own rate; answers come `lateMs` later. */
  function both(
    n: number,
    falls: { champion: number; former: number },
    o: { lateMs?: number; fallFrom?: number } = {},
  ) {
    const { lateMs = 0, fallFrom = 0 } = o;
    const prng = createPrng("beside");
    const champion = [];
    const former = [];
    for (let i = 0; i < n; i++) {
      const u = prng.uniform();
      const rates = i < fallFrom ? { champion: 0.6, former: 0.6 } : falls;
      const [closedAt, signalId] = [NOON + i * MINUTE, `s${i}`];
      champion.push(aTrade({ tradeId: `c${i}`, signalId, closedAt, pnl: u < rates.champion ? 100 : -100 }));
      former.push(
        aTrade({ tradeId: `f${i}`, signalId, closedAt: closedAt + lateMs, pnl: u < rates.former ? 100 : -100 }),
      );
    }
    return { champion: rowsOf(champion), former: rowsOf(former) };
  }

  function firstAlarm(o: { champion: LedgerRows; former: LedgerRows }, from = beside): MonitorReading {
    let state = from;
    for (let i = 0; i < 50; i++) {
      const after = state.upTo;
      const trades = after === null ? o.champion : rowsInClosingOrder(o.champion, { after: null, closedAfter: after });
      const pairs = completedPairs({ ...o, after });
      const reading = readMonitor({ state, trades, pairs, before: Infinity, seed: "s" });
      if (reading.alarms.length > 0 || !reading.worthKeeping) return reading;
      state = reading.state;
    }
    throw new Error("the monitor does not come to an end");
  }

  it("blames the market when both lose the same signals", () => {
    const reading = firstAlarm(both(800, { champion: 0.35, former: 0.35 }));
    expect(reading).toMatchObject({ cause: "market", begins: true });
    expect(describeAlarm(reading, { former: "old" })).toMatch(
      /the market changed, not the model: over the same \d+ signals the champion lost \d+\.00, old lost \d+\.00$/,
    );
  });

  it("blames the model when the former champion goes on winning, and the paired chart is the first to see it", () => {
    const reading = firstAlarm(both(800, { champion: 0.35, former: 0.55 }));
    expect(reading).toMatchObject({ cause: "model", alarms: expect.arrayContaining(["cusum-pair"]) });
    expect(describeAlarm(reading, { former: "old" })).toContain("the model falls behind, not the market");
  });

  it("does not know whose fault it is when nobody else answers", () => {
    const { champion } = both(800, { champion: 0.35, former: 0.35 });
    expect(firstAlarm({ champion, former: rowsOf([]) })).toMatchObject({ cause: "unclear", beside: null });
  });

  it("is silent, on the paired chart too, while both keep their promise", () => {
    expect(firstAlarm(both(2000, { champion: 0.6, former: 0.55 })).alarms).toEqual([]);
  });

  it("attributes across checkpoints, and whether answers come at once or later", () => {
    const fall = { champion: 0.4, former: 0.4 };
    const slow = firstAlarm(both(1200, fall, { fallFrom: 170 }));
    expect(slow.state.charts.trades).toBeGreaterThan(CHECKPOINT_TRADES);
    expect(slow).toMatchObject({ cause: "market" });
    expect(slow.beside!.pairs).toBeGreaterThan(30);
    expect(firstAlarm(both(1200, fall, { fallFrom: 170, lateMs: 30_000 }))).toMatchObject({ cause: "market" });
  });

  it("reads what an older release kept: charts without the new figures", () => {
    const { cusumPair: _p, formerVariance: _v, winSize: _w, lossSize: _l, ...oldCharts } = beside.charts;
    const { excursions: _e, ...kept } = { ...beside, charts: oldCharts as MonitorState["charts"] };
    expect(firstAlarm(both(800, { champion: 0.35, former: 0.35 }), kept)).toMatchObject({ cause: "market" });
  });
});
