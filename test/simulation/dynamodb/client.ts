import {
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ThrottlingException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDbEngine, Prepared, WriteRequest } from "./engine.ts";
import type { Page, QueryRequest } from "./reads.ts";
import { canonical, refuse, type StoredItem, type Value } from "./values.ts";

/**
 * The document client on the emulated database: the SDK's translation, retries and tokens above, the line between the two in the
 * hands of whoever made it.
 */

/** The way of one call. Each method is a point at which anything else may happen, and may throw what the line does. */
export type Line = {
  /** on its way to the database */
  request(call: Call): Promise<void>;
  /** checked and locked, not yet applied: the time in which transactions get in each other's way */
  inFlight(call: Call): Promise<void>;
  /** done, on its way back */
  response(call: Call): Promise<void>;
  /** the SDK waits before it tries again */
  backOff(attempt: number): Promise<void>;
  /** whether a read that need not be consistent sees what was there before */
  isStale(call: Call): boolean;
  /** whether a read of several items sees them at two moments */
  isTorn(call: Call): boolean;
};
export type Call = { operation: string; table: string; writes: boolean; items: number };

export const directLine: Line = {
  request: async () => {},
  inFlight: async () => {},
  response: async () => {},
  backOff: async () => {},
  isStale: () => false,
  isTorn: () => false,
};

const ATTEMPTS_MAX = 5;
/** As the SDK's standard retry strategy: throttling, faults of the service, and lines that broke. */
const passing = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "InternalServerError",
  "TransactionInProgressException",
  "TimeoutError",
]);

export const lineFaults = {
  throttle: () =>
    new ProvisionedThroughputExceededException({
      $metadata: {},
      message: "The level of configured provisioned throughput for the table was exceeded",
    }),
  slowDown: () =>
    new ThrottlingException({ $metadata: {}, message: "Rate of requests exceeds the allowed throughput" }),
  internal: () => new InternalServerError({ $metadata: {}, message: "Internal server error" }),
  timeout: () => Object.assign(new Error("Connection timed out after 1000 ms"), { name: "TimeoutError" }),
};

// Never used to send anything: it gives the document client the configuration it expects.
const unused = new DynamoDBClient({
  region: "eu-west-1",
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
});
const options = { removeUndefinedValues: true };

type Native = Record<string, unknown>;
/** Input of any of the commands: each of them uses some. */
type Input = {
  TableName?: string;
  Item?: Native;
  Key?: Native;
  ExclusiveStartKey?: Native;
  ExpressionAttributeValues?: Native;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, Input>[];
  ConsistentRead?: boolean;
  ReturnValues?: string;
  ClientRequestToken?: string;
};

const plainFields = new Set([
  "TableName",
  "ConsistentRead",
  "KeyConditionExpression",
  "FilterExpression",
  "ConditionExpression",
  "UpdateExpression",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  "ScanIndexForward",
  "Limit",
  "Select",
  "ReturnValues",
  "ReturnValuesOnConditionCheckFailure",
  "ReturnConsumedCapacity",
]);
const nativeFields = new Set(["Item", "Key", "ExclusiveStartKey", "ExpressionAttributeValues"]);

/** Strict: a field of a request that the emulator does not know is an error, not something to pass over. */
function marshalled(input: Input): Native {
  const request: Native = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (nativeFields.has(name)) request[name] = marshall(value as Native, options);
    else if (plainFields.has(name)) request[name] = value;
    else throw new Error(`The emulator does not know the field ${name}`);
  }
  if (request.ExpressionAttributeValues && Object.keys(request.ExpressionAttributeValues).length === 0)
    refuse("ExpressionAttributeValues must not be empty");
  return request;
}

/** Bytes are copied, so that a reader cannot change what is stored; everything else is made anew anyway. */
export function plainItem(item: StoredItem): Native {
  const plain = unmarshall(item);
  for (const [name, value] of Object.entries(plain)) if (value instanceof Uint8Array) plain[name] = value.slice();
  return plain;
}

const native = (item: StoredItem | undefined): Native | undefined => item && plainItem(item);

