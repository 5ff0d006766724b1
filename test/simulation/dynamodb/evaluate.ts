import type { Condition, Operand, Path, SetTerm, Update } from "./syntax.ts";
import {
  addNumbers,
  canonical,
  compareValues,
  equalValues,
  refuse,
  type StoredItem,
  sizeOf,
  stored,
  typeOf,
  type Value,
} from "./values.ts";

/** Conditions and updates on one item. */

type MaybeItem = StoredItem | undefined;

export function valueAt(item: MaybeItem, path: Path): Value | undefined {
  let value: Value | undefined = item === undefined ? undefined : { M: item };
  for (const step of path) {
    if (value === undefined) return undefined;
    value =
      typeof step === "number" ? value.L?.[step] : value.M && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
  }
  return value;
}

function operandValue(item: MaybeItem, operand: Operand): Value | undefined {
  if (operand.kind === "value") return operand.value;
  const value = valueAt(item, operand.path);
  if (operand.kind === "path" || value === undefined) return value;
  const size = sizeOf(value);
  return size === null ? undefined : { N: String(size) };
}

export function holds(item: MaybeItem, condition: Condition): boolean {
  switch (condition.kind) {
    case "and":
      return holds(item, condition.left) && holds(item, condition.right);
    case "or":
      return holds(item, condition.left) || holds(item, condition.right);
    case "not":
      return !holds(item, condition.inner);
    case "compare":
      return compares(item, condition);
    case "between": {
      const value = operandValue(item, condition.operand);
      const low = operandValue(item, condition.low);
      const high = operandValue(item, condition.high);
      if (!value || !low || !high) return false;
      const [above, below] = [compareValues(value, low), compareValues(value, high)];
      return above !== null && below !== null && above >= 0 && below <= 0;
    }
    case "in": {
      const value = operandValue(item, condition.operand);
      const among = condition.among.map((operand) => operandValue(item, operand));
      return value !== undefined && among.some((one) => one !== undefined && equalValues(one, value));
    }
    case "function":
      return call(item, condition);
  }
}

