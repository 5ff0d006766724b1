import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Life, readLife } from "../../cli/export/life.ts";
import { tearsheet } from "../../cli/export/tearsheet.ts";
import { writeMetrics, writeTrades } from "../../cli/export/writing.ts";
import { findColumns } from "../../cli/trade-file/columns.ts";
import { readRow } from "../../cli/trade-file/row.ts";
import type { ChallengerAnswer, ChampionAnswer } from "../../shared/api/contract/status.ts";
import { readStatus } from "../../shared/api/status.ts";
import { commonSignals, createSystem } from "../support/pipeline.ts";

/** What `understudy export` writes, held against what the interface says. */

const folder = mkdtempSync(join(tmpdir(), "understudy-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

let champion: ChampionAnswer;
let challenger: ChallengerAnswer;
let lives: Life[];

beforeAll(async () => {
  const system = createSystem({ SHADOW_AUTO_PROMOTE: "false" });
  await system.deploy("steady");
  const alone = commonSignals({ from: 0, to: 40, models: { steady: { mean: 50 } }, seed: "alone" });
  await system.write(alone);
  await system.deploy("clever");
  const models = { steady: { mean: 50 }, clever: { mean: 60 } };
  await system.write(commonSignals({ from: 40, to: 640, models, seed: "both" }));
  await system.evaluate();
  const status = (await readStatus(system.ports)).body.data;
  champion = status.champion!;
  challenger = status.challengers[0]!;
  const registry = await system.memory.loadRegistry();
  lives = await Promise.all(["steady", "clever"].map((name) => readLife(name, registry, system.memory)));
});

describe("exported figures", () => {
  it("are those of status, model by model", async () => {
    expect(lives.map(({ metrics }) => metrics)).toEqual([champion.metrics, challenger.metrics]);
    const file = join(folder, "metrics.csv");
    expect(await writeMetrics(file, { lives, format: "csv" })).toBe(2);
    const [steady] = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
    expect(Number(steady!.mean_pnl)).toBe(champion.metrics!.mean_pnl);
    expect(Number(steady!.max_drawdown)).toBe(champion.metrics!.max_drawdown);
    expect(steady).toMatchObject({ model_name: "steady", role: "champion", basis: "all trades counted" });
  });

  it("leave a figure empty that is not defined, instead of 0", async () => {
    const [life] = lives;
    const missing = { metric: "sharpe_ratio", code: "X" as never, reason: "no spread" };
    const metrics = { ...life!.metrics!, sharpe_ratio: 0, undefined_metrics: [missing] };
    const file = join(folder, "undefined.json");
    await writeMetrics(file, { lives: [{ ...life!, metrics }], format: "json" });
    expect(JSON.parse(readFileSync(file, "utf8"))[0].sharpe_ratio).toBeNull();
  });
});

describe("exported trades", () => {
  const trade = {
    model_name: "clever",
    trade_id: 'a,"b"\nc',
    signal_id: "s1",
    symbol: "=1+1",
    prediction: -1,
    pnl: -12.5,
    opened_at: "2026-03-02T14:30:00Z",
    closed_at: "2026-03-02T15:45:00Z",
    executed: false,
    final: false,
  };
  const pages = {
    page: async (model: string, after: string | null) =>
      after === null
        ? { rows: [{ ...trade, model_name: model }], next: "t1" }
        : { rows: [{ ...trade, trade_id: "t2" }], next: null },
  };
  const o = { names: ["clever"], trades: pages, signal: new AbortController().signal };

  it("can be replayed as they are", async () => {
    const file = join(folder, "trades.csv");
    expect(await writeTrades(file, { ...o, format: "csv" })).toBe(2);
    const [header, first] = parse(readFileSync(file)) as string[][];
    const columns = findColumns({ header: header!, map: {}, file });
    const { final, ...replayed } = trade;
    expect(readRow(first!, { columns, width: header!.length })).toEqual({ ok: true, item: replayed });
    expect(first![header!.indexOf("final")]).toBe("false");
  });

  it("are whole in JSON, and an array even when there are none", async () => {
    const file = join(folder, "trades.json");
    await writeTrades(file, { ...o, format: "json" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([trade, { ...trade, trade_id: "t2" }]);
    await writeTrades(file, { ...o, names: [], format: "json" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
  });
});

describe("a tearsheet", () => {
  it("shows the figures, three plots and the months, and loads nothing", () => {
    const html = tearsheet(lives[1]!);
    const { metrics } = challenger;
    expect(html).toContain(`<td>${(Math.floor(1000 * metrics!.win_rate) / 10).toFixed(1)} %</td>`);
    expect(html).toContain(
      challenger.last_look!.reason.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
    );
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html).not.toMatch(/<script|src=|href=|url\(/);
    const months = [...html.matchAll(/<tr><th>(\d{4}-\d\d)<\/th><td class="\w+">([^<]+)<\/td><td>([\d,]+)<\/td>/g)];
    const trades = months.reduce((sum, [, , , n]) => sum + Number(n!.replace(",", "")), 0);
    expect(trades).toBe(metrics!.n_trades);
  });

  it("draws the deepest point of the drawdown where its figure is", () => {
    const [steady] = lives;
    const [, ticks] = /Drawdown.*?<svg[^>]*>(.*?)<polygon/s.exec(tearsheet(steady!))!;
    const lowest = /text-anchor="end">([^<]+)</.exec(ticks!)![1]!;
    expect(Math.abs(Number(lowest.replaceAll(/[^\d.]/g, "")))).toBeCloseTo(champion.metrics!.max_drawdown, -1);
  });

  it("reads nothing of a model as markup, and says when there is nothing to draw", () => {
    const evil = '</title><script>alert("1")</script>\u202e';
    const none = { metrics: null, pnl: new Float64Array(), closedAt: new Float64Array(), abstained: 0 };
    const html = tearsheet({ ...lives[0]!, model: evil, description: evil, version: evil, lookReason: evil, ...none });
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("\u202e");
    expect(html).toContain("No trade was taken yet");
    expect(html).toContain("too few trades to draw");
  });
});