export class EmulatedClient extends DynamoDBDocumentClient {
  readonly #engine: DynamoDbEngine;
  readonly #line: Line;

  constructor(engine: DynamoDbEngine, line: Line = directLine) {
    super(unused, { marshallOptions: options });
    this.#engine = engine;
    this.#line = line;
  }

  // The overloads of the SDK's client stand for one function each.
  override send = (async (command: { input: unknown }): Promise<unknown> => {
    const input = command.input as Input;
    const run = this.#operationOf(command, input);
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !(error instanceof Error) || !passing.has(error.name)) throw error;
        await this.#line.backOff(attempt);
      }
    }
  }) as unknown as DynamoDBDocumentClient["send"];

  #operationOf(command: unknown, input: Input): () => Promise<unknown> {
    if (command instanceof GetCommand) return () => this.#get(input);
    if (command instanceof QueryCommand) return () => this.#pageOf("Query", input);
    if (command instanceof ScanCommand) return () => this.#pageOf("Scan", input);
    if (command instanceof BatchGetCommand) return () => this.#batchGet(input);
    if (command instanceof BatchWriteCommand) return () => this.#batchWrite(input);
    if (command instanceof PutCommand) return () => this.#write("Put", input);
    if (command instanceof UpdateCommand) return () => this.#write("Update", input);
    if (command instanceof DeleteCommand) return () => this.#write("Delete", input);
    if (command instanceof TransactWriteCommand) {
      // One token for all attempts of one call, as the SDK makes it: a transaction that was committed is not done twice.
      const token = input.ClientRequestToken ?? `token-${++tokens}`;
      return () => this.#transact(input, token);
    }
    throw new Error(`The emulator does not know the command ${(command as object).constructor.name}`);
  }

  async #get(input: Input): Promise<unknown> {
    const call = { operation: "GetItem", table: input.TableName!, writes: false, items: 1 };
    await this.#line.request(call);
    const stale = input.ConsistentRead !== true && this.#line.isStale(call);
    const item = this.#engine.get(marshalled(input) as Parameters<DynamoDbEngine["get"]>[0], { stale });
    const answer = native(item);
    await this.#line.response(call);
    return answer ? { Item: answer } : {};
  }

  async #pageOf(operation: "Query" | "Scan", input: Input): Promise<unknown> {
    const call = { operation, table: input.TableName!, writes: false, items: 2 };
    await this.#line.request(call);
    const request = marshalled(input) as QueryRequest;
    const read = (stale: boolean) =>
      operation === "Query" ? this.#engine.query(request, { stale }) : this.#engine.scan(request, { stale });
    let page = read(input.ConsistentRead !== true && this.#line.isStale(call));
    if (this.#line.isTorn(call)) {
      await this.#line.inFlight(call);
      page = torn(page, read(false));
    }
    const { Items, LastEvaluatedKey, ...counts } = page;
    const answer = {
      ...counts,
      ...(Items && { Items: Items.map((item) => native(item)) }),
      ...(LastEvaluatedKey && { LastEvaluatedKey: native(LastEvaluatedKey) }),
    };
    await this.#line.response(call);
    return answer;
  }

  async #batchGet(input: Input): Promise<unknown> {
    const wanted = Object.entries(input.RequestItems ?? {}) as [string, Input & { Keys: Native[] }][];
    const count = wanted.reduce((sum, [, { Keys }]) => sum + Keys.length, 0);
    if (count === 0 || count > 100) refuse("Too many items requested for the BatchGetItem call");
    const call = { operation: "BatchGetItem", table: wanted[0]![0], writes: false, items: count };
    await this.#line.request(call);
    const torn = this.#line.isTorn(call);
    const responses: Record<string, unknown[]> = {};
    for (const [table, { Keys, ...rest }] of wanted) {
      refuseTwins(Keys.map((key) => canonical({ M: marshall(key) })));
      responses[table] = [];
      for (const [i, key] of Keys.entries()) {
        if (torn && i === Math.floor(Keys.length / 2)) await this.#line.inFlight(call);
        const request = marshalled({ ...rest, TableName: table, Key: key }) as Parameters<DynamoDbEngine["get"]>[0];
        const stale = rest.ConsistentRead !== true && this.#line.isStale(call);
        const item = native(this.#engine.get(request, { stale }));
        if (item) responses[table].push(item);
      }
    }
    await this.#line.response(call);
    return { Responses: responses, UnprocessedKeys: {} };
  }

  async #batchWrite(input: Input): Promise<unknown> {
    type Wanted = { PutRequest?: { Item: Native }; DeleteRequest?: { Key: Native } };
    const wanted = Object.entries(input.RequestItems ?? {}) as [string, Wanted[]][];
    const requests = wanted.flatMap(([TableName, writes]) =>
      writes.map(({ PutRequest, DeleteRequest }) =>
        PutRequest
          ? writeRequest("Put", { TableName, ...PutRequest })
          : writeRequest("Delete", { TableName, ...DeleteRequest! }),
      ),
    );
    if (requests.length === 0 || requests.length > 25) refuse("Too many items requested for the BatchWriteItem call");
    refuseTwins(
      requests.map(
        (r) =>
          `${r.TableName} ${canonical({ M: this.#engine.table(r.TableName).keyOf(r.Item ?? r.Key!, { exact: !r.Item }).key })}`,
      ),
    );
    const call = { operation: "BatchWriteItem", table: wanted[0]![0], writes: true, items: requests.length };
    await this.#line.request(call);
    for (const request of requests) this.#engine.write(request);
    await this.#line.response(call);
    return { UnprocessedItems: {} };
  }

  async #write(kind: "Put" | "Update" | "Delete", input: Input): Promise<unknown> {
    const call = { operation: `${kind}Item`, table: input.TableName!, writes: true, items: 1 };
    await this.#line.request(call);
    const { before, after } = this.#engine.write(writeRequest(kind, input));
    await this.#line.response(call);
    const wanted = input.ReturnValues ?? "NONE";
    if (wanted === "NONE") return {};
    if (wanted === "ALL_OLD") return before ? { Attributes: native(before) } : {};
    if (wanted === "ALL_NEW" && kind === "Update") return { Attributes: native(after) };
    throw new Error(`The emulator does not know ReturnValues ${wanted} of ${kind}`);
  }

  async #transact(input: Input, token: string): Promise<unknown> {
    const requests = (input.TransactItems ?? []).map((item) => {
      const [[kind, request] = [], ...others] = Object.entries(item);
      if (others.length > 0 || !request) refuse("TransactItems can only contain one of Check, Put, Update or Delete");
      return writeRequest(kind as WriteRequest["kind"], request!);
    });
    const call = {
      operation: "TransactWriteItems",
      table: requests[0]?.TableName ?? "",
      writes: true,
      items: requests.length,
    };
    await this.#line.request(call);
    const prepared = this.#engine.prepare(requests, token);
    if (prepared) await this.#finish(prepared, call);
    await this.#line.response(call);
    return {};
  }

  /** What was locked is applied or given up, whatever the line does. */
  async #finish(prepared: Prepared, call: Call): Promise<void> {
    try {
      await this.#line.inFlight(call);
    } catch (error) {
      this.#engine.release(prepared);
      throw error;
    }
    this.#engine.commit(prepared);
  }
}

let tokens = 0;

function writeRequest(kind: WriteRequest["kind"], input: Input): WriteRequest {
  return { kind, ...marshalled(input) } as WriteRequest;
}

function refuseTwins(keys: readonly string[]): void {
  if (new Set(keys).size !== keys.length) refuse("Provided list of item keys contains duplicates");
}

/** The first half of a page as it was, the second as it is a moment later. */
function torn(first: Page, later: Page): Page {
  if (!first.Items || !later.Items) return first;
  const half = Math.floor(first.Items.length / 2);
  const idOf = (item: StoredItem) => canonical({ M: { pk: item.pk as Value, sk: item.sk as Value } });
  if (first.Items.some((item) => !item.pk || !item.sk)) return first;
  const now = new Map(later.Items.map((item) => [idOf(item), item]));
  return { ...first, Items: first.Items.map((item, i) => (i < half ? item : (now.get(idOf(item)) ?? item))) };
}
