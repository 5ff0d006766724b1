import { describe, expect, it } from "vitest";
import { beginGuard, describeGuard, type GuardState, readGuard } from "../../../shared/domain/guard.ts";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { answered, baseline, follow, guard, many, read, winning } from "../../support/guard-play.ts";
import { aTrade, MINUTE, NOON } from "../../support/samples.ts";

/** As an older release kept it: nothing is known about pairs. */
const old: GuardState = {
  status: "watching",
  window: 100,
  baseline: { ...baseline, paired: undefined },
  reference: "former",
  alerted: false,
};

describe("the paired guard", () => {
  it("rolls back when the model alone collapses, to the former that earned more on the same signals", () => {
    const { reading } = follow({ champion: winning(100, 2), former: winning(100, 6) });
    expect(reading).toMatchObject({
      verdict: "rollback",
      ended: true,
      rule: "paired-pnl",
      mode: "paired",
      former: "former",
    });
    expect(reading!.paired!.gain).toBeLessThan(0);
    expect(reading!.trades).toBeLessThan(80);
  });

  it("swaps nothing when the market falls on both, and says so once", () => {
    const { news, reading } = follow({ champion: winning(100, 2), former: winning(100, 2) });
    expect(news).toEqual(["market"]);
    expect(reading).toMatchObject({ verdict: "market", ended: true, trades: 100 });
  });

  it("calls a broken promise unclear while neither the model nor the market is clearly to blame", () => {
    const { news } = follow({ champion: winning(60, 3), former: winning(60, 5) });
    expect(news).toContain("unclear");
  });

  it("does not call it unclear before there are 20 pairs to judge it by", () => {
    const early = read({ champion: many(20, -2), former: many(20, -1), until: NOON + 20 * MINUTE })!;
    expect(early).toMatchObject({ verdict: "unclear", pairs: 19, news: null });
    expect(read({ champion: many(20, -2), former: many(20, -1) })).toMatchObject({ verdict: "market", news: "market" });
  });

  it("passes after its window when the promise was kept, and looks no further", () => {
    const { news, reading } = follow({
      champion: [...winning(100, 6), ...many(80, -9)],
      former: [...winning(100, 5), ...many(80, 9)],
    });
    expect(news).toEqual([]);
    expect(reading).toMatchObject({ verdict: "passed", ended: true, trades: 100, pairs: 100, wins: 60, rule: null });
  });

  it("goes on watching while answers are under way, at most ten trades long", () => {
    const former = [...winning(95, 5), ...many(3, undefined), ...winning(20, 5)];
    expect(follow({ champion: winning(109, 6), former }).reading).toMatchObject({
      verdict: "watching",
      trades: 100,
      pairs: 97,
    });
    expect(follow({ champion: winning(110, 6), former }).reading).toMatchObject({ verdict: "passed", pairs: 97 });
  });

  it("counts several fills of one signal as one, with their sum", () => {
    const trades = rowsOf([
      aTrade({ tradeId: "a1", signalId: "s1", pnl: 2, closedAt: NOON + MINUTE }),
      aTrade({ tradeId: "a2", signalId: "s1", pnl: -5, closedAt: NOON + 2 * MINUTE }),
    ]);
    const former = rowsOf([aTrade({ tradeId: "f", signalId: "s1", pnl: 1, closedAt: NOON + MINUTE })]);
    const settings = parseSettings({});
    const reading = readGuard({ guard, trades, former, settings, until: Infinity })!;
    expect(reading).toMatchObject({ trades: 1, wins: 0, pairs: 1, at: NOON + 2 * MINUTE, tradeId: "a2" });
    expect(reading.paired).toMatchObject({ championPnl: -3, formerPnl: 1 });
  });

  it("reads no further than it is allowed to, while a former champion is still being filled", () => {
    const o = { champion: winning(100, 2), former: winning(100, 6) };
    expect(read({ ...o, until: NOON + 15 * MINUTE })).toMatchObject({ verdict: "watching", trades: 15, pairs: 14 });
    expect(read({ ...o, until: NOON })).toBeNull();
  });
});

