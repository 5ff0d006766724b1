import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

const { service } = templatesOf("prod");
const text = JSON.stringify(service.toJSON());

describe("subscribers of a stage", () => {
  it("are not invented: nobody hears of a development stage", () => {
    templatesOf("dev").service.resourceCountIs("AWS::SNS::Subscription", 0);
  });

  it("get alerts by mail, by text message, by HTTPS and in a queue of their own", () => {
    service.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "desk@example.org" });
    service.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "sms", Endpoint: "+4915112345678" });
    service.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "sqs",
      TopicArn: { Ref: Match.stringLikeRegexp("^Alerts") },
    });
    service.hasResourceProperties("AWS::SQS::Queue", { QueueName: "understudy-main-prod-alerts-risk" });
  });

  it("are woken only by the priorities they ask for", () => {
    const filters = resourcesOf(service, "AWS::SNS::Subscription").map(([, { Properties: p }]) => [
      p.Protocol,
      p.FilterPolicy,
    ]);
    expect(filters).toContainEqual(["sms", { priority: ["CRITICAL"] }]);
    expect(filters.filter(([, filter]) => filter !== undefined)).toHaveLength(1);
  });

  it("behind an address that may hold a token are named by where it is kept", () => {
    service.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "https",
      Endpoint: Match.stringLikeRegexp("^{{resolve:secretsmanager:understudy/main/prod/pager:SecretString:::?}}$"),
    });
    expect(text).not.toContain("https://hooks");
    const { service: byParameter } = templatesOf("prod", { alerts: [{ https: "ssm:/understudy/prod/pager" }] });
    byParameter.hasResourceProperties("AWS::SNS::Subscription", {
      Endpoint: "{{resolve:ssm:/understudy/prod/pager}}",
    });
  });

  it("get alarms through a topic apart from the alerts: their texts have nothing in common", () => {
    const topics = resourcesOf(service, "AWS::SNS::Topic").map(([, t]) => t.Properties.TopicName);
    expect(topics).toEqual(["understudy-main-prod-alerts", "understudy-main-prod-alarms"]);
    service.hasResourceProperties("AWS::SNS::Subscription", {
      Endpoint: "ops@example.org",
      TopicArn: { Ref: Match.stringLikeRegexp("^Alarms") },
    });
  });
});

describe("Slack", () => {
  const channels = (changes: object) =>
    resourcesOf(templatesOf("prod", changes).service, "AWS::Chatbot::SlackChannelConfiguration").map(
      ([, { Properties: p }]) => p,
    );

  it("has one configuration a channel, both topics in it when the channel is the same", () => {
    const slack = { workspaceId: "T00000000", alertsChannelId: "C00000001", alarmsChannelId: "C00000001" };
    const [one, ...others] = channels({ slack });
    expect(others).toEqual([]);
    expect(one).toMatchObject({ SlackWorkspaceId: "T00000000", SlackChannelId: "C00000001" });
    expect(one!.SnsTopicArns).toHaveLength(2);
    expect(channels({}).map((c) => [c.SlackChannelId, (c.SnsTopicArns as unknown[]).length])).toEqual([
      ["C00000001", 1],
      ["C00000002", 1],
    ]);
  });

  it("can change nothing, whatever its role is given: the guardrail is read-only", () => {
    for (const channel of channels({})) {
      expect(JSON.stringify(channel.GuardrailPolicies)).toContain(":iam::aws:policy/CloudWatchReadOnlyAccess");
      expect((channel.GuardrailPolicies as unknown[]).length).toBe(1);
    }
  });
});
