import fc from "fast-check";

/** Input of people and machines that mean harm, or are merely broken; for fuzzing from the schemas and by hand. */

/** Other input with UNDERSTUDY_FUZZ_SEED, more of it with UNDERSTUDY_FUZZ_RUNS; `npm test` tries the same one each time. */
const seed = Number(process.env.UNDERSTUDY_FUZZ_SEED ?? 926);
process.stderr.write(`fuzzing with UNDERSTUDY_FUZZ_SEED=${seed}\n`);

/** @param runs  of a run in `npm test` */
export const fuzz = (runs: number) => ({ seed, numRuns: Number(process.env.UNDERSTUDY_FUZZ_RUNS ?? runs) });

const handMade = [
  "",
  " ",
  "\u0000",
  "\u001b[2J\u001b]0;owned\u0007",
  "\u009b31m",
  "a\u202egnp.exe",
  "\u2028",
  "\ud800",
  "one\r\ntwo",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "%00",
  "$&{model}",
  "'; DROP TABLE trades; --",
  "<script>alert(1)</script>",
  "=cmd|'/c calc'!A1",
  "NaN",
  "-0",
  "1e999",
  "9".repeat(400),
  "x".repeat(2000),
  "😀".repeat(300),
  "2026-02-30",
  "9999-12-31T23:59:59Z",
];

export const hostileText = fc.oneof(
  fc.constantFrom(...handMade),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, false, 0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 0.5, [], {}, [[]], { a: { b: [] } }),
  fc.constantFrom({ toString: 1 }, { toJSON: "no" }, { length: -1 }),
  fc.jsonValue({ maxDepth: 3 }),
);

type JsonSchema = {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
};

/** Values a schema describes, near enough: what it forbids besides comes out too. */
function fromSchema(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fromSchema));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "integer" || schema.type === "number")
    return fc.integer({ min: Math.max(schema.minimum ?? -10, -1000), max: Math.min(schema.maximum ?? 10, 1000) });
  if (schema.type === "object") {
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, fromSchema(field)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
  }
  return fc.string({ minLength: 1, maxLength: Math.min(schema.maxLength ?? 20, 20) });
}

/** What a schema describes with something wrong: a field of another kind, one too many, or something else altogether. */
export function mangled(schema: JsonSchema): fc.Arbitrary<unknown> {
  const whole = fromSchema(schema);
  const names = [...Object.keys(schema.properties ?? {}), "prority", "__proto__"];
  const broken = fc
    .tuple(whole, fc.constantFrom(...names), hostileValue)
    .map(([value, name, wrong]) => ({ ...(value as object), [name]: wrong }));
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 4, arbitrary: broken },
    { weight: 1, arbitrary: hostileValue },
  );
}
