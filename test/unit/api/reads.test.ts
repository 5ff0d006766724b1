import { describe, expect, it } from "vitest";
import { Refused } from "../../../shared/api/answer.ts";
import { readComparison } from "../../../shared/api/comparison.ts";
import type { HistoryAnswer } from "../../../shared/api/contract/event.ts";
import { historyQuery, promoteRequest, rollbackRequest } from "../../../shared/api/contract/requests.ts";
import { readHealth } from "../../../shared/api/health.ts";
import { readHistory } from "../../../shared/api/history.ts";
import { pauseOrResume } from "../../../shared/api/pause.ts";
import { promote } from "../../../shared/api/promote.ts";
import { readReport } from "../../../shared/api/report.ts";
import { retire } from "../../../shared/api/retire.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { isoTime, metricsView } from "../../../shared/api/view.ts";
import { rowsOf } from "../../../shared/domain/ledger.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, dataOf, insertion, type System } from "../../support/pipeline.ts";
import { anEvent, aTrade, MINUTE, NOON } from "../../support/samples.ts";

async function systemWith(...names: string[]): Promise<System> {
  const system = createSystem();
  for (const name of names) await system.deploy(name);
  return system;
}

const equal = { steady: { mean: 50 }, equal: { mean: 50 } };

describe("health", () => {
  const ports = (system: System, deadLetters: () => Promise<number> = async () => 0) => ({
    ...system.ports,
    failures: { count: deadLetters },
  });

  it("is good when everything answers, and tells how far ingest is behind", async () => {
    const system = await systemWith("steady", "equal");
    await system.write(commonSignals({ from: 0, to: 3, models: equal, seed: "h" }));
    expect(await readHealth(ports(system))).toMatchObject({
      status: 200,
      body: {
        data: {
          healthy: true,
          problems: [],
          store: "reachable",
          dead_letters: 0,
          alerts_waiting: 2,
          champion: "steady",
          stream: { lag_ms: expect.any(Number), last_ingested_at: expect.any(String) },
        },
      },
    });
  });

  it("is good on an empty store: nothing deployed is no fault", async () => {
    expect(await dataOf(readHealth(ports(createSystem())))).toMatchObject({ healthy: true, champion: null });
  });

  it("answers 503 when the store does not", async () => {
    const system = await systemWith("steady");
    const state = withMethod(system.memory, "loadHeads", () => async () => {
      throw new Error("no route to host");
    });
    const answer = await readHealth({ ...ports(system), state });
    expect(answer).toMatchObject({
      status: 503,
      body: { data: { healthy: false, store: "unreachable", stream: null } },
    });
    expect(JSON.stringify(answer.body)).toContain("the state table does not answer");
  });

  it("says whether anything is done by itself, and does not guess when it cannot know", async () => {
    const system = await systemWith("steady");
    const action = async (more: object = {}) =>
      (await dataOf(readHealth({ ...ports(system), ...more }))).automatic_action;
    const set = (changes: object) => ({ settings: { ...system.ports.settings, ...changes } });
    expect(await action()).toEqual({
      state: "on",
      in_words: "On: models are promoted and rolled back by themselves.",
    });
    expect((await action(set({ autoPromote: false }))).in_words).toContain("promotions wait for a person");
    expect(await action(set({ enabled: false }))).toMatchObject({ state: "off" });
    expect((await dataOf(readHealth(ports(createSystem())))).automatic_action).toMatchObject({ state: "off" });
    await pauseOrResume("pause", system.ports, { actor: "ann", idempotency: null, reason: "holiday" });
    expect(await action()).toEqual({ state: "off", in_words: "Off: paused: holiday." });
    const state = withMethod(system.memory, "loadRegistry", () => async () => {
      throw new Error("no route to host");
    });
    expect(await action({ state })).toMatchObject({ state: "unknown" });
  });

  it("is bad when batches lie in the failure store, or nobody can say", async () => {
    const system = await systemWith("steady");
    const { healthy, problems } = await dataOf(readHealth(ports(system, async () => 2)));
    expect([healthy, problems]).toEqual([
      false,
      ["2 batch(es) in the failure store: ledgers may miss trades until npm run redrive"],
    ]);
    const silent = async () => {
      throw new Error("denied");
    };
    expect(await dataOf(readHealth(ports(system, silent)))).toMatchObject({ healthy: false, dead_letters: null });
  });

  it("is bad when alerts have waited for more than five minutes", async () => {
    const system = await systemWith("steady");
    const clockAt = (ms: number) => ({ now: () => Date.UTC(2026, 6, 1) + ms });
    expect((await dataOf(readHealth({ ...ports(system), clock: clockAt(4 * MINUTE) }))).healthy).toBe(true);
    expect((await dataOf(readHealth({ ...ports(system), clock: clockAt(6 * MINUTE) }))).problems).toEqual([
      "alerts are not being published",
    ]);
  });
});

