import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readEntries } from "../../cli/checkpoint-file/checkpoint-reader.ts";
import { CheckpointWriter } from "../../cli/checkpoint-file/checkpoint-writer.ts";
import { verifyCheckpoint } from "../../cli/checkpoint-file/import.ts";
import type { StoredItem } from "../../cli/checkpoint-file/item-json.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;
const source = { state: "understudy-test-state", trades: "understudy-test-trades" };

const state: StoredItem[] = [
  { pk: { S: "REGISTRY" }, sk: { S: "REGISTRY" }, version: { N: "7" }, body: { S: '{"a":"ü\\n🦜"}' } },
  { pk: { S: "MODEL#a" }, sk: { S: "BLOCK#1" }, rows: { B: new Uint8Array([0, 10, 255, 13]) } },
  { pk: { S: "MODEL#a" }, sk: { S: "VERSIONS" }, versions: { SS: ["1", "2"] } },
];
const trades: StoredItem[] = [
  { model_name: { S: "a" }, trade_id: { S: "t1" }, pnl: { N: "0.1000000000000000000000000000000000001" } },
  {
    model_name: { S: "a" },
    trade_id: { S: "t2" },
    deep: { L: [{ M: { x: { B: Buffer.from("hi") } } }, { NULL: true }] },
  },
];

async function write(name: string): Promise<string> {
  const path = join(folder, name);
  const writer = new CheckpointWriter(path);
  await writer.begin({ created_at: "2026-03-02T10:00:00.000Z", source });
  for (const item of state) await writer.add("state", item);
  for (const item of trades) await writer.add("trades", item);
  await writer.finish({ registryVersion: 7 });
  return path;
}

async function read(path: string): Promise<{ table: string; item: StoredItem }[]> {
  const { part } = await verifyCheckpoint(path, { signal: never });
  const found = [];
  for await (const entry of readEntries(path, part, { signal: never })) found.push(entry);
  return found;
}

describe("a checkpoint file", () => {
  it("gives back every item as it was: numbers of any length, binary values, sets, any text", async () => {
    const path = await write("whole");
    expect(await read(path)).toEqual([
      ...state.map((item) => ({ table: "state", item })),
      ...trades.map((item) => ({
        table: "trades",
        // A Buffer comes back as plain bytes.
        item: JSON.stringify(item).includes("Buffer")
          ? { ...item, deep: { L: [{ M: { x: { B: new Uint8Array(Buffer.from("hi")) } } }, { NULL: true }] } }
          : item,
      })),
    ]);
    const { manifest, header } = await verifyCheckpoint(path, { signal: never });
    expect(header.source).toEqual(source);
    expect(manifest).toMatchObject({ registry_version: 7, tables: { state: { items: 3 }, trades: { items: 2 } } });
  });

  it("begins with a line that says what it is", async () => {
    expect(readFileSync(await write("plain")).toString("latin1")).toMatch(/^understudy-checkpoint 1\n/);
  });

  it("whose bytes were changed anywhere is refused, and the complaint says so", async () => {
    const whole = readFileSync(await write("flipped"));
    const path = join(folder, "broken");
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= flip;
        writeFileSync(path, bytes);
        await expect(verifyCheckpoint(path, { signal: never })).rejects.toMatchObject({
          name: "DamagedCheckpoint",
          message: expect.stringMatching(/damaged|no checkpoint|format \d+|end is missing/),
        });
      }),
      { numRuns: 300, seed: 20260302 },
    );
  });

  it("that was cut anywhere is refused, down to nothing", async () => {
    const whole = readFileSync(await write("cut"));
    const path = join(folder, "short");
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(verifyCheckpoint(path, { signal: never })).rejects.toMatchObject({
        message: expect.stringMatching(/no checkpoint|end is missing/),
      });
    }
  });

  it("that was lengthened, or had a piece cut out of it, is refused", async () => {
    const whole = readFileSync(await write("lengthened"));
    const path = join(folder, "odd");
    for (const bytes of [
      Buffer.concat([whole, Buffer.from("\n")]),
      Buffer.concat([whole.subarray(0, 60), whole.subarray(61)]),
      Buffer.concat([whole, whole]),
    ]) {
      writeFileSync(path, bytes);
      await expect(verifyCheckpoint(path, { signal: never })).rejects.toMatchObject({ name: "DamagedCheckpoint" });
    }
  });

  it("of another format is refused by its number, and a missing one by its name", async () => {
    const path = join(folder, "future");
    writeFileSync(path, "understudy-checkpoint 2\nwhatever");
    await expect(verifyCheckpoint(path, { signal: never })).rejects.toThrow(
      "it has format 2, and this release reads format 1",
    );
    await expect(verifyCheckpoint(join(folder, "nowhere"), { signal: never })).rejects.toThrow("there is no file");
  });

  it("of a large table leaves no listeners behind: it waits for the disk many times", async () => {
    const warned = vi.spyOn(process, "emitWarning");
    const writer = new CheckpointWriter(join(folder, "large"));
    await writer.begin({ created_at: "2026-03-02T10:00:00.000Z", source });
    for (let i = 0; i < 100; i++) {
      const noise = createHash("sha512").update(`${i}`).digest("hex").repeat(500);
      await writer.add("trades", { model_name: { S: "a" }, trade_id: { S: `t${i}` }, note: { S: noise } });
    }
    await writer.finish({ registryVersion: 7 });
    expect(warned.mock.calls).toEqual([]);
    warned.mockRestore();
  });

  it("appears under its name when it is whole: one that was abandoned leaves nothing", async () => {
    const writer = new CheckpointWriter(join(folder, "abandoned"));
    await writer.begin({ created_at: "2026-03-02T10:00:00.000Z", source });
    await writer.add("state", state[0]!);
    expect(readdirSync(folder)).not.toContain("abandoned");
    await writer.abandon();
    expect(readdirSync(folder).filter((name) => name.startsWith("abandoned"))).toEqual([]);
  });
});
