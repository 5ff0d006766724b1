import { describe, expect, it } from "vitest";
import { readHealth } from "../../../shared/api/health.ts";
import { readHistory } from "../../../shared/api/history.ts";
import { readStatus } from "../../../shared/api/status.ts";
import { UNKNOWN_NAMES_MAX } from "../../../shared/domain/unknown-models.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import { createSystem, insertion, type System } from "../../support/pipeline.ts";

const DAY = 24 * 3_600_000;
const arrival = Date.UTC(2026, 6, 1);
/** As long as a key may be, and hostile. */
const hostile = (i: number) => `${i}\u001b[2J\u202e${"x".repeat(1985)}`.slice(0, 2000);

const eventsOf = async (system: System) =>
  (await system.memory.listHistory({ limit: 200, cursor: null, type: "trade_rejected", modelName: null })).events;

let sequence = 100_000;
function write(system: System, names: readonly string[], at = arrival) {
  const records = names.map((model, i) => ({
    ...insertion({ model, id: `t${i}`, pnl: 1 }, String(sequence++)),
    arrivedAt: at,
  }));
  return { records, done: ingest(records, system.ports) };
}

describe("names of models that are not deployed", () => {
  it("by the thousand leave every answer small, the history short and a bounded number of names", async () => {
    const system = createSystem();
    await system.deploy("alpha");
    for (let from = 0; from < 4000; from += 500) {
      const names = Array.from({ length: 500 }, (_, i) => hostile(from + i));
      expect(await write(system, names, arrival + from).done).toMatchObject({ rejected: 500, failed: [], errors: [] });
    }
    const status = (await readStatus(system.ports)).body.data;
    expect(status.rejected).toHaveLength(UNKNOWN_NAMES_MAX);
    expect(status.rejected_beyond).toBe(4000 - UNKNOWN_NAMES_MAX);
    for (const { model_name } of status.rejected) expect(model_name).toMatch(/^\d+\?\[2J\?x{50,60}~[0-9a-f]+$/);
    expect(status.in_words).toContain("4,000 trades do not count");
    const history = (await readHistory({ limit: 200 }, system.ports)).body.data;
    const health = await readHealth({ ...system.ports, failures: { count: async () => 0 } });
    // Lambda answers 6 MB at most.
    const sizes = [status, history, health.body].map((answer) => JSON.stringify(answer).length);
    for (const size of sizes) expect(size).toBeLessThan(100_000);
    expect((await eventsOf(system)).length).toBeLessThanOrEqual(4);
  });

  it("are reported as one kind, at the 1st, 10th, 100th record of a day, and again the next day", async () => {
    const system = createSystem();
    for (const n of [1, 5, 5, 200])
      await write(
        system,
        Array.from({ length: n }, (_, i) => `m${i}`),
      ).done;
    const summaries = async () => (await eventsOf(system)).map((e) => e.summary).reverse();
    expect(await summaries()).toEqual([
      "1 trade of a model that is not deployed arrived today and does not count; the latest is of m0.",
      "11 trades of models that are not deployed arrived today and do not count; the latest is of m4.",
      "211 trades of models that are not deployed arrived today and do not count; the latest is of m199.",
    ]);
    await write(system, ["m0"], arrival + DAY).done;
    expect((await summaries()).at(-1)).toBe(
      "1 trade of a model that is not deployed arrived today and does not count; the latest is of m0.",
    );
    for (const event of await eventsOf(system)) expect(event.modelName).toBeNull();
  });

  it("count once, however often their records are delivered, and each keeps its own count", async () => {
    const system = createSystem();
    const { records, done } = write(system, ["ghost", "ghost", "other"]);
    await done;
    await ingest(records, system.ports);
    const { rejected } = (await readStatus(system.ports)).body.data;
    expect(rejected.map((r) => [r.model_name, r.count, r.last_reason]).sort()).toEqual([
      ["ghost", 2, "model ghost is not deployed"],
      ["other", 1, "model other is not deployed"],
    ]);
  });

  it("that are deployed later are listed once, with what was rejected before and after", async () => {
    const system = createSystem();
    await write(system, ["late", "late"]).done;
    await system.deploy("late");
    await ingest([insertion({ model: "late", id: "bad", pnl: "?" }, String(sequence++))], system.ports);
    const { rejected } = (await readStatus(system.ports)).body.data;
    expect(rejected).toMatchObject([{ model_name: "late", count: 3, by_kind: { "unknown-model": 2, invalid: 1 } }]);
  });
});
