import { beforeAll, describe, expect, it } from "vitest";
import { POINTS_MAX } from "../../../shared/api/contract/drawn-lines.ts";
import type { PathsAnswer } from "../../../shared/api/contract/paths.ts";
import { answerFaults, routes } from "../../../shared/api/contract/routes.ts";
import type { WatchAnswer } from "../../../shared/api/contract/watch.ts";
import { readPaths } from "../../../shared/api/paths.ts";
import { promote } from "../../../shared/api/promote.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import { readWatch } from "../../../shared/api/watch.ts";
import type { LedgerRows } from "../../../shared/domain/ledger.ts";
import { observed, withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, DAY_ONE, HOUR, type System, tester } from "../../support/pipeline.ts";

type Answered = { status: number; body?: { status: string; data?: unknown }; tag?: string };

async function paths(system: System, challenger: string, known: string | null = null) {
  const answer = (await readPaths({ challenger, known }, system.ports)) as Answered;
  expect(answerFaults(routes.paths, { status: answer.status, body: answer.body })).toEqual([]);
  return { ...answer, data: answer.body?.data as PathsAnswer };
}

async function watch(system: System, known: string | null = null) {
  const answer = (await readWatch({ known }, system.ports)) as Answered;
  expect(answerFaults(routes.watch, { status: answer.status, body: answer.body })).toEqual([]);
  return { ...answer, data: answer.body?.data as WatchAnswer };
}

const models = { steady: { mean: 50 }, better: { mean: 62 } };

async function systemAfter(rows: number): Promise<System> {
  const system = createSystem({ SHADOW_AUTO_PROMOTE: "false" });
  await system.deploy("steady");
  await system.deploy("better");
  await system.write(commonSignals({ from: 0, to: rows, models, seed: "page" }));
  await system.evaluate();
  return system;
}

describe("the path of a challenger", () => {
  let system: System;
  beforeAll(async () => {
    system = await systemAfter(1350);
  });

  it("has every look with z and boundary of every route and scale, and this moment as provisional", async () => {
    const { data } = await paths(system, "better");
    expect(data.looks.map((look) => look.n)).toEqual([500, 600, 700, 800, 900, 1000, 1100, 1200, 1300]);
    expect(data.looks.every((look) => !look.provisional)).toBe(true);
    expect(data.present).toMatchObject({ provisional: true });
    expect(data.present!.n).toBeGreaterThan(1300);
    for (const look of data.looks) {
      expect(look.routes.map((r) => r.route)).toEqual(["mean", "sharpe"]);
      for (const { scales } of look.routes) expect(scales.map((s) => s.scale)).toEqual(["hac", "blocks", "tenths"]);
    }
  });

  it("names the route nearest to a proof and its scale furthest from the boundary", async () => {
    const { decides, looks } = (await paths(system, "better")).data;
    const gap = (s: { z: number | null; boundary: number }) => (s.z ?? Number.NEGATIVE_INFINITY) - s.boundary;
    const worst = looks.at(-1)!.routes.map((r) => Math.min(...r.scales.map(gap)));
    const route = looks.at(-1)!.routes.find((r) => r.route === decides!.route)!;
    expect(gap(route.scales.find((s) => s.scale === decides!.scale)!)).toBe(Math.max(...worst));
  });

  it("says what the score of its criteria consists of", async () => {
    const { score_parts, looks } = (await paths(system, "better")).data;
    const { total, ...parts } = score_parts;
    expect(total).toBeCloseTo(looks.at(-1)!.score, 6);
    expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBeCloseTo(total, 6);
  });

  it("shows the same life in money: the last point of each line is what the evidence adds up to", async () => {
    const { life, present } = (await paths(system, "better")).data;
    expect(life!.rows).toBe(present!.n);
    expect(life!.row[0]).toBe(1);
    expect(life!.row.at(-1)).toBe(life!.rows);
    expect(life!.row.length).toBeLessThanOrEqual(POINTS_MAX);
    expect(life!.difference.at(-1)).toBeCloseTo(present!.total!.value, 0);
    expect(life!.challenger.at(-1)! - life!.champion.at(-1)!).toBeCloseTo(life!.difference.at(-1)!, 0);
    expect(Math.max(...life!.champion_drawdown, ...life!.challenger_drawdown)).toBe(0);
  });

  it("draws an interval that excludes zero exactly where the mean route clears", async () => {
    const { looks } = (await paths(system, "better")).data;
    const far = await systemAfter(520);
    const both = [...looks, ...(await paths(far, "better")).data.looks];
    for (const { routes, total } of both) {
      const mean = routes.find((r) => r.route === "mean")!;
      // The Hall transform may hold z back further than the plain interval shows.
      if (mean.clears) expect(total!.low).toBeGreaterThan(0);
      expect(total!.low!).toBeLessThanOrEqual(total!.value);
      expect(total!.high!).toBeGreaterThanOrEqual(total!.value);
    }
  });

  it("says nothing is known before the first look, with provisional criteria", async () => {
    const young = await systemAfter(40);
    const { data } = await paths(young, "better");
    expect(data).toMatchObject({ looks: [], gates_provisional: true, next_look: 500, ended: false });
    expect(data.life!.rows).toBeGreaterThan(30);
  });

  it("has no life before the first common signal", async () => {
    expect((await paths(await systemAfter(0), "better")).data).toMatchObject({ looks: [], life: null });
  });

  it("keeps the evidence of a model that was promoted", async () => {
    const after = await systemAfter(620);
    await promote("better", { force: true, reason: "test", expected_champion: "steady" }, after.ports, tester);
    const { data } = await paths(after, "better");
    expect(data).toMatchObject({ ended: true, role: "champion", champion: "steady", present: null, next_look: null });
    expect(data.looks.map((look) => look.n)).toEqual([500, 600]);
    expect(data.life!.rows).toBe(600);
  });

  it("refuses models nobody knows and models no look ever compared", async () => {
    await expect(readPaths({ challenger: "nobody", known: null }, system.ports)).rejects.toThrow("is not deployed");
    await expect(readPaths({ challenger: "steady", known: null }, system.ports)).rejects.toThrow("no look");
  });
});

