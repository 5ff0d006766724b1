import { setTimeout as sleep } from "node:timers/promises";
import { SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { LocalStack } from "../../local/stack.ts";
import { localAccess } from "./local-access.ts";

/** A real subscriber of the alerts topic: a queue of its own, read as any machine would read it. */

export type ReceivedAlert = {
  eventId: string;
  priority: string;
  /** epoch ms */
  receivedAt: number;
};

export type Inbox = {
  /** The alert of an event, once it came; null when it does not come in time. */
  alertOf(eventId: string, options: { timeoutMs: number }): Promise<ReceivedAlert | null>;
  /** alerts received so far */
  count(): number;
  close(): Promise<void>;
};

const QUEUE = "understudy-local-alerts-demonstration";

export async function openInbox(stack: Pick<LocalStack, "urls" | "topicArn">): Promise<Inbox> {
  const sqs = new SQSClient({ endpoint: stack.urls.messaging, ...localAccess });
  const sns = new SNSClient({ endpoint: stack.urls.messaging, ...localAccess });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: stack.topicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.QueueArn,
      ReturnSubscriptionArn: true,
    }),
  );
  const alerts = new Map<string, ReceivedAlert>();
  /** ends the waiting of this moment; another one takes its place */
  let news = new AbortController();
  const closing = new AbortController();
  const reading = readOn();

  function wakeAll(): void {
    const woken = news;
    news = new AbortController();
    woken.abort();
  }

  async function readOn(): Promise<void> {
    while (!closing.signal.aborted) {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
        { abortSignal: closing.signal },
      );
      const receivedAt = Date.now();
      if (!Messages || Messages.length === 0) continue;
      for (const { Body } of Messages) {
        const alert = parseAlert(Body ?? "", receivedAt);
        // At least once: the first delivery is the one to tell.
        if (alert && !alerts.has(alert.eventId)) alerts.set(alert.eventId, alert);
      }
      const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      wakeAll();
    }
  }

  return {
    count: () => alerts.size,
    alertOf: async (eventId, { timeoutMs }) => {
      const deadline = performance.now() + timeoutMs;
      while (!alerts.has(eventId) && performance.now() < deadline && !closing.signal.aborted) {
        const left = Math.max(1, deadline - performance.now());
        await sleep(left, undefined, { signal: news.signal }).catch(() => {}); // woken: look again
      }
      return alerts.get(eventId) ?? null;
    },
    close: async () => {
      closing.abort();
      wakeAll();
      await reading.catch(() => {}); // the long poll ends with an error, as asked
      await sns.send(new UnsubscribeCommand({ SubscriptionArn })).catch(() => {});
      await sqs.send(new DeleteQueueCommand({ QueueUrl })).catch(() => {});
      sns.destroy();
      sqs.destroy();
    },
  };
}

/** The event inside SNS' envelope; null for a message that is none of ours. */
export function parseAlert(body: string, receivedAt: number): ReceivedAlert | null {
  try {
    const envelope = JSON.parse(body) as { Message?: string; event_id?: string; priority?: string };
    const event = (envelope.Message === undefined ? envelope : JSON.parse(envelope.Message)) as typeof envelope;
    if (typeof event.event_id !== "string") return null;
    return { eventId: event.event_id, priority: event.priority ?? "", receivedAt };
  } catch {
    return null;
  }
}
