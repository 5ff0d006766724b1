import * as z from "zod";
import { errors } from "./contract/errors.ts";
import { bodySchemaOf, errorsOf, type RouteName, type RouteRow, routeNames, routes } from "./contract/routes.ts";

/** openapi.json: generated from the table whose schemas validate requests and answers, so that they cannot disagree. */

type Json = string | number | boolean | null | Json[] | JsonObject;
type JsonObject = { [name: string]: Json };

type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonObject;
};
/** By media type. */
type Content = Record<string, { schema: JsonObject }>;
export type Operation = {
  summary: string;
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
export type OpenApi = {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonObject> };
};

/** The document; each schema with an id stands once under components. */
export function openapiDocument(): OpenApi {
  const schemas = new Schemas();
  const paths: OpenApi["paths"] = {};
  for (const name of routeNames) {
    const row: RouteRow = routes[name];
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operationOf(name, row, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Understudy",
      version: "0.1.0",
      description:
        "Champion and challengers: promotion on proof, guard, rollback. Deployed, every route needs AWS IAM credentials (SigV4).",
    },
    paths,
    components: { schemas: schemas.components },
  };
}

function operationOf(name: RouteName, row: RouteRow, schemas: Schemas): Operation {
  const body = bodySchemaOf(row, { success: true });
  const success = { [row.mediaType ?? "application/json"]: { schema: schemas.of(body, "output") } };
  return {
    summary: row.summary,
    operationId: name,
    parameters: parametersOf(row, schemas),
    ...(row.request.body ? { requestBody: { content: schemas.content(row.request.body, "input") } } : {}),
    responses: {
      ...failuresOf(row, schemas),
      ...Object.fromEntries(
        (row.statuses ?? [200]).map((s) => [
          s,
          s === 304
            ? { description: "Unchanged since the ETag in If-None-Match." }
            : { description: "Success", content: success },
        ]),
      ),
    },
  };
}

/** One response a status, with every code that comes under it. */
function failuresOf(row: RouteRow, schemas: Schemas): Operation["responses"] {
  const content = schemas.content(bodySchemaOf(row, { success: false }), "output");
  const responses: Operation["responses"] = {};
  for (const code of errorsOf(row)) {
    const { status, when } = errors[code];
    const before = responses[status] ? `${responses[status].description} ` : "";
    responses[status] = { description: `${before}${code}: ${when}`, content };
  }
  return responses;
}

/** Headers of every route that changes something. */
const changeHeaders: readonly Parameter[] = [
  {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "The same key and body get the same answer for a day.",
    schema: { type: "string", maxLength: 128 },
  },
  {
    name: "If-Match",
    in: "header",
    required: false,
    description:
      'A registry_version in quotes, such as "12": the change is made only while nothing else has changed since.',
    schema: { type: "string" },
  },
];

function parametersOf(row: RouteRow, schemas: Schemas): Parameter[] {
  const fields = (schema: z.ZodObject | undefined, place: "path" | "query"): Parameter[] =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
      name,
      in: place,
      required: place === "path",
      schema: schemas.of(field as z.ZodType, "input"),
    }));
  return [
    ...fields(row.request.path, "path"),
    ...fields(row.request.query, "query"),
    ...(row.request.body ? changeHeaders : []),
  ];
}

/** JSON schemas with their named parts gathered under components. */
class Schemas {
  readonly components: Record<string, JsonObject> = {};

  content(schema: z.ZodType, io: "input" | "output"): Content {
    return { "application/json": { schema: this.of(schema, io) } };
  }

  of(schema: z.ZodType, io: "input" | "output"): JsonObject {
    // Wrapped, so that a schema with an id of its own becomes a reference as well.
    const whole = z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: "any" });
    const { $defs = {}, properties = {} } = relinked(whole) as { $defs?: Record<string, JsonObject> } & {
      properties?: Record<string, JsonObject>;
    };
    Object.assign(this.components, $defs);
    return properties.it ?? {};
  }
}

function relinked(schema: object): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/$defs/", "#/components/schemas/"));
}
