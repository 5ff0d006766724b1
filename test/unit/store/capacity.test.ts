import { describe, expect, it } from "vitest";
import { CapacityMeter, itemBytes } from "../../support/capacity-meter.ts";
import { type Measured, measureLife } from "../../support/measured-life.ts";

const each = (measured: Measured, step: "ingest" | "evaluate") => ({
  reads: measured[step].reads / measured.trades,
  writes: measured[step].writes / measured.trades,
});

describe("what a trade costs beyond its own row", () => {
  it("live, one trade at a time: at most two write units and two read units, and no call where nothing can be due", async () => {
    const { champion, ...challengers } = await measureLife({ signals: 300, batch: 1 });
    for (const measured of [champion, ...Object.values(challengers)]) {
      expect(each(measured, "ingest").writes).toBeLessThanOrEqual(2);
      expect(each(measured, "ingest").reads).toBeLessThanOrEqual(2);
    }
    for (const measured of Object.values(challengers)) expect(measured.evaluate.calls).toBe(0);
    expect(champion.evaluate.calls).toBe(300);
  });

  it("in bulk, a hundred at a time: at most a tenth of a write unit and a twentieth of a read unit", async () => {
    for (const measured of Object.values(await measureLife({ signals: 400, batch: 100 }))) {
      expect(each(measured, "ingest").writes).toBeLessThanOrEqual(0.1);
      expect(each(measured, "ingest").reads).toBeLessThanOrEqual(0.05);
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
