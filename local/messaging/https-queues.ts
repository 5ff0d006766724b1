import { account } from "../template/intrinsics.ts";
import type { Inbox } from "../webhooks/delivery.ts";
import { callSqs } from "./calls.ts";
import { variantsOf } from "./sns-message-structure.ts";

/**
 * SNS' subscribers by HTTPS on a laptop. fauxqs delivers to queues only, so what such a subscriber would get goes into a queue, from which
 * local/webhooks delivers it: with --data it outlives the stack.
 */

/** A message taken comes back after this long unless it is removed: longer than all attempts at one receiver. */
const TAKEN_SECONDS = 300;
/** How long a call waits for the next message; a stack that stops waits as long. */
const WAIT_SECONDS = 1;

export async function makeQueues(endpoint: string, names: readonly string[]): Promise<void> {
  for (const QueueName of names) await callSqs(endpoint, "CreateQueue", { QueueName });
}

/** Keeps the HTTPS texts of a Publish request, before SNS has it: a failure here fails the publication, which is tried again. */
export async function keepForHttps(body: unknown, options: { endpoint: string; queues: readonly string[] }) {
  const texts = variantsOf(body).flatMap(({ https }) => (https === undefined ? [] : [https]));
  for (const MessageBody of texts) {
    for (const name of options.queues)
      await callSqs(options.endpoint, "SendMessage", { QueueUrl: queueUrlAt(options.endpoint, name), MessageBody });
  }
}

export function openInbox(endpoint: string, name: string): Inbox {
  const QueueUrl = queueUrlAt(endpoint, name);
  return {
    take: async (signal) => {
      const asked = {
        QueueUrl,
        MaxNumberOfMessages: 1,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: TAKEN_SECONDS,
      };
      const answer = await callSqs(endpoint, "ReceiveMessage", asked, signal);
      const [message] = (answer as { Messages?: { Body: string; ReceiptHandle: string }[] }).Messages ?? [];
      if (!message) return undefined;
      const { Body: text, ReceiptHandle } = message;
      return { text, remove: async () => void (await callSqs(endpoint, "DeleteMessage", { QueueUrl, ReceiptHandle })) };
    },
  };
}

export function queueUrlAt(endpoint: string, queueName: string): string {
  return `${endpoint}/${account}/${queueName}`;
}
