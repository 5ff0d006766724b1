import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerHead } from "../../../shared/domain/ledger.ts";
import type { TradeRecord } from "../../../shared/domain/trade-record.ts";
import { ingest } from "../../../shared/pipeline/ingest.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import { InjectedFault, withFaults } from "../../support/faults.ts";
import { createSystem, DAY_ONE, insertion } from "../../support/pipeline.ts";

/**
 * Ingest under attack: two of it at the same time on the same records, each of whose calls may fail before or after it took effect,
 * batches cut anyhow, delivered again, in another order, through two streams.
 */

const MINUTE = 60_000;
const STREAMS = ["eu/trades/one", "eu/trades/two"] as const;
const kinds = ["good", "good", "good", "good", "good", "bad", "amend", "delete", "correct"] as const;

type Story = { records: TradeRecord[]; good: string[]; rejected: string[] };

/** Trades of one model; what happens to one of them stays in order, whatever else is overtaken. */
function storyOf(seed: string, size: number): Story {
  const prng = createPrng(seed);
  const story: Story = { records: [], good: [], rejected: [] };
  let sequence = 1000;
  for (let n = 0; n < size; n++) {
    const kind = kinds[prng.below(kinds.length)]!;
    const id = `${n}-${"x".repeat(prng.below(60))}`;
    const closedAt = new Date(DAY_ONE + (n - prng.below(8)) * MINUTE).toISOString();
    const bad = kind === "bad" || kind === "correct";
    const stream = STREAMS[n < size / 2 ? 0 : 1]!;
    const row = { model: "alpha", id, closedAt };
    const record = (pnl: unknown) => ({ ...insertion({ ...row, pnl }, String(sequence++)), stream });
    const first = record(bad ? "bad" : n);
    story.records.push(first);
    if (bad) story.rejected.push(`${id} invalid`);
    if (kind !== "bad") story.good.push(id);
    if (kind === "amend" || kind === "correct") {
      story.records.push({ ...record(n + 0.5), change: "modify", oldImage: first.newImage });
      if (kind === "amend") story.rejected.push(`${id} amended`);
    }
    if (kind === "delete") {
      story.records.push({ ...record(n), change: "remove", oldImage: first.newImage, newImage: null });
      story.records.push(record(n));
      story.rejected.push(`${id} deleted`, `${id} written-again`);
    }
  }
  return story;
}

/** Records that overtake others, but none of its own trade. */
function overtaken(records: readonly TradeRecord[], below: (n: number) => number): TradeRecord[] {
  const order = records.map((record, i) => ({ record, at: i + below(12) })).sort((a, b) => a.at - b.at);
  const queues = Map.groupBy(records, (r) => r.tradeId);
  return order.map(({ record }) => queues.get(record.tradeId)!.shift()!);
}

async function live(seed: string, size: number) {
  const prng = createPrng(`${seed} faults`);
  const system = createSystem();
  await system.deploy("alpha");
  const story = storyOf(seed, size);
  const records = overtaken(story.records, (n) => prng.below(n));
  const state = withFaults(system.memory, prng);
  state.rates = { before: 0.06, after: 0.06, conflict: 0.05 };
  const heads: LedgerHead[] = [];
  let acknowledged = 0;
  for (let round = 0; acknowledged < records.length && round < 5000; round++) {
    if (round === 4000) state.rates = { before: 0, after: 0, conflict: 0 };
    const back = prng.uniform() < 0.3 ? prng.below(30) : 0;
    const from = Math.max(0, acknowledged - back);
    // Delivered from its oldest place on: of each trade, what came before has been taken in or comes with it.
    const batch = records.slice(from, from + 1 + prng.below(40));
    const twice = prng.uniform() < 0.4;
    const deliver = (some: readonly TradeRecord[]) => ingest(some, { ...system.ports, state });
    const outcomes = await Promise.allSettled([deliver(batch), ...(twice ? [deliver(batch)] : [])]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected" && !(outcome.reason instanceof InjectedFault)) throw outcome.reason;
    const [first] = outcomes;
    if (first!.status === "fulfilled") {
      const { failed } = first!.value;
      const stuck = batch.findIndex((r) => failed.includes(r.sequence));
      acknowledged = Math.max(acknowledged, from + (stuck < 0 ? batch.length : stuck));
    }
    heads.push((await system.memory.loadHeads(["alpha"])).get("alpha")!);
  }
  return { system, story, heads, injected: state.injected };
}

describe("ingest of one model's trades under crashes, races and disorder", () => {
  it("counts every valid trade once and rejects every bad one once, and never goes back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8, maxLength: 8 }), async (seed) => {
        const { system, story, heads, injected } = await live(seed, 150);
        const rows = await system.memory.readRows("alpha", { closedAfter: null });
        const head = heads.at(-1)!;
        expect([...rows.tradeIds].sort()).toEqual([...story.good].sort());
        expect(head.count).toBe(story.good.length);
        expect(system.memory.rejected.map((r) => `${r.tradeId} ${r.kind}`).sort()).toEqual([...story.rejected].sort());
        expect(await system.memory.loadRejectionCount("alpha")).toMatchObject({ count: story.rejected.length });
        expect(head.amended + head.deleted).toBe(story.rejected.filter((r) => /amended|deleted/.test(r)).length);
        for (const [i, next] of heads.slice(1).entries()) {
          expect(next.count).toBeGreaterThanOrEqual(heads[i]!.count);
          expect(next.clock ?? 0).toBeGreaterThanOrEqual(heads[i]!.clock ?? 0);
        }
        expect(injected).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});
