import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { nameIn } from "./names.ts";
import { connectSlack } from "./slack.ts";
import type { Stage } from "./stages.ts";
import { makeUndelivered, subscribe } from "./subscribers.ts";

/**
 * Two topics, since their messages have nothing in common: `alerts` tell of the models and are written by notify, a text per protocol;
 * `alarms` tell of the machine and are written by AWS.
 */
export type Topics = { alerts: Topic; alarms: Topic; undelivered: IQueue };

export function makeTopics(scope: Construct, stage: Stage, key: IKey | undefined): Topics {
  const make = (id: string, name: string, displayName: string) =>
    new Topic(scope, id, {
      topicName: nameIn(stage, name),
      displayName,
      enforceSSL: true,
      ...(key && { masterKey: key }),
    });
  const alerts = make("Alerts", "alerts", `Understudy ${stage.id}`);
  const alarms = make("Alarms", "alarms", `Understudy ${stage.id} alarms`);
  letAwsPublish(alarms);
  const undelivered = makeUndelivered(scope, stage, key);
  for (const [topic, subscribers] of [
    [alerts, stage.alerts],
    [alarms, stage.alarms],
  ] as const) {
    subscribe(scope, topic, { stage, subscribers, undelivered, key });
  }
  connectSlack(scope, stage, { alerts, alarms });
  return { alerts, alarms, undelivered };
}

/**
 * A policy of one's own, which enforceSSL makes, replaces the one every topic is born with, and with it the account's right to publish:
 * without this statement every alarm would turn red and nobody would hear of it.
 */
function letAwsPublish(topic: Topic): void {
  const stack = Stack.of(topic);
  const from = (service: string, sources: string[]) =>
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: `From${service.split(".")[0]}`,
        principals: [new ServicePrincipal(service)],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": stack.account }, ArnLike: { "aws:SourceArn": sources } },
      }),
    );
  from("cloudwatch.amazonaws.com", [
    stack.formatArn({
      service: "cloudwatch",
      resource: "alarm",
      resourceName: "*",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  ]);
  from("budgets.amazonaws.com", [
    stack.formatArn({ service: "budgets", region: "", resource: "*", arnFormat: ArnFormat.NO_RESOURCE_NAME }),
  ]);
}
