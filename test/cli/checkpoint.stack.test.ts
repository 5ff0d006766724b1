import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkpoint } from "../../cli/checkpoint/command.ts";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { ensureTables } from "../../local/dynamodb/tables.ts";
import type { LocalTable } from "../../local/template/template.ts";
import { makeDatabase, type TestDatabase } from "../support/database.ts";
import { findThreePorts } from "../support/free-ports.ts";

/** Exports from one database and imports into another, both Amazon's own. */

type Place = { port: number; client: DynamoDBClient; database: TestDatabase };

const folder = mkdtempSync(join(tmpdir(), "understudy-checkpoint-"));
const file = join(folder, "all.checkpoint");
const names = { state: "understudy-local-state", trades: "understudy-local-trades" };
let from: Place;
let to: Place;

function tableOf(name: string, ...keys: [string, string]): LocalTable {
  return {
    name,
    keySchema: keys.map((key, i) => ({ AttributeName: key, KeyType: i === 0 ? "HASH" : "RANGE" })),
    attributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: "S" })),
  };
}

async function startPlace(): Promise<Place> {
  const port = await findThreePorts();
  const database = await makeDatabase(port + 1);
  await ensureTables(makeCall(database.endpoint), [
    tableOf(names.trades, "model_name", "trade_id"),
    tableOf(names.state, "pk", "sk"),
  ]);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return {
    port,
    database,
    client: new DynamoDBClient({ endpoint: database.endpoint, region: "us-east-1", credentials }),
  };
}

beforeAll(async () => {
  from = await startPlace();
  to = await startPlace();
  const put = (TableName: string, Item: Record<string, AttributeValue>) =>
    from.client.send(new PutItemCommand({ TableName, Item }));
  await put(names.state, { pk: { S: "REGISTRY" }, sk: { S: "REGISTRY" }, version: { N: "7" }, body: { S: "{}" } });
  await put(names.state, { pk: { S: "MODEL#a" }, sk: { S: "BLOCK#1" }, rows: { B: new Uint8Array([0, 10, 255]) } });
  await put(names.state, { pk: { S: "MODEL#a" }, sk: { S: "HEAD" }, body: { S: "x".repeat(300_000) } });
  await put(names.state, { pk: { S: "MODEL#a" }, sk: { S: "VERSIONS" }, versions: { SS: ["1", "2"] } });
  for (let i = 0; i < 130; i++)
    await put(names.trades, { model_name: { S: "a" }, trade_id: { S: `t${i}` }, pnl: { N: `${i}.1` } });
}, 300_000);

afterAll(async () => {
  for (const place of [from, to]) {
    place?.client.destroy();
    await place?.database.stop();
  }
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]): Promise<string> {
  const lines: string[] = [];
  const output = { out: (text: string) => lines.push(text), say: (text: string) => lines.push(text) };
  await checkpoint(argv, new AbortController().signal, output);
  return lines.join("\n");
}

async function itemsIn(place: Place, TableName: string): Promise<unknown[]> {
  const { Items = [] } = await place.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe("a checkpoint", () => {
  it("restores both tables as they were, into empty ones only, and says what is wrong with a file before it writes", async () => {
    const at = (place: Place) => ["--port", String(place.port)];
    expect(await run("export", file, ...at(from))).toContain(
      "holds 130 trades and 4 items of state, roles at version 7",
    );
    await expect(run("export", file, ...at(from))).rejects.toThrow("exists already: --force replaces it");
    expect(readdirSync(folder)).toEqual(["all.checkpoint"]);
    expect(JSON.parse(await run("verify", file, "--json"))).toMatchObject({ tables: { trades: { items: 130 } } });

    const cut = join(folder, "cut");
    writeFileSync(cut, "understudy-checkpoint 1\nhalf");
    await expect(run("import", cut, ...at(to))).rejects.toThrow("its end is missing");
    expect(await itemsIn(to, names.state)).toEqual([]);

    await run("import", file, ...at(to));
    for (const name of Object.values(names)) expect(await itemsIn(to, name)).toEqual(await itemsIn(from, name));

    await to.client.send(
      new PutItemCommand({ TableName: names.trades, Item: { model_name: { S: "b" }, trade_id: { S: "later" } } }),
    );
    await expect(run("import", file, ...at(to))).rejects.toThrow("is not empty, so nothing was changed");
    await run("import", file, ...at(to), "--force");
    expect(await itemsIn(to, names.trades)).toEqual(await itemsIn(from, names.trades));
  });

  it("that is interrupted leaves no file", async () => {
    const stopping = new AbortController();
    stopping.abort(new Error("interrupted"));
    const path = join(folder, "never");
    await expect(checkpoint(["export", path, "--port", String(from.port)], stopping.signal)).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.startsWith("never"))).toEqual([]);
  });

  it("says in one line what cannot be: an unknown verb, a stack that is not there", async () => {
    await expect(run("copy", file)).rejects.toThrow('"copy" is none of export, verify, import');
    await expect(run("export", join(folder, "x"), "--port", "9")).rejects.toThrow(/the table .* does not answer/);
    await expect(run("export", file, "--stage", "prod", "--port", "9")).rejects.toThrow("two different targets");
  });
});
