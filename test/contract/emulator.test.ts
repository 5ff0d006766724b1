import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EmulatedClient } from "../simulation/dynamodb/client.ts";
import { DynamoDbEngine } from "../simulation/dynamodb/engine.ts";
import { reservedWords } from "../simulation/dynamodb/reserved-words.ts";
import { makeDatabase } from "../support/database.ts";
import { type LocalTables, makeLocalTables } from "../support/local-tables.ts";

/**
 * The emulated DynamoDB beside Amazon's own: the same calls in the same order must leave the same items and be refused alike. What the
 * emulator takes and Amazon's refuses would make it kinder than the real thing.
 */

let tables: LocalTables;
let name: string;
let emulated: DynamoDBDocumentClient;
let runs = 0;
const RUNS = 150;

beforeAll(async () => {
  tables = await makeLocalTables(await makeDatabase());
  name = await tables.makeStateTable();
  let now = 0;
  const engine = new DynamoDbEngine(() => now++);
  engine.addTable({ name, partitionKey: "pk", sortKey: "sk", shards: 1 });
  emulated = new EmulatedClient(engine);
});
afterAll(() => tables.stop());

/** Data, so that a counterexample can be read. PK stands for the partition of the run. */
type Operation = { kind: keyof typeof commands; input: object };
type Fields = Record<string, unknown>;

const PK = "the partition of this run";
const commands = {
  Put: PutCommand,
  Update: UpdateCommand,
  Delete: DeleteCommand,
  Get: GetCommand,
  Query: QueryCommand,
  TransactWrite: TransactWriteCommand,
} as const;

function placed(value: unknown, pk: string): unknown {
  if (value === PK) return pk;
  if (value === TableName) return name;
  if (Array.isArray(value)) return value.map((one) => placed(one, pk));
  if (value === null || typeof value !== "object" || value instanceof Set || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, placed(one, pk)]));
}

/** What came of a call: its answer without bookkeeping, or the error and, of a transaction, what became of each item. */
async function outcome(client: DynamoDBDocumentClient, { kind, input }: Operation, pk: string): Promise<unknown> {
  const Command = commands[kind] as new (input: unknown) => PutCommand;
  return answered(() => client.send(new Command(placed(input, pk))));
}

async function answered(call: () => Promise<object>): Promise<unknown> {
  try {
    // Amazon's local one tells some calls their capacity unasked.
    const { $metadata, ConsumedCapacity, ...answer } = (await call()) as Fields;
    return answer;
  } catch (error) {
    const { name: kind, CancellationReasons } = error as { name: string; CancellationReasons?: { Code: string }[] };
    const codes = CancellationReasons?.map((reason) => reason.Code);
    // An update in a transaction that the item's types forbid: Amazon's local one refuses the call, the service the transaction.
    if (codes?.includes("ValidationError")) return { refused: "ValidationException" };
    return { refused: kind, ...(codes && { codes }) };
  }
}

const sortKey = fc.constantFrom("a", "b", "c");
const attribute = fc.constantFrom("n", "s", "l", "m", "tags", "bytes");
const scalar = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom(0.5, 1e20, -0.001, "", "a", "ab", "é", "\u{1F600}", "\uFFFD", true, false, null),
);
const anything = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ x: scalar }, { requiredKeys: [] }),
  fc.uniqueArray(fc.constantFrom("a", "ab", "b"), { minLength: 1 }).map((values) => new Set(values)),
  fc.uniqueArray(fc.constantFrom(1, 2, 30), { minLength: 1 }).map((values) => new Set(values)),
  fc.constantFrom("", "a", "zz").map((text) => new TextEncoder().encode(text)),
);
const body = fc.dictionary(attribute, anything, { maxKeys: 4 });

type Expression = { text: string; values: Fields };
const path = fc.oneof(
  { weight: 5, arbitrary: attribute },
  fc.constantFrom("m.x", "l[0]", "l[1]", "m.x.y", "pk", "sk", "nothing"),
);

