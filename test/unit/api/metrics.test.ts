import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exposition } from "../../../shared/api/exposition.ts";
import { readMetrics } from "../../../shared/api/metrics.ts";
import { retire } from "../../../shared/api/retire.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { lintOf, type ReadFamily, readExposition } from "../../support/exposition.ts";
import { withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, type System, tester } from "../../support/pipeline.ts";

/** GET /metrics, read as Prometheus would, and the board that draws it. */

const failures = { count: async () => 2 };

async function metricsOf(system: System): Promise<ReadFamily[]> {
  const answer = await readMetrics({ ...system.ports, failures });
  expect(answer).toMatchObject({ status: 200, mediaType: "text/plain; version=0.0.4; charset=utf-8" });
  return readExposition(answer.text);
}

function reading(families: readonly ReadFamily[], name: string, labels: Record<string, string> = {}): number | null {
  const family = families.find((each) => each.name === `understudy_${name}`);
  const wanted = Object.entries(labels);
  return family?.samples.find((s) => wanted.every(([label, text]) => s.labels[label] === text))?.value ?? null;
}

async function played(): Promise<System> {
  const system = createSystem();
  for (const name of ["steady", "better", "third"]) await system.deploy(name);
  const models = { steady: { mean: 50 }, better: { mean: 90 }, third: { mean: 48 } };
  await system.write(commonSignals({ from: 0, to: 530, models, seed: "metrics" }));
  await system.evaluate();
  await system.deploy("departed");
  await retire("departed", system.ports, { ...tester, reason: undefined });
  return system;
}

const system = await played();
const families = await metricsOf(system);

describe("the metrics", () => {
  it("keep every rule of the format and of promtool, and are ours by name", () => {
    expect(families.length).toBeGreaterThan(25);
    expect(families.flatMap(lintOf)).toEqual([]);
    expect(families.filter(({ name }) => !name.startsWith("understudy_"))).toEqual([]);
  });

  it("are the numbers of status", async () => {
    const { champion, challengers } = (await readStatus(system.ports)).body.data;
    expect(champion!.model_name).toBe("better");
    for (const model of [champion!, ...challengers]) {
      const labels = { model: model.model_name };
      expect(reading(families, "model_trades", labels)).toBe(model.trade_count);
      expect(reading(families, "model_win_ratio", labels)).toBe(model.metrics!.win_rate);
      expect(reading(families, "model_max_drawdown", labels)).toBe(model.metrics!.max_drawdown);
      expect(reading(families, "model_allocation_ratio", labels)).toBe(model.allocation);
      expect(reading(families, "model_info", { ...labels, role: model.role })).toBe(1);
    }
    expect(reading(families, "model_score", { model: "third" })).toBe(challengers[0]!.promotion_score);
    expect(reading(families, "model_promotion_status", { model: "third", status: "PENDING" })).toBe(1);
    expect(reading(families, "model_promotion_status", { model: "third", status: "APPROVED" })).toBe(0);
    expect(reading(families, "guard_window_trades", { model: "better" })).toBe(100);
    expect(reading(families, "guard_status", { model: "better", status: "watching" })).toBe(1);
  });

  it("say what is wrong: batches in the failure store make it unhealthy", () => {
    expect(reading(families, "healthy")).toBe(0);
    expect(reading(families, "failure_store_batches")).toBe(2);
    expect(reading(families, "store_reachable")).toBe(1);
  });

  it("have as many lines as there are seats, however many models have come and left", () => {
    const models = new Set(families.flatMap(({ samples }) => samples.flatMap(({ labels }) => labels.model ?? [])));
    expect([...models].sort()).toEqual(["better", "steady", "third"]);
    const names = new Set(families.flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.keys(labels))));
    expect([...names].sort()).toEqual(["model", "role", "status", "version"]);
  });

  it("leave out what is not known instead of saying 0", async () => {
    const empty = await metricsOf(createSystem());
    expect(reading(empty, "model_trades")).toBeNull();
    expect(reading(empty, "stream_lag_seconds")).toBeNull();
    const young = createSystem();
    await young.deploy("steady");
    const one = await metricsOf(young);
    expect(reading(one, "model_trades", { model: "steady" })).toBe(0);
    expect(reading(one, "model_sharpe_ratio", { model: "steady" })).toBeNull();
  });

  it("still answer while the state table does not", async () => {
    const state = withMethod(system.memory, "loadRegistry", () => async () => {
      throw new Error("away");
    });
    const { text } = await readMetrics({ ...system.ports, state, failures });
    const left = readExposition(text);
    expect(reading(left, "store_reachable")).toBe(0);
    expect(reading(left, "healthy")).toBe(0);
    expect(left.some(({ name }) => name.startsWith("understudy_model"))).toBe(false);
  });

  it("escape what a label may hold", () => {
    const model = 'a"b\\c\nd';
    const text = exposition([{ name: "x", help: "a\\b\nc", samples: [{ labels: { model }, value: 1 }] }]);
    expect(readExposition(text)).toEqual([
      { name: "x", help: "a\\\\b\\nc", type: "gauge", samples: [{ labels: { model }, value: 1 }] },
    ]);
  });
});

type Board = {
  panels: { id: number; type: string; title: string; targets?: { expr: string }[]; gridPos: Record<string, number> }[];
  uid: string;
};

describe("the board for Grafana", () => {
  const board: Board = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../docs/grafana/understudy.json"), "utf8"),
  );

  it("draws only what is measured", async () => {
    const measured = new Set(families.map(({ name }) => name));
    const drawn = new Set(board.panels.flatMap((p) => (p.targets ?? []).flatMap(({ expr }) => namesIn(expr))));
    expect([...drawn].filter((name) => !measured.has(name))).toEqual([]);
    expect(drawn.size).toBeGreaterThan(15);
  });

  it("has panels with a title, an id and a place of their own", () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    for (const { title, type, targets } of board.panels) {
      expect(title).not.toBe("");
      expect(type === "row" || targets!.length > 0).toBe(true);
    }
    const cells = board.panels.flatMap(({ gridPos: { x = 0, y = 0, w = 0, h = 0 } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(board.panels.every(({ gridPos: { x = 0, w = 0 } }) => x + w <= 24)).toBe(true);
  });
});

function namesIn(expression: string): string[] {
  return expression.match(/understudy_\w+/g) ?? [];
}
