import * as z from "zod";
import { Comparison } from "./comparison.ts";
import { type ErrorCode, errors } from "./errors.ts";
import { History } from "./event.ts";
import { Paths } from "./paths.ts";
import * as roles from "./roles.ts";
import { type RequestSchemas, type RouteRequest, routeRequests } from "./route-requests.ts";
import { Status } from "./status.ts";
import * as system from "./system.ts";
import { Watch } from "./watch.ts";

/**
 * The HTTP interface as one table: a row a route, under the name of the function that answers it. openapi.json, the
 * API and the roles of infra and the local stack all read it; functions read what a route takes (route-requests.ts) alone.
 * A new route is a row in both and a file in functions/.
 */

type StateAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "UpdateItem";

export type RouteRow = Omit<RouteRequest, "request"> & {
  request: RequestSchemas;
  method: "GET" | "POST" | "DELETE";
  path: string;
  summary: string;
  /** the data of a success */
  response: z.ZodType;
  /** false: the response is the whole body */
  envelope?: false;
  /** of a success; left out: JSON */
  mediaType?: "text/plain";
  /** statuses of a success; left out: 200 */
  statuses?: readonly number[];
  /** besides those every such route can give */
  errors: readonly ErrorCode[];
  /** what its function may do, and nothing else */
  permission: { state: readonly StateAction[]; readsFailures?: true };
  /** the answer carries an ETag, and a request with it in If-None-Match is answered 304 while nothing changed */
  revalidates?: true;
};

const read = ["GetItem", "BatchGetItem", "Query"] as const;

type Rows = typeof routeRequests;

/** What a route takes, its schemas made. */
function taking<Name extends keyof Rows>(name: Name) {
  const { request, ...rest } = routeRequests[name];
  return { ...rest, request: request() } as Omit<Rows[Name], "request"> & {
    request: ReturnType<Rows[Name]["request"]>;
  };
}

