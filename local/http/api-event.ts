import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { account } from "../template/intrinsics.ts";
import type { LocalRoute } from "../template/template.ts";

/** API Gateway's payload format 2.0: a request into the event a function gets, and a function's result into an answer. */

export type Answer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

export type RouteMatch =
  | { kind: "match"; route: LocalRoute; pathParameters: Record<string, string> }
  | { kind: "wrong-method"; allowed: string[] }
  | { kind: "none" }
  | { kind: "malformed" };

/** Finds the route of a path such as /shadow/comparison/{challenger}; parameters come decoded. */
export function matchRoute(routes: readonly LocalRoute[], method: string, path: string): RouteMatch {
  const allowed: string[] = [];
  for (const route of routes) {
    const found = matchPath(route.path, path);
    if (found === "malformed") return { kind: "malformed" };
    if (!found) continue;
    if (route.method === method) return { kind: "match", route, pathParameters: found };
    allowed.push(route.method);
  }
  return allowed.length > 0 ? { kind: "wrong-method", allowed } : { kind: "none" };
}

function matchPath(pattern: string, path: string): Record<string, string> | "malformed" | undefined {
  const expected = pattern.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const text = given[index] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== text) return undefined;
      continue;
    }
    if (text === "") return undefined;
    try {
      parameters[name] = decodeURIComponent(text);
    } catch {
      return "malformed"; // a lone % and the like
    }
  }
  return parameters;
}

export type Request = {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  sourceIp: string;
  receivedAt: Date;
};

export function toEvent(request: Request, route: LocalRoute, pathParameters: Record<string, string>): object {
  const [rawPath = "", rawQueryString = ""] = splitOnce(request.url, "?");
  const headers = joinHeaders(request.headers);
  const cookies = headers.cookie?.split("; ");
  delete headers.cookie;
  const query = joinQuery(rawQueryString);
  const isText = isTextual(headers["content-type"]);
  const requestId = randomUUID();
  return {
    version: "2.0",
    routeKey: `${route.method} ${route.path}`,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: account,
      apiId: "local",
      domainName: headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: `${route.method} ${route.path}`,
      stage: "$default",
      time: request.receivedAt.toUTCString(),
      timeEpoch: request.receivedAt.getTime(),
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** Other types come base64-encoded, also forms: what `curl -d` sends without a content type. */
function isTextual(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  return /^(text\/|application\/(json|javascript|xml)\b|[^;]*\+(json|xml)\b)/i.test(contentType);
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return joined;
}

/** Repeated parameters are joined with a comma; undefined when there are none. */
function joinQuery(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === "") return undefined;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = Object.hasOwn(query, name) ? `${query[name]},${value}` : value;
  }
  return query;
}

/** @returns undefined when the function answered with something API Gateway would not accept */
export function toAnswer(result: unknown): Answer | undefined {
  if (!isObject(result) || !("statusCode" in result)) {
    // Without a status the whole result is the body.
    const body = typeof result === "string" ? result : JSON.stringify(result);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
  }
  const status = Number(result.statusCode);
  const body = result.body ?? "";
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== "string") return undefined;
  const headers: Record<string, string | string[]> = { "content-type": "text/plain;charset=utf-8" };
  for (const [name, value] of Object.entries(isObject(result.headers) ? result.headers : {})) {
    headers[name.toLowerCase()] = String(value);
  }
  if (Array.isArray(result.cookies)) headers["set-cookie"] = result.cookies.map(String);
  return { status, headers, body: Buffer.from(body, result.isBase64Encoded === true ? "base64" : "utf8") };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
