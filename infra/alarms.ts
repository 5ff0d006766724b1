import { Duration } from "aws-cdk-lib";
import type { HttpStage } from "aws-cdk-lib/aws-apigatewayv2";
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { heldBatches } from "./failures.ts";
import type { FunctionName } from "./permissions.ts";
import type { Stage } from "./stages.ts";
import { streamReaders } from "./streams.ts";

const minute = { period: Duration.minutes(1) };

/** Operations alarms. They say that the machine is ill; what the models do is the business of alerts. */
export function makeAlarms(
  scope: Construct,
  stage: Stage,
  options: { api: HttpStage; handlers: Record<FunctionName, IFunction> },
): void {
  const action = makeAlarmAction(scope, stage);
  const alarm = (id: string, metric: IMetric, above: number, description: string) => {
    const made = new Alarm(scope, id, {
      alarmDescription: description,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (action) made.addAlarmAction(action);
  };

  for (const [name, handler] of Object.entries(options.handlers)) {
    const id = name[0]?.toUpperCase() + name.slice(1);
    alarm(`${id}Errors`, handler.metricErrors(minute), 0, `${name} failed: read its log group`);
    alarm(
      `${id}Throttles`,
      handler.metricThrottles(minute),
      0,
      `${name} was throttled: the account's concurrency is used up`,
    );
  }
  for (const reader of streamReaders) {
    const id = reader.function[0]?.toUpperCase() + reader.function.slice(1);
    const age = options.handlers[reader.function].metric("IteratorAge", { ...minute, statistic: Stats.MAXIMUM });
    alarm(
      `${id}IteratorAge`,
      age,
      60_000,
      `${reader.function} is more than a minute behind the ${reader.table} stream`,
    );
  }
  alarm("ApiServerErrors", options.api.metricServerError(minute), 0, "The API answered with a 5xx: see its access log");
  alarm(
    "FailedBatchesHeld",
    heldBatches(stage),
    0,
    "Batches of stream records were given up and wait in the failure store: npm run redrive",
  );
}

function makeAlarmAction(scope: Construct, stage: Stage): IAlarmAction | undefined {
  if (stage.alarmMails.length === 0) return undefined;
  const topic = new Topic(scope, "Alarms", { topicName: `understudy-${stage.name}-alarms`, enforceSSL: true });
  for (const mail of stage.alarmMails) topic.addSubscription(new EmailSubscription(mail));
  return new SnsAction(topic);
}
