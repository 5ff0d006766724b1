import { createServer, type IncomingHttpHeaders } from "node:http";
import { listen } from "../../local/http/ports.ts";

/** A chat or program that takes webhooks, on this machine: keeps what it was sent, and answers as it is to. */
export type FakeReceiver = {
  url: string;
  taken: { path: string; headers: IncomingHttpHeaders; body: unknown }[];
  /** Statuses of the next answers; then 200. 0: never answers. */
  answers: number[];
  stop(): Promise<void>;
};

export async function startReceiver(): Promise<FakeReceiver> {
  const receiver: Omit<FakeReceiver, "url" | "stop"> = { taken: [], answers: [] };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = receiver.answers.shift() ?? 200;
    if (status === 0) return;
    if (status === 200) {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      receiver.taken.push({ path: request.url ?? "", headers: request.headers, body });
    }
    response.writeHead(status).end("secret of the other side");
  });
  const { port, stop } = await listen(server, 0);
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}`, stop });
}