/** A simple condition about one path; `i` keeps the placeholders of several apart. */
const simple = (i: number): fc.Arbitrary<Expression> =>
  fc
    .record({
      path,
      value: anything,
      other: anything,
      shape: fc.constantFrom(
        "attribute_exists(P)",
        "attribute_not_exists(P)",
        "P = :v",
        "P <> :v",
        "P < :v",
        "P >= :v",
        "P BETWEEN :v AND :w",
        "P IN (:v, :w)",
        "begins_with(P, :v)",
        "contains(P, :v)",
        "size(P) > :v",
        "attribute_type(P, :t)",
        "P = n",
        ":v = :w",
      ),
      type: fc.constantFrom("S", "N", "SS", "M", "NULL", "BOOL"),
    })
    .map((c) => {
      const text = c.shape.replaceAll("P", c.path).replaceAll(/:([vwt])/g, `:$1${i}`);
      const all: Fields = { [`:v${i}`]: c.value, [`:w${i}`]: c.other, [`:t${i}`]: c.type };
      return { text, values: Object.fromEntries(Object.entries(all).filter(([key]) => text.includes(key))) };
    });

const condition: fc.Arbitrary<Expression | null> = fc.option(
  fc
    .tuple(
      simple(0),
      simple(1),
      fc.constantFrom("A", "A", "NOT A", "A AND B", "A OR NOT B", "(A OR B) AND A", "((A))", "A AND", "A AND B OR A"),
    )
    .map(([a, b, shape]) => ({
      text: shape
        .replaceAll("A ", `${a.text} `)
        .replaceAll(/A\b(?!ND)/g, a.text)
        .replaceAll(/\bB\b/g, b.text),
      values: { ...a.values, ...(/\bB\b/.test(shape) ? b.values : {}) },
    })),
);

const conditionFields = (c: Expression | null, values: Fields = {}) => {
  const all = { ...c?.values, ...values };
  return {
    ...(c && { ConditionExpression: c.text }),
    ...(Object.keys(all).length > 0 && { ExpressionAttributeValues: all }),
  };
};

const update: fc.Arbitrary<Expression> = fc
  .record({
    clauses: fc.uniqueArray(
      fc.constantFrom(
        "SET n = :n",
        "SET n = n + :n",
        "SET n = if_not_exists(n, :n) - :n",
        "SET m.x = :n, s = :any",
        "SET l = list_append(if_not_exists(l, :list), :list)",
        "SET l[1] = :n",
        "REMOVE s",
        "REMOVE l[0], m.x",
        "ADD n :n",
        "ADD tags :set",
        "DELETE tags :set",
        "SET pk = :n",
        "SET n = :n, n = :n",
      ),
      { minLength: 1, maxLength: 2, selector: (clause) => clause.split(" ")[0] },
    ),
    any: anything,
    n: fc.integer({ min: -5, max: 5 }),
  })
  .map(({ clauses, any, n }) => {
    const text = clauses.join(" ");
    const all: Fields = { ":n": n, ":any": any, ":list": [n, "x"], ":set": new Set(["a", "z"]) };
    return { text, values: Object.fromEntries(Object.entries(all).filter(([key]) => text.includes(key))) };
  });

const TableName = "the table";
const write = {
  Put: (sk: string, fields: Fields, c: Expression | null) => ({
    TableName,
    Item: { ...fields, pk: PK, sk },
    ...conditionFields(c),
  }),
  Update: (sk: string, u: Expression, c: Expression | null) => ({
    TableName,
    Key: { pk: PK, sk },
    UpdateExpression: u.text,
    ...conditionFields(c, u.values),
  }),
  Delete: (sk: string, c: Expression | null) => ({ TableName, Key: { pk: PK, sk }, ...conditionFields(c) }),
};

const put = fc
  .tuple(sortKey, body, condition)
  .map(
    ([sk, fields, c]): Operation => ({ kind: "Put", input: { ...write.Put(sk, fields, c), ReturnValues: "ALL_OLD" } }),
  );
const updating = fc
  .tuple(sortKey, update, condition)
  .map(([sk, u, c]): Operation => ({ kind: "Update", input: { ...write.Update(sk, u, c), ReturnValues: "ALL_NEW" } }));
