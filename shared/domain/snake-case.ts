/** The names of the HTTP interface and of alerts: every key in snake_case, for the compiler as well. */

type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeName<Rest>}`
    : `_${Lowercase<First>}${SnakeName<Rest>}`
  : Name;

export type SnakeCased<T> = T extends readonly unknown[]
  ? { [Index in keyof T]: SnakeCased<T[Index]> }
  : T extends object
    ? { [Key in keyof T as Key extends string ? SnakeName<Key> : never]: SnakeCased<T[Key]> }
    : T;

/** The same value with every key in snake_case. */
export function snakeCase<T>(value: T): SnakeCased<T> {
  return renamed(value) as SnakeCased<T>;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeName(key), renamed(inner)]));
}

/** One name in snake_case. */
export function snakeName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
