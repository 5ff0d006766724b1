import { SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "../../local/log.ts";
import { openInbox } from "../../local/messaging/https-queues.ts";
import { type Messaging, startMessaging } from "../../local/messaging/sns-sqs.ts";
import type { LocalStack } from "../../local/stack.ts";
import { type Deliveries, startDeliveries } from "../../local/webhooks/delivery.ts";
import { readReceivers } from "../../local/webhooks/receivers.ts";
import { renderAlert } from "../../shared/domain/alert.ts";
import type { EventType } from "../../shared/domain/event.ts";
import { SnsAlerts } from "../../shared/store/sns-alerts.ts";
import { type FakeReceiver, startReceiver } from "../support/fake-receiver.ts";
import { fixtureTemplate } from "../support/fixture-template.ts";
import { anEvent } from "../support/samples.ts";
import { startTestStack } from "../support/test-stack.ts";
import { until } from "../support/until.ts";

/** Alerts on their way from the topic to chats and programs. */

describe("webhooks", () => {
  const lines: LogLine[] = [];
  let receiver: FakeReceiver;
  let other: FakeReceiver;
  let messaging: Messaging;
  let deliveries: Deliveries;
  let alerts: SnsAlerts;

  const publish = (type: EventType) => alerts.publish(renderAlert(anEvent(type), { environment: "local" }));
  const typesAt = (at: FakeReceiver) => at.taken.map(({ body }) => (body as { event_type: string }).event_type);

  beforeAll(async () => {
    [receiver, other] = await Promise.all([startReceiver(), startReceiver()]);
    const receivers = readReceivers(`${receiver.url}/sesame ${other.url}/sesame`);
    const httpsQueues = receivers.map(({ name }) => name);
    messaging = await startMessaging({ port: 0, httpsQueues, log: () => {} });
    await messaging.provision(fixtureTemplate());
    deliveries = startDeliveries({
      receivers: receivers.map((each) => ({ receiver: each, inbox: openInbox(messaging.endpoint, each.name) })),
      pauseMs: { first: 5, most: 20 },
      log: (line) => lines.push(line),
    });
    const sns = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
    const client = new SNSClient({ ...sns, endpoint: messaging.endpoint });
    alerts = new SnsAlerts(client, fixtureTemplate().topics[0]!.arn);
  });

  afterAll(async () => {
    await deliveries.stop();
    await messaging.stop();
    await Promise.all([receiver.stop(), other.stop()]);
  });

  beforeEach(() => {
    for (const each of [receiver, other]) Object.assign(each, { taken: [], answers: [] });
    lines.length = 0;
  });

  it("take every alert once and in order", async () => {
    for (const type of ["deployed", "promotion", "rollback"] as const) await publish(type);
    await until("three alerts", () => typesAt(receiver).length === 3 && typesAt(other).length === 3);
    expect(typesAt(receiver)).toEqual(["deployed", "promotion", "rollback"]);
    expect(typesAt(other)).toEqual(["deployed", "promotion", "rollback"]);
    expect(lines).toEqual([]);
  });

  it("are tried again while they fail, and hold nobody else up", async () => {
    receiver.answers = [500, 429, 503];
    await publish("promotion");
    await until("the other's", () => other.taken.length === 1);
    await until("this one's", () => receiver.taken.length === 1);
    expect(typesAt(receiver)).toEqual(["promotion"]);
    expect(lines).toEqual([]);
  });

  it.each([
    [[404], /webhook-1 .*at attempt 1: it answers 404 \(is the address the right one\?\)/],
    [[500, 500, 500, 500, 500, 500], /webhook-1 .*at attempt 6: it answers 500/],
    [[302], /webhook-1 .*at attempt 1: it answers 302/],
  ])(
    "that answer %j lose one alert with a word in the log, never with the address, and get the next",
    async (answers, said) => {
      receiver.answers = answers;
      await publish("promotion");
      await publish("rollback");
      await until("the next alert", () => receiver.taken.length === 1);
      // or they would arrive in the test after this one
      await until("the other's two", () => other.taken.length === 2);
      expect(typesAt(receiver)).toEqual(["rollback"]);
      expect(lines.map(({ source, text }) => `${source} ${text}`)).toEqual([expect.stringMatching(said)]);
      expect(JSON.stringify(lines)).not.toMatch(/sesame|127\.0\.0\.1|secret/);
    },
  );
});

describe("a stack with webhooks", () => {
  let receiver: FakeReceiver;
  let stack: LocalStack;

  beforeAll(async () => {
    receiver = await startReceiver();
    const kinds = ["slack", "webhook"].map((kind) => `${kind}:${receiver.url}/${kind}`);
    const telegram = `telegram:${receiver.url}/bot1:x/sendMessage?chat_id=7`;
    const webhooks = readReceivers([...kinds, telegram].join(" "));
    stack = await startTestStack({ webhooks });
  });

  afterAll(async () => {
    await stack.stop();
    await receiver.stop();
  });

  it("tells each kind of what was committed, from the outbox", async () => {
    const body = JSON.stringify({ model_name: "steady", model_type: "xgboost" });
    const answer = await fetch(`${stack.urls.api}/shadow/deploy`, { method: "POST", body });
    expect(answer.status).toBe(201);
    await until("three messages", () => receiver.taken.length === 3);
    const at = (path: string) => receiver.taken.find((each) => each.path === path)?.body;
    expect(at("/webhook")).toMatchObject({ event_type: "deployed", model_name: "steady", priority: "LOW" });
    expect(at("/slack")).toMatchObject({ text: expect.stringContaining("steady") });
    expect(at("/bot1:x/sendMessage")).toMatchObject({ chat_id: "7", text: expect.stringContaining("steady") });
    const ids = new Set(receiver.taken.map(({ headers }) => headers["idempotency-key"]));
    expect(ids.size).toBe(1);
  });
});
