import { describe, expect, it } from "vitest";
import { stackFaults } from "../../cli/start/stack-faults.ts";
import type { Invocation } from "../../local/lambda/invocation.ts";
import { withRenewals } from "../../local/streams/renewed-stream.ts";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { tradeRecordOf } from "../../shared/store/stream-records.ts";
import { createSystem } from "../support/pipeline.ts";

/** What a function sees when the trades table's stream is switched off and on. */

const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000";
const record = (n: number): StreamRecord => ({
  eventID: `e${n}`,
  eventName: "INSERT",
  eventSourceARN: ARN,
  dynamodb: {
    SequenceNumber: String(5_000 + n),
    ApproximateCreationDateTime: Date.UTC(2026, 6, 1) / 1000,
    Keys: { model_name: { S: "steady" }, trade_id: { S: `t${n}` } },
    NewImage: {
      model_name: { S: "steady" },
      trade_id: { S: `t${n}` },
      pnl: { N: "1" },
      closed_at: { S: new Date(Date.UTC(2026, 5, 1) + n * 60_000).toISOString() },
    },
  },
});
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));

type Seen = { stream: string; number: number }[];

function line(answer: (seen: StreamRecord[]) => unknown = () => ({ batchItemFailures: [] })) {
  const seen: Seen[] = [];
  const coming: boolean[] = [];
  const invoke = withRenewals(
    async (_name, event): Promise<Invocation> => {
      const { Records } = event as { Records: StreamRecord[] };
      seen.push(
        Records.map((r) => ({
          stream: r.eventSourceARN.slice(ARN.lastIndexOf("/") + 1),
          number: Number(r.dynamodb.SequenceNumber),
        })),
      );
      return { ok: true, payload: answer(Records), requestId: "r" };
    },
    { functionName: "ingest", next: () => coming.shift() ?? false, now: () => Date.UTC(2026, 6, 2) },
  );
  const send = (from: number, to: number, name = "ingest") => invoke(name, { Records: records(from, to) });
  return { seen, coming, send };
}

describe("a stream that is renewed", () => {
  it("has another name and low numbers from then on; what comes again comes under its first name", async () => {
    const { seen, coming, send } = line();
    await send(0, 2);
    coming.push(true);
    await send(2, 4);
    await send(0, 2);
    await send(2, 4);
    const old = [5000, 5001].map((number) => ({ stream: "2026-01-01T00:00:00.000", number }));
    const renewed = [101, 102].map((number) => ({ stream: "2026-07-02T00:00:00.000", number }));
    expect(seen).toEqual([old, renewed, old, renewed]);
  });

  it("takes back the numbers it gave: what failed is delivered again", async () => {
    const { coming, send } = line((seen) => ({
      batchItemFailures: [{ itemIdentifier: seen[1]!.dynamodb.SequenceNumber }],
    }));
    await send(0, 2);
    coming.push(true);
    expect(await send(2, 4)).toMatchObject({ payload: { batchItemFailures: [{ itemIdentifier: "5003" }] } });
  });

  it("is nothing to other functions", async () => {
    const { seen, coming, send } = line();
    await send(0, 2);
    coming.push(true, true);
    await send(2, 4, "notify");
    expect(seen[1]!.map(({ number }) => number)).toEqual([5002, 5003]);
  });

  it("loses no trade and counts none twice, however often it is renewed and its batches come again", async () => {
    const system = createSystem();
    await system.deploy("steady");
    const faults = stackFaults({ seed: "renewals", share: 1 });
    let renewals = 0;
    const invoke = withRenewals(
      async (_name, event): Promise<Invocation> => {
        const taken = (event as { Records: never[] }).Records.map(tradeRecordOf);
        const { failed } = await ingest(taken, system.ports);
        return { ok: true, payload: { batchItemFailures: failed }, requestId: "r" };
      },
      {
        functionName: "ingest",
        next: () => {
          const renewed = faults.newStream();
          renewals += renewed ? 1 : 0;
          return renewed;
        },
        now: () => Date.UTC(2026, 6, 2) + renewals,
      },
    );
    for (let from = 0; from < 300; from += 10) {
      await invoke("ingest", { Records: records(from, from + 10) });
      if (from % 3 === 0) await invoke("ingest", { Records: records(Math.max(0, from - 15), from + 10) });
    }
    expect(renewals).toBeGreaterThan(3);
    expect((await system.memory.loadHeads(["steady"])).get("steady")!.count).toBe(300);
  });
});
