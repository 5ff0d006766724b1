import {
  type CancellationReason,
  ConditionalCheckFailedException,
  IdempotentParameterMismatchException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { holds, updated, valueAt } from "./evaluate.ts";
import { type Condition, ExpressionReader, type Names, type Path, type Update, type Values } from "./syntax.ts";
import { checkSize, EmulatedTable, type TableShape } from "./table.ts";
import { itemBytes, refuse, type StoredItem, storedItem } from "./values.ts";

/**
 * DynamoDB's data operations in memory, each atomic at the moment it is called. A transaction has two moments: `prepare` checks and
 * locks its items, `commit` applies them; whatever else writes one of them in between gets a conflict, as in DynamoDB.
 */

export type ExpressionPart = { ExpressionAttributeNames?: Names; ExpressionAttributeValues?: Values };
export type WriteRequest = ExpressionPart & {
  kind: "Put" | "Update" | "Delete" | "ConditionCheck";
  TableName: string;
  Item?: StoredItem;
  Key?: StoredItem;
  ConditionExpression?: string;
  UpdateExpression?: string;
  ReturnValuesOnConditionCheckFailure?: string;
};
export type ReadOptions = { stale: boolean };
export type QueryRequest = ExpressionPart & {
  TableName: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ScanIndexForward?: boolean;
  Limit?: number;
  ExclusiveStartKey?: StoredItem;
  Select?: string;
};
export type Page = { Items?: StoredItem[]; Count: number; ScannedCount: number; LastEvaluatedKey?: StoredItem };

/** A write that was checked and waits to be applied. */
type Planned = {
  table: EmulatedTable;
  id: string;
  key: StoredItem;
  before: StoredItem | undefined;
  condition: Condition | null;
  /** what the item becomes; may refuse */
  result: () => StoredItem | undefined;
  writes: boolean;
};
type Checked = Planned & { after: StoredItem | undefined };
export type Prepared = { token: string | undefined; content: string; planned: Checked[] };

const PAGE_BYTES = 1024 * 1024;
const TRANSACTION_ITEMS_MAX = 100;
const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
const TOKEN_KEPT_MS = 10 * 60_000;

export class DynamoDbEngine {
  readonly tables = new Map<string, EmulatedTable>();
  readonly now: () => number;
  /** called after every change, with what was changed together */
  onCommit: (changes: readonly { table: string; key: StoredItem; before?: StoredItem; after?: StoredItem }[]) => void =
    () => {};
  readonly #locks = new Map<string, Prepared>();
  readonly #tokens = new Map<string, { content: string; at: number }>();

  constructor(now: () => number) {
    this.now = now;
  }

  addTable(table: TableShape | EmulatedTable): EmulatedTable {
    const made = table instanceof EmulatedTable ? table : new EmulatedTable(table);
    this.tables.set(made.shape.name, made);
    return made;
  }

  table(name: string | undefined): EmulatedTable {
    const found = this.tables.get(name ?? "");
    if (found) return found;
    throw new ResourceNotFoundException({ $metadata: {}, message: "Cannot do operations on a non-existent table" });
  }

  get(
    request: ExpressionPart & { TableName: string; Key: StoredItem; ProjectionExpression?: string },
    { stale }: ReadOptions,
  ): StoredItem | undefined {
    const table = this.table(request.TableName);
    const { partition, sort } = table.keyOf(request.Key, { exact: true });
    const paths = readOnly(request, (reader) => projectionOf(reader, request.ProjectionExpression));
    const item = table.get(partition, sort, stale ? { staleAt: this.now() } : {});
    return item && project(item, paths);
  }

  query(request: QueryRequest, { stale }: ReadOptions): Page {
    const table = this.table(request.TableName);
    const reader = new ExpressionReader(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
    const keyCondition = reader.condition(
      request.KeyConditionExpression ??
        refuse("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    );
    const partition = partitionOf(keyCondition, table.shape);
    const filter = filterOf(reader, request.FilterExpression, table.shape);
    const paths = projectionOf(reader, request.ProjectionExpression);
    reader.finish();
    if (request.ExclusiveStartKey && !mayStartAt(request.ExclusiveStartKey, keyCondition, request))
      refuse("The provided starting key is outside query boundaries based on provided conditions");
    const items = table
      .collection(partition, stale ? { staleAt: this.now() } : {})
      .filter((i) => holds(i, keyCondition));
    if (request.ScanIndexForward === false) items.reverse();
    const page = this.#page(items, { table, request, filter, paths, backwards: request.ScanIndexForward === false });
    // At the bound where it ends nothing can follow, and this much is known without looking.
    if (page.LastEvaluatedKey && !mayStartAt(page.LastEvaluatedKey, keyCondition, request))
      delete page.LastEvaluatedKey;
    return page;
  }

  scan(request: QueryRequest, { stale }: ReadOptions): Page {
    const table = this.table(request.TableName);
    const reader = new ExpressionReader(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
    const filter = request.FilterExpression === undefined ? null : reader.condition(request.FilterExpression);
    const paths = projectionOf(reader, request.ProjectionExpression);
    reader.finish();
    const at = stale ? { staleAt: this.now() } : {};
    const items = table.partitions().flatMap((partition) => table.collection(partition, at));
    return this.#page(items, { table, request, filter, paths, backwards: false });
  }

  #page(
    all: readonly StoredItem[],
    o: {
      table: EmulatedTable;
      request: QueryRequest;
      filter: Condition | null;
      paths: Path[] | null;
      backwards: boolean;
    },
  ): Page {
    const { Limit: limit, ExclusiveStartKey: start, Select: select } = o.request;
    if (limit !== undefined && !(limit >= 1)) refuse("Limit must be greater than or equal to 1");
    const from = start ? after(all, start, o) : 0;
    const items: StoredItem[] = [];
    let scanned = 0;
    let bytes = 0;
    for (const item of all.slice(from)) {
      bytes += itemBytes(item);
      scanned += 1;
      if (!o.filter || holds(item, o.filter)) items.push(project(item, o.paths));
      if (scanned === limit || bytes >= PAGE_BYTES) break;
    }
    const last = all[from + scanned - 1];
    // As in DynamoDB: a page that was cut says so even when nothing follows.
    const cut = last !== undefined && (scanned === limit || bytes >= PAGE_BYTES);
    return {
      ...(select === "COUNT" ? {} : { Items: items }),
      Count: items.length,
      ScannedCount: scanned,
      ...(cut && { LastEvaluatedKey: o.table.keyOf(last, { exact: false }).key }),
    };
  }

  /** A single write, atomic; conflicts with a transaction in flight. @returns what was there before and is now */
  write(request: WriteRequest): { before: StoredItem | undefined; after: StoredItem | undefined } {
    const planned = this.#plan(request);
    if (this.#locks.has(planned.id))
      throw new TransactionConflictException({ $metadata: {}, message: "Transaction is ongoing for the item" });
    const failed = unmet(request, planned);
    if (failed)
      throw new ConditionalCheckFailedException({
        $metadata: {},
        message: "The conditional request failed",
        ...failed,
      });
    const after = planned.result();
    this.#apply([{ ...planned, after }]);
    return { before: planned.before, after };
  }

  /** @returns null when the very same request, by its token, was committed already */
  prepare(requests: readonly WriteRequest[], token: string | undefined): Prepared | null {
    const n = requests.length;
    if (n === 0 || n > TRANSACTION_ITEMS_MAX)
      refuse(
        `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${TRANSACTION_ITEMS_MAX} (is ${n})`,
      );
    const content = token === undefined ? "" : contentOf(requests);
    if (token !== undefined && this.#committedBefore(token, content)) return null;
    const planned = requests.map((request) => this.#plan(request));
    if (new Set(planned.map((p) => p.id)).size !== planned.length)
      refuse("Transaction request cannot include multiple operations on one item");
    const reasons: CancellationReason[] = [];
    const checked = planned.map((p, i): Checked => {
      const { reason, after } = this.#check(p, requests[i]!);
      reasons.push(reason);
      return { ...p, after };
    });
    if (reasons.some((reason) => reason.Code !== "None")) throw cancelled(reasons);
    if (checked.reduce((sum, p) => sum + itemBytes(p.after ?? p.key), 0) > TRANSACTION_BYTES_MAX)
      refuse("Collection size exceeded: a transaction may hold 4 MB");
    const prepared = { token, content, planned: checked };
    for (const { id } of planned) this.#locks.set(id, prepared);
    return prepared;
  }

  #check(planned: Planned, request: WriteRequest): { reason: CancellationReason; after?: StoredItem | undefined } {
    if (this.#locks.has(planned.id))
      return { reason: { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" } };
    const failed = unmet(request, planned);
    if (failed)
      return { reason: { Code: "ConditionalCheckFailed", Message: "The conditional request failed", ...failed } };
    try {
      return { reason: { Code: "None" }, after: planned.result() };
    } catch (error) {
      return { reason: { Code: "ValidationError", Message: String(error) } };
    }
  }

  commit(prepared: Prepared): void {
    this.release(prepared);
    const { token, content } = prepared;
    if (token !== undefined) this.#tokens.set(token, { content, at: this.now() });
    this.#apply(prepared.planned.filter((p) => p.writes));
  }

  /** Gives a prepared transaction up. */
  release(prepared: Prepared): void {
    for (const { id } of prepared.planned) this.#locks.delete(id);
  }

  /** Items whose time-to-live has passed are deleted by the service itself, some time later. */
  expire(tableName: string, attribute: string): number {
    const table = this.table(tableName);
    const due = table
      .partitions()
      .flatMap((partition) => table.collection(partition))
      .filter((item) => item[attribute]?.N !== undefined && Number(item[attribute].N) * 1000 < this.now());
    for (const item of due) {
      const { key } = table.keyOf(item, { exact: false });
      table.write(key, undefined, { now: this.now(), expired: true });
      this.onCommit([{ table: tableName, key, before: item }]);
    }
    return due.length;
  }

  #committedBefore(token: string, content: string): boolean {
    const known = this.#tokens.get(token);
    if (!known || this.now() - known.at > TOKEN_KEPT_MS) return false;
    if (known.content === content) return true;
    throw new IdempotentParameterMismatchException({
      $metadata: {},
      message: "The token was used for another request",
    });
  }

  #plan(request: WriteRequest): Planned {
    const table = this.table(request.TableName);
    const { partition, sort, key } = table.keyOf(request.Item ?? request.Key ?? refuse("no key"), {
      exact: request.kind !== "Put",
    });
    const before = table.get(partition, sort);
    const { reader, condition, update } = readWrite(request);
    reader.finish();
    const result = () => {
      if (request.kind === "ConditionCheck") return before;
      if (request.kind === "Delete") return undefined;
      const after = request.kind === "Put" ? storedItem(request.Item!) : updatedItem(before ?? key, update, key);
      checkSize(after);
      return after;
    };
    const id = `${request.TableName}\n${partition}\n${sort}`;
    return { table, id, key, before, condition, result, writes: request.kind !== "ConditionCheck" };
  }

  #apply(planned: readonly Checked[]): void {
    const now = this.now();
    for (const { table, key, after } of planned) table.write(key, after, { now });
    this.onCommit(
      planned.map(({ table, key, before, after }) => ({
        table: table.shape.name,
        key,
        ...(before && { before }),
        ...(after && { after }),
      })),
    );
  }
}

function contentOf(requests: readonly WriteRequest[]): string {
  return JSON.stringify(requests, (_name, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
}

function updatedItem(before: StoredItem, update: Update | null, key: StoredItem): StoredItem {
  if (!update) return before;
  const touched = [...update.set, ...update.add, ...update.delete]
    .map((p) => p.path[0])
    .concat(update.remove.map((p) => p[0]));
  const forbidden = touched.find((name) => Object.hasOwn(key, name as string));
  if (forbidden !== undefined)
    refuse(
      `One or more parameter values were invalid: Cannot update attribute ${forbidden}. This attribute is part of the key`,
    );
  return updated(before, update);
}

function readWrite(request: WriteRequest): {
  reader: ExpressionReader;
  condition: Condition | null;
  update: Update | null;
} {
  const reader = new ExpressionReader(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
  const condition = request.ConditionExpression === undefined ? null : reader.condition(request.ConditionExpression);
  if (request.kind === "ConditionCheck" && !condition) refuse("A condition check needs a condition");
  const update = request.UpdateExpression === undefined ? null : reader.update(request.UpdateExpression);
  return { reader, condition, update };
}

/** @returns null when the condition holds; otherwise what the answer may carry */
function unmet(request: WriteRequest, { condition, before }: Planned): { Item?: StoredItem } | null {
  if (!condition || holds(before, condition)) return null;
  return request.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && before ? { Item: before } : {};
}

export function cancelled(reasons: CancellationReason[]): TransactionCanceledException {
  const codes = reasons.map((reason) => reason.Code).join(", ");
  return new TransactionCanceledException({
    $metadata: {},
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: reasons,
  });
}

function readOnly<T>(request: ExpressionPart, read: (reader: ExpressionReader) => T): T {
  const reader = new ExpressionReader(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
  const result = read(reader);
  reader.finish();
  return result;
}

const projectionOf = (reader: ExpressionReader, text: string | undefined) =>
  text === undefined ? null : reader.projection(text);

function project(item: StoredItem, paths: Path[] | null): StoredItem {
  if (!paths) return item;
  const found: StoredItem = {};
  for (const path of paths) {
    if (path.length > 1) throw new Error("The emulator projects whole attributes only");
    const value = valueAt(item, path);
    if (value) found[String(path[0])] = value;
  }
  return found;
}

/** Position behind the start key; the item itself may have been deleted meanwhile. */
function after(all: readonly StoredItem[], start: StoredItem, o: { table: EmulatedTable; backwards: boolean }): number {
  const place = ({ partition, sort }: { partition: string; sort: string }) => [partition, sort] as const;
  const [partition, sort] = place(o.table.keyOf(start, { exact: true }));
  const at = all.findIndex((item) => {
    const [p, s] = place(o.table.keyOf(item, { exact: false }));
    if (p !== partition) return p > partition;
    const order = Buffer.compare(Buffer.from(s), Buffer.from(sort));
    return o.backwards ? order < 0 : order > 0;
  });
  return at < 0 ? all.length : at;
}

/** The partition a key condition names: `pk = :value`, alone or joined by AND to one condition on the sort key. */
function partitionOf(condition: Condition, shape: TableShape): string {
  const parts = condition.kind === "and" ? [condition.left, condition.right] : [condition];
  let partition: string | undefined;
  for (const part of parts) {
    const name = subjectOf(part);
    if (
      name === shape.partitionKey &&
      part.kind === "compare" &&
      part.comparator === "=" &&
      part.right.kind === "value"
    )
      partition = part.right.value.S;
    else if (name !== shape.sortKey || !allowedOnSortKey(part)) refuse("Query key condition not supported");
  }
  return partition ?? refuse(`Query condition missed key schema element: ${shape.partitionKey}`);
}

/** Within the bounds, and, as DynamoDB Local has it, not at the bound where the query ends. */
function mayStartAt(start: StoredItem, condition: Condition, { ScanIndexForward }: QueryRequest): boolean {
  if (!holds(start, condition)) return false;
  const part = condition.kind === "and" ? condition.right : condition;
  if (part.kind !== "between") return true;
  const end = ScanIndexForward === false ? part.low : part.high;
  return end.kind !== "value" || !holds(start, { kind: "compare", comparator: "=", left: part.operand, right: end });
}

function subjectOf(part: Condition): string | undefined {
  const operand =
    part.kind === "compare"
      ? part.left
      : part.kind === "between"
        ? part.operand
        : part.kind === "function"
          ? part.operands[0]
          : undefined;
  return operand?.kind === "path" && operand.path.length === 1 ? String(operand.path[0]) : undefined;
}

function allowedOnSortKey(part: Condition): boolean {
  if (part.kind === "compare") return part.comparator !== "<>" && part.right.kind === "value";
  if (part.kind === "between") {
    const { low, high } = part;
    return low.kind === "value" && high.kind === "value";
  }
  return part.kind === "function" && part.name === "begins_with";
}

function filterOf(reader: ExpressionReader, text: string | undefined, shape: TableShape): Condition | null {
  if (text === undefined) return null;
  const filter = reader.condition(text);
  const names = JSON.stringify(filter, (name, value) => (name === "value" ? null : value));
  for (const key of [shape.partitionKey, shape.sortKey])
    if (names.includes(`"path":[${JSON.stringify(key)}]`))
      refuse(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key}`);
  return filter;
}
