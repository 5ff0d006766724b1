import { SlackChannelConfiguration } from "aws-cdk-lib/aws-chatbot";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/**
 * Slack through Amazon Q Developer. An account can have one configuration a channel, so a channel for both topics gets one. Its role may do
 * nothing; the guardrail says that whatever somebody adds to that role later, the channel never changes anything. Left out, it would
 * be AdministratorAccess.
 */
export function connectSlack(scope: Construct, stage: Stage, topics: { alerts: ITopic; alarms: ITopic }): void {
  if (!stage.slack) return;
  const { workspaceId, alertsChannelId, alarmsChannelId } = stage.slack;
  const channels = new Map<string, ITopic[]>();
  if (alertsChannelId) channels.set(alertsChannelId, [topics.alerts]);
  if (alarmsChannelId) channels.set(alarmsChannelId, [...(channels.get(alarmsChannelId) ?? []), topics.alarms]);
  for (const [slackChannelId, notificationTopics] of channels) {
    new SlackChannelConfiguration(scope, `Slack-${slackChannelId}`, {
      // The service knows no regions: the channel in the name keeps it unique.
      slackChannelConfigurationName: nameIn(stage, slackChannelId),
      slackWorkspaceId: workspaceId,
      slackChannelId,
      notificationTopics,
      guardrailPolicies: [ManagedPolicy.fromAwsManagedPolicyName("CloudWatchReadOnlyAccess")],
      userRoleRequired: false,
    });
  }
}
