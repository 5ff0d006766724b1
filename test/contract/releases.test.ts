import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as present from "../releases/program.ts";
import { FakeTable } from "../support/fake-table.ts";
import { insertEvent, tradeEvent } from "../support/lambda.ts";
import { commonSignals, DAY_ONE, HOUR } from "../support/pipeline.ts";

/**
 * A deployment changes the program in the middle of a life, and one that is taken back does so a second time. The program of the last
 * release is kept (`npm run save-release`) and plays one half of a life, the present one the other, both ways round.
 */

type Program = typeof present;

const saved = join(import.meta.dirname, "..", "releases", "saved");
const workplace = join(import.meta.dirname, "..", "..", ".understudy");
let place: string;
let files: string;
let former: Program;
let table: FakeTable;

beforeAll(async () => {
  const newest = readdirSync(saved)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1)!;
  mkdirSync(workplace, { recursive: true });
  // Inside of the project, where it finds the SDK.
  place = mkdtempSync(join(workplace, "release-"));
  files = mkdtempSync(join(tmpdir(), "understudy-release-"));
  const file = join(place, "program.mjs");
  writeFileSync(file, gunzipSync(readFileSync(join(saved, newest))));
  former = await import(pathToFileURL(file).href);
});
afterAll(() => {
  rmSync(place, { recursive: true });
  rmSync(files, { recursive: true });
});
beforeEach(() => {
  table = new FakeTable();
});
afterEach(() => table.mock.restore());

const models = { steady: { mean: 50 }, better: { mean: 90 } };
const signals = commonSignals({ from: 0, to: 640, models, seed: "story" });
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-central-1" }));

function portsOf(program: Program) {
  return {
    state: new program.DynamoState(client, "state"),
    settings: program.parseSettings({ SHADOW_N_BOOTSTRAP: "1000" }),
    clock: { now: () => DAY_ONE + 700 * HOUR },
    hints: new Map(),
    standstills: new Map(),
  };
}

const take = (program: Program, rows: typeof signals, from: number) =>
  program.ingest(tradeEvent(rows, from).Records.map(program.tradeRecordOf), portsOf(program));

/** From the first deployment over a rejected trade and a stranger's to the promotion. */
async function firstHalf(program: Program): Promise<void> {
  const ports = portsOf(program);
  for (const model_name of Object.keys(models)) {
    const request = {
      model_name,
      model_type: "t",
      version: "1",
      description: "",
      priority: 0,
      design: "auto" as const,
    };
    await program.deploy(request, ports, { actor: "ann", idempotency: null });
  }
  await take(program, signals.slice(0, 1020), 1000);
  await take(
    program,
    [
      { model: "steady", id: "bad", pnl: "poison" },
      { model: "stranger", id: "x", pnl: 1 },
    ],
    5000,
  );
  await program.evaluateDue(ports);
}

/** What the other left is delivered once more, and the life goes on: alerts, further trades, the guard's reading, status and history. */
async function secondHalf(program: Program) {
  const ports = portsOf(program);
  const alerts = insertEvent(table.of("OUTBOX"))
    .Records.map((record) => program.renderAlert(program.outboxEventOf(record), { environment: "test" }))
    .map(({ subject }) => subject);
  await take(program, signals.slice(1000, 1280), 2000);
  await program.evaluateDue(ports);
  const status = await program.readStatus(ports);
  const history = await program.readHistory({ limit: 50 }, ports);
  if (status.body.status !== "success" || history.body.status !== "success") throw new Error("no answer");
  const { champion, archive } = status.body.data;
  return {
    alerts,
    champion: [champion?.model_name, champion?.trade_count, champion?.metrics],
    archive: archive.map((one) => [one.model_name, one.trade_count, one.metrics]),
    // Wording is each release's own.
    events: history.body.data.events.map(({ event_id, trade_time, details }) => [event_id, trade_time, details]),
  };
}

describe("a release and the one before it", () => {
  let expected: Awaited<ReturnType<typeof secondHalf>>;
  beforeAll(async () => {
    table = new FakeTable();
    await firstHalf(present);
    expected = await secondHalf(present);
    table.mock.restore();
  });

  it("live the same life, with a promotion in it", () => {
    expect(expected.champion[0]).toBe("better");
    expect(expected.champion[1]).toBe(640);
    expect(expected.events.map(([id]) => String(id))).toEqual(
      expect.arrayContaining([expect.stringContaining("promotion"), expect.stringContaining("rejected")]),
    );
  });

  it("deployed: the present one reads what the former wrote, and goes on as if it had written it", async () => {
    await firstHalf(former);
    expect(await secondHalf(present)).toEqual(expected);
  });

  it("taken back: the former one reads what the present wrote, and goes on as if it had written it", async () => {
    await firstHalf(present);
    expect(await secondHalf(former)).toEqual(expected);
  });

  it("read each other's checkpoints", async () => {
    await firstHalf(present);
    const items = [...table.items.values()].map((item) => marshall(item));
    for (const [writing, reading] of [
      [former, present],
      [present, former],
    ] as const) {
      const file = join(files, `${writing === former ? "former" : "present"}.checkpoint`);
      const writer = new writing.CheckpointWriter(file);
      await writer.begin({ created_at: "2026-11-01T00:00:00.000Z", source: { state: "s", trades: "t" } });
      for (const item of items) await writer.add("state", item);
      await writer.finish({ registryVersion: 3 });
      const signal = new AbortController().signal;
      const found = [];
      for await (const entry of reading.readEntries(file, await reading.checkSeal(file, signal), { signal }))
        found.push(entry.item);
      expect(found).toHaveLength(items.length);
      expect(found[0]).toEqual(items[0]);
    }
  });
});

describe("what a later release wrote in another form", () => {
  it("is not guessed at: whoever reads it says so, and writes nothing", async () => {
    await firstHalf(present);
    const registry = table.of("REGISTRY")[0]!;
    registry.format = 2;
    const before = JSON.stringify([...table.items.values()]);
    const ports = portsOf(present);
    const words = /REGISTRY \S+ has format 2; this release reads format 1/;
    await expect(present.evaluateDue(ports)).rejects.toThrow(words);
    await expect(present.readStatus(ports)).rejects.toThrow(words);
    expect(JSON.stringify([...table.items.values()])).toBe(before);
  });

  it("an alert of it is not published half understood", () => {
    const [record] = insertEvent([{ pk: "OUTBOX", sk: "e", body: "{}", format: 2 }]).Records;
    expect(() => present.outboxEventOf(record!)).toThrow(/OUTBOX e has format 2/);
  });
});