describe("the mode of the guard", () => {
  it("changes when the former falls silent; that is reported before anything is done in it", () => {
    const { news, reading } = follow({ champion: many(60, -0.1), former: winning(5, 5) });
    expect(news[0]).toBe("unpaired");
    expect(reading).toMatchObject({ verdict: "rollback", rule: "win-rate", mode: "unpaired" });
    expect(reading!.trades).toBeLessThan(30);
  });

  it("rolls back on the promise alone within 22 trades when the former never reports", () => {
    const { news, reading } = follow({ champion: many(60, -0.1), former: [] });
    expect(news).toEqual(["unpaired", "alert"]);
    expect(reading).toMatchObject({ verdict: "rollback", mode: "unpaired", trades: 22, wins: 0 });
  });

  it("is paired again, from all pairs, when the answers return", () => {
    const former = [...winning(30, 5), ...many(10, undefined), ...winning(30, 5)];
    const { news, reading } = follow({ champion: winning(70, 6), former });
    expect(news).toEqual(["unpaired", "paired"]);
    expect(reading).toMatchObject({ verdict: "watching", mode: "paired", pairs: 60 });
  });

  it("is unpaired in a guard of an older release: its promise alone counts, as before", () => {
    const reading = readGuard({
      guard: { ...old, alerted: true },
      trades: answered("t", many(60, -0.1)),
      former: answered("f", many(60, -0.1)),
      settings: parseSettings({}),
      until: Infinity,
    });
    expect(reading).toMatchObject({ verdict: "rollback", mode: "unpaired", rule: "win-rate", trades: 22, news: null });
  });

  it("is promise where a user wants the checklist's words: a fall of both rolls back, whoever is to blame", () => {
    const o = { champion: winning(100, 2), former: winning(100, 2), settings: { SHADOW_GUARD: "promise" } };
    expect(follow(o).news).toEqual(["alert"]);
    expect(follow(o).reading).toMatchObject({ verdict: "rollback", mode: "promise", rule: "win-rate" });
  });
});

describe("the end of the window", () => {
  /** Short of the promise by 1.5 to 3 standard deviations at the 100th trade, and worse later. */
  const champion = [...winning(100, 4), ...winning(100, 2)];
  const former = [...winning(100, 5), ...winning(100, 6)];

  it("prolongs the guard once while a chart stands open", () => {
    const reading = follow({ champion: winning(102, 5), former: winning(102, 6) }).reading;
    expect(reading).toMatchObject({ verdict: "prolonged", prolonged: true, ended: false });
  });

  it("advises a rollback when the prolonged guard crosses its line, and swaps nothing", () => {
    expect(follow({ champion, former }).reading).toMatchObject({ verdict: "advised", ended: true, prolonged: true });
  });

  it("rolls back then where the user wants that", () => {
    const settings = { SHADOW_GUARD_PROLONG: "rollback" };
    expect(follow({ champion, former, settings }).reading).toMatchObject({ verdict: "rollback", prolonged: true });
  });

  it("passes at once where prolongation is off", () => {
    const settings = { SHADOW_GUARD_PROLONG: "off" };
    expect(follow({ champion, former, settings }).reading).toMatchObject({ verdict: "passed", trades: 100 });
  });
});

describe("the hard stop", () => {
  const champion = [...many(5, 1), -40];
  const former = [...many(5, 1), -40];

  it("is off by default", () => {
    expect(read({ champion, former })).toMatchObject({ news: null, verdict: "watching" });
  });

  it("takes the money away beyond the loss the user can bear, whoever is to blame, once", () => {
    const settings = { SHADOW_GUARD_MAX_LOSS: "39" };
    expect(follow({ champion, former, settings }).news).toEqual(["max-loss"]);
    expect(read({ champion, former, settings })).toMatchObject({ rule: "max-loss", drawdown: 40, ended: false });
    expect(read({ champion, former, settings: { SHADOW_GUARD_MAX_LOSS: "40" } })!.news).toBeNull();
  });

  it("rolls back where the user wants that, also before 20 trades and without a baseline", () => {
    const settings = { SHADOW_GUARD_MAX_LOSS: "39", SHADOW_GUARD_MAX_LOSS_ACTION: "rollback" };
    for (const blind of [{}, { status: "blind" as const }, { status: "blind" as const, baseline: null }])
      expect(read({ champion, former, settings, guard: blind })).toMatchObject({
        verdict: "rollback",
        rule: "max-loss",
      });
  });

  it("leaves a blind guard alone after its window", () => {
    const settings = { SHADOW_GUARD_MAX_LOSS: "39" };
    const blind = { status: "blind" as const, window: 5 };
    expect(read({ champion, settings, guard: blind })).toBeNull();
  });
});

describe("no guard", () => {
  it.each<[string, Partial<GuardState>]>([
    ["that has passed", { status: "passed" }],
    ["that ended in a fallen market", { status: "market" }],
    ["that has advised", { status: "advised" }],
    ["that is blind", { status: "blind" }],
    ["without a baseline", { baseline: null }],
  ])("reads nothing: one %s", (_case, changes) => {
    expect(read({ champion: many(100, -5), guard: changes })).toBeNull();
  });

  it("reads nothing before the first trade", () => {
    expect(read({ champion: [] })).toBeNull();
    expect(read({ champion: [null, null], former: [1, 1] })).toBeNull();
  });
});

