import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Pages } from "../../local/http/api.ts";
import { bundlePage, type PageFile } from "./bundle.ts";

/** Nothing but the page's own files and its own API: a name that carries markup could load nothing and run nothing. */
export const pageHeaders = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-cache",
} as const;

/** Serves the web page; it is built when somebody opens it for the first time. */
export function dashboardPages(): Pages {
  let files: Promise<Map<string, PageFile>> | undefined;
  return async (request, response) => {
    const path = (request.url ?? "/").split("?")[0]!;
    const asked = path === "/dashboard" || path === "/dashboard/" ? "/" : path;
    if (asked !== "/" && !asked.startsWith("/dashboard/")) return false;
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    files ??= bundlePage();
    const file = (await files).get(asked);
    if (!file) return false;
    send(request, response, file);
    return true;
  };
}

function send(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const headers = { ...pageHeaders, etag: file.tag, vary: "accept-encoding" };
  if (request.headers["if-none-match"] === file.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const zip = String(request.headers["accept-encoding"] ?? "").includes("gzip");
  const body = zip ? gzipSync(file.body) : file.body;
  response.writeHead(200, {
    ...headers,
    "content-type": file.type,
    "content-length": body.length,
    ...(zip ? { "content-encoding": "gzip" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
