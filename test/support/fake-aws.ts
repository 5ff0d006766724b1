import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to AWS: which service and action, and its parameters. */
export type AskedOfAws = { action: string; parameters: URLSearchParams; path: string; json: Record<string, unknown> };
type Answer = string | object | { status: number; body: string };

/**
 * An AWS on this machine that gives the answers it is set to: XML to the query protocol, JSON to the others. What has no answer is refused as
 * AWS refuses whom it knows but does not let.
 */
export class FakeAws {
  readonly asked: string[] = [];
  readonly answers = new Map<string, (asked: AskedOfAws) => Answer>();
  #server: Server | undefined;

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const asked = await read(request);
      this.asked.push(asked.action);
      const answer = this.answers.get(asked.action)?.(asked) ?? refusal(asked);
      if (typeof answer === "string") return response.end(answer);
      if ("status" in answer && "body" in answer) {
        response.statusCode = answer.status;
        return response.end(answer.body);
      }
      response.setHeader("content-type", "application/x-amz-json-1.0");
      return response.end(JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** What a command needs to ask here instead of AWS. */
  get environment(): Record<string, string> {
    const { port } = this.#server!.address() as AddressInfo;
    return {
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }
}

async function read(request: IncomingMessage): Promise<AskedOfAws> {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://aws");
  const target = request.headers["x-amz-target"];
  if (typeof target === "string")
    return { action: target.split(".").at(-1)!, parameters: searchParams, path: pathname, json: JSON.parse(body) };
  const parameters = new URLSearchParams(`${searchParams}&${body}`);
  // The query protocol names its action, a path is one by itself.
  return { action: parameters.get("Action") ?? `GET ${pathname}`, parameters, path: pathname, json: {} };
}

function refusal({ action, path }: AskedOfAws): Answer {
  const message = `not authorized to perform: ${action}`;
  const body = path === "/" ? errorXml("AccessDenied", message) : JSON.stringify({ Message: message });
  return { status: 403, body };
}

export const errorXml = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

/** A list of the query protocol, each member's fields as elements. */
export const membersXml = (members: readonly Record<string, string | readonly string[]>[]) =>
  members.map((fields) => `<member>${Object.entries(fields).map(fieldXml).join("")}</member>`).join("");

function fieldXml([name, value]: [string, string | readonly string[]]): string {
  if (typeof value === "string") return `<${name}>${escaped(value)}</${name}>`;
  return `<${name}>${value.map((one) => `<member>${escaped(one)}</member>`).join("")}</${name}>`;
}

export const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
