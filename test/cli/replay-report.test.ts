import { beforeEach, describe, expect, test } from "vitest";
import { buildReport, type Sending } from "../../cli/replay/report.ts";
import { reportText } from "../../cli/replay/report-text.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { type Recorded, recorded } from "../support/recorded-answers.ts";

const models = ["momentum_v1", "momentum_v2", "meanrev_v1", "breakout_v1"];

const sending: Sending = {
  file: "trades.csv",
  url: "http://127.0.0.1:8000",
  ownStack: true,
  models: models.map((name) => ({ name, rows: 560 })),
  sent: 2240,
  repeated: 0,
  known: 0,
  unsent: [],
  notDeployed: [],
  durationMs: 4000,
};

const answersOf = ({ status, events, health, comparisons }: Recorded) => ({
  status,
  health,
  history: [...events].reverse(),
  comparisons: new Map(Object.entries(comparisons)),
});

let end: Recorded;
beforeEach(async () => {
  end = await recorded("rolled-back");
});

describe("the report of a replay", () => {
  test("holds every model with its role, its trades and every look's verdict", () => {
    const report = buildReport(sending, answersOf(end));
    expect(report.models.map((m) => [m.model_name, m.role])).toEqual([
      ["momentum_v1", "champion"],
      ["momentum_v2", "quarantined"],
      ["meanrev_v1", "challenger"],
      ["breakout_v1", "challenger"],
    ]);
    const [restored, failed] = report.models;
    expect(restored!.trades_counted).toBe(end.status.champion!.trade_count);
    expect(restored!.metrics_of).toBe("ledger");
    expect(failed!.metrics_of).toBe("last look");
    expect(failed!.looks.map((look) => [look.n, look.verdict])).toEqual([[500, "approve"]]);
    expect(report.models[2]!.looks.map((look) => [look.champion, look.n, look.verdict])).toEqual([
      ["momentum_v1", 500, "not-yet"],
    ]);
  });

  test("tells promotions, rollbacks, alerts and speed", () => {
    const report = buildReport(sending, answersOf(end));
    expect(report.trades_per_second).toBe(560);
    expect(report.promotions.map((p) => p.model_name)).toEqual(["momentum_v2"]);
    expect(report.rollbacks.map((r) => r.details.restored)).toEqual(["momentum_v1"]);
    expect(report.alerts.by_type.rollback).toEqual({ priority: "CRITICAL", count: 1 });
    expect(report.meaning).toContain(
      "momentum_v2 replaced momentum_v1 after 500 common signals and momentum_v2 was rolled back; momentum_v1 is champion now.",
    );
  });

  test("leaves out what other models of the stack did", () => {
    const report = buildReport({ ...sending, models: [{ name: "meanrev_v1", rows: 5 }] }, answersOf(end));
    expect(report.promotions).toEqual([]);
    expect(Object.keys(report.alerts.by_type)).toEqual(["deployed"]);
  });

  test("loses no row silently", () => {
    const last = { last_reason: "pnl is missing", last_trade_id: "t", last_at: "2026-01-01T00:00:00Z" };
    const rejected = [
      { model_name: "meanrev_v1", count: 2, by_kind: { invalid: 2 }, ...last },
      { model_name: "someone_else", count: 9, by_kind: { invalid: 9 }, ...last },
    ];
    const status: StatusAnswer = { ...end.status, rejected };
    const unsent = [{ line: 17, reason: "trade_id is empty" }];
    const notDeployed = [{ model_name: "bad name", reason: "must be letters" }];
    const report = buildReport({ ...sending, unsent, notDeployed, repeated: 3 }, answersOf({ ...end, status }));
    expect(report.quarantined.total).toBe(2);
    expect(report.meaning).toContain(
      "2 rows went to quarantine and count nowhere. 1 row could not be sent. Not deployed: bad name.",
    );
    const text = reportText(report);
    expect(text).toContain("Quarantine: 2 rows of meanrev_v1 (2 invalid); the last one: pnl is missing");
    expect(text).toContain("Not sent: line 17: trade_id is empty");
    expect(text).toContain("3 rows of the file repeat an earlier trade_id");
  });

  test("says that too few common signals decide nothing", async () => {
    const report = buildReport(sending, answersOf(await recorded("gathering")));
    expect(report.meaning).toMatch(
      /^Nothing was decided, as it should be: the first look needs 500 common signals, and no challenger has more than \d+/,
    );
  });

  test("says that a model alone has nothing to be compared with", () => {
    const report = buildReport(
      { ...sending, models: [{ name: "momentum_v1", rows: 5 }] },
      answersOf({ ...end, events: [] }),
    );
    expect(report.meaning).toBe("momentum_v1 is alone: with one model there is nothing to compare.");
  });

  test("fits into 80 columns", () => {
    const lines = reportText(buildReport(sending, answersOf(end))).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("has a dash for a figure the trades do not define, which the interface gives as 0", () => {
    const metrics = { ...end.status.champion!.metrics!, sharpe_ratio: 0 };
    const undefined_metrics = [{ metric: "sharpe_ratio", code: "INSUFFICIENT_DATA" as const, reason: "One trade." }];
    const textWith = (m: typeof metrics) => {
      const status = { ...end.status, champion: { ...end.status.champion!, metrics: m } };
      return reportText(buildReport(sending, answersOf({ ...end, status })));
    };
    const championRow = (text: string) => text.split("\n").find((line) => /^momentum_v1 +champion/.test(line))!;
    expect(championRow(textWith(metrics))).toContain(" 0.000 ");
    expect(championRow(textWith({ ...metrics, undefined_metrics }))).toMatch(/ – +\d+$/);
  });

  test("marks a challenger's score as provisional until a look gave it", async () => {
    const { models: early } = buildReport(sending, answersOf(await recorded("gathering")));
    expect(early.map((m) => m.provisional)).toEqual([null, true, true, true]);
    expect(early[1]!.score).toBeGreaterThan(0);
  });

  test("puts looks that said the same on one line", () => {
    const look = end.comparisons.meanrev_v1!.earlier_reigns![0]!;
    const path = [500, 600, 700].map((n, i) => ({
      ...look,
      n,
      score: 20 + i + 0.9,
      verdict: "not-yet" as const,
      blocking: "statistical" as const,
    }));
    const comparisons = { meanrev_v1: { ...end.comparisons.meanrev_v1!, path, earlier_reigns: [] } };
    const text = reportText(buildReport(sending, answersOf({ ...end, comparisons })));
    expect(text).toContain("500–700      not-yet × 3, held back by statistical (score 20–22)");
  });
});