const deletion = fc
  .tuple(sortKey, condition)
  .map(([sk, c]): Operation => ({ kind: "Delete", input: write.Delete(sk, c) }));
const reading = sortKey.map(
  (sk): Operation => ({ kind: "Get", input: { TableName, Key: { pk: PK, sk }, ConsistentRead: true } }),
);

const query = fc
  .record({
    key: fc.constantFrom(
      "",
      " AND sk > :a",
      " AND sk BETWEEN :a AND :b",
      " AND begins_with(sk, :a)",
      " AND sk <> :a",
      " AND contains(sk, :a)",
    ),
    filter: condition,
    Limit: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    ScanIndexForward: fc.boolean(),
    start: fc.option(sortKey),
  })
  .map(({ key, filter, start, ...rest }): Operation => {
    const KeyConditionExpression = `pk = :pk${key}`;
    const given: Fields = { ":pk": PK, ":a": "a", ":b": "b", ...filter?.values };
    const text = `${KeyConditionExpression} ${filter?.text ?? ""} `;
    const used = Object.entries(given).filter(([placeholder]) => new RegExp(`${placeholder}\\b`).test(text));
    const input = {
      TableName,
      KeyConditionExpression,
      ...rest,
      ConsistentRead: true,
      ...(filter && { FilterExpression: filter.text }),
      ...(start && { ExclusiveStartKey: { pk: PK, sk: start } }),
      ExpressionAttributeValues: Object.fromEntries(used),
    };
    return { kind: "Query", input };
  });

const transaction = fc
  .uniqueArray(
    fc.tuple(sortKey, body, update, condition, fc.constantFrom("Put", "Update", "Delete", "ConditionCheck")),
    {
      minLength: 1,
      maxLength: 3,
      selector: ([sk]) => sk,
    },
  )
  .map((parts): Operation => {
    const TransactItems = parts.map(([sk, fields, u, c, kind]) => {
      if (kind === "Put") return { Put: write.Put(sk, fields, c) };
      if (kind === "Update") return { Update: write.Update(sk, u, c) };
      const one = write.Delete(sk, c);
      return kind === "Delete"
        ? { Delete: one }
        : { ConditionCheck: { ConditionExpression: "attribute_exists(pk)", ...one } };
    });
    return { kind: "TransactWrite", input: { TransactItems } };
  });

const operation = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 4, arbitrary: updating },
  deletion,
  reading,
  { weight: 2, arbitrary: query },
  { weight: 2, arbitrary: transaction },
);

describe("the emulated DynamoDB", () => {
  it("answers, refuses and keeps as Amazon's own does, call by call", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 12 }), async (operations) => {
        const pk = `run-${++runs}`;
        const everything: Operation = {
          kind: "Query",
          input: {
            TableName,
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": PK },
            ConsistentRead: true,
          },
        };
        for (const one of [...operations, everything]) {
          const [real, ours] = [await outcome(tables.client, one, pk), await outcome(emulated, one, pk)];
          expect(sorted(ours), JSON.stringify(one)).toEqual(sorted(real));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("reserves the words that Amazon's own reserves, and three more that the developer guide names", async () => {
    const stricter: string[] = [];
    for (const word of reservedWords) {
      const FilterExpression = `attribute_exists(${word.toLowerCase()})`;
      const KeyConditionExpression = "pk = :pk";
      const ExpressionAttributeValues = { ":pk": "nothing lies here" };
      const query = { TableName: name, KeyConditionExpression, FilterExpression, ExpressionAttributeValues };
      const read = (client: DynamoDBDocumentClient) => answered(() => client.send(new QueryCommand(query)));
      expect(await read(emulated)).toMatchObject({ refused: "ValidationException" });
      if (!("refused" in ((await read(tables.client)) as object))) stricter.push(word);
    }
    expect(stricter).toEqual(["CONVERT", "SIZE", "VARIABLES"]);
  });
});

/** Sets have no order. */
function sorted(value: unknown): unknown {
  if (value instanceof Set) return new Set([...value].sort());
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, one]) => [key, sorted(one)]),
  );
}
