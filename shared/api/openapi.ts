import { z } from "zod";
import * as request from "./request.ts";
import * as response from "./response.ts";

/** openapi.json: generated from the schemas that validate requests, so that the two cannot disagree. */

type Operation = {
  method: "get" | "post" | "delete";
  path: string;
  summary: string;
  path_parameters?: Record<string, string>;
  query?: z.ZodObject;
  body?: z.ZodType;
  data: z.ZodType;
  status?: number;
  errors: Record<number, string>;
};

const invalid = { 400: "The request is not valid; `details` says where." };
const off = { 503: "Shadow models are switched off." };

export const operations: readonly Operation[] = [
  {
    method: "get",
    path: "/health",
    summary: "Liveness: store, stream lag, dead letters",
    data: response.HealthView,
    errors: { 503: "The store does not answer." },
  },
  {
    method: "get",
    path: "/shadow/status",
    summary: "Roles, figures, and what happens next",
    data: response.StatusView,
    errors: off,
  },
  {
    method: "get",
    path: "/shadow/comparison/{challenger}",
    summary: "One challenger against the champion: tests, criteria, decision, path of looks",
    path_parameters: { challenger: "Name of the challenger" },
    data: response.ComparisonView,
    errors: { ...invalid, 404: "No such model, or nothing compared it yet.", ...off },
  },
  {
    method: "post",
    path: "/shadow/deploy",
    summary: "Deploy a model: champion, challenger or queued",
    body: request.DeployRequest,
    data: response.DeployView,
    status: 201,
    errors: { ...invalid, 409: "The model or this version of it was deployed before.", ...off },
  },
  {
    method: "post",
    path: "/shadow/promote/{challenger}",
    summary: "Promote a challenger whose latest look approved it, or by force with a reason",
    path_parameters: { challenger: "Name of the challenger" },
    body: request.PromoteRequest,
    data: response.PromoteView,
    errors: { ...invalid, 409: "The criteria do not hold; `details` holds the decision.", ...off },
  },
  {
    method: "post",
    path: "/shadow/rollback",
    summary: "Restore a former champion",
    body: request.RollbackRequest,
    data: response.RollbackView,
    errors: { ...invalid, 409: "There is nothing to restore.", ...off },
  },
  {
    method: "get",
    path: "/shadow/history",
    summary: "Events, newest first",
    query: request.HistoryQuerySchema,
    data: response.HistoryView,
    errors: { ...invalid, ...off },
  },
  {
    method: "get",
    path: "/shadow/allocation",
    summary: "Weight of every model",
    query: request.AllocationQuerySchema,
    data: response.AllocationView,
    errors: { 409: "No champion yet.", ...off },
  },
  {
    method: "get",
    path: "/shadow/report",
    summary: "Success criteria of a period",
    query: request.ReportQuerySchema,
    data: response.ReportView,
    errors: { ...invalid, ...off },
  },
  {
    method: "delete",
    path: "/shadow/challengers/{name}",
    summary: "Retire a challenger or take it out of the queue",
    path_parameters: { name: "Name of the model" },
    body: request.ReasonRequest,
    data: response.RetireView,
    errors: { ...invalid, 409: "Not an active challenger, nor queued.", ...off },
  },
  {
    method: "post",
    path: "/shadow/pause",
    summary: "Stop all automatic action; trades go on being kept",
    body: request.ReasonRequest,
    data: response.PauseView,
    errors: { ...invalid, 409: "Paused already.", ...off },
  },
  {
    method: "post",
    path: "/shadow/resume",
    summary: "Resume automatic action",
    body: request.ReasonRequest,
    data: response.PauseView,
    errors: { ...invalid, 409: "Not paused.", ...off },
  },
  { method: "get", path: "/openapi.json", summary: "This document", data: z.looseObject({}), errors: {} },
];

/** The document; each schema with an id stands once under components. */
export function openapiDocument(): Record<string, unknown> {
  const components: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: "input" | "output") => {
    const {
      $defs,
      $schema: _,
      ...rest
    } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<string, unknown>;
    for (const [id, definition] of Object.entries(($defs as Record<string, unknown>) ?? {}))
      components[id] = definition;
    return JSON.parse(JSON.stringify(rest).replaceAll("#/$defs/", "#/components/schemas/"));
  };
  const error = {
    "application/json": { schema: schemaOf(z.object({ e: response.ErrorView }), "output").properties.e },
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const data = operation.path === "/openapi.json" ? operation.data : response.successView(operation.data);
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method] = {
      summary: operation.summary,
      operationId: `${operation.method}${operation.path.replace(/[^A-Za-z]+(.)?/g, (_, c: string) => (c ?? "").toUpperCase())}`,
      parameters: parametersOf(operation, schemaOf),
      ...(operation.body
        ? { requestBody: { content: { "application/json": { schema: schemaOf(operation.body, "input") } } } }
        : {}),
      responses: {
        [operation.status ?? 200]: {
          description: "Success",
          content: { "application/json": { schema: schemaOf(data, "output") } },
        },
        ...Object.fromEntries(
          Object.entries(operation.errors).map(([status, description]) => [status, { description, content: error }]),
        ),
      },
    };
  }
  const schemas = JSON.parse(JSON.stringify(components).replaceAll("#/$defs/", "#/components/schemas/"));
  return {
    openapi: "3.1.0",
    info: {
      title: "Understudy",
      version: "0.1.0",
      description:
        "Champion and challengers: promotion on proof, guard, rollback. Deployed, every route needs AWS IAM credentials (SigV4).",
    },
    paths,
    components: { schemas },
  };
}

function parametersOf(operation: Operation, schemaOf: (schema: z.ZodType, io: "input") => unknown): unknown[] {
  const inPath = Object.entries(operation.path_parameters ?? {}).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: schemaOf(schema as z.ZodType, "input"),
  }));
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "The same key and body get the same answer for a day.",
    schema: { type: "string", maxLength: 128 },
  };
  return [...inPath, ...inQuery, ...(operation.body ? [key] : [])];
}
