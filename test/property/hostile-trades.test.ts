import type { DynamoDBRecord } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHistory } from "../../shared/api/history.ts";
import { readStatus } from "../../shared/api/status.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { tradeRecordOf } from "../../shared/store/stream-records.ts";
import { fuzz, hostileText } from "../support/hostile.ts";
import { createSystem } from "../support/pipeline.ts";

/** Whatever stands in the trades table: it is counted or kept in quarantine, and never holds anything up. */

const ARRIVED = Date.UTC(2026, 6, 1);
const keyText = hostileText.filter((text) => text !== "" && Buffer.byteLength(text) <= 1024);

const hostileAttribute = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    hostileText.map((S) => ({ S })),
    fc.constantFrom("0", "-1.5", "1e125", "-1e-130", "9".repeat(38)).map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.constant({ SS: ["a", "b"] }),
    fc.constant({ NS: ["1", "2"] }),
    fc.constant({ B: new Uint8Array([0, 255]) }),
    fc.array(tie("any"), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(hostileText, tie("any"), { maxKeys: 3 }).map((M) => ({ M })),
  ),
})).any;

const attributes = ["pnl", "closed_at", "signal_id", "prediction", "executed", "final", "symbol", "opened_at", "extra"];
const valid = {
  pnl: { N: "1.5" },
  closed_at: { S: "2026-06-30T10:00:00Z" },
  opened_at: { S: "2026-06-30T09:00:00Z" },
};

/** A row that may be right, or wrong in any of its attributes. */
const image = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom("alpha", "beta") }, { weight: 2, arbitrary: keyText }),
    fc.oneof(fc.constantFrom("t1", "t2", "t3"), keyText),
    fc.dictionary(fc.constantFrom(...attributes), hostileAttribute, { maxKeys: 3 }),
  )
  .map(([model, trade, wrong]) => ({ model_name: { S: model }, trade_id: { S: trade }, ...valid, ...wrong }));

const change = fc.record({
  eventName: fc.constantFrom("INSERT", "INSERT", "INSERT", "MODIFY", "REMOVE"),
  image,
  old: image,
  ttl: fc.boolean(),
});

function recordsOf(changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[]): DynamoDBRecord[] {
  return changes.map(({ eventName, image: now, old, ttl }, i) => {
    const { model_name, trade_id } = now;
    const before = { ...old, model_name, trade_id };
    return {
      eventID: `e${i}`,
      eventName,
      eventSourceARN: "arn:aws:dynamodb:eu-central-1:123456789012:table/trades/stream/2026-01-01T00:00:00.000",
      ...(ttl && eventName === "REMOVE" ? { userIdentity: { principalId: "dynamodb.amazonaws.com" } } : {}),
      dynamodb: {
        Keys: { model_name, trade_id },
        SequenceNumber: String(1000 + i),
        ApproximateCreationDateTime: ARRIVED / 1000,
        ...(eventName === "REMOVE" ? {} : { NewImage: now }),
        ...(eventName === "INSERT" ? {} : { OldImage: before }),
      },
    } as unknown as DynamoDBRecord;
  });
}

describe("a batch of whatever can stand in the trades table", () => {
  it("is taken in to its end, counts once however often it comes, and leaves every answer readable", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const system = createSystem();
        for (const name of ["alpha", "beta"]) await system.deploy(name);
        const records = recordsOf(changes).map(tradeRecordOf);

        const first = await ingest(records, system.ports);
        expect(first).toMatchObject({ failed: [], errors: [] });
        const heads = await system.memory.loadHeads(["alpha", "beta"]);
        const counted = [...heads.values()].reduce((sum, head) => sum + head.count, 0);
        expect(counted).toBe(first.counted);

        const again = await ingest(records, system.ports);
        expect(again).toMatchObject({ counted: 0, failed: [], errors: [] });
        const after = await system.memory.loadHeads(["alpha", "beta"]);
        expect([...after.values()].map((head) => head.count)).toEqual([...heads.values()].map((head) => head.count));

        // The next trade in order is not held up by any of it.
        const next = await system.write([{ model: "alpha", id: "next", pnl: 1, closedAt: "2026-06-30T11:00:00Z" }]);
        expect(next.counted + next.repeated).toBe(1);
        await system.evaluate();
        expect((await readStatus(system.ports)).status).toBe(200);
        expect((await readHistory({ limit: 200 }, system.ports)).status).toBe(200);
      }),
      fuzz(150),
    );
  });
});
