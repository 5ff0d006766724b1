import { Duration } from "aws-cdk-lib";
import { SlackChannelConfiguration } from "aws-cdk-lib/aws-chatbot";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription, SqsSubscription, UrlSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Stage } from "./stages.ts";

/**
 * The alerts topic and whoever the stage subscribes to it.
 * One topic for all: notify publishes a text per protocol (mail, HTTPS, SQS) in one message.
 */
export function makeAlerts(scope: Construct, stage: Stage): Topic {
  const topic = new Topic(scope, "Alerts", {
    topicName: `understudy-${stage.name}-alerts`,
    displayName: `Understudy ${stage.name}`,
    enforceSSL: true,
  });
  for (const mail of stage.alertMails) topic.addSubscription(new EmailSubscription(mail));
  for (const url of stage.alertUrls) topic.addSubscription(new UrlSubscription(url));
  for (const name of stage.alertQueues) {
    const queue = new Queue(scope, `AlertQueue-${name}`, {
      queueName: `understudy-${stage.name}-alerts-${name}`,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    topic.addSubscription(new SqsSubscription(queue));
  }
  if (stage.slack) {
    new SlackChannelConfiguration(scope, "Slack", {
      slackChannelConfigurationName: `understudy-${stage.name}`,
      slackWorkspaceId: stage.slack.workspaceId,
      slackChannelId: stage.slack.channelId,
      notificationTopics: [topic],
    });
  }
  return topic;
}
