import { beforeEach, describe, expect, it } from "vitest";
import type { TradeRecord } from "../../../shared/domain/trade-record.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import { type ReconcileOptions, reconcile } from "../../../shared/pipeline/reconcile.ts";
import type { Reconciliation } from "../../../shared/pipeline/reconcile-ports.ts";
import {
  commonSignals,
  createSystem,
  imageOf,
  insertion,
  type System,
  type WrittenTrade,
} from "../../support/pipeline.ts";

/** A trades table beside the ledgers, which gets what a test writes into it and no more. */

let system: System;
let raw: Map<string, Record<string, unknown>>;
let last: Map<string, Reconciliation>;
let slept: number[];
let ahead: number;
let meanwhile: () => Promise<unknown>;

beforeEach(async () => {
  system = createSystem();
  await system.deploy("steady");
  raw = new Map();
  last = new Map();
  slept = [];
  ahead = 0;
  meanwhile = async () => {};
});

const rows = (from: number, to: number) => commonSignals({ from, to, models: { steady: { mean: 5 } }, seed: "r" });
const put = (written: readonly WrittenTrade[]) => {
  for (const row of written) raw.set(row.id, imageOf(row));
};
const both = async (written: readonly WrittenTrade[]) => {
  put(written);
  await system.write(written);
};

/** Two trades a page, by id. */
const trades = {
  page: async (model: string, after: string | null) => {
    const ids = [...raw.keys()].sort().filter((id) => after === null || id > after);
    const page = ids.slice(0, 2).map((id) => raw.get(id)!);
    return { rows: page.filter((image) => image.model_name === model), next: ids.length > 2 ? ids[1]! : null };
  },
};

function run(options: Partial<ReconcileOptions> = {}) {
  const reconciliations = {
    load: async (model: string) => last.get(model) ?? null,
    save: async (one: Reconciliation) => void last.set(one.model, one),
  };
  const sleep = async (ms: number) => {
    slept.push(ms);
    await meanwhile();
  };
  const clock = { now: () => system.ports.clock.now() + ahead };
  const ports = { ...system.ports, clock, trades, reconciliations, sleep };
  return reconcile(ports, { models: null, repair: false, ...options });
}

const only = async (options: Partial<ReconcileOptions> = {}) => (await run(options)).models[0]!;
const findings = async () =>
  (await system.memory.listHistory({ limit: 99, cursor: null, type: "data_integrity", modelName: null })).events;
const counted = async () => (await system.memory.loadHeads(["steady"])).get("steady")!.count;

describe("raw trades and ledger", () => {
  it("that agree leave no finding and wait for nothing", async () => {
    await both(rows(0, 9));
    expect(await only()).toMatchObject({ raw: 9, invalid: 0, expired: 0, head: [], left: [] });
    expect([await findings(), slept]).toEqual([[], []]);
  });

  it("a trade on its way is no fault: what is missing is looked for again a minute later", async () => {
    await both(rows(0, 5));
    put(rows(5, 7));
    meanwhile = () => system.write(rows(5, 7));
    expect((await only()).left).toEqual([]);
    expect([slept, await findings()]).toEqual([[60_000], []]);
  });

  it("a missing trade is named, reported once with a CRITICAL alert, and taken in when asked to", async () => {
    await both(rows(0, 5));
    put(rows(5, 8));
    const found = await only();
    expect(found.mismatches.missing).toEqual({ count: 3, ids: ["s000005", "s000006", "s000007"] });
    await only();
    const [event, ...others] = await findings();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      modelName: "steady",
      details: { priority: "CRITICAL", count: 3, kind: "missing", byKind: { missing: 3 }, tradeId: "s000005" },
    });

    expect(await only({ repair: true })).toMatchObject({ repaired: 3, left: [] });
    expect(await counted()).toBe(8);
    expect(await only()).toMatchObject({ left: [], figures: { ledger: { trades: 8 } } });
  });

  it("a repaired trade that comes by itself later, through the stream, does not count twice", async () => {
    await both(rows(0, 5));
    put(rows(5, 8));
    await only({ repair: true });
    const late = await system.write(rows(5, 9));
    expect([late.counted, late.repeated]).toEqual([1, 3]);
    expect(await counted()).toBe(9);
    expect((await findings()).map((event) => event.type)).toEqual(["data_integrity"]);
  });

  it("rows without a trade, rows that say something else and wrong trades are kept apart, and not repaired one by one", async () => {
    await both(rows(0, 8));
    raw.delete("s000003");
    raw.set("s000005", { ...raw.get("s000005")!, pnl: 1e6 });
    raw.set("x", { model_name: "steady", trade_id: "x", pnl: "much" });
    const found = await only({ repair: true });
    expect(found).toMatchObject({ raw: 8, invalid: 1, repaired: 0 });
    expect(found.mismatches.extra.ids).toEqual(["s000003"]);
    expect(found.mismatches.different.ids).toEqual(["s000005"]);
    expect(found.left).toEqual([expect.stringContaining("cannot be mended row by row")]);
  });

  it("a trade that closes in the future was quarantined and is not missing, until the day it closes", async () => {
    await both(rows(0, 8));
    const inAYear = new Date(system.ports.clock.now() + 365 * 86_400_000).toISOString();
    put(rows(8, 9).map((row) => ({ ...row, closedAt: inAYear })));
    expect(await only({ repair: true })).toMatchObject({ raw: 9, invalid: 1, repaired: 0, left: [] });
    expect(await findings()).toEqual([]);
    ahead = 366 * 86_400_000;
    expect(await only({ repair: true })).toMatchObject({ invalid: 0, repaired: 1, left: [] });
  });

  it("a change that was reported when it happened is no new finding", async () => {
    await both(rows(0, 8));
    const changed = { ...raw.get("s000005")!, pnl: 1e6 };
    const record: TradeRecord = {
      ...insertion(rows(5, 6)[0]!, "900"),
      change: "modify",
      oldImage: raw.get("s000005"),
      newImage: changed,
    };
    await ingest([record], system.ports);
    raw.set("s000005", changed);
    const before = await findings();
    expect(await only()).toMatchObject({ explained: 1, left: [] });
    expect(await findings()).toEqual(before);
  });

  it("a trade whose time to live has passed leaves a row that is no fault", async () => {
    const all = rows(0, 200).map((row) => ({ ...row, expires_at: 2e9 }));
    await both(all);
    for (const { id } of all.slice(0, 40)) raw.delete(id);
    expect(await only()).toMatchObject({ expired: 40, left: [] });
    raw.delete("s000150");
    expect((await only()).mismatches.extra.ids).toEqual(["s000150"]);
  });

  it("are read as far as there is time: the others come first the next time", async () => {
    await system.deploy("second");
    await both(rows(0, 3));
    const first = await run({ until: system.ports.clock.now() + 1 });
    expect([first.models.length, first.unfinished.length]).toEqual([0, 2]);
    last.set("steady", { model: "steady", at: 5, finding: null });
    const models = (await run()).models.map(({ model }) => model);
    expect(models).toEqual(["second", "steady"]);
    expect((await run({ models: ["nobody"] })).unknown).toEqual(["nobody"]);
  });
});