describe("history", () => {
  it("is read page by page with the cursor the page before gave", async () => {
    const system = await systemWith("a", "b", "c", "d", "e");
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 4; page++) {
      const query = historyQuery().parse({ limit: "2", ...(cursor ? { cursor } : {}) });
      const data: HistoryAnswer = await dataOf(readHistory(query, system.ports));
      seen.push(...data.events.map((e) => e.model_name));
      cursor = data.cursor;
      if (!cursor) break;
    }
    expect(seen).toEqual(["e", "d", "c", "b", "a"]);
  });

  it("has events in the names of the interface, with their priority", async () => {
    const system = await systemWith("a");
    const { events } = await dataOf(readHistory(historyQuery().parse({}), system.ports));
    expect(events[0]).toMatchObject({ event_type: "deployed", priority: "LOW", actor: "tester", registry_version: 1 });
    expect(Date.parse(events[0]!.at)).toBeGreaterThan(Date.UTC(2026, 6, 1));
  });

  it("says of every event whether its alert was published, and when", async () => {
    const system = await systemWith("a", "b");
    const oldest = (await system.memory.listUnpublished({ limit: 1 }))[0]!;
    await system.memory.markPublished(oldest, NOON);
    const { events } = await dataOf(readHistory(historyQuery().parse({}), system.ports));
    expect(events.map((e: { delivery: object }) => e.delivery)).toEqual([
      { state: "waiting", published_at: null },
      { state: "published", published_at: new Date(NOON).toISOString() },
    ]);
  });
});

describe("the report", () => {
  async function withEvents(count: number): Promise<System> {
    const system = createSystem();
    const events = Array.from({ length: count }, (_, i) =>
      anEvent("rollback", { eventId: `r${String(i).padStart(5, "0")}`, at: NOON + i }),
    );
    await system.memory.commit({ fromVersion: 0, registry: null, events });
    return system;
  }

  it("counts all of history, over many pages", async () => {
    expect(await dataOf(readReport({}, (await withEvents(650)).ports))).toMatchObject({
      rollbacks: 650,
      complete: true,
      from: null,
      to: null,
    });
  });

  it("counts a period and reads no further back than it must", async () => {
    const system = await withEvents(1000);
    let pages = 0;
    const state = withMethod(system.memory, "listHistory", (list) => async (query) => {
      pages += 1;
      return list(query);
    });
    const from = new Date(NOON + 900).toISOString();
    const to = new Date(NOON + 950).toISOString();
    expect(await dataOf(readReport({ from, to }, { ...system.ports, state }))).toMatchObject({
      rollbacks: 50,
      complete: true,
      from,
      to,
    });
    expect(pages).toBe(1);
  });
});

describe("the status", () => {
  it("before the first deployment is empty and says so", async () => {
    expect(await dataOf(readStatus(createSystem().ports))).toMatchObject({
      champion: null,
      challengers: [],
      queue: [],
      archive: [],
      departed: [],
      paused: null,
      registry_version: 0,
    });
  });

  it("answers a caller who has it already with its tag alone, and opens no block of any ledger for that", async () => {
    const system = await systemWith("steady", "equal");
    await system.write(commonSignals({ from: 0, to: 120, models: equal, seed: "s" }));
    const { tag } = await readStatus(system.ports);
    const rows = ["readRows", "readNewestRows", "readStretch"] as const;
    const state = rows.reduce(
      (inner, name) =>
        withMethod(inner, name, () => async () => {
          throw new Error(`${name} was called`);
        }),
      system.memory as StatePort,
    );
    expect(await readStatus({ ...system.ports, state }, { known: tag! })).toEqual({ status: 304, tag });

    await system.write([{ model: "nobody", id: "t1", pnl: 1 }]);
    const fresh = await readStatus(system.ports, { known: tag! });
    expect(fresh.status).toBe(200);
    await system.write([{ model: "equal", id: "t2", pnl: 1 }]);
    expect((await readStatus(system.ports, { known: fresh.tag! })).status).toBe(200);
  });

  it("tells of every model what it does and of challengers what they wait for", async () => {
    const system = await systemWith("steady", "equal", "third", "fourth", "waits");
    await system.write(commonSignals({ from: 0, to: 120, models: equal, seed: "s" }));
    await system.write([{ model: "equal", id: "bad", pnl: "x" }]);
    const status = await dataOf(readStatus(system.ports));
    expect(status.champion).toMatchObject({ model_name: "steady", role: "champion", allocation: 1, trade_count: 120 });
    expect(status.challengers[0]).toMatchObject({
      model_name: "equal",
      role: "challenger",
      allocation: 0,
      trade_count: 120,
      rejected_count: 1,
      pairs: 119,
      pairs_to_next_look: 381,
      promotion_status: "PENDING",
      promotion_score: expect.any(Number),
      provisional: true,
      blocking_criterion: "trades",
      reason: "119 of 500 common signals before the first look.",
    });
    expect(status.queue).toMatchObject([{ model_name: "waits", queue_position: 1 }]);
    expect(status.rejected).toMatchObject([{ model_name: "equal", count: 1, by_kind: { invalid: 1 } }]);
    expect(status.settings).toMatchObject({ min_trades: 500, mdd_tolerance: 1.2 });
  });

  it("has the figures of the raw trades", async () => {
    const system = await systemWith("steady", "equal");
    const rows = commonSignals({ from: 0, to: 150, models: equal, seed: "s" });
    await system.write(rows);
    const own = rows.filter((row) => row.model === "steady").map((row) => Number(row.pnl));
    const { metrics } = (await dataOf(readStatus(system.ports))).champion!;
    expect(metrics).toMatchObject({ n_trades: 150, win_rate: own.filter((x) => x > 0).length / 150 });
    expect(metrics!.total_pnl).toBeCloseTo(
      own.reduce((a, b) => a + b, 0),
      6,
    );
  });
});