describe("the beginning of a guard", () => {
  const shadow = (n: number, took = n) => ({
    kind: "paired" as const,
    champion: Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1 : -1)),
    challenger: Float64Array.from({ length: n }, (_, i) => (i % 10 < 6 ? 2 : -2)),
    championTook: new Uint8Array(n).fill(1),
    challengerTook: Uint8Array.from({ length: n }, (_, i) => (i < took ? 1 : 0)),
  });
  const begin = (n: number, took?: number) =>
    beginGuard({ evidence: shadow(n, took), formerChampion: "former", window: 100, seed: "seed" });

  it("freezes what the challenger promised in the shadow, on the trades it took and beside the champion", () => {
    const state = begin(500, 400);
    expect(state).toMatchObject({
      status: "watching",
      window: 100,
      reference: "former",
      alerted: false,
      mode: "paired",
    });
    expect(state.baseline).toMatchObject({
      trades: 400,
      winRate: 0.6,
      meanPnl: expect.closeTo(0.4, 12),
      reference: { meanPnl: 0, sdPnl: expect.closeTo(1, 2) },
      paired: { pairs: 500, winRateNew: 0.6, winRateFormer: 0.5, usable: true },
    });
    expect(state.baseline!.drawdownQ95).toBeGreaterThan(state.baseline!.drawdownMean);
  });

  it("is unpaired without common signals, and on fewer than 50 of them", () => {
    const all = new Uint8Array(500).fill(1);
    const evidence = { ...shadow(500), kind: "unpaired" as const, championReported: all, challengerReported: all };
    const state = beginGuard({ evidence, formerChampion: "former", window: 100, seed: "seed" });
    expect(state).toMatchObject({ mode: "unpaired", baseline: { paired: null } });
    expect(begin(49).mode).toBe("unpaired");
  });

  it("is the same every time: the seed decides the resamples", () => {
    expect(begin(200)).toEqual(begin(200));
    expect(JSON.parse(JSON.stringify(begin(200)))).toEqual(begin(200));
  });

  it("is blind on too few shadow trades: after a forced promotion nothing happens by itself", () => {
    expect(begin(20).status).toBe("watching");
    expect(begin(19).status).toBe("blind");
    expect(begin(1)).toMatchObject({ status: "blind", baseline: null });
    expect(begin(0)).toMatchObject({ status: "blind", baseline: null });
  });
});

describe("the reading in words", () => {
  const words = (o: Parameters<typeof follow>[0]) => describeGuard(follow(o).reading!);

  it("names what both made of the same signals when the model is rolled back", () => {
    expect(words({ champion: winning(100, 2), former: winning(100, 6) })).toMatch(
      /^\d+ of \d+ trades won \(.* %, promised 58\.0 %\): .* wins short; over the same \d+ signals the champion lost \d+\.00, former made \d+\.00; beside it, wins 2\.9 sd short and PnL 3\.1 sd short of the promise/,
    );
  });

  it("says so when it is ahead of the former champion's pace, and signs no zero", () => {
    const ahead = read({ champion: winning(101, 6), former: winning(101, 5) })!;
    expect(describeGuard(ahead)).toContain("beside it, wins 1.3 sd ahead and PnL 0.9 sd ahead of the promise");
    const level = { ...ahead, paired: { ...ahead.paired!, zWins: -0.04, zPnl: -0 } };
    expect(describeGuard(level)).toContain("wins 0.0 sd ahead and PnL 0.0 sd short of the promise");
  });

  it("says that the market changed and what each of them lost", () => {
    expect(words({ champion: winning(100, 2), former: winning(100, 2) })).toBe(
      "the market changed, not the model: over the same 100 signals the champion lost 60.00, former lost 60.00; rolling back would not have helped",
    );
  });

  it("does not claim that rolling back would not have helped where it would have saved a part", () => {
    const reading = follow({ champion: winning(100, 2), former: winning(100, 2) }).reading!;
    const worse = { ...reading, paired: { ...reading.paired!, gain: -8 } };
    expect(describeGuard(worse)).toMatch(
      /the former fell at least half as far, rolling back would have saved 8\.00 at the most$/,
    );
  });

  it("names the wins short of the promise and why nothing is compared, when the former is silent", () => {
    expect(words({ champion: many(22, -0.01), former: [] })).toBe(
      "0 of 22 trades won (0.0 %, promised 58.0 %): 12.8 wins short (alert at 8.1 short, rollback at 12.4); former cannot be compared with: judged by its own promise alone",
    );
  });

  it("says so when more was won than promised", () => {
    expect(words({ champion: many(20, 0.01), former: many(20, 0.01) })).toContain("8.4 wins ahead");
  });

  it("names a change of mode, the hard stop and the advice", () => {
    const silent = read({ champion: many(12, 1), former: [] })!;
    expect(describeGuard(silent)).toBe(
      "former does not answer the champion's signals (0 of 10): the guard judges the champion by its own promise alone",
    );
    const stopped = read({ champion: [1, -40], former: [1, -1], settings: { SHADOW_GUARD_MAX_LOSS: "39" } })!;
    expect(describeGuard(stopped)).toContain("drawdown 40.00 since the promotion, beyond the hard stop");
  });
});
