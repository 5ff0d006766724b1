import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Alert } from "../domain/alert.ts";
import type { AlertsPort } from "../pipeline/ports.ts";

/** Largest SNS message, bytes, over all bodies; long details are dropped from the machine form first. */
const MESSAGE_BYTES_MAX = 256 * 1024;

/** The alerts port on SNS: one topic, a body per protocol. */
export class SnsAlerts implements AlertsPort {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publish(alert: Alert): Promise<void> {
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topicArn,
        Subject: alert.subject,
        MessageStructure: "json",
        Message: messageOf(alert),
        MessageAttributes: Object.fromEntries(
          Object.entries(alert.attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
        ),
      }),
    );
  }
}

function messageOf(alert: Alert): string {
  const { text, short: sms, chat, machine } = alert.bodies;
  // Amazon Q Developer subscribes by HTTPS and accepts nothing but its own format.
  const bodiesWith = (event: string) =>
    JSON.stringify({ default: text, email: text, sms, https: chat, sqs: event, lambda: event });
  const whole = bodiesWith(machine);
  if (Buffer.byteLength(whole) <= MESSAGE_BYTES_MAX) return whole;
  return bodiesWith(
    JSON.stringify({ ...JSON.parse(machine), details: { omitted: "too large; read GET /shadow/history" } }),
  );
}