describe("a promotion score", () => {
  const by = { actor: "ann", idempotency: null };
  const scoreOf = (m: { promotion_score: number; provisional: boolean }) => [m.promotion_score, m.provisional];

  it("is 0 and provisional for models no look ever judged: the first champion and the queue", async () => {
    const system = await systemWith("steady", "a", "b", "c", "waits");
    const { champion, challengers, queue } = await dataOf(readStatus(system.ports));
    expect([champion!, queue[0]!].map(scoreOf)).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(challengers[0]!.provisional).toBe(true);
  });

  it("of a challenger is that of the evidence so far until a look gives it, and then waits for the next look", async () => {
    const system = await systemWith("steady", "equal");
    const rows = commonSignals({ from: 0, to: 560, models: equal, seed: "s" });
    const challengerAfter = async (from: number, to: number) => {
      await system.write(rows.slice(2 * from, 2 * to));
      await system.evaluate();
      return (await dataOf(readStatus(system.ports))).challengers[0]!;
    };
    const present = async () => (await dataOf(readComparison("equal", system.ports))).now!.decision.score;
    const early = await challengerAfter(0, 200);
    expect(scoreOf(early)).toEqual([await present(), true]);
    const judged = await challengerAfter(200, 505);
    expect(scoreOf(judged)).toEqual([judged.last_look!.score, false]);
    const later = await challengerAfter(505, 560);
    expect(scoreOf(later)).toEqual(scoreOf(judged));
    expect(await present()).not.toBe(later.promotion_score);
  });

  it("is kept by the champion it made, in the archive, and when it is restored", async () => {
    const system = await systemWith("steady", "better", "next");
    const models = { steady: { mean: 50 }, better: { mean: 90 } };
    await system.write(commonSignals({ from: 0, to: 505, models, seed: "story" }));
    await system.evaluate();
    const made = (await dataOf(readStatus(system.ports))).champion!;
    expect(made).toMatchObject({ model_name: "better", provisional: false });
    expect(made.promotion_score).toBeGreaterThanOrEqual(70);
    await promote("next", promoteRequest().parse({ force: true, reason: "x" }), system.ports, by);
    const { champion: forced, archive } = await dataOf(readStatus(system.ports));
    expect([forced!.model_name, ...scoreOf(forced!)]).toEqual(["next", 0, true]);
    expect(archive.map((m) => m.model_name)).toEqual(["better", "steady"]);
    expect(archive.map(scoreOf)).toEqual([scoreOf(made), [0, true]]);
    await rollback(rollbackRequest().parse({ reason: "x" }), system.ports, by);
    expect(scoreOf((await dataOf(readStatus(system.ports))).champion!)).toEqual(scoreOf(made));
  });
});