export const routes = {
  health: {
    method: "GET",
    path: "/health",
    summary: "Liveness: store, stream lag, dead letters",
    ...taking("health"),
    response: system.Health,
    statuses: [200, 503],
    errors: [],
    permission: { state: read, readsFailures: true },
  },
  status: {
    method: "GET",
    path: "/shadow/status",
    summary: "Roles, figures, and what happens next",
    ...taking("status"),
    response: Status,
    statuses: [200, 304],
    errors: [],
    permission: { state: read },
    revalidates: true,
  },
  comparison: {
    method: "GET",
    path: "/shadow/comparison/{challenger}",
    summary: "One challenger against the champion: tests, criteria, decision, path of looks",
    ...taking("comparison"),
    response: Comparison,
    errors: ["UNKNOWN_MODEL", "NO_COMPARISON"],
    permission: { state: read },
  },
  paths: {
    method: "GET",
    path: "/shadow/paths/{challenger}",
    summary: "One challenger's evidence look by look, and its life in money, as lines to draw",
    ...taking("paths"),
    response: Paths,
    statuses: [200, 304],
    errors: ["UNKNOWN_MODEL", "NO_COMPARISON"],
    permission: { state: read },
    revalidates: true,
  },
  watch: {
    method: "GET",
    path: "/shadow/watch",
    summary: "What watches the champion: guard, degradation charts, its newest trades, as lines to draw",
    ...taking("watch"),
    response: Watch,
    statuses: [200, 304],
    errors: [],
    permission: { state: read },
    revalidates: true,
  },
  deploy: {
    method: "POST",
    path: "/shadow/deploy",
    summary: "Deploy a model: champion, challenger or queued",
    ...taking("deploy"),
    response: roles.Deployed,
    statuses: [201],
    errors: ["MODEL_EXISTS", "VERSION_USED", "QUEUE_FULL"],
    permission: { state: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem"] },
  },
  promote: {
    method: "POST",
    path: "/shadow/promote/{challenger}",
    summary: "Promote a challenger whose latest look approved it, or by force with a reason",
    ...taking("promote"),
    response: roles.Promoted,
    errors: ["EXPECTED_CHAMPION", "NOT_A_CHALLENGER", "NOT_APPROVED"],
    permission: { state: [...read, "PutItem"] },
  },
  rollback: {
    method: "POST",
    path: "/shadow/rollback",
    summary: "Restore a former champion",
    ...taking("rollback"),
    response: roles.Rollback,
    errors: ["EXPECTED_CHAMPION", "NOTHING_TO_RESTORE"],
    permission: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  },
  history: {
    method: "GET",
    path: "/shadow/history",
    summary: "Events, newest first",
    ...taking("history"),
    response: History,
    errors: [],
    permission: { state: ["Query"] },
  },
  allocation: {
    method: "GET",
    path: "/shadow/allocation",
    summary: "Weight of every model",
    ...taking("allocation"),
    response: system.Allocation,
    errors: ["NO_CHAMPION"],
    permission: { state: ["GetItem"] },
  },
  report: {
    method: "GET",
    path: "/shadow/report",
    summary: "Success criteria of a period",
    ...taking("report"),
    response: system.Report,
    errors: [],
    permission: { state: ["Query"] },
  },
  retire: {
    method: "DELETE",
    path: "/shadow/challengers/{name}",
    summary: "Retire a challenger or take it out of the queue",
    ...taking("retire"),
    response: roles.Retired,
    errors: ["NOT_A_CHALLENGER"],
    permission: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  },
  pause: {
    method: "POST",
    path: "/shadow/pause",
    summary: "Stop all automatic action; trades go on being kept",
    ...taking("pause"),
    response: roles.Paused,
    errors: ["NO_CHAMPION", "ALREADY_PAUSED"],
    permission: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  },
  resume: {
    method: "POST",
    path: "/shadow/resume",
    summary: "Resume automatic action",
    ...taking("resume"),
    response: roles.Paused,
    errors: ["NOT_PAUSED"],
    permission: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  },
  metrics: {
    method: "GET",
    path: "/metrics",
    summary: "The present in Prometheus' text format",
    ...taking("metrics"),
    response: z.string(),
    envelope: false,
    mediaType: "text/plain",
    errors: [],
    permission: { state: read, readsFailures: true },
  },
  openapi: {
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    ...taking("openapi"),
    response: z.looseObject({ openapi: z.literal("3.1.0") }),
    envelope: false,
    errors: [],
    permission: { state: [] },
  },
} as const satisfies Record<string, RouteRow>;

export type RouteName = keyof typeof routes;
export const routeNames = Object.keys(routes) as RouteName[];

/** Data of a route's success. */
export type AnswerOf<Name extends RouteName> = z.output<(typeof routes)[Name]["response"]>;

/** A checked part of a route's request; undefined where the route takes none. */
export type RequestPart<Name extends RouteName, Part extends "path" | "query" | "body"> =
  (typeof routes)[Name]["request"] extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : undefined;

/** Every error a route can give: its own, and those that come with its kind. */
export function errorsOf(row: RouteRow): ErrorCode[] {
  // It asks for nothing: nothing can go wrong.
  if (row.permission.state.length === 0) return [];
  const codes: ErrorCode[] = ["INVALID_REQUEST"];
  codes.push("BODY_TOO_LARGE");
  if (row.request.body) codes.push("INVALID_JSON");
  codes.push(...row.errors);
  if (row.method !== "GET") codes.push("REGISTRY_CHANGED", "IDEMPOTENCY_KEY_REUSED", "BUSY");
  if (!row.always) codes.push("DISABLED");
  return [...codes, "INTERNAL"];
}

const Failure = z
  .strictObject({
    status: z.literal("error"),
    code: z.enum(Object.keys(errors) as ErrorCode[]),
    message: z.string(),
    details: z.array(z.unknown()).optional(),
  })
  .meta({ id: "Error" });

/** Schema of an answer's whole body. */
export function bodySchemaOf(row: RouteRow, options: { success: boolean }): z.ZodType {
  if (!options.success) return Failure;
  return row.envelope === false ? row.response : z.strictObject({ status: z.literal("success"), data: row.response });
}

/**
 * Holds a whole answer against the table.
 * @returns what is not as promised, in words; empty when everything is
 */
export function answerFaults(row: RouteRow, answer: { status: number; body: unknown }): string[] {
  const success = (row.statuses ?? [200]).includes(answer.status);
  if (success && answer.status === 304) return answer.body === undefined ? [] : ["304 has no body"];
  const parsed = bodySchemaOf(row, { success }).safeParse(answer.body);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (success) return [];
  const { code } = parsed.data as z.output<typeof Failure>;
  const promised = errorsOf(row).includes(code) && errors[code].status === answer.status;
  return promised ? [] : [`${answer.status} ${code} is no error of ${row.method} ${row.path}`];
}
