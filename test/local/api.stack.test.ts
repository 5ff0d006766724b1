import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, startApi } from "../../local/http/api.ts";
import type { Invocation } from "../../local/lambda/invocation.ts";
import type { LogLine } from "../../local/log.ts";
import { until } from "../support/until.ts";

let api: Api;
const logged: LogLine[] = [];
const failure = (cause: "error" | "timeout" | "crash", errorType: string): Invocation => ({
  ok: false,
  cause,
  error: { errorType, errorMessage: `${errorType} happened` },
  requestId: "1",
});
const answers: Record<string, Invocation> = {
  crash: failure("crash", "Runtime.ExitError"),
  error: failure("error", "TypeError"),
  timeout: failure("timeout", "Sandbox.Timedout"),
  nonsense: { ok: true, payload: { statusCode: 0 }, requestId: "1" },
};

beforeAll(async () => {
  api = await startApi({
    port: 0,
    routes: [
      { method: "POST", path: "/echo/{name}", functionName: "echo" },
      ...Object.keys(answers).map((name) => ({ method: "GET", path: `/${name}`, functionName: name })),
    ],
    lambda: {
      invoke: async (name, event) =>
        answers[name] ?? { ok: true, payload: { statusCode: 200, body: JSON.stringify(event) }, requestId: "1" },
    },
    pages: (request, response) => {
      if (request.url !== "/") return false;
      response.end("<h1>dashboard</h1>");
      return true;
    },
    log: (line) => void logged.push(line),
  });
});

afterAll(() => api.stop());

/** With any headers, which fetch would not let us forge. */
function ask(o: { method?: string; path: string; headers?: Record<string, string>; body?: string | Buffer }) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = httpRequest(
      `${api.url}${o.path}`,
      { method: o.method ?? "GET", headers: o.headers ?? {} },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      },
    );
    sent.on("error", reject);
    sent.end(o.body);
  });
}

describe("a request whose client goes away", () => {
  it("is one line in the log, not a fault of ours", async () => {
    logged.length = 0;
    const socket = connect(api.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`POST /echo/x HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nContent-Length: 100\r\n\r\n{"half":`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await until("a line in the log", () => logged.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(logged).toEqual([{ source: "api", level: "info", text: "POST /echo/x: the client went away" }]);
  });
});

describe("the local API", () => {
  it("passes the request to the route's function and its answer back", async () => {
    const answer = await ask({
      method: "POST",
      path: "/echo/a%20b?x=1",
      body: "hi",
      headers: { "Content-Type": "text/plain" },
    });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      body: "hi",
      pathParameters: { name: "a b" },
      rawQueryString: "x=1",
    });
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "10.0.0.1"])(
    "refuses the foreign Host %j",
    async (host) => {
      const answer = await ask({ path: "/nonsense", headers: { Host: host } });

      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ status: "error", code: "FOREIGN_HOST" });
    },
  );

  it.each(["https://evil.example", "http://127.0.0.1.evil.example", "null", "http://localhost@evil.example"])(
    "refuses the foreign Origin %s",
    async (origin) => {
      expect((await ask({ path: "/", headers: { Origin: origin } })).status).toBe(403);
    },
  );

  it("answers this machine under each of its names", async () => {
    for (const host of ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"]) {
      const origin = `http://${host.toLowerCase()}`;
      expect((await ask({ path: "/", headers: { Host: host, Origin: origin } })).status).toBe(200);
    }
  });

  it("names the methods of a path that was asked with another", async () => {
    const answer = await ask({ method: "DELETE", path: "/echo/a" });

    expect(answer).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect(JSON.parse(answer.text)).toEqual({
      status: "error",
      code: "METHOD_NOT_ALLOWED",
      message: "/echo/a knows POST, not DELETE",
    });
  });

  it("answers 404 to an unknown path and 400 to a badly encoded one", async () => {
    expect(await ask({ path: "/nowhere" })).toMatchObject({
      status: 404,
      text: expect.stringContaining("NO_SUCH_ROUTE"),
    });
    expect(await ask({ method: "POST", path: "/echo/%zz" })).toMatchObject({ status: 400 });
  });

  it("leaves other paths to the pages it is given", async () => {
    expect(await ask({ path: "/" })).toMatchObject({ status: 200, text: "<h1>dashboard</h1>" });
  });

  it("refuses a body over 10 MB, announced or not", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1, "x");

    expect((await ask({ method: "POST", path: "/echo/a", body })).status).toBe(413);
    expect(
      (await ask({ method: "POST", path: "/echo/a", body, headers: { "Transfer-Encoding": "chunked" } })).status,
    ).toBe(413);
  });

  it("answers 502 for a function that failed, crashed or answered nonsense, and 504 for one that took too long", async () => {
    expect(await ask({ path: "/error" })).toMatchObject({
      status: 502,
      text: expect.stringContaining("FUNCTION_FAILED"),
    });
    expect(await ask({ path: "/crash" })).toMatchObject({
      status: 502,
      text: expect.stringContaining("Runtime.ExitError"),
    });
    expect(await ask({ path: "/nonsense" })).toMatchObject({
      status: 502,
      text: expect.stringContaining("BAD_FUNCTION_RESPONSE"),
    });
    expect(await ask({ path: "/timeout" })).toMatchObject({
      status: 504,
      text: expect.stringContaining("FUNCTION_TIMEOUT"),
    });
  });

  it("says in one line when its port is taken", async () => {
    const second = startApi({
      port: api.port,
      routes: [],
      lambda: { invoke: async () => answers.error! },
      log: () => {},
    });

    await expect(second).rejects.toThrow(`Port ${api.port} is in use by another program`);
  });
});
