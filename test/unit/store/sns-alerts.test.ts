import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { renderAlert } from "../../../shared/domain/alert.ts";
import type { Decision, GateResult } from "../../../shared/domain/decide.ts";
import { SnsAlerts } from "../../../shared/store/sns-alerts.ts";
import { anEvent, someDetails } from "../../support/samples.ts";

const sns = mockClient(SNSClient);
const topic = "arn:aws:sns:eu-central-1:123456789012:understudy-prod-alerts";
const alerts = new SnsAlerts(new SNSClient({ region: "eu-central-1" }), topic);

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "m" });
});

const published = () => sns.commandCalls(PublishCommand)[0]!.args[0].input;

describe("an alert on SNS", () => {
  it("is one message with a body for each kind of subscriber", async () => {
    const alert = renderAlert(anEvent("promotion"), { environment: "prod" });
    await alerts.publish(alert);
    expect(published()).toMatchObject({ TopicArn: topic, Subject: alert.subject, MessageStructure: "json" });
    expect(JSON.parse(published().Message!)).toEqual({
      default: alert.bodies.text,
      email: alert.bodies.text,
      sms: alert.bodies.short,
      https: alert.bodies.chat,
      sqs: alert.bodies.machine,
      lambda: alert.bodies.machine,
    });
  });

  it("carries the attributes by which subscribers filter", async () => {
    await alerts.publish(renderAlert(anEvent("rollback"), { environment: "prod" }));
    expect(published().MessageAttributes).toEqual({
      event_type: { DataType: "String", StringValue: "rollback" },
      priority: { DataType: "String", StringValue: "CRITICAL" },
      environment: { DataType: "String", StringValue: "prod" },
      model_name: { DataType: "String", StringValue: "alpha" },
      event_id: { DataType: "String", StringValue: "00000007-0-rollback" },
    });
  });

  it("that would be larger than SNS allows loses its details, not its message", async () => {
    const reason = "語".repeat(10);
    const gates = Array.from({ length: 4000 }, (_, value): GateResult => {
      return { gate: "statistical", kind: "primary", state: "pass", value, bound: 2, reason };
    });
    const decision: Decision = { verdict: "approve", score: 90, gates, blocking: null, reason, ruleVersion: "1" };
    const details = { ...someDetails.promotion, decision };
    await alerts.publish(renderAlert(anEvent("promotion", { details }), { environment: "prod" }));
    const message = published().Message!;
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(256 * 1024);
    const machine = JSON.parse(JSON.parse(message).sqs);
    expect(machine).toMatchObject({ event_id: "00000007-0-promotion", details: { omitted: expect.any(String) } });
    expect(JSON.parse(message).email).toContain("alpha did something.");
  });

  it("that SNS refuses is an error: nothing must be noted as published", async () => {
    sns.on(PublishCommand).rejects(new Error("AuthorizationError"));
    await expect(alerts.publish(renderAlert(anEvent("promotion"), { environment: "prod" }))).rejects.toThrow(
      "AuthorizationError",
    );
  });
});
