import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Lambda } from "../lambda/lambda.ts";
import type { Log } from "../log.ts";
import type { LocalRoute } from "../template/template.ts";
import { type Answer, matchRoute, toAnswer, toEvent } from "./api-event.ts";
import { refuseForeign } from "./loopback.ts";
import { listen } from "./ports.ts";
import { brokenPromises } from "./promised-answer.ts";

/** The HTTP API in front of the functions, as API Gateway is in front of the deployed ones. */
export type Api = { url: string; port: number; stop(): Promise<void> };

/**
 * Answers requests that are not the API's, such as a dashboard's pages.
 * @returns false to leave the request to the API
 */
export type Pages = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** API Gateway's own limit. */
const bodyBytesMax = 10 * 1024 * 1024;

type Options = {
  port: number;
  routes: readonly LocalRoute[];
  lambda: Pick<Lambda, "invoke">;
  pages?: Pages | undefined;
  log: Log;
};

export async function startApi(options: Options): Promise<Api> {
  const server = createServer((request, response) => {
    respond(request, response, options).catch((error: Error) => {
      if (request.destroyed && !request.complete) {
        // Nobody is left to answer, and nothing of ours failed.
        options.log({ source: "api", level: "info", text: `${request.method} ${request.url}: the client went away` });
        return;
      }
      options.log({ source: "api", level: "error", text: error.stack ?? error.message });
      if (!response.headersSent) send(response, fault(500, "INTERNAL", "The local API failed; see its log"));
      else response.destroy();
    });
  });
  const { port, stop } = await listen(server, options.port);
  return { url: `http://127.0.0.1:${port}`, port, stop };
}

async function respond(request: IncomingMessage, response: ServerResponse, options: Options): Promise<void> {
  if (refuseForeign(request, response)) return;
  const method = request.method ?? "GET";
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const match = matchRoute(options.routes, method, path);
  if (match.kind === "malformed") return send(response, fault(400, "BAD_PATH", `The path ${path} is not well encoded`));
  if (match.kind !== "match") {
    if (options.pages && (await options.pages(request, response))) return;
    if (match.kind === "none")
      return send(response, fault(404, "NO_SUCH_ROUTE", `There is no route ${method} ${path}`));
    const allow = match.allowed.join(", ");
    const answer = fault(405, "METHOD_NOT_ALLOWED", `${path} knows ${allow}, not ${method}`);
    return send(response, { ...answer, headers: { ...answer.headers, allow } });
  }

  const receivedAt = new Date();
  const body = await readBody(request);
  if (body === "too large") {
    response.shouldKeepAlive = false;
    request.resume(); // a client that is still sending would otherwise lose the answer to a reset
    return send(response, fault(413, "BODY_TOO_LARGE", "The body is larger than 10 MB"));
  }
  const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
  const asked = { method, url: request.url ?? "/", headers: request.headers, body, sourceIp, receivedAt };
  const event = toEvent(asked, match.route, match.pathParameters);
  send(response, await askFunction(options, match.route, event));
}

async function askFunction(options: Options, route: LocalRoute, event: object): Promise<Answer> {
  const { functionName } = route;
  const invocation = await options.lambda.invoke(functionName, event);
  if (invocation.ok) {
    const answer = toAnswer(invocation.payload);
    const broken = answer ? brokenPromises(route, answer) : [];
    if (broken.length > 0) {
      const text = `${functionName} answered otherwise than openapi.json says: ${broken.join("; ")}`;
      options.log({ source: "api", level: "error", text });
    }
    return answer ?? fault(502, "BAD_FUNCTION_RESPONSE", `${functionName} answered with something that is no response`);
  }
  const { errorType, errorMessage, trace } = invocation.error;
  const text = trace?.join("\n") ?? `${errorType}: ${errorMessage}`;
  options.log({ source: "api", level: "error", text: `${functionName} failed: ${text}` });
  return invocation.cause === "timeout"
    ? fault(504, "FUNCTION_TIMEOUT", errorMessage)
    : fault(502, "FUNCTION_FAILED", `${functionName} failed: ${errorType}; see the log`);
}

async function readBody(request: IncomingMessage): Promise<Buffer | "too large"> {
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) return "too large";
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > bodyBytesMax) return "too large";
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Errors of the gateway itself, in the project's shape. */
function fault(status: number, code: string, message: string): Answer {
  const body = JSON.stringify({ status: "error", code, message });
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
  response.end(answer.body);
}
