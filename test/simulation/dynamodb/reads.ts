import { holds, valueAt } from "./evaluate.ts";
import { type Condition, type ExpressionPart, ExpressionReader, type Path } from "./syntax.ts";
import type { EmulatedTable, TableShape } from "./table.ts";
import { itemBytes, refuse, type StoredItem } from "./values.ts";

/** What DynamoDB answers to a read, and what it refuses to be asked. */

export type GetRequest = ExpressionPart & { TableName: string; Key: StoredItem; ProjectionExpression?: string };
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
/** Which state is read: the newest, or one that may be a little older. */
export type ReadAt = { staleAt?: number };

const PAGE_BYTES = 1024 * 1024;

/** One item, or what a projection leaves of it. */
export function getItem(table: EmulatedTable, request: GetRequest, at: ReadAt): StoredItem | undefined {
  const { partition, sort } = table.keyOf(request.Key, { exact: true });
  const paths = readOnly(request, (reader) => projectionOf(reader, request.ProjectionExpression));
  const item = table.get(partition, sort, at);
  return item && project(item, paths);
}

/** A page of one partition, in the order of its sort key. */
export function queryPage(table: EmulatedTable, request: QueryRequest, at: ReadAt): Page {
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
  const items = table.collection(partition, at).filter((i) => holds(i, keyCondition));
  if (request.ScanIndexForward === false) items.reverse();
  const page = pageOf(items, { table, request, filter, paths, backwards: request.ScanIndexForward === false });
  // At the bound where it ends nothing can follow, and this much is known without looking.
  if (page.LastEvaluatedKey && !mayStartAt(page.LastEvaluatedKey, keyCondition, request)) delete page.LastEvaluatedKey;
  return page;
}

/** A page of the whole table. */
export function scanPage(table: EmulatedTable, request: QueryRequest, at: ReadAt): Page {
  const reader = new ExpressionReader(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
  const filter = request.FilterExpression === undefined ? null : reader.condition(request.FilterExpression);
  const paths = projectionOf(reader, request.ProjectionExpression);
  reader.finish();
  const items = table.partitions().flatMap((partition) => table.collection(partition, at));
  return pageOf(items, { table, request, filter, paths, backwards: false });
}

function pageOf(
  all: readonly StoredItem[],
  options: {
    table: EmulatedTable;
    request: QueryRequest;
    filter: Condition | null;
    paths: Path[] | null;
    backwards: boolean;
  },
): Page {
  const { Limit: limit, ExclusiveStartKey: start, Select: select } = options.request;
  if (limit !== undefined && !(limit >= 1)) refuse("Limit must be greater than or equal to 1");
  const from = start ? after(all, start, options) : 0;
  const items: StoredItem[] = [];
  let scanned = 0;
  let bytes = 0;
  for (const item of all.slice(from)) {
    bytes += itemBytes(item);
    scanned += 1;
    if (!options.filter || holds(item, options.filter)) items.push(project(item, options.paths));
    if (scanned === limit || bytes >= PAGE_BYTES) break;
  }
  const last = all[from + scanned - 1];
  // As in DynamoDB: a page that was cut says so even when nothing follows.
  const cut = last !== undefined && (scanned === limit || bytes >= PAGE_BYTES);
  return {
    ...(select === "COUNT" ? {} : { Items: items }),
    Count: items.length,
    ScannedCount: scanned,
    ...(cut && { LastEvaluatedKey: options.table.keyOf(last, { exact: false }).key }),
  };
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
function after(
  all: readonly StoredItem[],
  start: StoredItem,
  { table, backwards }: { table: EmulatedTable; backwards: boolean },
): number {
  const place = ({ partition, sort }: { partition: string; sort: string }) => [partition, sort] as const;
  const [partition, sort] = place(table.keyOf(start, { exact: true }));
  const at = all.findIndex((item) => {
    const [p, s] = place(table.keyOf(item, { exact: false }));
    if (p !== partition) return p > partition;
    const order = Buffer.compare(Buffer.from(s), Buffer.from(sort));
    return backwards ? order < 0 : order > 0;
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
