import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { makeAlarms } from "./alarms.ts";
import { makeAlerts } from "./alerts.ts";
import { makeApi } from "./api.ts";
import type { Bundles } from "./bundle.ts";
import type { DataStack } from "./data-stack.ts";
import { makeFunctions } from "./functions.ts";
import { makeSchedules } from "./schedules.ts";
import type { Stage } from "./stages.ts";
import { connectStream, streamReaders } from "./streams.ts";

/** Everything that can be thrown away and deployed again: API, functions, triggers, alerts, alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, options: { stage: Stage; data: DataStack; bundles: Bundles }) {
    const { stage, data, bundles } = options;
    super(scope, id, { description: `Understudy ${stage.name}: service`, terminationProtection: stage.retain });
    const alerts = makeAlerts(this, stage);
    const handlers = makeFunctions(this, { stage, bundles, data, alerts });
    for (const reader of streamReaders) {
      connectStream(reader, { table: data[reader.table], handler: handlers[reader.function], failures: data.failures });
    }
    makeSchedules(this, handlers);
    const api = makeApi(this, stage, handlers);
    makeAlarms(this, stage, { api, handlers });

    new CfnOutput(this, "ApiUrl", { value: api.url });
    new CfnOutput(this, "AlertsTopicArn", { value: alerts.topicArn });
  }
}
