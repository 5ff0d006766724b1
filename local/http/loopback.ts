import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

/**
 * Who may talk to the local servers. Binding to 127.0.0.1 keeps other machines out, but not a web page in the user's
 * browser: it can send requests here (cross-site), or read answers by rebinding its own DNS name to 127.0.0.1.
 * Both show in the headers, Origin and Host, which scripts cannot forge.
 */

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The refusal for these headers, or undefined when they are this machine's own. */
export function refusalOf(headers: IncomingHttpHeaders): string | undefined {
  if (!isLoopbackHost(headers.host)) return `Host "${headers.host ?? ""}" is not this machine`;
  if (headers.origin !== undefined && !isLoopbackOrigin(headers.origin)) {
    return `Origin "${headers.origin}" is not this machine`;
  }
  return undefined;
}

/** Answers a foreign request with 403 and returns true; leaves any other alone. */
export function refuseForeign(request: IncomingMessage, response: ServerResponse): boolean {
  const refusal = refusalOf(request.headers);
  if (refusal === undefined) return false;
  response.writeHead(403, { "content-type": "application/json" });
  response.end(foreignBody(refusal));
  return true;
}

export function foreignBody(refusal: string): string {
  return JSON.stringify({ status: "error", code: "FOREIGN_HOST", message: `${refusal}; this server answers it only` });
}

export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  return loopbackNames.has(host.toLowerCase().replace(/:\d+$/, ""));
}

export function isLoopbackOrigin(origin: string): boolean {
  const parts = /^https?:\/\/([^/]+)$/i.exec(origin);
  return parts !== null && isLoopbackHost(parts[1]);
}
