import { describe, expect, it } from "vitest";
import { errors } from "../../../shared/api/contract/errors.ts";
import { errorsOf, type RouteRow, routeNames, routes } from "../../../shared/api/contract/routes.ts";
import { type Operation, openapiDocument } from "../../../shared/api/openapi.ts";

const document = openapiDocument();
const rows = routeNames.map((name) => ({ name, row: routes[name] as RouteRow }));
const described = rows.map(({ name, row }) => ({ name, row, operation: operationOf(row) }));

function operationOf({ path, method }: RouteRow): Operation {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${method} ${path} is not described`);
  return operation;
}

describe("openapi.json", () => {
  it("is what was published: a difference is a change of the public interface, for CHANGELOG.md (vitest -u takes it)", async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
  });

  it("describes every route, and no other", () => {
    const spoken = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(spoken.sort()).toEqual(rows.map(({ row }) => `${row.method} ${row.path}`).sort());
  });

  it("is a document of OpenAPI 3.1 that survives JSON", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("names every operation after its function", () => {
    expect(described.map(({ operation }) => operation.operationId)).toEqual(routeNames);
  });

  it.each(described)(
    "$row.method $row.path declares the parameters of its path and no others",
    ({ row, operation }) => {
      const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = operation.parameters.filter((p) => p.in === "path");
      expect(declared.map((p) => p.name)).toEqual(inPath);
      expect(declared.every((p) => p.required)).toBe(true);
    },
  );

  it.each(described)(
    "$row.method $row.path answers with a success and the errors it can give",
    ({ row, operation }) => {
      const successes = (row.statuses ?? [200]).map(String);
      const failures = Object.entries(operation.responses).filter(([status]) => !successes.includes(status));
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(successes));
      for (const [, { content }] of failures)
        expect(content?.["application/json"]?.schema).toEqual({ $ref: "#/components/schemas/Error" });
      const described = failures.map(([, { description }]) => description).join(" ");
      for (const code of errorsOf(row)) expect(described).toContain(`${code}: ${errors[code].when}`);
      expect(operation.parameters.some((p) => p.name === "Idempotency-Key")).toBe(row.method !== "GET");
    },
  );

  it("describes answers that hold what is listed and nothing else", () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (name === "SettingValue") continue;
      const kinds = (schema.oneOf ?? [schema]) as { type?: string; additionalProperties?: boolean }[];
      for (const { type, additionalProperties } of kinds)
        expect([name, type, additionalProperties]).toEqual([name, "object", false]);
    }
  });

  it("refers only to schemas it holds", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
    expect(references.length).toBeGreaterThan(5);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    for (const reference of references) expect(known).toContain(reference);
  });
});

describe("the example of every request", () => {
  const withBody = rows.flatMap(({ name, row }) => (row.request.body ? [{ name, row, body: row.request.body }] : []));
  const schemaOf = (row: RouteRow) => operationOf(row).requestBody?.content["application/json"]?.schema;

  it.each(withBody)("$name is there and is valid", ({ row, body }) => {
    const { examples } = schemaOf(row) as { examples?: unknown[] };
    expect(examples?.length).toBeGreaterThan(0);
    for (const example of examples ?? []) expect(body.safeParse(example)).toMatchObject({ success: true });
  });

  it("stands in the schema that refuses what is not described", () => {
    for (const { row } of withBody)
      expect(schemaOf(row)).toMatchObject({ type: "object", additionalProperties: false });
  });
});
