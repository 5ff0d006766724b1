import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { impatient } from "../../functions/support/clients.ts";
import { keys } from "../../shared/store/keys.ts";
import { apiEvent, type BatchAnswer, captureOutput, coldStart, insertEvent, read } from "../support/lambda.ts";
import { anEvent } from "../support/samples.ts";

/** A database and a topic that take every connection and never say a word. */

let server: Server;
let connections = 0;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on("error", () => {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

let log: Record<string, unknown>[];
beforeEach(() => {
  connections = 0;
  ({ log } = captureOutput());
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_REGION", "us-east-1");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("a server that never answers", () => {
  // That all attempts together end before any function's time is up is asserted of the template (test/infra/service-stack.test.ts).
  it("lets a request fail with an answer and a line in the log, after retries", async () => {
    const call = await coldStart("allocation");
    const answer = read(await call(apiEvent({})));
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(connections).toBe(impatient.maxAttempts);
    expect(JSON.stringify(log)).toContain("TimeoutError");
  });

  it("lets the alert be given back to its stream, so that it is published later", async () => {
    const notify = await coldStart<BatchAnswer>("notify");
    const answer = await notify(insertEvent([{ ...keys.outbox("e1"), body: JSON.stringify(anEvent("deployed", {})) }]));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(connections).toBe(impatient.maxAttempts);
    expect(JSON.stringify(log)).toContain("requestTimeout");
  });
});
