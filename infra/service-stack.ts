import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { makeAlarms } from "./alarms.ts";
import { makeAlerts } from "./alerts.ts";
import { makeApi } from "./api.ts";
import type { Bundles } from "./bundle.ts";
import type { DataStack } from "./data-stack.ts";
import { makeFunctions } from "./functions.ts";
import type { Stage } from "./stages.ts";
import { connectStream, streamReaders } from "./streams.ts";

/** Everything that can be thrown away and deployed again: API, functions, triggers, alerts, alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, options: { stage: Stage; data: DataStack; bundles: Bundles }) {
    const { stage, data, bundles } = options;
    super(scope, id, { description: `Understudy ${stage.name}: service`, terminationProtection: stage.retain });
    const alerts = makeAlerts(this, stage);
    // Positions of batches that were given up; the records themselves stay in the tables, so nothing is lost with it.
    const failures = new Queue(this, "Failures", {
      queueName: `understudy-${stage.name}-failures`,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const handlers = makeFunctions(this, { stage, bundles, data, alerts, failures });
    for (const reader of streamReaders) {
      connectStream(reader, { table: data[reader.table], handler: handlers[reader.function], failures });
    }
    const api = makeApi(this, stage, handlers);
    makeAlarms(this, stage, { api, handlers, failures });

    new CfnOutput(this, "ApiUrl", { value: api.url });
    new CfnOutput(this, "AlertsTopicArn", { value: alerts.topicArn });
    new CfnOutput(this, "FailureQueueUrl", { value: failures.queueUrl });
  }
}
