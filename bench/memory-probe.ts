import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * One function's bundle in a process of its own, invoked with each of its events in turn.
 * Use: node bench/memory-probe.ts, with what is asked for as JSON on its standard input; its last line is JSON.
 */

export type Asked = { file: string; events: unknown[] };
export type Invoked = {
  /** processor time, all threads */
  cpuMs: number;
  /** requests to AWS */
  calls: number;
};
export type Probed = { invocations: Invoked[]; peakMb: number };

let calls = 0;
const { request } = http;
http.request = ((...parts: Parameters<typeof request>) => {
  calls += 1;
  return request(...parts);
}) as typeof request;
syncBuiltinESMExports();
// What a release's hook tells CodeDeploy.
globalThis.fetch = async () => new Response("{}");

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const { file, events } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
const { handler } = (await import(pathToFileURL(file).href)) as {
  handler: (e: unknown, c: unknown) => Promise<unknown>;
};
const context = { functionName: "bench", awsRequestId: "r", getRemainingTimeInMillis: () => 60_000 };

const invocations: Invoked[] = [];
for (const event of events) {
  calls = 0;
  const before = process.cpuUsage();
  const answer = (await handler(event, context)) as { statusCode?: number; body?: string } | undefined;
  const { user, system } = process.cpuUsage(before);
  // The same change again is refused, which is an answer like another; anything else is a fault of this measurement.
  if ((answer?.statusCode ?? 200) >= 400 && answer?.statusCode !== 409) throw new Error(answer?.body);
  invocations.push({ cpuMs: (user + system) / 1000, calls });
}
console.log(`\n${JSON.stringify({ invocations, peakMb: process.resourceUsage().maxRSS / 1e3 } satisfies Probed)}`);