describe("asking again", () => {
  it("is answered without reading a ledger while nothing changed, and anew after one trade", async () => {
    const system = await systemAfter(300);
    const reads: string[] = [];
    const state = observed(system.memory, ["readRows", "readNewestRows", "readStretch"], (name, model) =>
      reads.push(`${name} ${model}`),
    );
    const counted = { ...system, ports: { ...system.ports, state } };
    const first = await paths(counted, "better");
    expect(first.status).toBe(200);
    expect(reads).toContain("readStretch better");
    reads.length = 0;
    expect((await paths(counted, "better", first.tag)).status).toBe(304);
    expect(reads).toEqual([]);
    await system.write(commonSignals({ from: 300, to: 301, models, seed: "more" }));
    const second = await paths(counted, "better", first.tag);
    expect([second.status, second.tag === first.tag]).toEqual([200, false]);
    expect(reads).toContain("readStretch better");
  });

  it("holds for the watch of the champion, too, and a change of settings is a change", async () => {
    const system = await systemAfter(30);
    const { tag } = await watch(system);
    expect((await watch(system, tag)).status).toBe(304);
    const settings = { ...system.ports.settings, minTrades: 700 };
    expect((await watch({ ...system, ports: { ...system.ports, settings } }, tag)).status).toBe(200);
  });
});

describe("the watch of a champion", () => {
  it("is empty before the first deployment", async () => {
    expect((await watch(createSystem())).data).toMatchObject({ champion: null, race: null, recent: null });
  });

  it("draws the guard as a race of promise, champion and former champion on the same signals", async () => {
    const system = await systemAfter(620);
    await promote("better", { force: true, reason: "test" }, system.ports, tester);
    await system.write(commonSignals({ from: 620, to: 660, models, seed: "race" }));
    const { race, word, reverse_shadow } = (await watch(system)).data;
    expect(word).toBe("watching");
    expect(race).toMatchObject({ window: 100, former: "steady" });
    expect(race!.trade).toHaveLength(40);
    expect(race!.promise.at(-1)! / race!.promise[0]!).toBeCloseTo(40, 3);
    expect(race!.champion.at(-1)! - race!.former_champion.at(-1)!).toBeCloseTo(reverse_shadow!.total_difference, 1);
    for (const figure of race!.figures) expect(figure.value.length).toBeLessThanOrEqual(40);
  });

  it("ends its figures with the guard's own reading", async () => {
    const system = await systemAfter(620);
    await promote("better", { force: true, reason: "test" }, system.ports, tester);
    await system.write(commonSignals({ from: 620, to: 640, models, seed: "race" }));
    const { race, guard } = (await watch(system)).data;
    const drawdown = race!.figures.find((f) => f.figure === "drawdown")!;
    expect(drawdown.value.at(-1)).toBeCloseTo(guard!.reading!.drawdown, 1);
    expect(drawdown.boundary.at(-1)).toBeCloseTo(guard!.reading!.drawdown_rollback, 1);
  });

  it("shows what a model that was rolled back does since, beside the restored champion", async () => {
    const system = await systemAfter(620);
    await promote("better", { force: true, reason: "test" }, system.ports, tester);
    await system.write(commonSignals({ from: 620, to: 640, models, seed: "race" }));
    await rollback({ reason: "test", dry_run: false }, system.ports, tester);
    await system.write(commonSignals({ from: 640, to: 670, models, seed: "after" }));
    const { since_rollback, champion } = (await watch(system)).data;
    expect(champion).toBe("steady");
    expect(since_rollback).toMatchObject({ model_name: "better" });
    expect(since_rollback!.pairs).toBeGreaterThan(25);
    expect(since_rollback).toMatchObject({ judged_after: 500, judgement: null });
  });

  it("judges the rollback once the restored champion has closed its signals, in the words of the history", async () => {
    const system = await systemAfter(620);
    await promote("better", { force: true, reason: "test" }, system.ports, tester);
    await rollback({ reason: "test", dry_run: false }, system.ports, tester);
    await system.write(commonSignals({ from: 640, to: 1160, models, seed: "after" }));
    const before = (await watch(system)).data.since_rollback!.judgement;
    await system.evaluate();
    const { judgement, judged_after } = (await watch(system)).data.since_rollback!;
    const query = { limit: 1, cursor: null, type: "rollback_judged", modelName: null };
    const [event] = (await system.memory.listHistory(query)).events;
    expect(judgement).toMatchObject({ in_words: event!.reason, pairs: judged_after });
    expect(judgement!.harmful).toBe(judgement!.quarantined_pnl > judgement!.restored_pnl);
    // It is what the system will record, whoever asks first.
    expect(before).toEqual(judgement);
  });

  it("has what is believed of each model's mean, as curves over one axis", async () => {
    const { posteriors } = (await watch(await systemAfter(300))).data;
    const [champion, challenger] = posteriors!.models;
    expect([champion!.model_name, challenger!.model_name]).toEqual(["steady", "better"]);
    expect(challenger!.mean).toBeGreaterThan(champion!.mean);
    expect(champion!.best + challenger!.best).toBeCloseTo(1, 9);
    for (const { low, mean, high, density } of posteriors!.models) {
      expect([low < mean, mean < high]).toEqual([true, true]);
      expect(density).toHaveLength(posteriors!.x.length);
    }
    expect((await watch(await systemAfter(10))).data.posteriors).toBeNull();
  });

  it("has the monitor's charts under the values the status page shows", async () => {
    const system = await systemAfter(700);
    const { charts, monitor, recent } = (await watch(system)).data;
    const own = charts!.charts.find((c) => c.chart === "cusum_win")!;
    expect(own.at).toHaveLength(monitor!.trades);
    const last = Object.fromEntries(charts!.charts.map((c) => [c.chart, c.value.at(-1)]));
    expect(last.cusum_win).toBeCloseTo(monitor!.cusum_win, 4);
    expect(last.ewma_win).toBeCloseTo(monitor!.ewma_win, 4);
    expect(recent!.trades).toBe(700);
    expect(recent!.spread.best).toBeGreaterThan(recent!.spread.mean);
    expect(recent!.spread.mean).toBeGreaterThan(recent!.spread.mean_without_best);
    expect(recent!.spread.mean_without_best).toBeGreaterThan(recent!.spread.worst);
    expect(recent!.distribution.counts.reduce((a, b) => a + b, 0)).toBe(700);
    expect(recent!.rolling.trade[0]).toBe(100);
  });
});

