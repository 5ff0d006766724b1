import { Duration } from "aws-cdk-lib";
import type { HttpStage } from "aws-cdk-lib/aws-apigatewayv2";
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { heldBatches } from "./failures.ts";
import { ourMetric } from "./metrics.ts";
import { logicalId } from "./names.ts";
import type { FunctionName } from "./permissions.ts";
import type { Judges } from "./releases.ts";
import type { Stage } from "./stages.ts";
import { type StreamReader, streamReaders } from "./streams.ts";

const minute = { period: Duration.minutes(1) };

export type Watched = {
  stage: Stage;
  topic: ITopic;
  api: HttpStage;
  handlers: Record<FunctionName, LambdaFunction>;
  undelivered: IQueue;
};

/**
 * Operations alarms: they say that the machine is ill; what the models do is the business of alerts. An alarm costs ten cents a month
 * whether or not anything happens, so each says something no other says: a failing function of the API shows as a 5xx of the API,
 * a throttled stream function as age of its stream.
 * @returns the alarms that a new version is judged by: of the API's functions, and of each behind a stream
 */
export function makeAlarms(scope: Construct, watched: Watched): Judges {
  const action = new SnsAction(watched.topic);
  const alarm = (id: string, metric: IMetric, above: number, alarmDescription: string) => {
    const made = new Alarm(scope, id, {
      alarmDescription,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    made.addAlarmAction(action);
    made.addOkAction(action);
    return made;
  };
  const readers = Object.fromEntries(
    streamReaders.map(({ function: name, table }) => [name, watchReader(alarm, name, table, watched.handlers[name])]),
  ) as Record<StreamReader["function"], Alarm[]>;
  alarm(
    "ApiSlow",
    watched.api.metricLatency({ period: Duration.minutes(5), statistic: Stats.percentile(99) }),
    8_000,
    "One request in a hundred takes more than 8 of the 10 seconds a function has",
  );
  alarm(
    "FailedBatchesHeld",
    heldBatches(watched.stage),
    0,
    "Batches of stream records were given up and wait in the failure store: npm run redrive",
  );
  alarm(
    "UndeliveredDepth",
    watched.undelivered.metricApproximateNumberOfMessagesVisible({ ...minute, statistic: Stats.MAXIMUM }),
    0,
    "A subscriber could not be given a message: see the undelivered queue",
  );
  alarm(
    "SweepErrors",
    watched.handlers.sweep.metricErrors(minute),
    0,
    "Alerts are overdue and could not be published, or sweep could not look for them: read its log group",
  );
  watchSilence(scope, watched, action);
  const api = alarm(
    "ApiServerErrors",
    watched.api.metricServerError(minute),
    0,
    "The API answered with a 5xx: see its access log",
  );
  return { api, readers };
}

function watchReader(
  alarm: (id: string, metric: IMetric, above: number, description: string) => Alarm,
  name: FunctionName,
  table: string,
  handler: LambdaFunction,
): Alarm[] {
  const id = logicalId(name);
  const age = handler.metric("IteratorAge", { ...minute, statistic: Stats.MAXIMUM });
  const limit = handler.timeout!.toMilliseconds();
  const slow = handler.metricDuration({ period: Duration.minutes(5), statistic: Stats.percentile(99) });
  alarm(`${id}Slow`, slow, limit * 0.8, `${name} takes nearly the ${limit / 1000} seconds it has`);
  return [
    alarm(`${id}Errors`, handler.metricErrors(minute), 0, `${name} failed: read its log group`),
    alarm(`${id}IteratorAge`, age, 60_000, `${name} is more than a minute behind the ${table} stream`),
  ];
}

/** No trade at all is as bad as a wrong one, and nothing else would say so. */
function watchSilence(scope: Construct, { stage }: Watched, action: SnsAction): void {
  if (stage.quietMinutes === undefined) return;
  const made = new Alarm(scope, "NoTrades", {
    alarmDescription: `No trade came for ${stage.quietMinutes} minutes`,
    metric: ourMetric(stage, "TradesIngested", { statistic: Stats.SUM, period: Duration.minutes(stage.quietMinutes) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.BREACHING,
  });
  made.addAlarmAction(action);
  made.addOkAction(action);
}
