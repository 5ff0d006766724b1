import {
  type CancellationReason,
  ConditionalCheckFailedException,
  IdempotentParameterMismatchException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { holds, updated } from "./evaluate.ts";
import { type GetRequest, getItem, type Page, type QueryRequest, queryPage, type ReadAt, scanPage } from "./reads.ts";
import { type Condition, type ExpressionPart, ExpressionReader, type Update } from "./syntax.ts";
import { checkSize, EmulatedTable, type TableShape } from "./table.ts";
import { itemBytes, refuse, type StoredItem, storedItem } from "./values.ts";

/**
 * DynamoDB's data operations in memory, each atomic at the moment it is called. A transaction has two moments: `prepare` checks and
 * locks its items, `commit` applies them; whatever else writes one of them in between gets a conflict, as in DynamoDB.
 */

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

  get(request: GetRequest, options: ReadOptions): StoredItem | undefined {
    return getItem(this.table(request.TableName), request, this.#at(options));
  }

  query(request: QueryRequest, options: ReadOptions): Page {
    return queryPage(this.table(request.TableName), request, this.#at(options));
  }

  scan(request: QueryRequest, options: ReadOptions): Page {
    return scanPage(this.table(request.TableName), request, this.#at(options));
  }

  #at({ stale }: ReadOptions): ReadAt {
    return stale ? { staleAt: this.now() } : {};
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
