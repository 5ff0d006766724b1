import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChampionReader, type Decision, Recorder } from "../../clients/typescript/src/index.ts";

/** The TypeScript client against tables that fail in every way. */

const NOON = new Date("2026-03-02T12:00:00Z");

class FakeTable {
  readonly items = new Map<string, Record<string, unknown>>();
  calls = 0;
  readonly #fault: (call: number) => Error | undefined;

  constructor(fault: (call: number) => Error | undefined = () => undefined) {
    this.#fault = fault;
  }

  async send({ input }: PutCommand): Promise<void> {
    this.calls += 1;
    const fault = this.#fault(this.calls);
    if (fault) throw fault;
    const item = input.Item as Record<string, unknown>;
    const key = `${item.model_name}/${item.trade_id}`;
    const there = this.items.get(key);
    if (there) {
      const Item = { pnl: { N: String(there.pnl) } };
      throw new ConditionalCheckFailedException({ $metadata: {}, message: "exists", Item });
    }
    this.items.set(key, item);
  }
}

const named = (name: string) => Object.assign(new Error(name), { name });
const decisions = (pnl = 1.5): Record<string, Decision> => ({
  m0: { pnl, closedAt: NOON, executed: true },
  m1: { pnl, closedAt: NOON },
});

describe("the recorder", () => {
  let queueDir: string;
  const lines: string[] = [];
  beforeEach(() => {
    queueDir = mkdtempSync(join(tmpdir(), "recorder-"));
    lines.length = 0;
  });
  afterEach(() => rmSync(queueDir, { recursive: true, force: true }));

  function recorderOf(table: FakeTable, mostWaiting = 1000): Recorder {
    const client = table as unknown as NonNullable<ConstructorParameters<typeof Recorder>[0]["client"]>;
    return new Recorder({ table: "trades", queueDir, client, mostWaiting, log: (line) => lines.push(line) });
  }

  test("writes every model's decision with the contract's attributes", async () => {
    const table = new FakeTable();
    const recorder = recorderOf(table);
    expect(recorder.record("s-1", decisions(0.1))).toBe(true);
    expect(await recorder.close()).toBe(true);
    expect(table.items.get("m0/s-1")).toEqual({
      model_name: "m0",
      trade_id: "s-1",
      signal_id: "s-1",
      pnl: 0.1,
      closed_at: "2026-03-02T12:00:00.000Z",
      executed: true,
    });
  });

  test("tries again through throttling and keeps the order", async () => {
    const table = new FakeTable((call) => (call % 3 === 0 ? named("ThrottlingException") : undefined));
    const recorder = recorderOf(table);
    const ids = Array.from({ length: 10 }, (_, i) => `s-${i}`);
    for (const id of ids) recorder.record(id, decisions());
    expect(await recorder.close(60_000)).toBe(true);
    expect([...table.items.keys()].filter((key) => key.startsWith("m1"))).toEqual(ids.map((id) => `m1/${id}`));
  });

  test("goes on after a restart with what was waiting, past a line that a crash cut off", async () => {
    const away = recorderOf(new FakeTable(() => named("TimeoutError")));
    away.record("s-1", decisions(2));
    expect(await away.close(20)).toBe(false);
    writeFileSync(join(queueDir, "trades.jsonl"), '{"model_name":"m0","tra', { flag: "a" });
    const table = new FakeTable();
    const recorder = recorderOf(table);
    recorder.record("s-2", decisions(3));
    expect(await recorder.close()).toBe(true);
    expect([...table.items.keys()]).toEqual(["m0/s-1", "m1/s-1", "m0/s-2", "m1/s-2"]);
  });

  test("takes the same trade again for no news and another under its id for a fault", async () => {
    const recorder = recorderOf(new FakeTable());
    recorder.record("s-1", { m0: { pnl: 2, closedAt: NOON } });
    recorder.record("s-1", { m0: { pnl: 2, closedAt: NOON } });
    recorder.record("s-1", { m0: { pnl: 3, closedAt: NOON } });
    await recorder.close();
    expect(recorder.stats()).toEqual({ written: 1, repeated: 2, waiting: 0, refused: 1, lost: 0 });
    expect(recorder.refused[0]!.item.pnl).toBe(3);
  });

  test("keeps aside what the table never takes and is not held up by it", async () => {
    const table = new FakeTable((call) => (call === 1 ? named("ValidationException") : undefined));
    const recorder = recorderOf(table);
    recorder.record("bad", { m0: { pnl: 1, closedAt: NOON } });
    recorder.record("good", { m0: { pnl: Number.NaN, closedAt: NOON } });
    await recorder.close();
    expect(recorder.refused).toHaveLength(1);
    expect(table.items.get("m0/good")!.pnl).toBe("NaN");
  });

  test("says that a full queue loses a signal and never throws", async () => {
    const recorder = recorderOf(new FakeTable(() => named("InternalServerError")), 3);
    expect(recorder.record("s-1", decisions())).toBe(true);
    expect(recorder.record("s-2", decisions())).toBe(false);
    expect(recorder.stats().lost).toBe(2);
    expect(lines.at(-1)).toContain("m0/s-2, m1/s-2");
    await recorder.close(10);
  });
});

describe("the champion's reader", () => {
  test("asks once while the answer is fresh, and goes on with the last known champion", async () => {
    let asked = 0;
    let status = 200;
    const server = createServer((_, response) => {
      asked += 1;
      response.writeHead(status).end(JSON.stringify({ status: "success", data: { champion: "a" } }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    let now = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const champion = new ChampionReader({ url, now: () => now });
    expect([await champion.read(), await champion.read(), asked]).toEqual(["a", "a", 1]);
    status = 500;
    now = 60_000;
    expect([await champion.read(), champion.age]).toEqual(["a", 60_000]);
    await expect(new ChampionReader({ url }).read()).rejects.toThrow("never said");
    server.closeAllConnections();
    server.close();
  });

  test("waits longer while there is nobody to go on with", async () => {
    let name = "a";
    const server = createServer((_, response) => {
      const text = JSON.stringify({ status: "success", data: { champion: name } });
      setTimeout(() => response.end(text), 400);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    let now = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const champion = new ChampionReader({ url, timeoutMs: 100, now: () => now });
    expect(await champion.read()).toBe("a");
    name = "b";
    now = 60_000;
    expect(await champion.read()).toBe("a");
    server.closeAllConnections();
    server.close();
  });
});
