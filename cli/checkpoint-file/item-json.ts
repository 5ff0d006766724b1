import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item of a table as DynamoDB describes it, types and all: nothing is rounded, nothing is guessed. */
export type StoredItem = Record<string, AttributeValue>;

/** One line of JSON; binary values as base64, as in DynamoDB's own protocol. */
export function lineOf(item: StoredItem): string {
  return JSON.stringify(item, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    // What Buffer's own toJSON has made of a value before it gets here.
    if (isBufferJson(value)) return Buffer.from(value.data).toString("base64");
    return value;
  });
}

export function itemOf(line: string): StoredItem {
  const item = JSON.parse(line) as StoredItem;
  for (const value of Object.values(item)) restore(value);
  return item;
}

/** Binary values, which JSON has none of, at any depth. */
function restore(value: AttributeValue): void {
  if (value.B) value.B = bytes(value.B as unknown as string);
  if (value.BS) value.BS = value.BS.map((one) => bytes(one as unknown as string));
  for (const one of value.L ?? []) restore(one);
  for (const one of Object.values(value.M ?? {})) restore(one);
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

function isBufferJson(value: unknown): value is { data: number[] } {
  return (
    typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer" && "data" in value
  );
}
