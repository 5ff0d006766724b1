import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { refuseForeign } from "../http/loopback.ts";
import { listen } from "../http/ports.ts";

/** Between the functions and DynamoDB, a line on which things go wrong: what DynamoDB Local never does by itself. */

/** What happens to one call. */
export type LineFault =
  | { kind: "delay"; ms: number }
  /** refused before anything was done */
  | { kind: "throttle" }
  | { kind: "conflict" }
  | { kind: "error-before" }
  /** done, and then the answer is an error, or none at all */
  | { kind: "error-after" }
  | { kind: "lost-answer" };

export type FaultProxy = {
  endpoint: string;
  /** how often each kind happened */
  counts: ReadonlyMap<LineFault["kind"], number>;
  stop(): Promise<void>;
};

const types = {
  throttle: "ProvisionedThroughputExceededException",
  error: "InternalServerError",
  conflict: "TransactionConflictException",
  cancelled: "TransactionCanceledException",
} as const;

/**
 * @param options.target  where DynamoDB listens
 * @param options.next  what happens to the next call; null: nothing
 */
export async function startFaultProxy(options: { target: string; next: () => LineFault | null }): Promise<FaultProxy> {
  const counts = new Map<LineFault["kind"], number>();
  const server = createServer((request, response) => {
    if (refuseForeign(request, response)) return;
    pass(request, response, { ...options, counts }).catch(() => response.destroy());
  });
  const { port, stop } = await listen(server, 0);
  return { endpoint: `http://127.0.0.1:${port}`, counts, stop };
}

type Passing = { target: string; next: () => LineFault | null; counts: Map<LineFault["kind"], number> };

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { target, next, counts }: Passing,
): Promise<void> {
  const body = await bytesOf(request);
  const operation = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
  const fault = faultFor(operation, next());
  if (fault) counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
  if (fault?.kind === "delay") await sleep(fault.ms);
  if (fault?.kind === "throttle") return refuse(response, 400, { __type: types.throttle, message: "Slow down" });
  if (fault?.kind === "error-before") return refuse(response, 500, { __type: types.error, message: "Before" });
  if (fault?.kind === "conflict") return refuse(response, 400, conflictOf(operation, body));
  const answer = await forward(request, body, target);
  if (fault?.kind === "lost-answer") return void response.destroy();
  if (fault?.kind === "error-after") return refuse(response, 500, { __type: types.error, message: "After" });
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** Only writes run into each other. */
function faultFor(operation: string, fault: LineFault | null): LineFault | null {
  const writes = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].includes(operation);
  return fault?.kind === "conflict" && !writes ? null : fault;
}

function conflictOf(operation: string, body: Buffer): Parameters<typeof refuse>[2] {
  if (operation !== "TransactWriteItems")
    return { __type: types.conflict, message: "Transaction is ongoing for the item" };
  const { TransactItems } = JSON.parse(body.toString("utf8")) as { TransactItems: unknown[] };
  const CancellationReasons = TransactItems.map((_item, i) => ({ Code: i === 0 ? "TransactionConflict" : "None" }));
  return { __type: types.cancelled, message: "Transaction cancelled", CancellationReasons };
}

function refuse(
  response: ServerResponse,
  status: number,
  body: { __type: string; message: string; [name: string]: unknown },
): void {
  const full = { ...body, __type: `com.amazonaws.dynamodb.v20120810#${body.__type}` };
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(full));
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(request: IncomingMessage, body: Buffer, target: string) {
  return new Promise<{ status: number; headers: IncomingMessage["headers"]; body: Buffer }>((resolve, reject) => {
    const headers = { ...request.headers, host: new URL(target).host };
    const sent = requestOf(target, { method: request.method, path: request.url, headers }, (answer) => {
      bytesOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
