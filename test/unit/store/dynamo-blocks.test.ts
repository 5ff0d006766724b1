import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyHead, type LedgerHead, rowsOf } from "../../../shared/domain/ledger.ts";
import { appendTrades } from "../../../shared/domain/ledger-append.ts";
import { DynamoState } from "../../../shared/store/dynamo-state.ts";
import { FakeTable } from "../../support/fake-table.ts";
import { MINUTE, NOON, trades } from "../../support/samples.ts";

/** Blocks are read at the price of a read that may be stale: what it lacks must be missed. */

let table: FakeTable;
/** sort keys a read that may be stale does not see yet */
let unseen: Set<string>;
let consistent: number;
let stale: number;
let head: LedgerHead;
let names: string[];

function client(): DynamoDBDocumentClient {
  const inner = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-central-1" }));
  const send = async (command: { constructor: { name: string }; input: { ConsistentRead?: boolean } }) => {
    const answer = (await inner.send(command as never)) as { Items?: { sk: string }[] };
    if (command.constructor.name !== "QueryCommand") return answer;
    if (command.input.ConsistentRead) consistent += 1;
    else stale += 1;
    return command.input.ConsistentRead ? answer : { ...answer, Items: answer.Items?.filter((i) => !unseen.has(i.sk)) };
  };
  return new Proxy(inner, { get: (target, name) => (name === "send" ? send : Reflect.get(target, name)) });
}

beforeEach(async () => {
  table = new FakeTable();
  unseen = new Set();
  [consistent, stale] = [0, 0];
  head = emptyHead("alpha");
  names = [];
  const writer = new DynamoState(client(), "state");
  for (let i = 0; i < 12; i++) {
    const appended = appendTrades(head, trades(400, 400 * i));
    head = { ...head, ...appended.head };
    names.push(`BLOCK#${appended.block!.name}`);
    await writer.sealBlock("alpha", appended.block!);
  }
});

afterEach(() => table.mock.restore());

const whole: { closedAfter: number | null; count: number } = { closedAfter: null, count: 10_000 };
const all = () => rowsOf(trades(4800));
const read = (state = new DynamoState(client(), "state"), options = whole) =>
  state.readStretch("alpha", { ...options, head });

describe("sealed blocks", () => {
  it("are read without asking for consistency while nothing is missing", async () => {
    expect((await read()).rows).toEqual(all());
    expect(consistent).toBe(0);
    expect(stale).toBeGreaterThan(0);
  });

  it.each([
    ["the newest", [11]],
    ["the newest three", [9, 10, 11]],
    ["one in the middle", [5]],
    ["the first", [0]],
    ["the first of what is wanted and another", [0, 7]],
    ["all", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ])("are all there though a read that may be stale does not see %s", async (_what, missing) => {
    for (const i of missing) unseen.add(names[i]!);
    expect((await read()).rows).toEqual(all());
    expect(consistent).toBeGreaterThan(0);
    const later = { closedAfter: NOON + 450 * MINUTE, count: 10_000 };
    expect((await read(undefined, later)).rows).toEqual(rowsOf(trades(4400, 400)));
    const ids = new Set(["t100", "t900", "t4700"]);
    const found = await new DynamoState(client(), "state").findTrades(head, { from: 0, until: NOON * 2, ids });
    expect(found.count).toBe(trades(4800).filter((t) => ids.has(t.tradeId)).length);
  });

  it("cost one small page once those before it are in memory, and are consistent there too", async () => {
    const state = new DynamoState(client(), "state");
    await read(state);
    const { block, head: next } = appendTrades(head, trades(400, 4800));
    await state.sealBlock("alpha", block!);
    head = { ...head, ...next };
    [consistent, stale] = [0, 0];
    expect((await read(state)).rows).toEqual(rowsOf(trades(5200)));
    expect([consistent, stale]).toEqual([0, 1]);

    const more = appendTrades(head, trades(400, 5200));
    await state.sealBlock("alpha", more.block!);
    head = { ...head, ...more.head };
    unseen.add(`BLOCK#${more.block!.name}`);
    expect((await read(state)).rows).toEqual(rowsOf(trades(5600)));
  });

  it("from a moment on are not read again, though what lies before that moment never was", async () => {
    const state = new DynamoState(client(), "state");
    const later = { closedAfter: NOON + 2050 * MINUTE, count: 10_000 };
    const first = await read(state, later);
    [consistent, stale] = [0, 0];
    expect(await read(state, later)).toEqual(first);
    expect([consistent, stale]).toEqual([0, 0]);
  });

  it("that are missing are named, wherever in the ledger they lay", async () => {
    for (const i of [0, 5, 11]) {
      const kept = table.items.get(`MODEL#alpha\n${names[i]}`)!;
      table.items.delete(`MODEL#alpha\n${names[i]}`);
      await expect(read()).rejects.toThrow("the ledger of alpha is broken");
      table.items.set(`MODEL#alpha\n${names[i]}`, kept);
    }
  });
});
