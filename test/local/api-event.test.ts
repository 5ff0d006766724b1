import { describe, expect, it } from "vitest";
import { matchRoute, type Request, toAnswer, toEvent } from "../../local/http/api-event.ts";

const routes = [
  { method: "GET", path: "/shadow/comparison/{challenger}", functionName: "comparison" },
  { method: "POST", path: "/shadow/deploy", functionName: "deploy" },
];
const request: Request = {
  method: "POST",
  url: "/shadow/deploy",
  headers: { host: "127.0.0.1:8000", "content-type": "application/json" },
  body: Buffer.from('{"model_name":"Größe"}'),
  sourceIp: "127.0.0.1",
  receivedAt: new Date("2026-01-02T03:04:05Z"),
};
const eventOf = (changes: Partial<Request>) =>
  toEvent({ ...request, ...changes }, routes[1]!, {}) as Record<string, unknown> & { body: string };

describe("a request's route", () => {
  it("is found by method and path, with decoded parameters", () => {
    expect(matchRoute(routes, "GET", "/shadow/comparison/lgbm%20v2%2F7")).toEqual({
      kind: "match",
      route: routes[0],
      pathParameters: { challenger: "lgbm v2/7" },
    });
  });

  it("tells a wrong method, no route and a malformed parameter apart", () => {
    expect(matchRoute(routes, "GET", "/shadow/deploy")).toEqual({ kind: "wrong-method", allowed: ["POST"] });
    expect(matchRoute(routes, "GET", "/shadow/deploy/")).toEqual({ kind: "none" });
    expect(matchRoute(routes, "GET", "/shadow/comparison/")).toEqual({ kind: "none" });
    expect(matchRoute(routes, "GET", "/shadow/comparison/50%")).toEqual({ kind: "malformed" });
  });
});

describe("the event of a request", () => {
  it("is API Gateway's payload format 2.0", () => {
    expect(eventOf({ url: "/shadow/deploy?limit=5&a=1&a=2&empty=" })).toMatchObject({
      version: "2.0",
      routeKey: "POST /shadow/deploy",
      rawPath: "/shadow/deploy",
      rawQueryString: "limit=5&a=1&a=2&empty=",
      queryStringParameters: { limit: "5", a: "1,2", empty: "" },
      headers: { host: "127.0.0.1:8000", "content-type": "application/json" },
      requestContext: {
        http: { method: "POST", path: "/shadow/deploy", sourceIp: "127.0.0.1" },
        routeKey: "POST /shadow/deploy",
        stage: "$default",
        requestId: expect.any(String),
        timeEpoch: 1_767_323_045_000,
      },
      body: '{"model_name":"Größe"}',
      isBase64Encoded: false,
    });
  });

  it("leaves out what the request does not have", () => {
    const event = eventOf({ body: Buffer.alloc(0) });

    for (const name of ["body", "cookies", "queryStringParameters", "pathParameters"])
      expect(event).not.toHaveProperty(name);
    expect(event.isBase64Encoded).toBe(false);
  });

  it("encodes bodies of other than textual types, a form of plain `curl -d` among them", () => {
    const type = (contentType: string) => eventOf({ headers: { "content-type": contentType } });

    for (const text of [
      "application/json; charset=utf-8",
      "text/plain",
      "application/problem+json",
      "application/xml",
    ]) {
      expect(type(text)).toMatchObject({ isBase64Encoded: false });
    }
    for (const other of ["application/x-www-form-urlencoded", "application/octet-stream"]) {
      const event = type(other);
      expect(event.isBase64Encoded).toBe(true);
      expect(Buffer.from(event.body, "base64")).toEqual(request.body);
    }
  });

  it("takes cookies out of the headers", () => {
    expect(eventOf({ headers: { cookie: "a=1; b=2" } })).toMatchObject({ cookies: ["a=1", "b=2"], headers: {} });
  });
});

describe("the answer of a function", () => {
  it("has its status, headers, cookies and body", () => {
    const answer = toAnswer({
      statusCode: 201,
      headers: { "Content-Type": "application/json" },
      cookies: ["a=1"],
      body: "{}",
    });

    expect(answer).toEqual({
      status: 201,
      headers: { "content-type": "application/json", "set-cookie": ["a=1"] },
      body: Buffer.from("{}"),
    });
  });

  it("is decoded when it says it is encoded", () => {
    expect(toAnswer({ statusCode: 200, body: "aGk=", isBase64Encoded: true })?.body.toString()).toBe("hi");
  });

  it("is the whole result as JSON when it names no status", () => {
    expect(toAnswer({ a: 1 })).toMatchObject({ status: 200, body: Buffer.from('{"a":1}') });
    expect(toAnswer("hi")).toMatchObject({ status: 200, body: Buffer.from("hi") });
  });

  it("is refused when it is no response", () => {
    expect(toAnswer({ statusCode: "many" })).toBeUndefined();
    expect(toAnswer({ statusCode: 200, body: { not: "text" } })).toBeUndefined();
  });
});
