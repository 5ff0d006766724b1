import { mkdir } from "node:fs/promises";
import { foreignBody, refusalOf } from "../http/loopback.ts";
import { portError } from "../http/ports.ts";
import type { Log } from "../log.ts";
import { region } from "../template/intrinsics.ts";
import type { LocalQueue, LocalSubscription, LocalTemplate, LocalTopic } from "../template/template.ts";
import { callSns, callSqs, putToS3 } from "./calls.ts";
import { keepForHttps, makeQueues } from "./https-queues.ts";
import { openMessageStores } from "./message-stores.ts";
import { selectSqsVariant } from "./sns-message-structure.ts";

/** SNS, SQS and S3 on one port, by fauxqs, with what the template declares already there. */
export type Messaging = {
  endpoint: string;
  port: number;
  /** Makes the template's topics, queues and subscriptions. */
  provision(template: Pick<LocalTemplate, "topics" | "queues" | "subscriptions" | "buckets">): Promise<void>;
  /** Puts an object into a bucket, as an event source mapping does with what it gives up. */
  keep(bucketName: string, object: { key: string; body: string }): Promise<void>;
  stop(): Promise<void>;
};

export async function startMessaging(options: {
  port: number;
  /** Keeps topics, subscriptions and messages there. */
  dataDir?: string | undefined;
  /** Names of queues that each get what the topics' HTTPS subscribers would. */
  httpsQueues?: readonly string[];
  log: Log;
}): Promise<Messaging> {
  const { httpsQueues: queues = [] } = options;
  let endpoint = "";
  const { buildApp } = await loadFauxqs();
  if (options.dataDir) await mkdir(options.dataDir, { recursive: true });
  const stores = options.dataDir ? await openMessageStores(options.dataDir) : undefined;
  const app = buildApp({ logger: false, defaultRegion: region, ...(stores && { stores: stores.stores }) });
  app.addHook("onRequest", async (request, reply) => {
    const refusal = refusalOf(request.headers);
    if (refusal) return reply.code(403).type("application/json").send(foreignBody(refusal));
    return undefined;
  });
  app.addHook("preHandler", async (request, reply) => {
    if (queues.length > 0) await keepForHttps(request.body, { endpoint, queues });
    const fault = selectSqsVariant(request.body);
    if (fault) return reply.code(400).type("text/xml").send(fault);
    return undefined;
  });
  try {
    await app.listen({ port: options.port, host: "127.0.0.1" });
  } catch (error) {
    await app.close();
    stores?.close();
    throw portError(options.port, error as NodeJS.ErrnoException);
  }
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : options.port;
  endpoint = `http://127.0.0.1:${port}`;
  await makeQueues(endpoint, queues);
  return {
    endpoint,
    port,
    provision: (template) => provision(endpoint, template, options.log),
    keep: (bucketName, { key, body }) => putToS3(endpoint, `${bucketName}/${key}`, body),
    stop: async () => {
      await app.close();
      stores?.close();
    },
  };
}

/** It loads node:sqlite, which still greets every user with an "experimental" warning; no other warning is held back. */
async function loadFauxqs(): Promise<typeof import("fauxqs")> {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: []) => {
    if (!String(warning).startsWith("SQLite is an experimental")) emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return await import("fauxqs");
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function provision(
  endpoint: string,
  template: Pick<LocalTemplate, "topics" | "queues" | "subscriptions" | "buckets">,
  log: Log,
): Promise<void> {
  const topics: readonly LocalTopic[] = template.topics;
  const queues: readonly LocalQueue[] = template.queues;
  for (const queue of queues) {
    await callSqs(endpoint, "CreateQueue", { QueueName: queue.name, Attributes: queue.attributes });
  }
  for (const bucket of template.buckets) await putToS3(endpoint, bucket, "");
  for (const topic of topics) await callSns(endpoint, { Action: "CreateTopic", Name: topic.name });
  for (const subscription of template.subscriptions) {
    if (subscription.protocol === "sqs") await subscribe(endpoint, subscription);
    else log({ source: "sns", level: "info", text: `${subscription.protocol} subscribers get nothing from a laptop` });
  }
}

async function subscribe(endpoint: string, subscription: LocalSubscription): Promise<void> {
  const attributes = Object.entries(subscription.attributes).flatMap(([key, value], index) => [
    [`Attributes.entry.${index + 1}.key`, key],
    [`Attributes.entry.${index + 1}.value`, value],
  ]);
  await callSns(endpoint, {
    Action: "Subscribe",
    TopicArn: subscription.topicArn,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    ...Object.fromEntries(attributes),
  });
}