describe("a comparison", () => {
  it("begins with its meaning in words: of the evidence, of the look, of the last look of a model that left", async () => {
    const system = await systemWith("steady", "equal");
    const rows = commonSignals({ from: 0, to: 505, models: equal, seed: "s" });
    const words = async () => {
      const data = await dataOf(readComparison("equal", system.ports));
      expect(Object.keys(data)[0]).toBe("in_words");
      return { data, text: data.in_words };
    };
    await system.write(rows.slice(0, 200));
    const early = await words();
    expect(early.text).toBe(
      `equal against steady: ${early.data.now!.pairs} common signals, next look at 500. ${early.data.now!.decision.reason}`,
    );
    await system.write(rows.slice(200));
    await system.evaluate();
    const judged = await words();
    expect(judged.text).toContain(`The look at 500: ${judged.data.last_look!.decision.reason}`);
    await retire("equal", system.ports, { actor: "ann", reason: "enough", idempotency: null });
    expect((await words()).text).toBe(
      `equal is retired. Its last look, at 500 common signals: ${judged.data.last_look!.decision.reason}`,
    );
  });

  it("between looks is marked as provisional: only looks decide", async () => {
    const system = await systemWith("steady", "equal");
    await system.write(commonSignals({ from: 0, to: 555, models: equal, seed: "s" }));
    await system.evaluate();
    const data = await dataOf(readComparison("equal", system.ports));
    expect(data).toMatchObject({
      champion: "steady",
      challenger: "equal",
      now: { provisional: true, pairs: 554, next_look: 600 },
      last_look: { n: 500, seed: "steady|equal|500" },
      path: [{ n: 500, reign: 1 }],
    });
    expect(data.now!.evaluation.n).toBe(554);
    expect(data.last_look!.rows_hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("promises no more than a look would: changed trades make it no data as well", async () => {
    const system = await systemWith("steady", "equal");
    const rows = commonSignals({
      from: 0,
      to: 505,
      models: { steady: { mean: 50 }, equal: { mean: 90 } },
      seed: "story",
    });
    await system.write(rows);
    expect((await dataOf(readComparison("equal", system.ports))).now!.decision.verdict).toBe("approve");
    const record = insertion(rows[11]!, "9999");
    await ingest([{ ...record, change: "remove", oldImage: record.newImage, newImage: null }], system.ports);
    expect((await dataOf(readComparison("equal", system.ports))).now!.decision).toMatchObject({
      verdict: "no-data",
      blocking: "data-integrity",
    });
  });

  it("shows the champion's guard, its mode and what it says, as status does", async () => {
    const models = { steady: { mean: 50 }, better: { mean: 90 }, other: { mean: 50 } };
    const system = await systemWith("steady", "better", "other");
    const rows = commonSignals({ from: 0, to: 540, models, seed: "story" });
    await system.write(rows.slice(0, 300));
    expect((await dataOf(readComparison("other", system.ports))).guard).toBeNull();
    await system.write(rows.slice(300));
    await system.evaluate();
    const { champion } = await dataOf(readStatus(system.ports));
    expect(champion).toMatchObject({ model_name: "better", guard: { status: "watching", mode: "paired" } });
    for (const name of ["other", "better"])
      expect((await dataOf(readComparison(name, system.ports))).guard).toEqual(champion!.guard);
  });

  it("of a model that left still shows its looks", async () => {
    const system = await systemWith("steady", "equal");
    await system.write(commonSignals({ from: 0, to: 555, models: equal, seed: "s" }));
    await system.evaluate();
    await retire("equal", system.ports, { actor: "ann", reason: "enough", idempotency: null });
    expect(await dataOf(readComparison("equal", system.ports))).toMatchObject({
      role: "retired",
      now: null,
      path: [{ n: 500 }],
    });
  });

  it.each([
    ["nobody", "UNKNOWN_MODEL"],
    ["steady", "NO_COMPARISON"],
  ])("with %s there is not", async (name, code) => {
    const system = await systemWith("steady", "equal");
    const refused = await readComparison(name, system.ports).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ status: 404, code });
  });
});

describe("the outside view", () => {
  it("has times in ISO-8601, or none", () => {
    expect([isoTime(0), isoTime(null)]).toEqual(["1970-01-01T00:00:00.000Z", null]);
  });

  it("leaves abstentions out of the figures, but not out of the time of the newest trade", () => {
    const rows = rowsOf([aTrade({ pnl: 4 }), aTrade({ pnl: 0, took: false, closedAt: NOON + MINUTE })]);
    expect(metricsView(rows, { trials: 0 })).toMatchObject({
      n_trades: 1,
      mean_pnl: 4,
      last_updated: new Date(NOON + MINUTE).toISOString(),
    });
    expect(metricsView(rowsOf([]), { trials: 0 })).toBeNull();
    expect(metricsView(rowsOf([aTrade({ pnl: 0, took: false })]), { trials: 0 })).toBeNull();
  });

  it("has a number for every figure from the first trade on, and says which are not defined yet and why", () => {
    const metrics = metricsView(rowsOf([aTrade({ pnl: 4 })]), { trials: 1 })!;
    const { undefined_metrics: missing, last_updated: _, ...figures } = metrics;
    expect(Object.entries(figures).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
    expect(missing.map((m) => m.metric)).toEqual(
      expect.arrayContaining(["sharpe_ratio", "sortino_ratio", "rolling_wr_std"]),
    );
    expect(missing.map((m) => m.metric)).not.toContain("win_rate");
    expect(missing.find((m) => m.metric === "sortino_ratio")).toEqual({
      metric: "sortino_ratio",
      code: "NO_DOWNSIDE",
      reason: "No trade lost money.",
    });
  });
});