function compares(item: MaybeItem, { comparator, left, right }: Extract<Condition, { kind: "compare" }>): boolean {
  const a = operandValue(item, left);
  const b = operandValue(item, right);
  // A missing attribute equals nothing and is unlike everything.
  if (a === undefined || b === undefined) return comparator === "<>" && (a === undefined) !== (b === undefined);
  if (comparator === "=") return equalValues(a, b);
  if (comparator === "<>") return !equalValues(a, b);
  const order = compareValues(a, b);
  if (order === null) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function call(item: MaybeItem, { name, operands }: Extract<Condition, { kind: "function" }>): boolean {
  const value = operandValue(item, operands[0]!);
  if (name === "attribute_exists") return value !== undefined;
  if (name === "attribute_not_exists") return value === undefined;
  const operand = operandValue(item, operands[1]!);
  if (value === undefined || operand === undefined) return false;
  if (name === "attribute_type") return typeOf(value) === operand.S;
  if (name === "begins_with") {
    if (value.S !== undefined && operand.S !== undefined) return value.S.startsWith(operand.S);
    if (value.B === undefined || operand.B === undefined) return false;
    return Buffer.from(value.B).subarray(0, operand.B.length).equals(operand.B);
  }
  return contains(value, operand);
}

function contains(value: Value, operand: Value): boolean {
  if (value.S !== undefined) return operand.S !== undefined && value.S.includes(operand.S);
  if (value.B !== undefined) return operand.B !== undefined && Buffer.from(value.B).includes(Buffer.from(operand.B));
  if (value.L) return value.L.some((one) => equalValues(one, operand));
  return membersOf(value).some((one) => equalValues(one, operand));
}

function membersOf(value: Value): Value[] {
  if (value.SS) return value.SS.map((S) => ({ S }));
  if (value.NS) return value.NS.map((N) => ({ N }));
  return (value.BS ?? []).map((B) => ({ B }));
}

/** The item an update leaves; paths read what was there before. */
export function updated(before: StoredItem, update: Update): StoredItem {
  const after = structuredClone(before);
  const assigned = update.set.map((part) => ({ path: part.path, value: assignedValue(before, part) }));
  for (const { path, value } of assigned) assign(after, path, stored(value));
  for (const { path, value } of update.add) assign(after, path, added(valueAt(before, path), value));
  for (const { path, value } of update.delete) {
    const left = without(valueAt(before, path), value);
    if (left === null) removeAt(after, path);
    else assign(after, path, left);
  }
  // From the end of a list backwards, so that indices stay what they were.
  for (const path of [...update.remove].sort((a, b) => Number(b.at(-1)) - Number(a.at(-1)) || 0)) removeAt(after, path);
  return after;
}

function assignedValue(item: StoredItem, { first, next }: Update["set"][number]): Value {
  const value = termValue(item, first);
  if (!next) return value;
  const other = termValue(item, next.term);
  if (value.N === undefined || other.N === undefined)
    refuse("An operand in the update expression has an incorrect data type");
  return { N: addNumbers(value.N!, other.N!, next.sign) };
}

function termValue(item: StoredItem, term: SetTerm): Value {
  const missing = () => refuse("The provided expression refers to an attribute that does not exist in the item");
  if (term.kind === "operand") return operandValue(item, term.operand) ?? missing();
  if (term.kind === "if_not_exists") return valueAt(item, term.path) ?? termValue(item, term.otherwise);
  const [first, second] = [termValue(item, term.first), termValue(item, term.second)];
  if (!first.L || !second.L) refuse("An operand in the update expression has an incorrect data type");
  return { L: [...first.L!, ...second.L!] };
}

function added(before: Value | undefined, value: Value): Value {
  const type = typeOf(value);
  if (before === undefined) return stored(value);
  if (typeOf(before) !== type) refuse("An operand in the update expression has an incorrect data type");
  if (type === "N") return { N: addNumbers(before.N!, value.N!, 1) };
  const known = new Set(membersOf(before).map(canonical));
  const fresh = membersOf(stored(value)).filter((one) => !known.has(canonical(one)));
  return setOf(type as "SS", [...membersOf(before), ...fresh]);
}

function without(before: Value | undefined, value: Value): Value | null {
  const type = typeOf(value);
  if (before === undefined) return null;
  if (typeOf(before) !== type) refuse("An operand in the update expression has an incorrect data type");
  const leaving = new Set(membersOf(value).map(canonical));
  const left = membersOf(before).filter((one) => !leaving.has(canonical(one)));
  return left.length === 0 ? null : setOf(type as "SS", left);
}

function setOf(type: "SS" | "NS" | "BS", values: readonly Value[]): Value {
  if (type === "SS") return { SS: values.map((v) => v.S!) };
  return type === "NS" ? { NS: values.map((v) => v.N!) } : { BS: values.map((v) => v.B!) };
}

function parentOf(item: StoredItem, path: Path): Value | undefined {
  return path.length === 1 ? { M: item } : valueAt(item, path.slice(0, -1));
}

function assign(item: StoredItem, path: Path, value: Value): void {
  const parent = parentOf(item, path);
  const step = path.at(-1)!;
  if (typeof step === "number" && parent?.L) {
    // Beyond the end it is appended.
    if (step < parent.L.length) parent.L[step] = value;
    else parent.L.push(value);
  } else if (typeof step === "string" && parent?.M) parent.M[step] = value;
  else refuse("The document path provided in the update expression is invalid for update");
}

function removeAt(item: StoredItem, path: Path): void {
  const parent = parentOf(item, path);
  const step = path.at(-1)!;
  if (typeof step === "number" && parent?.L) {
    if (step < parent.L.length) parent.L.splice(step, 1);
  } else if (typeof step === "string" && parent?.M) delete parent.M[step];
  else if (path.length > 1) refuse("The document path provided in the update expression is invalid for update");
}
