import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { findStage, type Stage } from "../../infra/stages.ts";
import { makeApp } from "../../infra/synthesise.ts";
import { bundles, resourcesOf, templatesOf } from "../support/synthesised.ts";

function serviceOf(changes: Partial<Stage>): Template {
  const stage = { ...findStage("dev", {}), ...changes };
  return Template.fromStack(
    makeApp({ environment: {}, bundles, stages: { dev: stage }, app: { context: { stage: "dev" } } }).service,
  );
}

describe("subscribers of a stage", () => {
  it("are not invented: nobody is mailed until an owner says whom", () => {
    for (const stage of ["dev", "staging", "prod"] as const) {
      templatesOf(stage).service.resourceCountIs("AWS::SNS::Subscription", 0);
    }
  });

  it("get alerts by mail, by HTTPS and in a queue of their own", () => {
    const service = serviceOf({
      alertMails: ["desk@example.org"],
      alertUrls: ["https://example.org/hook"],
      alertQueues: ["risk"],
    });

    service.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "desk@example.org" });
    service.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "https",
      Endpoint: "https://example.org/hook",
    });
    service.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "sqs",
      TopicArn: { Ref: Match.stringLikeRegexp("^Alerts") },
    });
    service.hasResourceProperties("AWS::SQS::Queue", { QueueName: "understudy-dev-alerts-risk" });
  });

  it("get alerts in Slack when the stage names a channel", () => {
    const service = serviceOf({ slack: { workspaceId: "T00000000", channelId: "C00000000" } });

    service.hasResourceProperties("AWS::Chatbot::SlackChannelConfiguration", {
      SlackWorkspaceId: "T00000000",
      SlackChannelId: "C00000000",
      SnsTopicArns: [{ Ref: Match.stringLikeRegexp("^Alerts") }],
    });
  });

  it("get every alarm by mail, through a topic apart from the alerts", () => {
    const service = serviceOf({ alarmMails: ["ops@example.org"] });

    service.hasResourceProperties("AWS::SNS::Topic", { TopicName: "understudy-dev-alarms" });
    const [topic] = resourcesOf(service, "AWS::SNS::Topic").find(
      ([, t]) => t.Properties.TopicName === "understudy-dev-alarms",
    )!;
    for (const [, alarm] of resourcesOf(service, "AWS::CloudWatch::Alarm")) {
      expect(alarm.Properties.AlarmActions).toEqual([{ Ref: topic }]);
    }
  });
});
