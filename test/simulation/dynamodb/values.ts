import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";

/** Values as DynamoDB holds them: compared, added and measured as it does. */

export type Value = AttributeValue;
export type StoredItem = Record<string, Value>;

export function refuse(message: string): never {
  throw new DynamoDBServiceException({ name: "ValidationException", message, $fault: "client", $metadata: {} });
}

export type TypeName = "S" | "N" | "B" | "SS" | "NS" | "BS" | "M" | "L" | "NULL" | "BOOL";
const typeNames: readonly TypeName[] = ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"];

export function typeOf(value: Value): TypeName {
  const found = typeNames.find((name) => name in value);
  return found ?? refuse("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

type Decimal = { digits: bigint; exponent: number };

function decimalOf(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!match || `${match[2]}${match[3] ?? ""}` === "")
    refuse(`The parameter cannot be converted to a numeric value: ${text}`);
  const [, sign, whole = "", fraction = "", power = "0"] = match!;
  let digits = BigInt(`${whole}${fraction}`);
  let exponent = Number(power) - fraction.length;
  while (digits !== 0n && digits % 10n === 0n) {
    digits /= 10n;
    exponent += 1;
  }
  if (digits === 0n) return { digits, exponent: 0 };
  const length = digits.toString().length;
  if (length > 38) refuse("Attempting to store more than 38 significant digits in a Number");
  if (length + exponent > 126)
    refuse("Number overflow. Attempting to store a number with magnitude larger than supported range");
  if (length + exponent < -129)
    refuse("Number underflow. Attempting to store a number with magnitude smaller than supported range");
  return { digits: sign === "-" ? -digits : digits, exponent };
}

function textOf({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const text = (digits < 0n ? -digits : digits).toString();
  if (exponent >= 0) return `${sign}${text}${"0".repeat(exponent)}`;
  const whole = text.length + exponent;
  return whole > 0 ? `${sign}${text.slice(0, whole)}.${text.slice(whole)}` : `${sign}0.${"0".repeat(-whole)}${text}`;
}

/** One spelling a number: without leading or trailing zeros, up to 38 digits. */
export const normalNumber = (text: string): string => textOf(decimalOf(text));

function sameExponent(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (x: Decimal) => x.digits * 10n ** BigInt(x.exponent - exponent);
  return [scaled(a), scaled(b), exponent];
}

export function addNumbers(a: string, b: string, sign: 1 | -1): string {
  const [x, y, exponent] = sameExponent(decimalOf(a), decimalOf(b));
  return normalNumber(textOf({ digits: sign === 1 ? x + y : x - y, exponent }));
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = sameExponent(decimalOf(a), decimalOf(b));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Strings order by their UTF-8 bytes, not by UTF-16 units. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @returns null when the two cannot be ordered */
export function compareValues(a: Value, b: Value): number | null {
  if (a.S !== undefined && b.S !== undefined) return compareStrings(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B);
  return null;
}

/** One spelling a value, for equality and for sets. */
export function canonical(value: Value): string {
  const type = typeOf(value);
  switch (type) {
    case "N":
      return `N${normalNumber(value.N!)}`;
    case "B":
      return `B${Buffer.from(value.B!).toString("base64")}`;
    case "SS":
      return `SS${JSON.stringify([...value.SS!].sort())}`;
    case "NS":
      return `NS${JSON.stringify(value.NS!.map(normalNumber).sort())}`;
    case "BS":
      return `BS${JSON.stringify(value.BS!.map((b) => Buffer.from(b).toString("base64")).sort())}`;
    case "L":
      return `L[${value.L!.map(canonical).join(",")}]`;
    case "M":
      return `M{${Object.keys(value.M!)
        .sort()
        .map((name) => `${JSON.stringify(name)}:${canonical(value.M![name]!)}`)
        .join(",")}}`;
    case "S":
    case "NULL":
    case "BOOL":
      return `${type}${JSON.stringify(value[type])}`;
  }
}

export const equalValues = (a: Value, b: Value): boolean => canonical(a) === canonical(b);

/** A copy that shares nothing, numbers in their one spelling; refuses what DynamoDB refuses. */
export function stored(value: Value): Value {
  const type = typeOf(value);
  switch (type) {
    case "N":
      return { N: normalNumber(value.N!) };
    case "B":
      return { B: Uint8Array.from(value.B!) };
    case "SS":
      return { SS: members(value.SS!, (x) => x) };
    case "NS":
      return { NS: members(value.NS!.map(normalNumber), (x) => x) };
    case "BS":
      return { BS: members(value.BS!, (x) => Buffer.from(x).toString("base64")) };
    case "L":
      return { L: value.L!.map(stored) };
    case "M":
      return { M: storedItem(value.M!) };
    case "S":
      return { S: value.S! };
    case "BOOL":
      return { BOOL: value.BOOL! };
    case "NULL":
      return { NULL: true };
  }
}

function members<T>(set: readonly T[], spelled: (x: T) => string): T[] {
  if (set.length === 0) refuse("One or more parameter values were invalid: An string set  may not be empty");
  if (new Set(set.map(spelled)).size !== set.length)
    refuse("One or more parameter values were invalid: Input collection contains duplicates");
  return [...set];
}

export function storedItem(item: StoredItem): StoredItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, stored(value)]));
}

function numberBytes(text: string): number {
  const { digits } = decimalOf(text);
  const count = (digits < 0n ? -digits : digits).toString().length;
  return Math.ceil(count / 2) + 1 + (digits < 0n ? 1 : 0);
}

function valueBytes(value: Value): number {
  const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
  const type = typeOf(value);
  switch (type) {
    case "S":
      return Buffer.byteLength(value.S!);
    case "N":
      return numberBytes(value.N!);
    case "B":
      return value.B!.length;
    case "SS":
      return sum(value.SS!.map((x) => Buffer.byteLength(x)));
    case "NS":
      return sum(value.NS!.map(numberBytes));
    case "BS":
      return sum(value.BS!.map((x) => x.length));
    case "L":
      return 3 + sum(value.L!.map((x) => 1 + valueBytes(x)));
    case "M":
      return 3 + sum(Object.entries(value.M!).map(([name, x]) => 1 + Buffer.byteLength(name) + valueBytes(x)));
    case "NULL":
    case "BOOL":
      return 1;
  }
}

/** Size of an item as AWS measures it: names and values. */
export function itemBytes(item: StoredItem): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** What `size(path)` gives; null where it has none. */
export function sizeOf(value: Value): number | null {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  const collection = value.SS ?? value.NS ?? value.BS ?? value.L ?? (value.M && Object.keys(value.M));
  return collection ? collection.length : null;
}
