import { describe, expect, it } from "vitest";
import { CapacityMeter, itemBytes } from "../../support/capacity-meter.ts";
import { type Measured, measureLife } from "../../support/measured-life.ts";

/** Of ingest and evaluate together. */
const each = (measured: readonly Measured[]) => {
  const total = (of: (m: Measured) => number) => measured.reduce((sum, m) => sum + of(m), 0);
  const trades = total((m) => m.trades);
  return {
    reads: total((m) => m.ingest.reads + m.evaluate.reads) / trades,
    writes: total((m) => m.ingest.writes + m.evaluate.writes) / trades,
    calls: total((m) => m.evaluate.calls) / trades,
  };
};

/** Ingest and evaluate beyond the trade's own row, the looks and checkpoints of these signals included. */
describe("what a trade costs beyond its own row", () => {
  it("live, one trade at a time: at most two write units and two read units, whoever's it is", async () => {
    const { champion, ...challengers } = await measureLife({ signals: 620, batch: 1 });
    for (const measured of [champion, ...Object.values(challengers)]) {
      expect(each([measured]).writes).toBeLessThanOrEqual(2);
      expect(each([measured]).reads).toBeLessThanOrEqual(2);
    }
    expect(each([champion]).calls).toBeCloseTo(1 / 10, 2);
    for (const measured of Object.values(challengers)) expect(measured.evaluate.calls).toBeLessThanOrEqual(6);
  });

  it("live: no more where the champion was promoted, the former one shadows it, and signals come every minute", async () => {
    const life = await measureLife({ signals: 220, batch: 1, reign: "settled", minutes: 1 });
    for (const measured of Object.values(life)) {
      expect(each([measured]).writes).toBeLessThanOrEqual(2);
      expect(each([measured]).reads).toBeLessThanOrEqual(2);
    }
    expect(life.champion.evaluate.calls).toBe(0);
  });

  it("live, while a guard looks at every trade: at most five read units, for as long as the guard lasts", async () => {
    const life = await measureLife({ signals: 90, batch: 1, reign: "guarded" });
    for (const measured of Object.values(life)) {
      expect(each([measured]).writes).toBeLessThanOrEqual(2);
      expect(each([measured]).reads).toBeLessThanOrEqual(5);
    }
  });

  it("in bulk, a hundred at a time: at most a tenth of a write unit and 0.06 read units", async () => {
    for (const reign of ["first", "settled"] as const) {
      const life = Object.values(await measureLife({ signals: 1000, batch: 100, reign }));
      expect([reign, each(life).writes <= 0.1, each(life).reads <= 0.06]).toEqual([reign, true, true]);
    }
  });
});

describe("the capacity meter", () => {
  it("adds up names and values as AWS does", () => {
    expect(itemBytes({ pk: "a", body: "é", n: 12345, bytes: new Uint8Array(7), yes: true, list: ["ab"] })).toBe(
      2 + 1 + (4 + 2) + (1 + 4) + (5 + 7) + (3 + 1) + (4 + 3 + 3),
    );
  });

  it("counts begun kilobytes, twice in a transaction, and the larger of what was there and what comes", async () => {
    const answers: object[] = [{}, {}, {}, {}, { Item: { pk: "a", sk: "b", x: "x".repeat(5000) } }, { Items: [] }, {}];
    const meter = new CapacityMeter();
    const client = meter.wrap({ send: async () => answers.shift() } as never);
    const call = (name: string, input: object) =>
      meter.of(() => client.send({ constructor: { name }, input } as never));
    const put = (size: number) => ({ Item: { pk: "a", sk: "b", x: "x".repeat(size) } });
    expect(await call("PutCommand", put(3000))).toEqual({ reads: 0, writes: 3 });
    expect(await call("PutCommand", put(10))).toEqual({ reads: 0, writes: 3 });
    expect(await call("PutCommand", put(10))).toEqual({ reads: 0, writes: 1 });
    expect(
      await call("TransactWriteCommand", { TransactItems: [{ Put: put(1500) }, { ConditionCheck: { Key: {} } }] }),
    ).toEqual({ reads: 0, writes: 6 });
    expect(await call("GetCommand", { ConsistentRead: true })).toEqual({ reads: 2, writes: 0 });
    expect(await call("QueryCommand", {})).toEqual({ reads: 0.5, writes: 0 });
    await expect(call("ScanCommand", {})).rejects.toThrow("does not know ScanCommand");
  });
});
