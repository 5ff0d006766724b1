import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishBatchCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queueUrlAt } from "../../local/messaging/https-queues.ts";
import { type Messaging, startMessaging } from "../../local/messaging/sns-sqs.ts";
import { S3Failures } from "../../shared/store/s3-failures.ts";
import { fixtureTemplate } from "../support/fixture-template.ts";

const template = fixtureTemplate();
const topicArn = template.topics[0]!.arn;
let messaging: Messaging;

beforeAll(async () => {
  messaging = await startMessaging({ port: 0, log: () => {} });
  await messaging.provision(template);
});

afterAll(() => messaging.stop());

function clients(endpoint: string) {
  const options = { endpoint, region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  return { sns: new SNSClient(options), sqs: new SQSClient(options), s3: new S3Client(options) };
}

async function receive(sqs: SQSClient, queueUrl: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  return Messages.map((message) => message.Body ?? "");
}

async function subscribeNewQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { sns, sqs } = clients(messaging.endpoint);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint, Attributes: attributes }));
  return QueueUrl!;
}

describe("SNS and SQS on the laptop", () => {
  it("deliver to the template's subscriber and to those a user adds, filter policies included", async () => {
    const { sns, sqs } = clients(messaging.endpoint);
    const QueueUrl = queueUrlAt(messaging.endpoint, "understudy-local-inbox");
    await sqs.send(new PurgeQueueCommand({ QueueUrl })); // from the other tests, which come in any order
    const critical = await subscribeNewQueue("critical", { FilterPolicy: JSON.stringify({ priority: ["CRITICAL"] }) });
    const publish = (Message: string, priority: string) =>
      sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Message,
          MessageAttributes: { priority: { DataType: "String", StringValue: priority } },
        }),
      );

    await publish("a promotion", "HIGH");
    await publish("a rollback", "CRITICAL");

    const inbox = await receive(sqs, QueueUrl);
    expect(inbox.map((body) => JSON.parse(body).Message)).toEqual(["a promotion", "a rollback"]);
    expect((await receive(sqs, critical)).map((body) => JSON.parse(body).Message)).toEqual(["a rollback"]);
  });

  it("give a queue its own text of a message with a text per protocol, as SNS does", async () => {
    const { sns, sqs } = clients(messaging.endpoint);
    const queue = await subscribeNewQueue("variants", { RawMessageDelivery: "true" });
    const structured = (variants: object) => ({ Message: JSON.stringify(variants), MessageStructure: "json" });

    await sns.send(
      new PublishCommand({ TopicArn: topicArn, ...structured({ default: "text", sqs: '{"for":"queues"}' }) }),
    );
    await sns.send(new PublishCommand({ TopicArn: topicArn, ...structured({ default: "for all", email: "Dear …" }) }));
    await sns.send(
      new PublishBatchCommand({
        TopicArn: topicArn,
        PublishBatchRequestEntries: [
          { Id: "1", ...structured({ default: "d", sqs: "in a batch" }) },
          { Id: "2", Message: '{"default":"plain"}' },
        ],
      }),
    );

    expect(await receive(sqs, queue)).toEqual(['{"for":"queues"}', "for all", "in a batch", '{"default":"plain"}']);
  });

  it("refuse such a message without a default, as SNS does", async () => {
    const { sns } = clients(messaging.endpoint);
    const publish = (Message: string) =>
      sns.send(new PublishCommand({ TopicArn: topicArn, Message, MessageStructure: "json" }));

    await expect(publish('{"sqs":"x"}')).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(publish("not json")).rejects.toThrow("failed to parse");
  });

  it("take what was given up into the failure store, where it is counted", async () => {
    const { s3 } = clients(messaging.endpoint);
    const failures = new S3Failures(s3, "understudy-local-failures");
    expect(await failures.count()).toBe(0);
    await messaging.keep("understudy-local-failures", { key: "aws/lambda/m/shard-1/x", body: '{"payload":"{}"}' });
    await messaging.keep("understudy-local-failures", { key: "something else", body: "{}" });

    expect(await failures.count()).toBe(1);
    await expect(messaging.keep("nobody", { key: "x", body: "y" })).rejects.toThrow("S3 answered 404");
  });

  it("refuse foreign origins", async () => {
    for (const origin of ["https://evil.example", "null"]) {
      expect((await fetch(messaging.endpoint, { method: "POST", headers: { origin } })).status).toBe(403);
    }
  });

  it("keep messages and objects over a restart when they have a directory", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "understudy-test-"));
    const first = await startMessaging({ port: 0, dataDir, log: () => {} });
    await first.provision(template);
    await first.keep("understudy-local-failures", { key: "aws/lambda/m/shard-1/x", body: '{"kept":true}' });
    await clients(first.endpoint).sns.send(new PublishCommand({ TopicArn: topicArn, Message: "before" }));
    await first.stop();

    const second = await startMessaging({ port: 0, dataDir, log: () => {} });
    await second.provision(template);
    const { sns, sqs, s3 } = clients(second.endpoint);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: "after" }));

    const held = await s3.send(
      new GetObjectCommand({ Bucket: "understudy-local-failures", Key: "aws/lambda/m/shard-1/x" }),
    );
    expect(await held.Body?.transformToString()).toBe('{"kept":true}');
    expect(await receive(sqs, queueUrlAt(second.endpoint, "understudy-local-inbox"))).toHaveLength(2);
    await second.stop();
    await rm(dataDir, { recursive: true });
  });
});
