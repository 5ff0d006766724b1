import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { type Trade, writeTrades } from "../../cli/client/trade-writer.ts";

const client = mockClient(DynamoDBDocumentClient);
const o = {
  client: client as unknown as DynamoDBDocumentClient,
  table: "trades",
  signal: new AbortController().signal,
};

beforeEach(() => {
  client.reset();
});

function trades(model: string, n: number): Trade[] {
  return Array.from({ length: n }, (_, i) => ({ model_name: model, trade_id: String(i), pnl: i }));
}

/** Ids of each call, in the order of the calls. */
function callsOf(model: string): string[][] {
  return client
    .commandCalls(BatchWriteCommand)
    .map((call) => call.args[0].input.RequestItems!.trades!.map((request) => request.PutRequest!.Item!))
    .filter((items) => items[0]!.model_name === model)
    .map((items) => items.map((item) => String(item.trade_id)));
}

describe("writing trades", () => {
  test("keeps the order per model, 25 a call", async () => {
    client.on(BatchWriteCommand).resolves({});
    await writeTrades([...trades("a", 60), ...trades("b", 10)], o);
    expect(callsOf("a").map((ids) => ids.length)).toEqual([25, 25, 10]);
    expect(callsOf("a").flat()).toEqual(trades("a", 60).map((t) => t.trade_id));
    expect(callsOf("b").flat()).toHaveLength(10);
  });

  test("never writes more than four models at once", async () => {
    let running = 0;
    let most = 0;
    client.on(BatchWriteCommand).callsFake(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return {};
    });
    await writeTrades(
      ["a", "b", "c", "d", "e", "f", "g"].flatMap((model) => trades(model, 30)),
      o,
    );
    expect(most).toBe(4);
    expect(client.commandCalls(BatchWriteCommand)).toHaveLength(14);
  });

  test("sends again what DynamoDB did not take", async () => {
    const left = { trades: [{ PutRequest: { Item: trades("a", 1)[0]! } }] };
    client.on(BatchWriteCommand).resolvesOnce({ UnprocessedItems: left }).resolves({});
    let written = 0;
    await writeTrades(trades("a", 3), { ...o, onWritten: (batch) => (written += batch.length) });
    expect(callsOf("a")).toEqual([["0", "1", "2"], ["0"]]);
    expect(written).toBe(3);
  });

  test("never puts the same key into one call twice", async () => {
    client.on(BatchWriteCommand).resolves({});
    await writeTrades([...trades("a", 2), ...trades("a", 2)], o);
    expect(callsOf("a")).toEqual([
      ["0", "1"],
      ["0", "1"],
    ]);
  });

  test("finds the one item DynamoDB refuses and writes the others", async () => {
    const invalid = Object.assign(new Error("Item size has exceeded"), { name: "ValidationException" });
    client.on(BatchWriteCommand).rejects(invalid);
    client.on(PutCommand).callsFake(async ({ Item }) => {
      if (Item.trade_id === "1") throw invalid;
      return {};
    });
    const refused = await writeTrades(trades("a", 3), o);
    expect(refused).toEqual([{ trade: trades("a", 3)[1], reason: "Item size has exceeded" }]);
    expect(client.commandCalls(PutCommand)).toHaveLength(3);
  });

  test("says in one line that DynamoDB went away", async () => {
    client.on(BatchWriteCommand).rejects(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
    await expect(writeTrades(trades("a", 1), o)).rejects.toThrow("writing to trades failed: DynamoDB went away");
  });

  test("stops between calls when asked to", async () => {
    const stopping = new AbortController();
    client.on(BatchWriteCommand).callsFake(async () => {
      stopping.abort(new Error("enough"));
      return {};
    });
    await expect(writeTrades(trades("a", 100), { ...o, signal: stopping.signal })).rejects.toThrow("enough");
    expect(client.commandCalls(BatchWriteCommand)).toHaveLength(1);
  });
});