/** Signals every quarter of an hour: so many an hour apart would close in the future. */
function quickSignals(o: Parameters<typeof commonSignals>[0]) {
  return commonSignals(o).map((row, i) => {
    const signal = o.from + Math.floor(i / Object.keys(o.models).length);
    const closedAt = DAY_ONE + (signal * HOUR) / 4;
    return {
      ...row,
      closedAt: new Date(closedAt).toISOString(),
      opened_at: new Date(closedAt - HOUR / 8).toISOString(),
    };
  });
}

describe("a champion of many trades", () => {
  it("costs no more rows than the newest 5,000 of each model and the evidence of the test at hand", async () => {
    const system = createSystem({ SHADOW_AUTO_PROMOTE: "false" });
    await system.deploy("steady");
    await system.write(quickSignals({ from: 0, to: 14_000, models: { steady: { mean: 50 } }, seed: "long" }));
    await system.deploy("better");
    await system.write(quickSignals({ from: 14_000, to: 14_300, models, seed: "long" }));
    await system.evaluate();
    let rows = 0;
    const counting = <T extends LedgerRows>(read: T): T => {
      rows += read.count;
      return read;
    };
    const all = withMethod(
      system.memory,
      "readRows",
      (read) =>
        async (...of) =>
          counting(await read(...of)),
    );
    const newest = withMethod(
      all,
      "readNewestRows",
      (read) =>
        async (...of) =>
          counting(await read(...of)),
    );
    const state = withMethod(newest, "readStretch", (read) => async (...of) => {
      const stretch = await read(...of);
      counting(stretch.rows);
      return stretch;
    });
    const ports = { ...system.ports, state };
    const seen = (await watch({ ...system, ports })).data;
    expect(seen.recent!.trades).toBeGreaterThanOrEqual(5000);
    expect(seen.charts!.complete).toBe(false);
    // The newest 5,000 in whole blocks, what the monitor has not taken in yet, and all of the challenger's.
    expect(rows).toBeGreaterThanOrEqual(5000);
    expect(rows).toBeLessThanOrEqual(5200 + 400 + 300);
    rows = 0;
    expect((await paths({ ...system, ports }, "better")).data.life!.rows).toBeGreaterThan(250);
    expect(rows).toBeGreaterThan(2 * 250);
    expect(rows).toBeLessThanOrEqual(2 * 500);
    const size = JSON.stringify(seen).length;
    expect(size).toBeLessThan(200_000);
  });
});
