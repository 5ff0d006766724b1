import { describe, expect, it } from "vitest";
import { routes } from "../../../infra/routes.ts";
import { openapiDocument, operations } from "../../../shared/api/openapi.ts";

type Schema = Record<string, unknown>;
type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
  responses: Record<string, { description: string; content: { "application/json": { schema: Schema } } }>;
};
const document = openapiDocument() as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

describe("openapi.json", () => {
  it("describes every route, and no other", () => {
    const spoken = (all: readonly { method: string; path: string }[]) => all.map((r) => `${r.method} ${r.path}`).sort();
    expect(spoken(described)).toEqual(spoken(routes));
  });

  it("is a document of OpenAPI 3.1 that survives JSON", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("names every operation once", () => {
    const ids = described.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it.each(described)("$method $path declares the parameters of its path and no others", ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = operation.parameters.filter((p) => p.in === "path");
    expect(declared.map((p) => p.name)).toEqual(inPath);
    expect(declared.every((p) => p.required)).toBe(true);
  });

  it.each(described)("$method $path answers with a success and the errors it can give", ({ method, operation }) => {
    const statuses = Object.keys(operation.responses);
    expect(statuses.filter((status) => status.startsWith("2"))).toHaveLength(1);
    if (operation.requestBody) expect(statuses).toEqual(expect.arrayContaining(["400", "503"]));
    for (const [status, { content }] of Object.entries(operation.responses)) {
      if (!status.startsWith("2"))
        expect(content["application/json"].schema).toEqual({ $ref: "#/components/schemas/Error" });
    }
    const changes = method !== "GET";
    expect(operation.parameters.some((p) => p.name === "Idempotency-Key")).toBe(changes);
  });

  it("refers only to schemas it holds", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(5);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    for (const reference of references) expect(known).toContain(reference);
  });
});

describe("the example of every request", () => {
  const withBody = operations.filter((operation) => operation.body);

  it.each(withBody)("$method $path is there and is valid", ({ method, path, body }) => {
    const schema = document.paths[path]![method]!.requestBody!.content["application/json"].schema;
    const examples = schema.examples as unknown[] | undefined;
    expect(examples?.length).toBeGreaterThan(0);
    for (const example of examples!) expect(body!.safeParse(example)).toMatchObject({ success: true });
  });

  it("stands in the schema that refuses what is not described", () => {
    for (const { method, path } of withBody) {
      const schema = document.paths[path]![method]!.requestBody!.content["application/json"].schema;
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    }
  });
});
