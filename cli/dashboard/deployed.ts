import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Pages } from "../../local/http/api.ts";
import { refuseForeign } from "../../local/http/loopback.ts";
import { listen } from "../../local/http/ports.ts";
import { gatewayRegion, makeSigner, type Signer } from "../client/aws-signing.ts";

/**
 * The web page in front of a deployed API: requests of the page go there, signed with the person's own credentials. So this server
 * listens on this machine alone, answers its own names alone, and asks every request for the token of its start address: no other
 * page and no other user of the machine can act with those credentials.
 */

export type DeployedPage = { url: string; stop(): Promise<void> };

/** Largest request body, bytes: what the API itself takes. */
const BODY_BYTES_MAX = 16 * 1024;
const ANSWER_MS_MAX = 30_000;

/** Of the page's request what the API reads. */
const passedOn = ["content-type", "idempotency-key", "if-none-match"] as const;
/** Of the API's answer what the page reads. */
const passedBack = ["content-type", "etag", "cache-control"] as const;

type Options = {
  /** the API */
  url: string;
  /** 0: any free one */
  port: number;
  pages: Pages;
  /** left out: as the address asks for */
  sign?: Signer | null;
};

export async function startDeployedPage(options: Options): Promise<DeployedPage> {
  const token = randomBytes(24).toString("base64url");
  const region = gatewayRegion(options.url);
  const sign = options.sign === undefined ? region && makeSigner(region) : options.sign;
  const server = createServer((request, response) => {
    answer(request, response, { ...options, token, sign: sign || null }).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, "API_AWAY", `The deployed API does not answer: ${error.message}`);
    });
  });
  const { port, stop } = await listen(server, options.port);
  // After the '#' it stays in the browser: no log and no other server sees it.
  return { url: `http://127.0.0.1:${port}/#token=${token}`, stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: Options & { token: string; sign: Signer | null },
): Promise<void> {
  if (refuseForeign(request, response)) return;
  if (await options.pages(request, response)) return;
  const path = request.url ?? "/";
  if (!/^\/(shadow\/|health$|openapi\.json$)/.test(path)) return refuse(response, 404, "NO_SUCH_ROUTE", "No such page");
  if (!isToken(request.headers["x-understudy-token"], options.token))
    return refuse(response, 403, "NO_TOKEN", "Open the page with the whole address that the command printed");
  const body = await bodyOf(request);
  if (body === null) return refuse(response, 413, "BODY_TOO_LARGE", "The body is too large");
  await forward(request, response, { ...options, path, body: body === "" ? undefined : body });
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: { url: string; path: string; body: string | undefined; sign: Signer | null },
): Promise<void> {
  const method = request.method ?? "GET";
  const url = `${options.url}${options.path}`;
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  Object.assign(headers, await options.sign?.({ method, url, body: options.body }));
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const asked = { method, headers, signal, redirect: "error" as const };
  const came = await fetch(url, options.body === undefined ? asked : { ...asked, body: options.body });
  const text = Buffer.from(await came.arrayBuffer());
  const back = Object.fromEntries(
    passedBack.flatMap((name) => (came.headers.has(name) ? [[name, came.headers.get(name)!]] : [])),
  );
  response.writeHead(came.status, { ...back, "x-content-type-options": "nosniff" });
  response.end(text);
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) {
      request.resume();
      return null;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: "error", code, message }));
}
