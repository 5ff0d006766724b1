import type * as z from "zod";
import { plainText } from "./plain-text.ts";

/**
 * What the validator has to say, in words for people: it is asked with these wherever what others sent is checked, so that its
 * own texts ("Invalid input: expected object, received array") reach nobody. What a schema itself says of a field goes first.
 */

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** Fields of a request that are quoted, and how much of each name. */
const QUOTED = { names: 5, chars: 40 };

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function wordsOf(issue: RawIssue): string {
  if (issue.code === "unrecognized_keys")
    return `has no field ${issue.keys.slice(0, QUOTED.names).map(quoted).join(", ")}`;
  if (issue.code === "invalid_type")
    return issue.input === undefined ? "is missing" : `must be ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") {
    if (issue.origin !== "string") return `must be at least ${issue.minimum}`;
    return issue.minimum === 1 ? "must not be empty" : `must have at least ${issue.minimum} characters`;
  }
  if (issue.code === "too_big")
    return issue.origin === "string"
      ? `must have at most ${issue.maximum} characters`
      : `must be at most ${issue.maximum}`;
  return "is not valid";
}

function quoted(name: string): string {
  return `"${plainText(name.length > QUOTED.chars ? `${name.slice(0, QUOTED.chars)}…` : name)}"`;
}

type Checked<T> = { ok: true; value: T } | { ok: false; faults: { path: string[]; message: string }[] };

/** Checks a value, every fault with the place where it is. Never throws, whatever the value is. */
export function checkInWords<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.output<Schema>> {
  const parsed = parsedOrNull(schema, value);
  if (parsed === null) return { ok: false, faults: [{ path: [], message: "cannot be read" }] };
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, faults: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message })) };
}

/**
 * Null where the validator itself fails: a map with the key `__proto__` comes out of the SDK as an object of a foreign kind, and asking it
 * for its length throws. One such trade must not hold up a stream.
 */
function parsedOrNull<Schema extends z.ZodType>(schema: Schema, value: unknown) {
  try {
    return schema.safeParse(value, { error: wordsOf });
  } catch {
    return null;
  }
}
